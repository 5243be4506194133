// A moderation filter: a stream of records in, decision support out.
//
//     cmake -S . -B build && cmake --build build
//     build/moderate 2026-11-21 < ../data/creators.jsonl
//
// After each record it says what changed for that creator: the tier, the measures that the policy proposes, why a person must
// look. It decides nothing. A bad line is reported with its place and passed over; the exit code is then 1.

#include <iostream>
#include <map>
#include <string>

#include <uytin.hpp>

namespace {

// One line: of an unrated creator the range that is possible, not the score, which is the prior's.
std::string headline(const uytin::Assessment &assessment) {
    const auto range = assessment.lower().str() + " to " + assessment.upper().str();
    const std::string subject(assessment.subject());
    if (!assessment.rated()) return subject + ": not rated (" + range + " possible)";
    return subject + ": " + assessment.score().str() + " (" + range + "), " + std::string(assessment.tier());
}

struct Known {
    std::string tier, proposal;
};

// What the policy proposes and asks of a person, a line each.
std::string proposal(const uytin::Assessment &assessment) {
    std::string text;
    for (const auto measure : assessment.measures()) {
        text += "  proposed: ";
        text += measure.id;
        if (measure.until) text += " until " + measure.until->str();
        for (const auto trigger : measure.triggers) {
            text += trigger.kind == UYTIN_FINDING ? ", finding " : trigger.kind == UYTIN_CRITERION ? ", criterion " : ", tier ";
            text += trigger.id;
        }
        text += '\n';
    }
    for (const auto review : assessment.reviews()) {
        text += "  a person must look: ";
        text += review.text_en;
        text += '\n';
    }
    return text;
}

} // namespace

int main(int argc, char **argv) try {
    if (argc != 2) {
        std::cerr << "usage: moderate YYYY-MM-DD < RECORDS.jsonl\n";
        return 2;
    }
    const auto as_of = uytin::Date::parse(argv[1]);
    const auto policy = uytin::Policy::reference();
    uytin::Ledger ledger;
    std::map<std::string, Known> known;
    std::size_t number = 0, bad = 0;
    for (std::string line; std::getline(std::cin, line);) {
        number++;
        uytin::Ledger one;
        const auto added = uytin::attempt([&] { return one.add_json_lines(line).size(); });
        if (!added) {
            bad++;
            std::cerr << "moderate: record " << number << ": " << added.error().path() << ": found " << added.error().found()
                      << ", expected " << added.error().expected() << '\n';
            continue;
        }
        if (one.empty()) continue;
        const uytin::Bound filed(policy, one);
        const std::string subject(filed.subjects().front());
        ledger.merge(one);
        Known &before = known[subject];
        const auto previous = before.tier.empty() ? std::nullopt : std::optional<std::string_view>(before.tier);
        const auto assessment = uytin::Bound(policy, ledger, subject).assess(subject, as_of, previous);
        const auto now = proposal(assessment);
        if (assessment.tier() != before.tier || now != before.proposal) {
            std::cout << "record " << number << ", " << headline(assessment) << '\n' << now;
            if (assessment.human_review() && !assessment.reasons().empty()) {
                const auto reason = assessment.reasons()[0];
                std::cout << "  first reason: " << reason.text_en << " (" << reason.part.points.str() << " points)\n";
            }
        }
        before = {std::string(assessment.tier()), now};
    }

    // The same ledger in any order gives the same result.
    std::cout << "\nas of " << as_of.str() << '\n';
    const uytin::Bound bound(policy, ledger);
    for (const auto subject : bound.subjects()) std::cout << headline(bound.assess(subject, as_of)) << '\n';
    std::cout << policy.notice() << '\n';
    return bad == 0 ? 0 : 1;
} catch (const uytin::Error &error) {
    std::cerr << "moderate: " << error.what() << '\n';
    return 2;
}
