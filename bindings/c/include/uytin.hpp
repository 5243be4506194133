// uytin for C++17: handles that free themselves, views, and exceptions that say what was wrong where.
//
// Header only, over uytin.h, whose rules on threads and units hold here too. Views (string_view, List) live as long as the
// object that they came from; asking a temporary for one does not compile. Functions throw uytin::Error; uytin::attempt
// gives a Result instead.
//
// A score is a proposal: a person decides. Show Policy::notice() with every score, and of an unrated subject the range.

#ifndef UYTIN_HPP
#define UYTIN_HPP

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "uytin.h"

namespace uytin {

/// A view of a text of the library.
inline std::string_view view(const uytin_str &text) noexcept {
    return text.ptr == nullptr ? std::string_view() : std::string_view(text.ptr, text.len);
}

/// A view for the library.
inline uytin_str str(std::string_view text) noexcept { return uytin_str{text.data() == nullptr ? "" : text.data(), text.size()}; }

/// What is wrong at one place.
struct Fault {
    std::string code, path, found, expected;
};

/// Why a call failed; what() is a line a fault.
class Error : public std::runtime_error {
  public:
    Error(uytin_status status, std::string message, std::vector<Fault> faults)
        : std::runtime_error(std::move(message)), status_(status), faults_(std::move(faults)) {}

    uytin_status status() const noexcept { return status_; }
    /// The stable code, the same in every language: out-of-range.
    std::string_view code() const noexcept { return faults_.empty() ? uytin_status_code(status_) : std::string_view(faults_[0].code); }
    /// The place of the first fault: a JSON path or the name of an argument.
    std::string_view path() const noexcept { return faults_.empty() ? std::string_view() : faults_[0].path; }
    std::string_view found() const noexcept { return faults_.empty() ? std::string_view() : faults_[0].found; }
    std::string_view expected() const noexcept { return faults_.empty() ? std::string_view() : faults_[0].expected; }
    /// Every fault, in the order of the document.
    const std::vector<Fault> &faults() const noexcept { return faults_; }

  private:
    uytin_status status_;
    std::vector<Fault> faults_;
};

namespace detail {

template <typename T, uytin_status (*FREE)(T *)> struct Free {
    void operator()(T *handle) const noexcept { FREE(handle); }
};
template <typename T, uytin_status (*FREE)(T *)> using Handle = std::unique_ptr<T, Free<T, FREE>>;

using ErrorHandle = Handle<uytin_error, uytin_error_free>;
using TextHandle = Handle<uytin_text, uytin_text_free>;

[[noreturn]] inline void raise(uytin_status status, uytin_error *raw) {
    const ErrorHandle error(raw);
    std::vector<Fault> faults;
    uytin_str message{nullptr, 0};
    std::size_t count = 0;
    if (error && uytin_error_message(error.get(), &message) == UYTIN_OK && uytin_error_fault_count(error.get(), &count) == UYTIN_OK) {
        faults.reserve(count);
        uytin_fault fault;
        for (std::size_t n = 0; n < count && uytin_error_fault(error.get(), n, &fault) == UYTIN_OK; n++)
            faults.push_back({std::string(view(fault.code)), std::string(view(fault.path)), std::string(view(fault.found)),
                              std::string(view(fault.expected))});
    }
    throw Error(status, message.ptr == nullptr ? uytin_status_code(status) : std::string(view(message)), std::move(faults));
}

/// Calls with a place for the error, and throws it.
template <typename F> void call(F &&f) {
    uytin_error *error = nullptr;
    const uytin_status status = std::forward<F>(f)(&error);
    if (status != UYTIN_OK) raise(status, error);
}

/// Calls what gives a handle.
template <typename H, typename F> H make(F &&f) {
    typename H::pointer handle = nullptr;
    call([&](uytin_error **error) { return f(&handle, error); });
    return H(handle);
}

/// What an owned text says.
inline std::string read(const TextHandle &handle) {
    uytin_str content{nullptr, 0};
    call([&](uytin_error **) { return uytin_text_view(handle.get(), &content); });
    return std::string(view(content));
}

/// Calls what gives an owned text.
template <typename F> std::string text(F &&f) { return read(make<TextHandle>(std::forward<F>(f))); }

/// Calls what fills a struct.
template <typename T, typename F> T fill(F &&f) {
    T out{};
    call([&](uytin_error **error) { return f(&out, error); });
    return out;
}

} // namespace detail

/// A value, or the error that took its place.
template <typename T> class Result {
  public:
    Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
    Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

    bool has_value() const noexcept { return state_.index() == 0; }
    explicit operator bool() const noexcept { return has_value(); }
    /// The value; throws the error where there is none.
    T &value() & { return has_value() ? *std::get_if<0>(&state_) : throw Error(error()); }
    T &&value() && { return std::move(value()); }
    T *operator->() { return &value(); }
    T &operator*() & { return value(); }
    /// The error; only where there is no value.
    const Error &error() const { return std::get<1>(state_); }

  private:
    std::variant<T, Error> state_;
};

/// Runs a call and gives its value or its error, instead of throwing.
template <typename F> auto attempt(F &&f) -> Result<decltype(f())> {
    try {
        return std::forward<F>(f)();
    } catch (const Error &error) {
        return error;
    }
}

/// A civil date.
class Date {
  public:
    /// Days after 1970-01-01.
    constexpr explicit Date(std::int32_t days) noexcept : days_(days) {}
    /// Reads YYYY-MM-DD.
    static Date parse(std::string_view text) {
        return Date(detail::fill<std::int32_t>(
            [&](std::int32_t *out, uytin_error **error) { return uytin_date_parse(text.data(), text.size(), out, error); }));
    }
    constexpr std::int32_t days() const noexcept { return days_; }
    /// YYYY-MM-DD.
    std::string str() const {
        char text[11];
        detail::call([&](uytin_error **error) { return uytin_date_format(days_, text, sizeof text, error); });
        return text;
    }
    friend constexpr bool operator==(Date a, Date b) noexcept { return a.days_ == b.days_; }
    friend constexpr bool operator!=(Date a, Date b) noexcept { return a.days_ != b.days_; }
    friend constexpr bool operator<(Date a, Date b) noexcept { return a.days_ < b.days_; }

