/*
 * uytin: scores the credibility of influencers for the Influencer Credibility Program, explained.
 *
 * A score is a proposal: a person decides. Weights of the reference policy are this project's defaults, not official
 * (uytin_policy_info.notice_en says so; show it with every score). Of an unrated subject show the range, not the score.
 *
 * Made by `cargo xtask c-header` from bindings/c/src; do not edit.
 *
 * Rules that hold for every function
 *
 * - Results: a uytin_status, 0 for success. Outputs are written on success alone; on failure they stay as they were.
 * - Errors: the last argument, where it is a `uytin_error **`, may be null. If not, a failure writes a new error there,
 *   which the caller frees with uytin_error_free; success leaves it as it was.
 * - "The pointers'" errors: UYTIN_NULL_POINTER, UYTIN_MISALIGNED_POINTER, UYTIN_WRONG_HANDLE and, of texts,
 *   UYTIN_WRONG_LENGTH. A handle is told by its first word. UYTIN_PANIC is possible anywhere and means a defect.
 * - Texts in: a pointer and a length in bytes, UTF-8, no NUL needed; they are copied where they are kept. Null with
 *   length 0 is the empty text, or none where the function says so.
 * - Texts out: uytin_str views that live as long as the handle they came from, or uytin_text handles of the caller's.
 * - Handles: freed once, by the function of their type; null is freed without effect. A handle may outlive those that it
 *   was made of. Freeing moves no other handle.
 * - Threads: no global state, no thread-local state. Every function may run on any thread at any time; the caller sees to
 *   it that nobody uses a handle while or after it is freed.
 * - Units: dates are days after 1970-01-01 of the civil calendar, points are whole tenths (713 is 71.3 of 100).
 *
 * What remains the caller's duty, because no library can check it: that a non-null pointer points to memory of the said
 * type and length which nobody changes meanwhile, that a handle is not used after it was freed, and memory enough: when
 * it ends, the process is aborted. The host's panic message (on standard error) is left as it is.
 */

#ifndef UYTIN_H
#define UYTIN_H

#include <stddef.h>
#include <stdint.h>

// The number of this ABI. A program that was built for one number runs with any library of the same number: functions,
// status codes and enumerators may be added to it, nothing else changes.
#define UYTIN_ABI_VERSION 0

// How a call ended. The numbers are stable; one that is retired is not used again.
enum uytin_status
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    // Done.
    UYTIN_OK = 0,
    // A pointer that must not be null is null.
    UYTIN_NULL_POINTER = 1,
    // A pointer is not aligned for what it should point to.
    UYTIN_MISALIGNED_POINTER = 2,
    // A handle is of another type, or was freed.
    UYTIN_WRONG_HANDLE = 3,
    // A length that no object can have, or a buffer that is too short.
    UYTIN_WRONG_LENGTH = 4,
    // An index is not below the length of its list.
    UYTIN_NO_SUCH_ITEM = 5,
    // A defect of the library; nothing was written.
    UYTIN_PANIC = 6,
    // The input was refused with a code that has no number of its own: see `uytin_error_fault`.
    UYTIN_REFUSED = 100,
    // The bytes are not UTF-8.
    UYTIN_NOT_UTF8 = 101,
    // The text is not JSON.
    UYTIN_NOT_JSON = 102,
    // The text nests deeper than the limit.
    UYTIN_TOO_DEEP = 103,
    // The text is longer than the limit.
    UYTIN_TOO_LONG = 104,
    // A value has the wrong JSON type.
    UYTIN_WRONG_TYPE = 105,
    // A number lies outside its range or has more decimals than allowed.
    UYTIN_OUT_OF_RANGE = 106,
    // A text is empty where it may not be.
    UYTIN_EMPTY = 107,
    // A value is none of those that may stand there.
    UYTIN_UNKNOWN_VALUE = 108,
    // A text or number is no date of the calendar.
    UYTIN_NOT_A_DATE = 109,
    // A required field is missing.
    UYTIN_MISSING_FIELD = 110,
    // A field that the format does not have.
    UYTIN_UNKNOWN_FIELD = 111,
    // A field that belongs to other record types only.
    UYTIN_MISPLACED_FIELD = 112,
    // A key stands twice in one object.
    UYTIN_DUPLICATE_KEY = 113,
    // An id stands twice.
    UYTIN_DUPLICATE_ID = 114,
    // A name that nothing defines.
    UYTIN_UNKNOWN_NAME = 115,
    // A list that must run in one direction does not.
    UYTIN_NOT_ORDERED = 116,
    // Numbers that are each allowed do not go together.
    UYTIN_INCONSISTENT = 117,
    // A limit on size is exceeded.
    UYTIN_TOO_MANY = 118,
    // The subject must be named, because the ledger holds none or several.
    UYTIN_NO_SUBJECT = 119,
    // A receipt is not in its canonical form.
    UYTIN_MISMATCH = 120,
    // A file or stream cannot be read or written.
    UYTIN_IO = 121,
    // The caller stopped the work.
    UYTIN_CANCELLED = 122,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum uytin_status uytin_status;
#else
typedef int32_t uytin_status;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// What a part of the score comes from, or what triggered a measure.
enum uytin_kind
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    // What is assumed without evidence.
    UYTIN_BASELINE = 0,
    // A criterion.
    UYTIN_CRITERION = 1,
    // A credit.
    UYTIN_CREDIT = 2,
    // A finding.
    UYTIN_FINDING = 3,
    // A tier.
    UYTIN_TIER = 4,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum uytin_kind uytin_kind;
#else
typedef int32_t uytin_kind;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// Where the proceedings of a finding stand.
enum uytin_finding_status
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    // Claimed, not decided: weighs nothing.
    UYTIN_ALLEGED = 0,
    // Decided.
    UYTIN_UPHELD = 1,
    // Decided and contested.
    UYTIN_UNDER_APPEAL = 2,
    // Decided and made good.
    UYTIN_REMEDIED = 3,
    // Decided to be unfounded: weighs nothing.
    UYTIN_OVERTURNED = 4,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum uytin_finding_status uytin_finding_status;
