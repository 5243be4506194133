// The C++ face: values, ownership, errors.
#include <cstring>
#include <iterator>
#include <type_traits>

#include "check.h"
#include "uytin.hpp"

using namespace std::string_view_literals;

namespace {

uytin::Record record(std::string_view id, std::string_view source, std::string_view source_class, std::string_view criterion) {
    uytin::Record record;
    record.id = id;
    record.subject = "creator-1";
    record.source = source;
    record.source_class = source_class;
    record.criterion = criterion;
    record.date = uytin::Date::parse("2026-10-01");
    return record;
}

uytin::Ledger ledger() {
    uytin::Ledger ledger;
    uytin::Finding finding;
    finding.severity = "serious";
    finding.status = UYTIN_UPHELD;
    finding.reach = 50000;
    finding.incident = "case-7";
    ledger.add_observation(record("o-1", "auditor-7", "auditor", "ad-disclosure"), 40, 2)
        .add_observation(record("o-2", "platform-1", "platform", "claim-accuracy"), 30, 1)
        .add_finding(record("f-1", "regulator-1", "regulator", "product-verification"), finding)
        .add_credit(record("c-1", "alliance-1", "alliance", "public-interest"), 1.5)
        .add_exemption(record("e-1", "alliance-1", "alliance", "expertise"));
    return ledger;
}

void values() {
    const auto policy = uytin::Policy::reference();
    const auto records = ledger();
    const auto day = uytin::Date::parse("2026-11-21");
    const uytin::Bound bound(policy, records);
    CHECK(policy.name() == "icp-2026" && policy.notice(true).size() > 20 && policy.digest().substr(0, 7) == "sha256:");
    CHECK(records.size() == 5 && records.subject_count() == 1 && bound.subjects() == std::vector{"creator-1"sv});
    const auto score = bound.score(std::nullopt, day);
    const auto assessment = bound.assess("creator-1", day, "trusted");
    CHECK(assessment.score() == score.score && assessment.lower() == score.lower && assessment.upper() == score.upper);
    CHECK(assessment.human_review() && assessment.previous_tier() == "trusted"sv && assessment.as_of() == day);
    CHECK(assessment.valid_until().str() == "2027-11-21" && assessment.subject() == "creator-1");
    std::int32_t sum = 0;
    bool found = false;
    for (const auto part : assessment.parts()) {
        sum += part.points.tenths();
        found |= part.kind == UYTIN_FINDING && part.id == "f-1" && part.source == "regulator-1" && part.points < uytin::Points(0);
    }
    CHECK(found && sum == score.score.tenths());
    const auto reasons = assessment.reasons();
    CHECK(!reasons.empty() && reasons[0].code == "finding" && reasons[0].records[0].id == "f-1" && !reasons[0].text_vi.empty());
    CHECK(reasons[0].records[0].date.str() == "2026-10-01" && reasons[0].basis.size() > 0 && !reasons[0].basis[0].empty());
    bool triggered = false;
    for (const auto measure : assessment.measures())
        for (const auto trigger : measure.triggers) triggered |= trigger.kind == UYTIN_FINDING && trigger.id == "f-1";
    CHECK(triggered);
    CHECK(!assessment.reviews().empty() && assessment.reviews()[0].code.size() > 3);
    CHECK(assessment.exempt().size() == 1 && assessment.exempt()[0] == "expertise");
    CHECK(assessment.pillars().size() == 5 && assessment.credits()[0].mass > 1 && assessment.pending().empty());
    CHECK(assessment.criteria()[0].id == "ad-disclosure" && assessment.criteria()[0].mean > 0.5 && assessment.set_aside().empty());
    CHECK(std::distance(assessment.criteria().begin(), assessment.criteria().end()) == static_cast<int>(assessment.criteria().size()));
    CHECK(uytin::verify(policy, records, assessment.receipt()).empty());
    auto without = records;
    CHECK(without.remove("creator-1", "regulator-1", "f-1") && without.size() == 4 && records.size() == 5);
    CHECK(!uytin::verify(policy, without, assessment.receipt()).empty());
    CHECK(uytin::Ledger::from_json_lines(records.to_bytes()).merge(without).to_bytes() == records.to_bytes());
    CHECK(bound.paths(std::nullopt, day, {"press", "auditor"}).find("\"paths\":[") != std::string::npos);
    CHECK(bound.contest("creator-1", day, {"regulator-1/f-1"}).find("\"without\":[{\"source\":\"regulator-1\"") != std::string::npos);
    CHECK(bound.statement("creator-1", day).find("icp-2026") != std::string::npos);
    CHECK(uytin::diff(policy, policy).find("\"changes\":[]") != std::string::npos);
    CHECK(uytin::shortlist(policy, records, "{}", day).listed.find("\"subjects\":1") != std::string::npos);
    CHECK(uytin::shortlist(policy, records, "{\"lower_at_least\":100}", day).left_out.find("\"condition\":\"lower_at_least\"") != std::string::npos);
    CHECK(uytin::impact(policy, policy, records, day).find("\"subjects\":1") != std::string::npos);
    const auto calibrated = uytin::calibrate(policy, records, "{\"train_to\":\"2026-10-31\",\"replicates\":10}");
    CHECK(calibrated.report.find("\"train_to\":\"2026-10-31\"") != std::string::npos && calibrated.fitted.name() == "icp-2026-fitted");
    CHECK(uytin::fairness(policy, {}).find("\"caution\":\"no-subjects\"") != std::string::npos);
    CHECK(uytin::attacks(policy, day, &records, "{\"random_bases\":0}").find("\"bases\":2") != std::string::npos);
    CHECK(uytin::interval_coverage(policy, "{\"replicates\":5}").find("\"rows\":[") != std::string::npos);
    const auto nobody = bound.assess("nobody", day);
    CHECK(!nobody.rated() && nobody.tier() == "unrated" && nobody.lower() < nobody.score());
    std::string array = records.to_bytes();
    array.pop_back();
    for (auto &c : array)
        if (c == '\n') c = ',';
    const auto json = uytin::assess_json("{\"as_of\": \"2026-11-21\", \"previous_tier\": \"trusted\", \"records\": [" + array + "]}");
    CHECK(json == assessment.to_json());
    CHECK(uytin::abi_matches() && !uytin::version().empty() && uytin::catalogue().front() == '{');
    CHECK(uytin::Points(-5).str() == "-0.5" && uytin::Points(713).str() == "71.3");
}

void ownership() {
    static_assert(!std::is_copy_constructible_v<uytin::Bound> && std::is_nothrow_move_constructible_v<uytin::Bound>);
    static_assert(std::is_nothrow_move_constructible_v<uytin::Assessment> && std::is_copy_constructible_v<uytin::Policy>);
    auto policy = uytin::Policy::reference();
    auto copy = policy;
    policy = uytin::Policy::from_json(copy.canonical());
    CHECK(policy.digest() == copy.digest());
    auto first = ledger();
    const auto *handle = first.get();
    auto second = std::move(first);
    CHECK(second.get() == handle);
    first = second;
    CHECK(first.size() == 5 && first.get() != handle);
    auto assessment = uytin::Bound(policy, second).assess(std::nullopt, uytin::Date(20700));
    second = uytin::Ledger();
    const auto moved = std::move(assessment);
    CHECK(moved.subject() == "creator-1" && moved.parts().size() > 5);
}

void errors() {
    try {
        uytin::Policy::from_json(R"({"name": 7})");
        CHECK(false);
    } catch (const uytin::Error &error) {
        CHECK(error.status() >= 100 && error.faults().size() > 5 && !error.path().empty() && std::strlen(error.what()) > 50);
    }
    uytin::Ledger ledger;
    auto bad = record("", "auditor-7", "auditor", "ad-disclosure");
    const auto refused = uytin::attempt([&] { return ledger.add_observation(bad, 1, 1).size(); });
    CHECK(!refused && refused.error().code() == "empty" && refused.error().path() == "$.id" && !refused.error().expected().empty());
    bad = record("x", "\xff", "auditor", "ad-disclosure");
    CHECK(uytin::attempt([&] { return ledger.add_exemption(bad).size(); }).error().path() == "$.source");
    auto good = uytin::attempt([&] { return ledger.add_exemption(record("x", "s", "auditor", "expertise")).size(); });
    CHECK(good && *good == 1 && good.value() == 1);
    auto date = uytin::attempt([] { return uytin::Date::parse("2026-02-30"); });
    CHECK(!date.has_value() && date.error().status() == UYTIN_NOT_A_DATE);
    try {
        date.value();
        CHECK(false);
    } catch (const uytin::Error &error) {
        CHECK(error.found() == "`2026-02-30`");
    }
    const uytin::Bound bound(uytin::Policy::reference(), uytin::Ledger());
    CHECK(uytin::attempt([&] { return bound.assess(std::nullopt, uytin::Date(0)); }).error().code() == "no-subject");
    const auto assessment = bound.assess("", uytin::Date(20000));
    CHECK(uytin::attempt([&] { return assessment.parts()[999].id; }).error().status() == UYTIN_NO_SUCH_ITEM);
}

} // namespace

int main() {
    TEST(values());
    TEST(ownership());
    TEST(errors());
    return check_done();
}