  private:
    std::int32_t days_;
};

/// Points of 100, held as whole tenths.
class Points {
  public:
    constexpr explicit Points(std::int32_t tenths = 0) noexcept : tenths_(tenths) {}
    constexpr std::int32_t tenths() const noexcept { return tenths_; }
    constexpr double value() const noexcept { return tenths_ / 10.0; }
    /// With one decimal: 71.3.
    std::string str() const {
        const std::int32_t size = tenths_ < 0 ? -tenths_ : tenths_;
        return (tenths_ < 0 ? "-" : "") + std::to_string(size / 10) + "." + std::to_string(size % 10);
    }
    friend constexpr bool operator==(Points a, Points b) noexcept { return a.tenths_ == b.tenths_; }
    friend constexpr bool operator!=(Points a, Points b) noexcept { return a.tenths_ != b.tenths_; }
    friend constexpr bool operator<(Points a, Points b) noexcept { return a.tenths_ < b.tenths_; }

  private:
    std::int32_t tenths_;
};

/// A valid policy; a copy shares it. Any number of threads may use one.
class Policy {
  public:
    /// The reference policy: this project's defaults, not official weights of the Program.
    static Policy reference() { return Policy(detail::make<Handle>(uytin_policy_reference)); }
    /// Reads and checks a document; throws every fault.
    static Policy from_json(std::string_view json, const uytin_limits *limits = nullptr) {
        return Policy(detail::make<Handle>([&](uytin_policy **out, uytin_error **error) {
            return uytin_policy_from_json(json.data(), json.size(), limits, out, error);
        }));
    }
    /// Takes over a handle that a function of `uytin.h` gave.
    static Policy adopt(uytin_policy *raw) noexcept { return Policy(Handle(raw)); }

    Policy(const Policy &other)
        : handle_(detail::make<Handle>(
              [&](uytin_policy **out, uytin_error **error) { return uytin_policy_clone(other.handle_.get(), out, error); })) {}
    Policy(Policy &&) noexcept = default;
    Policy &operator=(Policy other) noexcept {
        handle_.swap(other.handle_);
        return *this;
    }

    std::string_view name() const & { return view(describe().name); }
    std::string_view version() const & { return view(describe().version); }
    std::string_view digest() const & { return view(describe().digest); }
    /// The RFC 8785 form.
    std::string_view canonical() const & { return view(describe().canonical); }
    /// What every surface that shows a score says, in English or Vietnamese.
    std::string_view notice(bool vietnamese = false) const & {
        const uytin_policy_info info = describe();
        return view(vietnamese ? info.notice_vi : info.notice_en);
    }
    std::string_view name() const && = delete;
    std::string_view version() const && = delete;
    std::string_view digest() const && = delete;
    std::string_view canonical() const && = delete;
    std::string_view notice(bool = false) const && = delete;

    const uytin_policy *get() const noexcept { return handle_.get(); }