#else
typedef int32_t uytin_finding_status;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// The lists of an assessment, for `uytin_assessment_count`.
enum uytin_list
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    // `uytin_assessment_part`
    UYTIN_PARTS = 0,
    // `uytin_assessment_reason`
    UYTIN_REASONS = 1,
    // `uytin_assessment_measure`
    UYTIN_MEASURES = 2,
    // `uytin_assessment_review`
    UYTIN_REVIEWS = 3,
    // `uytin_assessment_pillar`
    UYTIN_PILLARS = 4,
    // `uytin_assessment_criterion`
    UYTIN_CRITERIA = 5,
    // `uytin_assessment_credit`
    UYTIN_CREDITS = 6,
    // `uytin_assessment_pending`
    UYTIN_PENDING = 7,
    // `uytin_assessment_set_aside`
    UYTIN_SET_ASIDE = 8,
    // `uytin_assessment_name`: criteria that do not apply to this subject.
    UYTIN_EXEMPT = 9,
    // `uytin_assessment_name`: sectors whose evidence is favourable.
    UYTIN_FAVOURABLE_SECTORS = 10,
    // `uytin_assessment_name`: sectors whose evidence is adverse.
    UYTIN_ADVERSE_SECTORS = 11,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum uytin_list uytin_list;
#else
typedef int32_t uytin_list;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// The result for one subject on one day under one policy: a proposal, a person decides. Owned by the caller, who frees
// it with `uytin_assessment_free`; immutable, for any number of threads.
typedef struct uytin_assessment uytin_assessment;

// The records of a ledger at one moment, bound to a policy: resolved once, scored as often as asked. Owned by the
// caller, who frees it with `uytin_bound_free`; immutable, for any number of threads. It keeps what it needs of policy
// and ledger, so both may change or be freed.
typedef struct uytin_bound uytin_bound;

// Why a call failed. Owned by the caller, who frees it with `uytin_error_free`; immutable, for any thread.
typedef struct uytin_error uytin_error;

// Records of any number of subjects, which merge without conflict. Owned by the caller, who frees it with
// `uytin_ledger_free`. Any thread may call at any time: writers of one ledger wait for each other.
typedef struct uytin_ledger uytin_ledger;

// A valid policy. Owned by the caller, who frees it with `uytin_policy_free`; immutable, for any number of threads.
// What was made of it (bound ledgers, assessments) shares it and may outlive it.
typedef struct uytin_policy uytin_policy;

// Text that the caller owns and frees with `uytin_text_free`; immutable, for any thread.
typedef struct uytin_text uytin_text;

// What verifying a receipt found. Owned by the caller, who frees it with `uytin_verification_free`; immutable, for any
// thread.
typedef struct uytin_verification uytin_verification;

// A view of UTF-8 text, `len` bytes from `ptr` on, without a NUL at its end. `ptr` is null where there is no text.
typedef struct uytin_str {
    // The first byte.
    const char *ptr;
    // Bytes.
    size_t len;
} uytin_str;

// One fault. The texts are the error's and live as long as it.
typedef struct uytin_fault {
    // The stable code, the same in every language: `out-of-range`.
    struct uytin_str code;
    // The place: the JSON path (`$.date`), or the name of the argument; empty where there is none.
    struct uytin_str path;
    // What stood there; user input in backticks, cut where it is long.
    struct uytin_str found;
    // What was expected.
    struct uytin_str expected;
} uytin_fault;

// Sizes beyond which input is refused. 0 stands for the default of each.
typedef struct uytin_limits {
    // The longest record, in bytes of JSON (default 1,048,576).
    uint64_t line_bytes;
    // The most records of one subject in what one call reads (default 16,777,216).
    uint64_t records_per_subject;
    // The longest policy, in bytes of JSON (default 1,048,576).
    uint64_t policy_bytes;
    // The deepest nesting of a policy (default 32, at most 127).
    uint64_t depth;
} uytin_limits;

// What a policy says of itself. The texts are the policy's and live as long as it.
typedef struct uytin_policy_info {
    // The policy's name.
    struct uytin_str name;
    // The policy's version.
    struct uytin_str version;
    // SHA-256 of the RFC 8785 form of the document as read: `sha256:` and lower-case hexadecimal.
    struct uytin_str digest;
    // The RFC 8785 form of the document as read: JSON.
    struct uytin_str canonical;
    // What every surface that shows a score says, in English.
    struct uytin_str notice_en;
    // What every surface that shows a score says, in Vietnamese.
    struct uytin_str notice_vi;
    // Days for which an assessment is valid.
    uint32_t validity_days;
} uytin_policy_info;

// What every record has. Texts are UTF-8 and are copied; `ptr` null is an empty text, of `context` none.
typedef struct uytin_record {
    // Unique within (subject, source); not empty.
    struct uytin_str id;
    // The creator who is assessed: an opaque id, never a name.
    struct uytin_str subject;
    // Who says it. That the source is who it says is the caller's to authenticate.
    struct uytin_str source;
    // What kind of body the source is: a source class of the policy.
    struct uytin_str source_class;
    // A criterion of the policy; of a credit, one of its credits.
    struct uytin_str criterion;
    // Where the conduct took place; none where `ptr` is null.
    struct uytin_str context;
    // When it was observed; of a finding, decided: days after 1970-01-01.
    int32_t date;
    // A higher revision replaces the record.
    uint32_t revision;
    // Whether the source takes the record back: 0 or 1.
    uint8_t withdrawn;
} uytin_record;

// What a finding has besides.
typedef struct uytin_finding {
    // One of the policy's severities.
    struct uytin_str severity;
    // Findings with one incident, of whatever source, are one event; none where `ptr` is null.
    struct uytin_str incident;
    // People who saw it, from 0 to 2^53 - 1.
    uint64_t reach;
    // A `uytin_finding_status`.
    int32_t status;
} uytin_finding;

// How large a ledger is.
typedef struct uytin_ledger_size {
    // Current records.
    size_t records;
    // Subjects that have a record.
    size_t subjects;
} uytin_ledger_size;

// Score, interval, coverage and tier. `tier` is the bound ledger's and lives as long as it.
typedef struct uytin_score_result {
    // The tier: one of the policy's, `standard` or `unrated`.
    struct uytin_str tier;
    // How far evidence, not the prior, makes the score, in [0, 1].
    double coverage;
    // The score in tenths of a point, from 0 to 1000. Where `rated` is 0 it is the prior's, not the subject's: show
    // "not rated" and the range instead.
    int32_t score;
    // The lower bound in tenths of a point.
    int32_t lower;
    // The upper bound in tenths of a point.
    int32_t upper;
    // 1 where the subject is rated, else 0.
    uint8_t rated;
} uytin_score_result;