  private:
    using Handle = detail::Handle<uytin_policy, uytin_policy_free>;
    explicit Policy(Handle handle) noexcept : handle_(std::move(handle)) {}
    uytin_policy_info describe() const {
        return detail::fill<uytin_policy_info>(
            [&](uytin_policy_info *out, uytin_error **error) { return uytin_policy_describe(handle_.get(), out, error); });
    }
    Handle handle_;
};

/// What every record has.
struct Record {
    std::string_view id, subject, source, source_class, criterion;
    Date date{0};
    std::optional<std::string_view> context{};
    std::uint32_t revision = 0;
    bool withdrawn = false;
};

/// What a finding has besides.
struct Finding {
    std::string_view severity;
    uytin_finding_status status = UYTIN_ALLEGED;
    std::uint64_t reach = 0;
    std::optional<std::string_view> incident{};
};

/// Records that merge without conflict. Any thread may use one at any time.
class Ledger {
  public:
    Ledger() : handle_(detail::make<Handle>(uytin_ledger_new)) {}
    Ledger(const Ledger &other)
        : handle_(detail::make<Handle>(
              [&](uytin_ledger **out, uytin_error **error) { return uytin_ledger_clone(other.handle_.get(), out, error); })) {}
    Ledger(Ledger &&) noexcept = default;
    Ledger &operator=(Ledger other) noexcept {
        handle_.swap(other.handle_);
        return *this;
    }
    /// Reads JSON Lines.
    static Ledger from_json_lines(std::string_view lines, const uytin_limits *limits = nullptr) {
        Ledger ledger;
        ledger.add_json_lines(lines, limits);
        return ledger;
    }

    Ledger &add_json(std::string_view json, const uytin_limits *limits = nullptr) {
        return add([&](uytin_error **error) { return uytin_ledger_add_json(handle_.get(), json.data(), json.size(), limits, error); });
    }
    Ledger &add_json_lines(std::string_view lines, const uytin_limits *limits = nullptr) {
        return add([&](uytin_error **error) { return uytin_ledger_add_json_lines(handle_.get(), lines.data(), lines.size(), limits, error); });
    }
    Ledger &add_json_array(std::string_view array, const uytin_limits *limits = nullptr) {
        return add([&](uytin_error **error) { return uytin_ledger_add_json_array(handle_.get(), array.data(), array.size(), limits, error); });
    }
    Ledger &add_observation(const Record &record, std::uint32_t passed, std::uint32_t failed) {
        const uytin_record head = head_of(record);
        return add([&](uytin_error **error) { return uytin_ledger_add_observation(handle_.get(), &head, passed, failed, error); });
    }
    Ledger &add_finding(const Record &record, const Finding &finding) {
        const uytin_record head = head_of(record);
        const uytin_finding body{str(finding.severity), optional(finding.incident), finding.reach, finding.status};
        return add([&](uytin_error **error) { return uytin_ledger_add_finding(handle_.get(), &head, &body, error); });
    }
    Ledger &add_credit(const Record &record, double amount = 1) {
        const uytin_record head = head_of(record);
        return add([&](uytin_error **error) { return uytin_ledger_add_credit(handle_.get(), &head, amount, error); });
    }
    Ledger &add_exemption(const Record &record) {
        const uytin_record head = head_of(record);
        return add([&](uytin_error **error) { return uytin_ledger_add_exemption(handle_.get(), &head, error); });
    }
    Ledger &merge(const Ledger &other) {
        return add([&](uytin_error **error) { return uytin_ledger_merge(handle_.get(), other.handle_.get(), error); });
    }
    /// Takes a record out, for trials of what would be without it; whether there was one.
    bool remove(std::string_view subject, std::string_view source, std::string_view id) {
        return detail::fill<std::uint8_t>([&](std::uint8_t *out, uytin_error **error) {
            return uytin_ledger_remove(handle_.get(), subject.data(), subject.size(), source.data(), source.size(), id.data(), id.size(), out,
                                       error);
        }) != 0;
    }
    std::size_t size() const { return measure().records; }
    std::size_t subject_count() const { return measure().subjects; }
    bool empty() const { return size() == 0; }
    /// The canonical JSON Lines.
    std::string to_bytes() const {
        return detail::text([&](uytin_text **out, uytin_error **error) { return uytin_ledger_to_bytes(handle_.get(), out, error); });
    }

    const uytin_ledger *get() const noexcept { return handle_.get(); }

  private:
    using Handle = detail::Handle<uytin_ledger, uytin_ledger_free>;
    static uytin_str optional(const std::optional<std::string_view> &text) noexcept { return text ? str(*text) : uytin_str{nullptr, 0}; }
    static uytin_record head_of(const Record &record) noexcept {
        return {str(record.id),        str(record.subject),      str(record.source), str(record.source_class),
                str(record.criterion), optional(record.context), record.date.days(), record.revision,
                record.withdrawn};
    }
    template <typename F> Ledger &add(F &&f) {
        detail::call(std::forward<F>(f));
        return *this;
    }
    uytin_ledger_size measure() const {
        return detail::fill<uytin_ledger_size>(
            [&](uytin_ledger_size *out, uytin_error **error) { return uytin_ledger_measure(handle_.get(), out, error); });
    }
    Handle handle_;
};

/// A list of an assessment: items are made as they are asked for, by value.
template <typename T> class List {
  public:
    class iterator {
      public:
        using iterator_category = std::input_iterator_tag;
        using value_type = T;
        using difference_type = std::ptrdiff_t;
        using pointer = void;
        using reference = T;
        iterator(const List &list, std::size_t index) noexcept : list_(list), index_(index) {}
        T operator*() const { return list_[index_]; }
        iterator &operator++() noexcept {
            ++index_;
            return *this;
        }
        iterator operator++(int) noexcept {
            iterator before = *this;
            ++index_;
            return before;
        }
        friend bool operator==(const iterator &a, const iterator &b) noexcept { return a.index_ == b.index_; }
        friend bool operator!=(const iterator &a, const iterator &b) noexcept { return a.index_ != b.index_; }

      private:
        List list_;
        std::size_t index_;
    };

    using Get = T (*)(const uytin_assessment *assessment, std::size_t parent, std::size_t index);
    List(const uytin_assessment *assessment, std::size_t parent, std::size_t size, Get get) noexcept
        : assessment_(assessment), parent_(parent), size_(size), get_(get) {}
    std::size_t size() const noexcept { return size_; }
    bool empty() const noexcept { return size_ == 0; }
    /// The item; throws no-such-item beyond the end.
    T operator[](std::size_t index) const { return get_(assessment_, parent_, index); }
    iterator begin() const noexcept { return iterator(*this, 0); }
    iterator end() const noexcept { return iterator(*this, size_); }

  private:
    const uytin_assessment *assessment_;
    std::size_t parent_, size_;
    Get get_;
};

namespace detail {

using Item = uytin_assessment;

/// An item of a list, by the function of the ABI that gives it.
template <typename T, typename Raw, uytin_status (*GET)(const Item *, std::size_t, Raw *, uytin_error **)>
T item(const Item *assessment, std::size_t, std::size_t index) {
    return T(assessment, index, fill<Raw>([&](Raw *out, uytin_error **error) { return GET(assessment, index, out, error); }));
}

/// An item of a list within an item of another.
template <typename T, typename Raw, uytin_status (*GET)(const Item *, std::size_t, std::size_t, Raw *, uytin_error **)>
T inner(const Item *assessment, std::size_t parent, std::size_t index) {
    return T(assessment, index, fill<Raw>([&](Raw *out, uytin_error **error) { return GET(assessment, parent, index, out, error); }));
}

inline std::string_view name(const Item *assessment, std::size_t list, std::size_t index) {
    return view(fill<uytin_str>([&](uytin_str *out, uytin_error **error) {
        return uytin_assessment_name(assessment, static_cast<std::int32_t>(list), index, out, error);
    }));
}

} // namespace detail

/// A record, named within its subject.
struct RecordKey {
    std::string_view source, id;
    RecordKey(const detail::Item *, std::size_t, const uytin_record_key &raw) noexcept : source(view(raw.source)), id(view(raw.id)) {}
};

/// A record and its date.
struct DatedKey : RecordKey {
    Date date;
    DatedKey(const detail::Item *item, std::size_t n, const uytin_dated_key &raw) noexcept : RecordKey(item, n, raw.record), date(raw.date) {}
};

/// A part of the score; all parts sum to it exactly.
struct Part {
    uytin_kind kind;
    std::string_view id, source;
    Points points;
    Part(const detail::Item *, std::size_t, const uytin_part &raw) noexcept
        : kind(raw.kind), id(view(raw.id)), source(view(raw.source)), points(raw.points) {}
};

/// A law or text that a reason rests on.
struct Basis : std::string_view {
    Basis(const detail::Item *, std::size_t, const uytin_str &raw) noexcept : std::string_view(view(raw)) {}
};

/// Why a part of the score is what it is.
struct Reason {
    std::string_view code;
    Part part;
    std::string_view text_en, text_vi, change_en, change_vi;
    List<DatedKey> records;
    std::size_t records_omitted;
    List<Basis> basis;
    Reason(const detail::Item *item, std::size_t n, const uytin_reason &raw) noexcept
        : code(view(raw.code)), part(item, n, raw.part), text_en(view(raw.text_en)), text_vi(view(raw.text_vi)),
          change_en(view(raw.change_en)), change_vi(view(raw.change_vi)),
          records(item, n, raw.records, detail::inner<DatedKey, uytin_dated_key, uytin_assessment_reason_record>),
          records_omitted(raw.records_omitted),
          basis(item, n, raw.basis, detail::inner<Basis, uytin_str, uytin_assessment_reason_basis>) {}
};

/// What triggered a measure.
struct Trigger {
    uytin_kind kind;
    std::string_view id, source;
    Trigger(const detail::Item *, std::size_t, const uytin_trigger &raw) noexcept
        : kind(raw.kind), id(view(raw.id)), source(view(raw.source)) {}
};

/// A proposed measure; a person decides.
struct Measure {
    std::string_view id;
    List<Trigger> triggers;
    std::optional<Date> until;
    Measure(const detail::Item *item, std::size_t n, const uytin_measure &raw) noexcept
        : id(view(raw.id)), triggers(item, n, raw.triggers, detail::inner<Trigger, uytin_trigger, uytin_assessment_trigger>),
          until(raw.has_until != 0 ? std::optional<Date>(Date(raw.until)) : std::nullopt) {}
};

/// A reason for a person to look.
struct Review {
    std::string_view code, text_en, text_vi;
    List<RecordKey> records;
    Review(const detail::Item *item, std::size_t n, const uytin_review &raw) noexcept
        : code(view(raw.code)), text_en(view(raw.text_en)), text_vi(view(raw.text_vi)),
          records(item, n, raw.records, detail::inner<RecordKey, uytin_record_key, uytin_assessment_review_record>) {}
};

/// The score of a pillar.
struct Pillar {
    std::string_view id;
    Points score;
    Pillar(const detail::Item *, std::size_t, const uytin_pillar &raw) noexcept : id(view(raw.id)), score(raw.score) {}
};

/// What the evidence says of a criterion.
struct Criterion {
    std::string_view id;
    double mean, lower, upper, coverage, favourable, adverse;
    Criterion(const detail::Item *, std::size_t, const uytin_criterion &raw) noexcept
        : id(view(raw.id)), mean(raw.mean), lower(raw.lower), upper(raw.upper), coverage(raw.coverage), favourable(raw.favourable),
          adverse(raw.adverse) {}
};

/// The mass of a credit.
struct Credit {
    std::string_view id;
    double mass;
    Credit(const detail::Item *, std::size_t, const uytin_credit &raw) noexcept : id(view(raw.id)), mass(raw.mass) {}
};

/// A record that does not count.
struct SetAside : RecordKey {
    std::string_view reason;
    SetAside(const detail::Item *item, std::size_t n, const uytin_set_aside &raw) noexcept
        : RecordKey(item, n, raw.record), reason(view(raw.reason)) {}
};

/// The result for one subject on one day under one policy: a proposal, a person decides.
class Assessment {
  public:
    using Handle = detail::Handle<uytin_assessment, uytin_assessment_free>;
    explicit Assessment(Handle handle)
        : handle_(std::move(handle)), summary_(detail::fill<uytin_summary>([&](uytin_summary *out, uytin_error **error) {
              return uytin_assessment_describe(handle_.get(), out, error);
          })) {}