// An assessment as a whole. The texts are the assessment's and live as long as it.
typedef struct uytin_summary {
    // The subject.
    struct uytin_str subject;
    // The tier: one of the policy's, `standard` or `unrated`.
    struct uytin_str tier;
    // The tier that the subject had, as given; null where none was.
    struct uytin_str previous_tier;
    // SHA-256 of the subject's current records.
    struct uytin_str ledger_digest;
    // SHA-256 of the policy.
    struct uytin_str policy_digest;
    // What every surface that shows the score says, in English.
    struct uytin_str notice_en;
    // What every surface that shows the score says, in Vietnamese.
    struct uytin_str notice_vi;
    // How far evidence, not the prior, makes the score, in [0, 1].
    double coverage;
    // The score in tenths of a point, from 0 to 1000. Where `rated` is 0 it is the prior's, not the subject's: show
    // "not rated" and the range instead.
    int32_t score;
    // The lower bound in tenths of a point.
    int32_t lower;
    // The upper bound in tenths of a point.
    int32_t upper;
    // The score in tenths if all pending findings were upheld; `score` where none is pending.
    int32_t score_if_upheld;
    // The day of assessment, in days after 1970-01-01.
    int32_t as_of;
    // The last day on which the assessment is valid, in days after 1970-01-01.
    int32_t valid_until;
    // 1 where the subject is rated, else 0.
    uint8_t rated;
    // 1 where a person must look, else 0.
    uint8_t human_review;
} uytin_summary;

// A part of the score; the points of all parts sum to the score exactly.
typedef struct uytin_part {
    // `baseline`, the criterion, the credit or the finding.
    struct uytin_str id;
    // The source of the finding, else null.
    struct uytin_str source;
    // Tenths of a point; negative where it costs.
    int32_t points;
    // What it comes from.
    uytin_kind kind;
} uytin_part;

// Why a part of the score is what it is.
typedef struct uytin_reason {
    // The stable code: `criterion-adverse`.
    struct uytin_str code;
    // The part that it explains.
    struct uytin_part part;
    // What happened, in English.
    struct uytin_str text_en;
    // What happened, in Vietnamese.
    struct uytin_str text_vi;
    // What would change it, in English.
    struct uytin_str change_en;
    // What would change it, in Vietnamese.
    struct uytin_str change_vi;
    // How many records `uytin_assessment_reason_record` gives, at most 100.
    size_t records;
    // How many further records it rests on.
    size_t records_omitted;
    // How many laws and texts `uytin_assessment_reason_basis` gives.
    size_t basis;
} uytin_reason;

// A record, named within its subject.
typedef struct uytin_record_key {
    // Its source.
    struct uytin_str source;
    // Its id.
    struct uytin_str id;
} uytin_record_key;

// A record that a reason rests on.
typedef struct uytin_dated_key {
    // The record.
    struct uytin_record_key record;
    // Its date, in days after 1970-01-01.
    int32_t date;
} uytin_dated_key;

// A proposed measure; a person decides.
typedef struct uytin_measure {
    // The measure's id in the policy.
    struct uytin_str id;
    // How many triggers `uytin_assessment_trigger` gives.
    size_t triggers;
    // Where `has_until` is 1, the first day on which none of the findings that trigger it is in force, in days after
    // 1970-01-01; else 0.
    int32_t until;
    // 1 where findings alone trigger it, else 0.
    uint8_t has_until;
} uytin_measure;

// What triggered a measure.
typedef struct uytin_trigger {
    // The finding, criterion or tier.
    struct uytin_str id;
    // The source of the finding, else null.
    struct uytin_str source;
    // Which of the three it is.
    uytin_kind kind;
} uytin_trigger;

// A reason for a person to look.
typedef struct uytin_review {
    // The stable code: `finding-pending`.
    struct uytin_str code;
    // In English.
    struct uytin_str text_en;
    // In Vietnamese.
    struct uytin_str text_vi;
    // How many records `uytin_assessment_review_record` gives.
    size_t records;
} uytin_review;

// The score of a pillar, before credits and findings.
typedef struct uytin_pillar {
    // The pillar.
    struct uytin_str id;
    // Tenths of a point, from 0 to 1000.
    int32_t score;
} uytin_pillar;

// What the evidence says of a criterion.
typedef struct uytin_criterion {
    // The criterion.
    struct uytin_str id;
    // The posterior mean of the share of checks that hold, in [0, 1].
    double mean;
    // Its lower Wilson bound.
    double lower;
    // Its upper Wilson bound.
    double upper;
    // The credibility factor, in [0, 1].
    double coverage;
    // The favourable mass, in checks.
    double favourable;
    // The adverse mass, in checks.
    double adverse;
} uytin_criterion;

// The mass of a credit.
typedef struct uytin_credit {
    // The credit.
    struct uytin_str id;
    // Decayed, capped and weighted.
    double mass;
} uytin_credit;

// A record that does not count.
typedef struct uytin_set_aside {
    // The record.
    struct uytin_record_key record;
    // The stable code of the reason: `expired`.
    struct uytin_str reason;
} uytin_set_aside;

// What verifying a receipt found. The texts are the verification's and live as long as it.
typedef struct uytin_verification_summary {
    // The subject of the receipt.
    struct uytin_str subject;
    // The tier that the subject had; null where none was given.
    struct uytin_str previous_tier;
    // The engine version that the receipt names; another than this one's is no difference.
    struct uytin_str engine_version;
    // How many places differ.
    size_t differences;
    // The day of assessment, in days after 1970-01-01.
    int32_t as_of;
    // 1 where nothing differs, else 0.
    uint8_t verified;
} uytin_verification_summary;

// A place where a receipt and its recomputation differ. The texts are the verification's and live as long as it.
typedef struct uytin_difference {
    // The JSON path in the receipt.
    struct uytin_str path;
    // What the receipt says.
    struct uytin_str found;
    // What the recomputation gives.
    struct uytin_str expected;
} uytin_difference;

// What a statement of reasons says besides, and how it is written. Texts are UTF-8 and are copied; of one whose `ptr` is null
// a line to write on stands there.
typedef struct uytin_statement_details {
    // Who issues the statement.
    struct uytin_str issued_by;
    // Where to contest: an address.
    struct uytin_str contest_at;
    // Until when to contest, in days after 1970-01-01; `INT32_MIN` for a line to write on.
    int32_t contest_by;
    // 0 for English, 1 for Vietnamese.
    uint8_t vietnamese;
    // 0 for Markdown, 1 for a page of HTML.
    uint8_t html;
} uytin_statement_details;