    Points score() const noexcept { return Points(summary_.score); }
    Points lower() const noexcept { return Points(summary_.lower); }
    Points upper() const noexcept { return Points(summary_.upper); }
    /// The score if all pending findings were upheld.
    Points score_if_upheld() const noexcept { return Points(summary_.score_if_upheld); }
    double coverage() const noexcept { return summary_.coverage; }
    /// Where false, show "not rated" and the range instead of the score.
    bool rated() const noexcept { return summary_.rated != 0; }
    /// Whether a person must look.
    bool human_review() const noexcept { return summary_.human_review != 0; }
    Date as_of() const noexcept { return Date(summary_.as_of); }
    Date valid_until() const noexcept { return Date(summary_.valid_until); }
    /// Compact JSON, the same bytes in every language.
    std::string to_json() const {
        return detail::text([&](uytin_text **out, uytin_error **error) { return uytin_assessment_to_json(handle_.get(), out, error); });
    }
    /// The receipt: canonical JSON.
    std::string receipt() const {
        return detail::text([&](uytin_text **out, uytin_error **error) { return uytin_assessment_receipt(handle_.get(), out, error); });
    }

    std::string_view subject() const & noexcept { return view(summary_.subject); }
    std::string_view tier() const & noexcept { return view(summary_.tier); }
    std::optional<std::string_view> previous_tier() const & noexcept {
        return summary_.previous_tier.ptr == nullptr ? std::nullopt : std::optional(view(summary_.previous_tier));
    }
    std::string_view ledger_digest() const & noexcept { return view(summary_.ledger_digest); }
    std::string_view policy_digest() const & noexcept { return view(summary_.policy_digest); }
    std::string_view notice(bool vietnamese = false) const & noexcept { return view(vietnamese ? summary_.notice_vi : summary_.notice_en); }
    List<Part> parts() const & { return list(UYTIN_PARTS, detail::item<Part, uytin_part, uytin_assessment_part>); }
    List<Reason> reasons() const & { return list(UYTIN_REASONS, detail::item<Reason, uytin_reason, uytin_assessment_reason>); }
    List<Measure> measures() const & { return list(UYTIN_MEASURES, detail::item<Measure, uytin_measure, uytin_assessment_measure>); }
    List<Review> reviews() const & { return list(UYTIN_REVIEWS, detail::item<Review, uytin_review, uytin_assessment_review>); }
    List<Pillar> pillars() const & { return list(UYTIN_PILLARS, detail::item<Pillar, uytin_pillar, uytin_assessment_pillar>); }
    List<Criterion> criteria() const & {
        return list(UYTIN_CRITERIA, detail::item<Criterion, uytin_criterion, uytin_assessment_criterion>);
    }
    List<Credit> credits() const & { return list(UYTIN_CREDITS, detail::item<Credit, uytin_credit, uytin_assessment_credit>); }
    List<RecordKey> pending() const & {
        return list(UYTIN_PENDING, detail::item<RecordKey, uytin_record_key, uytin_assessment_pending>);
    }
    List<SetAside> set_aside() const & {
        return list(UYTIN_SET_ASIDE, detail::item<SetAside, uytin_set_aside, uytin_assessment_set_aside>);
    }
    List<std::string_view> exempt() const & { return list(UYTIN_EXEMPT, detail::name); }
    List<std::string_view> favourable_sectors() const & { return list(UYTIN_FAVOURABLE_SECTORS, detail::name); }
    List<std::string_view> adverse_sectors() const & { return list(UYTIN_ADVERSE_SECTORS, detail::name); }