// What a caller knows of a subject besides its records.
typedef struct uytin_subject {
    // The subject.
    struct uytin_str id;
    // The group that it belongs to, for `uytin_impact`: a region, a language, a kind of creator; null for none. The model never
    // sees it.
    struct uytin_str group;
    // The tier that it had; null for none.
    struct uytin_str previous_tier;
} uytin_subject;

// One subject of a comparison of groups.
typedef struct uytin_member {
    // Its group: a region, a language, a kind of creator. The model never sees it.
    struct uytin_str group;
    // Its tier, as `uytin_score` gives it.
    struct uytin_str tier;
    // Its coverage, in [0, 1].
    double coverage;
    // Its score in tenths of a point; looked at only where it is rated.
    int32_t score;
    // How it turned out: 0 not known, 1 well, 2 badly.
    uint8_t outcome;
} uytin_member;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

// The stable code of a status as NUL-terminated text (`out-of-range`); `unknown-status` for a number that is none.
//
// Ownership: static. Threads: any. Errors: none; never null.
const char *uytin_status_code(int32_t status);

// The error's status, which is that of its first fault.
//
// Ownership: none changes. Threads: any. Errors: gives `UYTIN_NULL_POINTER`, `UYTIN_MISALIGNED_POINTER` or
// `UYTIN_WRONG_HANDLE` of the argument itself.
uytin_status uytin_error_status(const struct uytin_error *error);

// The error as one text: a line a fault, `$.date: found …, expected …`.
//
// Ownership: the text is the error's and lives as long as it. Threads: any. Errors: the pointers'.
uytin_status uytin_error_message(const struct uytin_error *error, struct uytin_str *out);

// How many faults the error has: at least one; all of them where a policy was refused.
//
// Ownership: none changes. Threads: any. Errors: the pointers'.
uytin_status uytin_error_fault_count(const struct uytin_error *error, size_t *out);

// The fault at `index`, from 0, in the order of the document.
//
// Ownership: the texts are the error's and live as long as it. Threads: any. Errors: `UYTIN_NO_SUCH_ITEM`; the pointers'.
uytin_status uytin_error_fault(const struct uytin_error *error,
                               size_t index,
                               struct uytin_fault *out);

// Frees an error; null is none. Its texts end with it.
//
// Ownership: takes `error`. Threads: any, while no other uses it. Errors: `UYTIN_WRONG_HANDLE`, then nothing is freed.
uytin_status uytin_error_free(struct uytin_error *error);

// The number of the ABI of the library that is loaded; compare it with `UYTIN_ABI_VERSION` of the header.
//
// Ownership: none. Threads: any. Errors: none.
uint32_t uytin_abi_version(void);

// The version of the engine that receipts name, as NUL-terminated text: `0.1.0`.
//
// Ownership: static. Threads: any. Errors: none; never null.
const char *uytin_version(void);

// The catalogue of codes (errors, reasons, reviews, statuses and so on) with their English and Vietnamese texts: JSON.
//
// Ownership: static. Threads: any. Errors: the pointers'.
uytin_status uytin_catalogue(struct uytin_str *out);

// The content of an owned text. A NUL that `len` does not count stands behind it, so it may be printed with `%s`.
//
// Ownership: the view is the text's and lives as long as it. Threads: any. Errors: the pointers'.
uytin_status uytin_text_view(const struct uytin_text *text, struct uytin_str *out);

// Frees a text; null is none.
//
// Ownership: takes `text`. Threads: any, while no other uses it. Errors: `UYTIN_WRONG_HANDLE`, then nothing is freed.
uytin_status uytin_text_free(struct uytin_text *text);

// Reads a date, `YYYY-MM-DD`, as days after 1970-01-01 (negative before it).
//
// Ownership: none. Threads: any. Errors: `UYTIN_NOT_A_DATE`, `UYTIN_NOT_UTF8`; the pointers'.
uytin_status uytin_date_parse(const char *date, size_t date_len, int32_t *out, struct uytin_error **error);

// Writes a date, given as days after 1970-01-01, as the 10 bytes of `YYYY-MM-DD` and a NUL.
//
// Ownership: `out` is the caller's, `out_len` bytes of it, at least 11. Threads: any. Errors: `UYTIN_NOT_A_DATE`;
// `UYTIN_WRONG_LENGTH` where `out_len` is too small; the pointers'.
uytin_status uytin_date_format(int32_t days, char *out, size_t out_len, struct uytin_error **error);

// Assesses in one call, JSON in and JSON out, the same bytes as `uytin_assessment_to_json`.
//
// The request is an object: `records` (an array of records), `as_of` (a date); and if need be `policy` (a policy
// document; else the reference policy), `subject` (else the only one of the records), `previous_tier` (else none).
//
// Ownership: `*out` is the caller's; free it with `uytin_text_free`. Threads: any. Errors: every one of input, with JSON
// paths in the request (`$.records[3].date`); the pointers'. Units: points, as numbers with one decimal.
uytin_status uytin_assess_json(const char *request,
                               size_t request_len,
                               const struct uytin_limits *limits,
                               struct uytin_text **out,
                               struct uytin_error **error);

// The reference policy `icp-2026`: this project's defaults, not official weights of the Program.
//
// Ownership: `*out` is the caller's; free it with `uytin_policy_free`. Threads: any. Errors: the pointers'.
uytin_status uytin_policy_reference(struct uytin_policy **out, struct uytin_error **error);

// The document of the reference policy, as published: JSON.
//
// Ownership: static. Threads: any. Errors: the pointers'.
uytin_status uytin_policy_reference_json(struct uytin_str *out);

// Reads and checks a policy document.
//
// Ownership: `*out` is the caller's; free it with `uytin_policy_free`. `limits` may be null: the defaults. Threads: any.
// Errors: every fault of the document, each with its JSON path; the pointers'.
uytin_status uytin_policy_from_json(const char *json,
                                    size_t json_len,
                                    const struct uytin_limits *limits,
                                    struct uytin_policy **out,
                                    struct uytin_error **error);

// Checks a policy document without keeping it.
//
// Ownership: none. `limits` may be null: the defaults. Threads: any. Errors: as `uytin_policy_from_json`.
uytin_status uytin_policy_check(const char *json,
                                size_t json_len,
                                const struct uytin_limits *limits,
                                struct uytin_error **error);

// What a policy says of itself.
//
// Ownership: the texts are the policy's and live as long as it. Threads: any. Errors: the pointers'.
uytin_status uytin_policy_describe(const struct uytin_policy *policy,
                                   struct uytin_policy_info *out,
                                   struct uytin_error **error);

// A second handle of the same policy, at the cost of a counter.
//
// Ownership: `*out` is the caller's; free it with `uytin_policy_free`. Threads: any. Errors: the pointers'.
uytin_status uytin_policy_clone(const struct uytin_policy *policy,
                                struct uytin_policy **out,
                                struct uytin_error **error);

// Frees a policy; null is none.
//
// Ownership: takes `policy`. Threads: any, while no other uses it. Errors: `UYTIN_WRONG_HANDLE`, then nothing is freed.
uytin_status uytin_policy_free(struct uytin_policy *policy);

// A ledger without records.
//
// Ownership: `*out` is the caller's; free it with `uytin_ledger_free`. Threads: any. Errors: the pointers'.
uytin_status uytin_ledger_new(struct uytin_ledger **out, struct uytin_error **error);

// Adds one record, given as its JSON object; it replaces one of the same (subject, source, id) where it wins the merge.
//
// Ownership: the text is copied. `limits` may be null: the defaults. Threads: any. Errors: the first fault, with its
// JSON path, and then nothing is added; the pointers'.
uytin_status uytin_ledger_add_json(struct uytin_ledger *ledger,
                                   const char *json,
                                   size_t json_len,
                                   const struct uytin_limits *limits,
                                   struct uytin_error **error);

// Adds JSON Lines, one record a line (the form of `uytin_ledger_to_bytes`); blank lines are passed over.
//
// Ownership: the text is copied. `limits` may be null: the defaults. Threads: any. Errors: the first fault, its path led
// by the line (`line 3: $.date`), and then nothing is added; the pointers'.
uytin_status uytin_ledger_add_json_lines(struct uytin_ledger *ledger,
                                         const char *lines,
                                         size_t lines_len,
                                         const struct uytin_limits *limits,
                                         struct uytin_error **error);

// Adds a JSON array of records.
//
// Ownership: the text is copied. `limits` may be null: the defaults. Threads: any. Errors: the first fault, with its
// JSON path in the array (`$[3].date`), and then nothing is added; the pointers'.
uytin_status uytin_ledger_add_json_array(struct uytin_ledger *ledger,
                                         const char *array,
                                         size_t array_len,
                                         const struct uytin_limits *limits,
                                         struct uytin_error **error);

// Adds an observation: `passed` checks that held and `failed` checks that did not.
//
// Ownership: the texts are copied. Threads: any. Errors: the first field that is at fault, with its path (`$.date`), and
// then nothing is added; the pointers'.
uytin_status uytin_ledger_add_observation(struct uytin_ledger *ledger,
                                          const struct uytin_record *record,
                                          uint32_t passed,
                                          uint32_t failed,
                                          struct uytin_error **error);

// Adds a finding: a violation that a body found.
//
// Ownership: the texts are copied. Threads: any. Errors: the first field that is at fault, with its path (`$.status`),
// and then nothing is added; the pointers'.
uytin_status uytin_ledger_add_finding(struct uytin_ledger *ledger,
                                      const struct uytin_record *record,
                                      const struct uytin_finding *finding,
                                      struct uytin_error **error);

// Adds a credit of `amount`, a number above 0 and at most 1000 with at most three decimals (JSON's default is 1).
//
// Ownership: the texts are copied. Threads: any. Errors: the first field that is at fault, with its path (`$.amount`),
// and then nothing is added; the pointers'.
uytin_status uytin_ledger_add_credit(struct uytin_ledger *ledger,
                                     const struct uytin_record *record,
                                     double amount,
                                     struct uytin_error **error);

// Adds an exemption: the criterion does not apply to this subject.
//
// Ownership: the texts are copied. Threads: any. Errors: the first field that is at fault, with its path (`$.date`), and
// then nothing is added; the pointers'.
uytin_status uytin_ledger_add_exemption(struct uytin_ledger *ledger,
                                        const struct uytin_record *record,
                                        struct uytin_error **error);

// Merges the records of `other` into `ledger`: commutative, associative and idempotent.
//
// Ownership: none changes; the records are shared. The two may be one. Threads: any. Errors: `UYTIN_TOO_MANY`, and then
// nothing is merged; the pointers'.
uytin_status uytin_ledger_merge(struct uytin_ledger *ledger,
                                const struct uytin_ledger *other,
                                struct uytin_error **error);

// Takes a record out, for trials of what would be without it, and sets `*removed` to 1 where there was one, else to 0.
// A source that takes its record back files a revision that is `withdrawn` instead.
//
// Ownership: none changes. Threads: any. Errors: `UYTIN_NOT_UTF8`; the pointers'.
uytin_status uytin_ledger_remove(struct uytin_ledger *ledger,
                                 const char *subject,
                                 size_t subject_len,
                                 const char *source,
                                 size_t source_len,
                                 const char *id,
                                 size_t id_len,
                                 uint8_t *removed,
                                 struct uytin_error **error);

// How large a ledger is.
//
// Ownership: none changes. Threads: any. Errors: the pointers'. Units: records and subjects.
uytin_status uytin_ledger_measure(const struct uytin_ledger *ledger,
                                  struct uytin_ledger_size *out,
                                  struct uytin_error **error);

// The canonical JSON Lines of a ledger, in order of (subject, source, id): the same bytes everywhere.
//
// Ownership: `*out` is the caller's; free it with `uytin_text_free`. Threads: any. Errors: the pointers'.
uytin_status uytin_ledger_to_bytes(const struct uytin_ledger *ledger,
                                   struct uytin_text **out,
                                   struct uytin_error **error);

// A second ledger of the same records, which it shares until one of the two changes.
//
// Ownership: `*out` is the caller's; free it with `uytin_ledger_free`. Threads: any. Errors: the pointers'.
uytin_status uytin_ledger_clone(const struct uytin_ledger *ledger,
                                struct uytin_ledger **out,
                                struct uytin_error **error);

// Frees a ledger; null is none.
//
// Ownership: takes `ledger`. Threads: any, while no other uses it. Errors: `UYTIN_WRONG_HANDLE`, then nothing is freed.
uytin_status uytin_ledger_free(struct uytin_ledger *ledger);