    std::string_view subject() const && = delete;
    std::string_view tier() const && = delete;
    std::optional<std::string_view> previous_tier() const && = delete;
    std::string_view ledger_digest() const && = delete;
    std::string_view policy_digest() const && = delete;
    std::string_view notice(bool = false) const && = delete;
    List<Part> parts() const && = delete;
    List<Reason> reasons() const && = delete;
    List<Measure> measures() const && = delete;
    List<Review> reviews() const && = delete;
    List<Pillar> pillars() const && = delete;
    List<Criterion> criteria() const && = delete;
    List<Credit> credits() const && = delete;
    List<RecordKey> pending() const && = delete;
    List<SetAside> set_aside() const && = delete;
    List<std::string_view> exempt() const && = delete;
    List<std::string_view> favourable_sectors() const && = delete;
    List<std::string_view> adverse_sectors() const && = delete;

    const uytin_assessment *get() const noexcept { return handle_.get(); }

  private:
    template <typename T> List<T> list(uytin_list list, T (*get)(const uytin_assessment *, std::size_t, std::size_t)) const {
        const std::size_t size = detail::fill<std::size_t>(
            [&](std::size_t *out, uytin_error **error) { return uytin_assessment_count(handle_.get(), list, out, error); });
        return List<T>(handle_.get(), static_cast<std::size_t>(list), size, get);
    }
    Handle handle_;
    uytin_summary summary_;
};

/// Score, interval, coverage and tier; the tier is the bound ledger's.
struct Score {
    Points score, lower, upper;
    double coverage;
    std::string_view tier;
    bool rated;
};

/// The records of a ledger at one moment, bound to a policy. Any number of threads may use one.
class Bound {
  public:
    Bound(const Policy &policy, const Ledger &ledger)
        : handle_(detail::make<Handle>(
              [&](uytin_bound **out, uytin_error **error) { return uytin_bind(policy.get(), ledger.get(), out, error); })) {}
    Bound(const Policy &policy, const Ledger &ledger, std::string_view subject)
        : handle_(detail::make<Handle>([&](uytin_bound **out, uytin_error **error) {
              return uytin_bind_subject(policy.get(), ledger.get(), subject.data(), subject.size(), out, error);
          })) {}

    /// The subjects that have a record, in order of their bytes.
    std::vector<std::string_view> subjects() const & {
        const std::size_t count = detail::fill<std::size_t>(
            [&](std::size_t *out, uytin_error **error) { return uytin_bound_count(handle_.get(), out, error); });
        std::vector<std::string_view> subjects;
        subjects.reserve(count);
        for (std::size_t n = 0; n < count; n++)
            subjects.push_back(view(detail::fill<uytin_str>(
                [&](uytin_str *out, uytin_error **error) { return uytin_bound_subject(handle_.get(), n, out, error); })));
        return subjects;
    }
    std::vector<std::string_view> subjects() const && = delete;