// Binds every subject of a ledger to a policy.
//
// Ownership: `*out` is the caller's; free it with `uytin_bound_free`. Threads: any. Errors: the pointers'.
uytin_status uytin_bind(const struct uytin_policy *policy,
                        const struct uytin_ledger *ledger,
                        struct uytin_bound **out,
                        struct uytin_error **error);

// Binds one subject of a ledger to a policy; one without records has the baseline score and is unrated.
//
// Ownership: `*out` is the caller's; free it with `uytin_bound_free`. Threads: any. Errors: `UYTIN_NOT_UTF8`; the
// pointers'.
uytin_status uytin_bind_subject(const struct uytin_policy *policy,
                                const struct uytin_ledger *ledger,
                                const char *subject,
                                size_t subject_len,
                                struct uytin_bound **out,
                                struct uytin_error **error);

// How many subjects a bound ledger has.
//
// Ownership: none changes. Threads: any. Errors: the pointers'.
uytin_status uytin_bound_count(const struct uytin_bound *bound, size_t *out, struct uytin_error **error);

// The subject at `index`, from 0, in order of its UTF-8 bytes.
//
// Ownership: the text is the bound ledger's and lives as long as it. Threads: any. Errors: `UYTIN_NO_SUCH_ITEM`; the
// pointers'.
uytin_status uytin_bound_subject(const struct uytin_bound *bound,
                                 size_t index,
                                 struct uytin_str *out,
                                 struct uytin_error **error);

// Frees a bound ledger; null is none. Tiers and subjects that it gave end with it.
//
// Ownership: takes `bound`. Threads: any, while no other uses it. Errors: `UYTIN_WRONG_HANDLE`, then nothing is freed.
uytin_status uytin_bound_free(struct uytin_bound *bound);

// Scores a subject without allocating (subjects of more than 16 incidents or policies of more than 32 criteria apart).
// `subject` null stands for the only subject; one without records has the baseline score and is unrated.
// `previous_tier` is the tier that the subject had, null for none; one that the policy does not know counts as none.
//
// Ownership: `out` is the caller's; `out->tier` is the bound ledger's and lives as long as it. Threads: any. Errors:
// `UYTIN_NO_SUBJECT`, `UYTIN_NOT_A_DATE`, `UYTIN_NOT_UTF8`; the pointers'. Units: `as_of` in days after 1970-01-01,
// points in tenths.
uytin_status uytin_score(const struct uytin_bound *bound,
                         const char *subject,
                         size_t subject_len,
                         int32_t as_of,
                         const char *previous_tier,
                         size_t previous_tier_len,
                         struct uytin_score_result *out,
                         struct uytin_error **error);

// Assesses a subject, explained: arguments as of `uytin_score`.
//
// Ownership: `*out` is the caller's; free it with `uytin_assessment_free`. It may outlive the bound ledger. Threads: any.
// Errors and units: as `uytin_score`.
uytin_status uytin_assess(const struct uytin_bound *bound,
                          const char *subject,
                          size_t subject_len,
                          int32_t as_of,
                          const char *previous_tier,
                          size_t previous_tier_len,
                          struct uytin_assessment **out,
                          struct uytin_error **error);

// The assessment as compact JSON: the same bytes in every language.
//
// Ownership: `*out` is the caller's; free it with `uytin_text_free`. Threads: any. Errors: the pointers'. Units: points,
// as numbers with one decimal.
uytin_status uytin_assessment_to_json(const struct uytin_assessment *assessment,
                                      struct uytin_text **out,
                                      struct uytin_error **error);

// The assessment as a whole.
//
// Ownership: the texts are the assessment's and live as long as it. Threads: any. Errors: the pointers'.
uytin_status uytin_assessment_describe(const struct uytin_assessment *assessment,
                                       struct uytin_summary *out,
                                       struct uytin_error **error);

// How long a list of the assessment is; `list` is a `uytin_list`.
//
// Ownership: none changes. Threads: any. Errors: `UYTIN_NO_SUCH_ITEM` for a number that is no list; the pointers'.
uytin_status uytin_assessment_count(const struct uytin_assessment *assessment,
                                    int32_t list,
                                    size_t *out,
                                    struct uytin_error **error);

// The part of the score at `index`, in the order of `MODEL.md` §9.
//
// Ownership: the texts are the assessment's and live as long as it. Threads: any. Errors: `UYTIN_NO_SUCH_ITEM`; the
// pointers'. Units: tenths of a point.
uytin_status uytin_assessment_part(const struct uytin_assessment *assessment,
                                   size_t index,
                                   struct uytin_part *out,
                                   struct uytin_error **error);

// The reason at `index`: at most four adverse ones first, then favourable ones, then what is assumed.
//
// Ownership: the texts are the assessment's and live as long as it. Threads: any. Errors: `UYTIN_NO_SUCH_ITEM`; the
// pointers'. Units: tenths of a point.
uytin_status uytin_assessment_reason(const struct uytin_assessment *assessment,
                                     size_t index,
                                     struct uytin_reason *out,
                                     struct uytin_error **error);

// The record at `index` that the reason at `reason` rests on.
//
// Ownership: the texts are the assessment's and live as long as it. Threads: any. Errors: `UYTIN_NO_SUCH_ITEM`; the
// pointers'. Units: days after 1970-01-01.
uytin_status uytin_assessment_reason_record(const struct uytin_assessment *assessment,
                                            size_t reason,
                                            size_t index,
                                            struct uytin_dated_key *out,
                                            struct uytin_error **error);

// The law or text at `index` that the reason at `reason` rests on.
//
// Ownership: the text is the assessment's and lives as long as it. Threads: any. Errors: `UYTIN_NO_SUCH_ITEM`; the
// pointers'.
uytin_status uytin_assessment_reason_basis(const struct uytin_assessment *assessment,
                                           size_t reason,
                                           size_t index,
                                           struct uytin_str *out,
                                           struct uytin_error **error);

// The proposed measure at `index`, in policy order.
//
// Ownership: the texts are the assessment's and live as long as it. Threads: any. Errors: `UYTIN_NO_SUCH_ITEM`; the
// pointers'. Units: days after 1970-01-01.
uytin_status uytin_assessment_measure(const struct uytin_assessment *assessment,
                                      size_t index,
                                      struct uytin_measure *out,
                                      struct uytin_error **error);

// What triggered the measure at `measure`: the trigger at `index`.
//
// Ownership: the texts are the assessment's and live as long as it. Threads: any. Errors: `UYTIN_NO_SUCH_ITEM`; the
// pointers'.
uytin_status uytin_assessment_trigger(const struct uytin_assessment *assessment,
                                      size_t measure,
                                      size_t index,
                                      struct uytin_trigger *out,
                                      struct uytin_error **error);

// The reason at `index` for a person to look.
//
// Ownership: the texts are the assessment's and live as long as it. Threads: any. Errors: `UYTIN_NO_SUCH_ITEM`; the
// pointers'.
uytin_status uytin_assessment_review(const struct uytin_assessment *assessment,
                                     size_t index,
                                     struct uytin_review *out,
                                     struct uytin_error **error);

// The record at `index` that the review reason at `review` is about.
//
// Ownership: the texts are the assessment's and live as long as it. Threads: any. Errors: `UYTIN_NO_SUCH_ITEM`; the
// pointers'.
uytin_status uytin_assessment_review_record(const struct uytin_assessment *assessment,
                                            size_t review,
                                            size_t index,
                                            struct uytin_record_key *out,
                                            struct uytin_error **error);

// The pillar at `index`, in policy order.
//
// Ownership: the text is the assessment's and lives as long as it. Threads: any. Errors: `UYTIN_NO_SUCH_ITEM`; the
// pointers'. Units: tenths of a point.
uytin_status uytin_assessment_pillar(const struct uytin_assessment *assessment,
                                     size_t index,
                                     struct uytin_pillar *out,
                                     struct uytin_error **error);

// The criterion at `index`, in policy order; exempt ones are not among them.
//
// Ownership: the text is the assessment's and lives as long as it. Threads: any. Errors: `UYTIN_NO_SUCH_ITEM`; the
// pointers'. Units: shares in [0, 1], masses in checks.
uytin_status uytin_assessment_criterion(const struct uytin_assessment *assessment,
                                        size_t index,
                                        struct uytin_criterion *out,
                                        struct uytin_error **error);

// The credit at `index`, in policy order.
//
// Ownership: the text is the assessment's and lives as long as it. Threads: any. Errors: `UYTIN_NO_SUCH_ITEM`; the
// pointers'.
uytin_status uytin_assessment_credit(const struct uytin_assessment *assessment,
                                     size_t index,
                                     struct uytin_credit *out,
                                     struct uytin_error **error);

// The finding at `index` that is alleged or under appeal, by (source, id).
//
// Ownership: the texts are the assessment's and live as long as it. Threads: any. Errors: `UYTIN_NO_SUCH_ITEM`; the
// pointers'.
uytin_status uytin_assessment_pending(const struct uytin_assessment *assessment,
                                      size_t index,
                                      struct uytin_record_key *out,
                                      struct uytin_error **error);

// The record at `index` that does not count, by (source, id).
//
// Ownership: the texts are the assessment's and live as long as it. Threads: any. Errors: `UYTIN_NO_SUCH_ITEM`; the
// pointers'.
uytin_status uytin_assessment_set_aside(const struct uytin_assessment *assessment,
                                        size_t index,
                                        struct uytin_set_aside *out,
                                        struct uytin_error **error);

// The name at `index` of a list of names: `UYTIN_EXEMPT`, `UYTIN_FAVOURABLE_SECTORS` or `UYTIN_ADVERSE_SECTORS`, sorted.
//
// Ownership: the text is the assessment's and lives as long as it. Threads: any. Errors: `UYTIN_NO_SUCH_ITEM`; the
// pointers'.
uytin_status uytin_assessment_name(const struct uytin_assessment *assessment,
                                   int32_t list,
                                   size_t index,
                                   struct uytin_str *out,
                                   struct uytin_error **error);

// Frees an assessment; null is none. Texts that it gave end with it.
//
// Ownership: takes `assessment`. Threads: any, while no other uses it. Errors: `UYTIN_WRONG_HANDLE`, then nothing is freed.
uytin_status uytin_assessment_free(struct uytin_assessment *assessment);

// The receipt of an assessment: canonical JSON (RFC 8785), which is the form that is verified.
//
// Ownership: `*out` is the caller's; free it with `uytin_text_free`. Threads: any. Errors: the pointers'.
uytin_status uytin_assessment_receipt(const struct uytin_assessment *assessment,
                                      struct uytin_text **out,
                                      struct uytin_error **error);

// Recomputes a receipt from policy and ledger and says what differs. A receipt that differs is a result, not an error.
//
// Ownership: `*out` is the caller's; free it with `uytin_verification_free`. Threads: any. Errors: where the bytes are no
// receipt in canonical form (a line break may follow); the pointers'.
uytin_status uytin_verify(const struct uytin_policy *policy,
                          const struct uytin_ledger *ledger,
                          const char *receipt,
                          size_t receipt_len,
                          struct uytin_verification **out,
                          struct uytin_error **error);

// What verifying found, as a whole.
//
// Ownership: the texts are the verification's and live as long as it. Threads: any. Errors: the pointers'.
uytin_status uytin_verification_describe(const struct uytin_verification *verification,
                                         struct uytin_verification_summary *out,
                                         struct uytin_error **error);

// The difference at `index`, from 0.
//
// Ownership: the texts are the verification's and live as long as it. Threads: any. Errors: `UYTIN_NO_SUCH_ITEM`; the
// pointers'.
uytin_status uytin_verification_difference(const struct uytin_verification *verification,
                                           size_t index,
                                           struct uytin_difference *out,
                                           struct uytin_error **error);

// Frees a verification; null is none.
//
// Ownership: takes `verification`. Threads: any, while no other uses it. Errors: `UYTIN_WRONG_HANDLE`, then nothing is
// freed.
uytin_status uytin_verification_free(struct uytin_verification *verification);

// For each tier above a subject's: the least further evidence that reaches it, the day on which waiting does, or why neither
// can. Further checks are dated `as_of` and come from the `classes`, `class_count` of them; the other arguments are those of
// `uytin_score`.
//
// Ownership: `*out` is the caller's; free it with `uytin_text_free`. Threads: any. Errors: a class that the policy does not
// know; those of `uytin_score`.
uytin_status uytin_paths(const struct uytin_bound *bound,
                         const char *subject,
                         size_t subject_len,
                         int32_t as_of,
                         const char *previous_tier,
                         size_t previous_tier_len,
                         const struct uytin_str *classes,
                         size_t class_count,
                         struct uytin_text **out,
                         struct uytin_error **error);