    /// Without allocation. No subject means the only one.
    Score score(std::optional<std::string_view> subject, Date as_of, std::optional<std::string_view> previous_tier = std::nullopt) const & {
        const auto [name, previous] = texts(subject, previous_tier);
        const auto raw = detail::fill<uytin_score_result>([&, name = name, previous = previous](uytin_score_result *out, uytin_error **error) {
            return uytin_score(handle_.get(), name.ptr, name.len, as_of.days(), previous.ptr, previous.len, out, error);
        });
        return {Points(raw.score), Points(raw.lower), Points(raw.upper), raw.coverage, view(raw.tier), raw.rated != 0};
    }
    Score score(std::optional<std::string_view>, Date, std::optional<std::string_view> = std::nullopt) const && = delete;

    /// Explained. No subject means the only one.
    Assessment assess(std::optional<std::string_view> subject, Date as_of, std::optional<std::string_view> previous_tier = std::nullopt) const {
        const auto [name, previous] = texts(subject, previous_tier);
        return Assessment(detail::make<Assessment::Handle>(
            [&, name = name, previous = previous](uytin_assessment **out, uytin_error **error) {
                return uytin_assess(handle_.get(), name.ptr, name.len, as_of.days(), previous.ptr, previous.len, out, error);
            }));
    }

    /// What reaches each tier above: JSON. Further checks come from the classes given.
    std::string paths(std::optional<std::string_view> subject, Date as_of, const std::vector<std::string_view> &classes,
                      std::optional<std::string_view> previous_tier = std::nullopt) const {
        return tool(uytin_paths, subject, as_of, classes, previous_tier);
    }
    /// The assessment without some records, each named `source/id`, and what differs: JSON.
    std::string contest(std::optional<std::string_view> subject, Date as_of, const std::vector<std::string_view> &records,
                        std::optional<std::string_view> previous_tier = std::nullopt) const {
        return tool(uytin_contest, subject, as_of, records, previous_tier);
    }

    /// The statement of reasons for the person whom it is about: Markdown, or a page of HTML.
    std::string statement(std::optional<std::string_view> subject, Date as_of, const uytin_statement_details *details = nullptr,
                          std::optional<std::string_view> previous_tier = std::nullopt) const {
        const auto [name, previous] = texts(subject, previous_tier);
        return detail::text([&, name = name, previous = previous](uytin_text **out, uytin_error **error) {
            return uytin_statement(handle_.get(), name.ptr, name.len, as_of.days(), previous.ptr, previous.len, details, out, error);
        });
    }

    const uytin_bound *get() const noexcept { return handle_.get(); }