// Assesses a subject again without some records, each named `source/id`, `record_count` of them, and says what differs; the
// other arguments are those of `uytin_score`.
//
// Ownership: `*out` is the caller's; free it with `uytin_text_free`. Threads: any. Errors: every name that no record has;
// those of `uytin_score`.
uytin_status uytin_contest(const struct uytin_bound *bound,
                           const char *subject,
                           size_t subject_len,
                           int32_t as_of,
                           const char *previous_tier,
                           size_t previous_tier_len,
                           const struct uytin_str *records,
                           size_t record_count,
                           struct uytin_text **out,
                           struct uytin_error **error);

// The statement of reasons of an assessment, for the person whom it is about: a proposal, with facts and sources, and how to
// contest. `details` may be null: nothing is filled in, English, Markdown. The other arguments are those of `uytin_score`.
//
// Ownership: `*out` is the caller's; free it with `uytin_text_free`. Threads: any. Errors: those of `uytin_score`.
uytin_status uytin_statement(const struct uytin_bound *bound,
                             const char *subject,
                             size_t subject_len,
                             int32_t as_of,
                             const char *previous_tier,
                             size_t previous_tier_len,
                             const struct uytin_statement_details *details,
                             struct uytin_text **out,
                             struct uytin_error **error);

// What differs from one policy to another, and what each change makes stricter or laxer: JSON.
//
// Ownership: `*out` is the caller's; free it with `uytin_text_free`. Threads: any. Errors: the pointers'.
uytin_status uytin_policy_diff(const struct uytin_policy *from,
                               const struct uytin_policy *to,
                               struct uytin_text **out,
                               struct uytin_error **error);

// What is valid in a policy, yet unwise: JSON.
//
// Ownership: `*out` is the caller's; free it with `uytin_text_free`. Threads: any. Errors: the pointers'.
uytin_status uytin_policy_lint(const struct uytin_policy *policy, struct uytin_text **out, struct uytin_error **error);

// Ranks the subjects of a ledger that meet a brief (JSON), best lower bound first; those that the evidence cannot tell apart
// share a band. `subjects` are the `subject_count` of which more is known than their records, and may be null for none. `left_out`
// may be null; else it is given those that do not meet the brief, each with the first condition that it fails, as JSON Lines.
//
// Ownership: `*out` and `*left_out` are the caller's; free them with `uytin_text_free`. Threads: any. Errors: every fault of the
// brief; `UYTIN_NOT_A_DATE`; the pointers'.
uytin_status uytin_shortlist(const struct uytin_policy *policy,
                             const struct uytin_ledger *ledger,
                             const char *brief,
                             size_t brief_len,
                             int32_t as_of,
                             const struct uytin_subject *subjects,
                             size_t subject_count,
                             struct uytin_text **left_out,
                             struct uytin_text **out,
                             struct uytin_error **error);

// What a change from one policy to another does to the subjects of a ledger: who changes tier or score, by how much, because
// of which section, and, where `subjects` have groups, which of those move more than the others. `subjects` are the
// `subject_count` of which more is known than their records, and may be null for none.
//
// Ownership: `*out` is the caller's; free it with `uytin_text_free`. Threads: any. Errors: `UYTIN_NOT_A_DATE`; the pointers'.
uytin_status uytin_impact(const struct uytin_policy *from,
                          const struct uytin_policy *to,
                          const struct uytin_ledger *ledger,
                          int32_t as_of,
                          const struct uytin_subject *subjects,
                          size_t subject_count,
                          struct uytin_text **out,
                          struct uytin_error **error);

// Fits the priors and half-lives of a policy to the records of a ledger up to a day, and tries the fitted policy on what came
// after. `settings` is JSON: the days `train_to` (the day by which seven tenths of the checks lie) and `test_from` (the day after),
// `seed`, `replicates`, `search_rows` and `test_rows`, all of which may be left out. `fitted` may be null; else it is given the
// fitted policy. Fitted values are estimates, not official weights of the Program.
//
// Ownership: `*out` and `*fitted` are the caller's; free them with `uytin_text_free` and `uytin_policy_free`. Threads: any. Errors:
// every fault of the settings; no `train_to` where there are no checks; a `test_from` that does not come after it; the pointers'.
uytin_status uytin_calibrate(const struct uytin_policy *policy,
                             const struct uytin_ledger *ledger,
                             const char *settings,
                             size_t settings_len,
                             struct uytin_policy **fitted,
                             struct uytin_text **out,
                             struct uytin_error **error);

// Compares groups of an assessed population, `member_count` subjects of them: scores, coverage, tiers and restrictions, each beside
// everybody else's, and false restrictions where it is known how subjects turned out. `policy` is that of the scores. `settings`
// is JSON: `least` (smaller groups have no figures of their own), `seed` and `replicates`, all of which may be left out.
//
// Ownership: `*out` is the caller's; free it with `uytin_text_free`. Threads: any. Errors: every fault of the settings; the first
// subject of a tier that the policy does not have, or with a coverage or an outcome that cannot be; the pointers'.
uytin_status uytin_fairness(const struct uytin_policy *policy,
                            const struct uytin_member *members,
                            size_t member_count,
                            const char *settings,
                            size_t settings_len,
                            struct uytin_text **out,
                            struct uytin_error **error);

// Tries attacks on a score (one source floods, credits are piled up, an incident is split, …) on a stated ledger and random ones,
// and says how far each gets and which bound of the model holds it. `ledger` may be null; else its subjects are attacked too.
// `settings` is JSON: `random_bases` and `seed`, which may be left out.
//
// Ownership: `*out` is the caller's; free it with `uytin_text_free`. Threads: any. Errors: every fault of the settings;
// `UYTIN_NOT_A_DATE`; the pointers'.
uytin_status uytin_attacks(const struct uytin_policy *policy,
                           const struct uytin_ledger *ledger,
                           int32_t as_of,
                           const char *settings,
                           size_t settings_len,
                           struct uytin_text **out,
                           struct uytin_error **error);

// Simulates how often the nominal interval of a criterion holds the truth: of independent checks, and of checks that are
// sampled, decayed, capped and clustered. `settings` is JSON: `criterion` (the policy's first), `seed` and `replicates`, all of
// which may be left out.
//
// Ownership: `*out` is the caller's; free it with `uytin_text_free`. Threads: any. Errors: every fault of the settings; a criterion
// that the policy does not have; the pointers'.
uytin_status uytin_interval_coverage(const struct uytin_policy *policy,
                                     const char *settings,
                                     size_t settings_len,
                                     struct uytin_text **out,
                                     struct uytin_error **error);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* UYTIN_H */