  private:
    using Handle = detail::Handle<uytin_bound, uytin_bound_free>;
    template <typename Call>
    std::string tool(Call call, std::optional<std::string_view> subject, Date as_of, const std::vector<std::string_view> &list,
                     std::optional<std::string_view> previous_tier) const {
        const auto [name, previous] = texts(subject, previous_tier);
        std::vector<uytin_str> views;
        views.reserve(list.size());
        for (const auto &text : list) views.push_back(str(text));
        return detail::text([&, name = name, previous = previous](uytin_text **out, uytin_error **error) {
            return call(handle_.get(), name.ptr, name.len, as_of.days(), previous.ptr, previous.len, views.data(), views.size(), out, error);
        });
    }
    static std::pair<uytin_str, uytin_str> texts(const std::optional<std::string_view> &subject,
                                                 const std::optional<std::string_view> &previous_tier) noexcept {
        const uytin_str none{nullptr, 0};
        return {subject ? str(*subject) : none, previous_tier ? str(*previous_tier) : none};
    }
    Handle handle_;
};

/// A place where a receipt and its recomputation differ.
struct Difference {
    std::string path, found, expected;
};

/// Recomputes a receipt and gives what differs: nothing where it is verified.
inline std::vector<Difference> verify(const Policy &policy, const Ledger &ledger, std::string_view receipt) {
    using Handle = detail::Handle<uytin_verification, uytin_verification_free>;
    const auto handle = detail::make<Handle>([&](uytin_verification **out, uytin_error **error) {
        return uytin_verify(policy.get(), ledger.get(), receipt.data(), receipt.size(), out, error);
    });
    const auto summary = detail::fill<uytin_verification_summary>([&](uytin_verification_summary *out, uytin_error **error) {
        return uytin_verification_describe(handle.get(), out, error);
    });
    std::vector<Difference> differences;
    for (std::size_t n = 0; n < summary.differences; n++) {
        const auto raw = detail::fill<uytin_difference>([&](uytin_difference *out, uytin_error **error) {
            return uytin_verification_difference(handle.get(), n, out, error);
        });
        differences.push_back({std::string(view(raw.path)), std::string(view(raw.found)), std::string(view(raw.expected))});
    }
    return differences;
}

/// What differs between policies, and what each change makes stricter or laxer: JSON.
inline std::string diff(const Policy &from, const Policy &to) {
    return detail::text([&](uytin_text **out, uytin_error **error) { return uytin_policy_diff(from.get(), to.get(), out, error); });
}

/// The subjects that meet a brief, ranked, as JSON; and those that do not, each with the first condition that it fails, as JSON Lines.
struct Shortlist {
    std::string listed;
    std::string left_out;
};

/// The subjects that meet a brief; `subjects` are those of which more is known than their records.
inline Shortlist shortlist(const Policy &policy, const Ledger &ledger, std::string_view brief, Date as_of,
                           const std::vector<uytin_subject> &subjects = {}) {
    uytin_text *raw = nullptr;
    auto listed = detail::text([&](uytin_text **out, uytin_error **error) {
        return uytin_shortlist(policy.get(), ledger.get(), brief.data(), brief.size(), as_of.days(), subjects.data(), subjects.size(), &raw, out,
                               error);
    });
    return {std::move(listed), detail::read(detail::TextHandle(raw))};
}

/// What a change of policy does to the subjects of a ledger, and to their groups where `subjects` have some: JSON.
inline std::string impact(const Policy &from, const Policy &to, const Ledger &ledger, Date as_of, const std::vector<uytin_subject> &subjects = {}) {
    return detail::text([&](uytin_text **out, uytin_error **error) {
        return uytin_impact(from.get(), to.get(), ledger.get(), as_of.days(), subjects.data(), subjects.size(), out, error);
    });
}

/// A calibration: the report as JSON, and the fitted policy. Fitted values are estimates, not official weights of the Program.
struct Calibration {
    std::string report;
    Policy fitted;
};

/// Fits a policy to the records of a ledger, and tries it on what came after; `settings` is JSON.
inline Calibration calibrate(const Policy &policy, const Ledger &ledger, std::string_view settings = {}) {
    uytin_policy *raw = nullptr;
    const auto report = detail::make<detail::TextHandle>([&](uytin_text **out, uytin_error **error) {
        return uytin_calibrate(policy.get(), ledger.get(), settings.data(), settings.size(), &raw, out, error);
    });
    auto fitted = Policy::adopt(raw);
    return {detail::read(report), std::move(fitted)};
}

/// Compares groups of an assessed population: JSON. `policy` is that of the scores; `settings` is JSON.
inline std::string fairness(const Policy &policy, const std::vector<uytin_member> &members, std::string_view settings = {}) {
    return detail::text([&](uytin_text **out, uytin_error **error) {
        return uytin_fairness(policy.get(), members.data(), members.size(), settings.data(), settings.size(), out, error);
    });
}

/// How far attacks can move a score, beside the bounds of the model: JSON. The subjects of `ledger`, where one is given, are attacked
/// besides a stated ledger and random ones; `settings` is JSON.
inline std::string attacks(const Policy &policy, Date as_of, const Ledger *ledger = nullptr, std::string_view settings = {}) {
    return detail::text([&](uytin_text **out, uytin_error **error) {
        return uytin_attacks(policy.get(), ledger ? ledger->get() : nullptr, as_of.days(), settings.data(), settings.size(), out, error);
    });
}

/// How often the nominal interval of a criterion holds the truth, by simulation: JSON; `settings` is JSON.
inline std::string interval_coverage(const Policy &policy, std::string_view settings = {}) {
    return detail::text([&](uytin_text **out, uytin_error **error) {
        return uytin_interval_coverage(policy.get(), settings.data(), settings.size(), out, error);
    });
}

/// One call, JSON in and JSON out.
inline std::string assess_json(std::string_view request, const uytin_limits *limits = nullptr) {
    return detail::text([&](uytin_text **out, uytin_error **error) {
        return uytin_assess_json(request.data(), request.size(), limits, out, error);
    });
}

/// The catalogue of codes and their texts: JSON.
inline std::string_view catalogue() {
    return view(detail::fill<uytin_str>([](uytin_str *out, uytin_error **) { return uytin_catalogue(out); }));
}

/// The version of the engine.
inline std::string_view version() noexcept { return uytin_version(); }

/// Whether the library that is loaded has the ABI of this header.
inline bool abi_matches() noexcept { return uytin_abi_version() == UYTIN_ABI_VERSION; }

} // namespace uytin

#endif
