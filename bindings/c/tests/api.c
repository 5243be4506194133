/* What the ABI promises of bad input: a status, the details, and outputs as they were. */
#include <float.h>
#include <math.h>

#include "check.h"

#define TEXT(literal) (literal), (sizeof(literal) - 1)

static const uytin_str NONE = {NULL, 0};

static uytin_str str_of(const char *text) {
    uytin_str view;
    view.ptr = text;
    view.len = strlen(text);
    return view;
}

/* A sound record of the subject s. */
static uytin_record record_of(const char *id, const char *source, const char *source_class) {
    uytin_record record;
    memset(&record, 0, sizeof record);
    record.id = str_of(id);
    record.subject = str_of("s");
    record.source = str_of(source);
    record.source_class = str_of(source_class);
    record.criterion = str_of("ad-disclosure");
    record.date = 20000; /* 2024-10-04 */
    return record;
}

static const char FINDING[] =
    "{\"type\": \"finding\", \"id\": \"f\", \"subject\": \"s\", \"source\": \"court-1\", \"source_class\": \"court\", "
    "\"criterion\": \"claim-accuracy\", \"date\": \"2026-03-01\", \"severity\": \"serious\", \"status\": \"alleged\"}";

/* Whether an error says all this; it is freed. */
static int error_is(uytin_error *error, uytin_status status, const char *code, const char *path) {
    uytin_fault fault;
    uytin_str message;
    size_t count = 0;
    int right;
    if (error == NULL) return 0;
    right = uytin_error_status(error) == status && uytin_error_fault_count(error, &count) == UYTIN_OK && count >= 1;
    right = right && uytin_error_fault(error, 0, &fault) == UYTIN_OK && str_is(fault.code, code) && str_is(fault.path, path);
    right = right && fault.found.len > 0 && fault.expected.len > 0;
    right = right && uytin_error_message(error, &message) == UYTIN_OK && message.len > 10;
    right = right && uytin_error_fault(error, count, &fault) == UYTIN_NO_SUCH_ITEM;
    if (!right) {
        uytin_error_message(error, &message);
        fprintf(stderr, "%d: %.*s\n", (int)uytin_error_status(error), (int)message.len, message.ptr);
    }
    return uytin_error_free(error) == UYTIN_OK && right;
}

static void policies(void) {
    uytin_policy *policy = NULL, *other = NULL;
    uytin_policy *const untouched = (uytin_policy *)&policy;
    uytin_policy_info info, again;
    uytin_limits limits = {0, 0, 64, 0};
    uytin_error *error = NULL;
    uytin_str json;
    size_t count = 0;

    CHECK(uytin_policy_reference(&policy, NULL) == UYTIN_OK);
    CHECK(uytin_policy_describe(policy, &info, NULL) == UYTIN_OK);
    CHECK(str_is(info.name, "icp-2026") && info.digest.len == 71 && info.validity_days == 365 && info.notice_vi.len > 20);
    CHECK(uytin_policy_reference_json(&json) == UYTIN_OK);
    CHECK(uytin_policy_from_json(json.ptr, json.len, NULL, &other, &error) == UYTIN_OK && error == NULL);
    CHECK(uytin_policy_describe(other, &again, NULL) == UYTIN_OK && str_eq(info.digest, again.digest));
    CHECK(uytin_policy_free(other) == UYTIN_OK);
    CHECK(uytin_policy_from_json(info.canonical.ptr, info.canonical.len, NULL, &other, NULL) == UYTIN_OK);
    CHECK(uytin_policy_describe(other, &again, NULL) == UYTIN_OK && str_eq(info.digest, again.digest));
    CHECK(uytin_policy_free(other) == UYTIN_OK);
    CHECK(uytin_policy_check(json.ptr, json.len, NULL, NULL) == UYTIN_OK);
    CHECK(uytin_policy_clone(policy, &other, NULL) == UYTIN_OK && uytin_policy_free(policy) == UYTIN_OK);
    CHECK(uytin_policy_describe(other, &again, NULL) == UYTIN_OK && str_is(again.name, "icp-2026"));

    /* Every fault is reported, and the output stays as it was. */
    policy = untouched;
    CHECK(uytin_policy_from_json(TEXT("{\"name\": 7, \"colour\": 1}"), NULL, &policy, &error) >= 100);
    CHECK(uytin_error_fault_count(error, &count) == UYTIN_OK && count > 5);
    CHECK(policy == untouched);
    CHECK(uytin_error_free(error) == UYTIN_OK);
    CHECK(uytin_policy_check(json.ptr, json.len, &limits, &error) == UYTIN_TOO_LONG);
    CHECK(error_is(error, UYTIN_TOO_LONG, "too-long", "$"));
    CHECK(uytin_policy_check(TEXT("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]"), NULL, &error) == UYTIN_TOO_DEEP);
    CHECK(error_is(error, UYTIN_TOO_DEEP, "too-deep", "$"));
    CHECK(uytin_policy_check(TEXT("{\"name\": \"\xff\"}"), NULL, &error) == UYTIN_NOT_UTF8);
    CHECK(error_is(error, UYTIN_NOT_UTF8, "not-utf8", "$"));
    CHECK(uytin_policy_check(NULL, 0, NULL, NULL) == UYTIN_NOT_JSON);
    CHECK(uytin_policy_free(other) == UYTIN_OK);
}

static void pointers(void) {
    uytin_policy *policy = NULL;
    uytin_ledger *ledger = NULL;
    uytin_bound *bound = NULL;
    uytin_text *text = NULL;
    uytin_error *error = NULL;
    uytin_score_result score;
    union {
        char bytes[64];
        double align;
    } room;
    CHECK(uytin_policy_reference(&policy, NULL) == UYTIN_OK && uytin_ledger_new(&ledger, NULL) == UYTIN_OK);
    memset(&room, 0x5a, sizeof room);

    CHECK(uytin_policy_reference(NULL, &error) == UYTIN_NULL_POINTER);
    CHECK(error_is(error, UYTIN_NULL_POINTER, "null-pointer", "out"));
    CHECK(uytin_policy_reference((uytin_policy **)(void *)(room.bytes + 1), &error) == UYTIN_MISALIGNED_POINTER);
    CHECK(error_is(error, UYTIN_MISALIGNED_POINTER, "misaligned-pointer", "out"));
    CHECK(uytin_policy_reference((uytin_policy **)(void *)room.bytes, (uytin_error **)(void *)(room.bytes + 3)) == UYTIN_MISALIGNED_POINTER);
    CHECK(room.bytes[0] == 0x5a && room.bytes[7] == 0x5a);
    CHECK(uytin_bind(NULL, ledger, &bound, &error) == UYTIN_NULL_POINTER);
    CHECK(error_is(error, UYTIN_NULL_POINTER, "null-pointer", "policy"));
    CHECK(uytin_bind((uytin_policy *)(void *)ledger, ledger, &bound, &error) == UYTIN_WRONG_HANDLE);
    CHECK(error_is(error, UYTIN_WRONG_HANDLE, "wrong-handle", "policy"));
    CHECK(uytin_bind(policy, (uytin_ledger *)(void *)policy, &bound, &error) == UYTIN_WRONG_HANDLE);
    CHECK(error_is(error, UYTIN_WRONG_HANDLE, "wrong-handle", "ledger"));
    CHECK(uytin_bind((uytin_policy *)(void *)(room.bytes + 4), ledger, &bound, &error) == UYTIN_MISALIGNED_POINTER);
    CHECK(error_is(error, UYTIN_MISALIGNED_POINTER, "misaligned-pointer", "policy"));
    CHECK(uytin_bind((uytin_policy *)(void *)room.bytes, ledger, &bound, NULL) == UYTIN_WRONG_HANDLE);
    CHECK(bound == NULL);
    CHECK(uytin_policy_free((uytin_policy *)(void *)ledger) == UYTIN_WRONG_HANDLE);
    CHECK(uytin_text_free(NULL) == UYTIN_OK && uytin_error_free(NULL) == UYTIN_OK && uytin_bound_free(NULL) == UYTIN_OK);
    CHECK(uytin_ledger_to_bytes(ledger, NULL, NULL) == UYTIN_NULL_POINTER);
    CHECK(uytin_ledger_add_json(ledger, NULL, 4, NULL, &error) == UYTIN_NULL_POINTER);
    CHECK(error_is(error, UYTIN_NULL_POINTER, "null-pointer", "json"));
    CHECK(uytin_ledger_add_json(ledger, FINDING, (size_t)-1, NULL, &error) == UYTIN_WRONG_LENGTH);
    CHECK(error_is(error, UYTIN_WRONG_LENGTH, "wrong-length", "json"));
    CHECK(uytin_ledger_add_json(ledger, FINDING, (size_t)-1 / 2 + 1, NULL, NULL) == UYTIN_WRONG_LENGTH);
    CHECK(uytin_bind(policy, ledger, &bound, NULL) == UYTIN_OK);
    CHECK(uytin_score(bound, TEXT("s"), 20000, NULL, 0, NULL, &error) == UYTIN_NULL_POINTER);
    CHECK(error_is(error, UYTIN_NULL_POINTER, "null-pointer", "out"));
    CHECK(uytin_score(bound, TEXT("\xc3("), 20000, NULL, 0, &score, &error) == UYTIN_NOT_UTF8);
    CHECK(error_is(error, UYTIN_NOT_UTF8, "not-utf8", "subject"));
    CHECK(uytin_text_view((uytin_text *)(void *)bound, (uytin_str *)(void *)room.bytes) == UYTIN_WRONG_HANDLE);
    CHECK(uytin_error_status(NULL) == UYTIN_NULL_POINTER && uytin_error_status((uytin_error *)(void *)bound) == UYTIN_WRONG_HANDLE);
    CHECK(uytin_assess_json(TEXT("{}"), NULL, &text, &error) == UYTIN_MISSING_FIELD && text == NULL);
    CHECK(error_is(error, UYTIN_MISSING_FIELD, "missing-field", "$.as_of"));
    CHECK(uytin_assess_json(TEXT("{}"), (uytin_limits *)(void *)(room.bytes + 1), &text, NULL) == UYTIN_MISALIGNED_POINTER);
    CHECK(uytin_bound_free(bound) == UYTIN_OK && uytin_ledger_free(ledger) == UYTIN_OK && uytin_policy_free(policy) == UYTIN_OK);
}

static size_t records_of(const uytin_ledger *ledger) {
    uytin_ledger_size size = {0, 0};
    CHECK(uytin_ledger_measure(ledger, &size, NULL) == UYTIN_OK);
    return size.records;
}

static void ledgers(void) {
    uytin_ledger *ledger = NULL, *other = NULL;
    uytin_record record = record_of("a", "vtv-24", "press");
    uytin_finding finding = {{NULL, 0}, {NULL, 0}, 0, UYTIN_UPHELD};
    uytin_error *error = NULL;
    uytin_text *bytes;
    uytin_str view = {NULL, 0};
    uytin_limits limits = {10, 0, 0, 0};
    const double amounts[] = {0, -1, 1000.5, 0.0005, 1e300, -DBL_MAX};
    uint8_t removed = 7;
    size_t n;

    CHECK(uytin_ledger_new(&ledger, NULL) == UYTIN_OK);
    CHECK(uytin_ledger_add_observation(ledger, &record, 40, 2, NULL) == UYTIN_OK && records_of(ledger) == 1);
    CHECK(uytin_ledger_to_bytes(ledger, &bytes, NULL) == UYTIN_OK && uytin_text_view(bytes, &view) == UYTIN_OK);
    CHECK(str_is(view, "{\"criterion\":\"ad-disclosure\",\"date\":\"2024-10-04\",\"failed\":2,\"id\":\"a\",\"passed\":40,\"source\":\"vtv-24\","
                       "\"source_class\":\"press\",\"subject\":\"s\",\"type\":\"observation\"}\n"));
    CHECK(view.ptr[view.len] == '\0');
    CHECK(uytin_text_free(bytes) == UYTIN_OK);

    /* Each bad field is named, and nothing is added. */
    record.id = NONE;
    CHECK(uytin_ledger_add_exemption(ledger, &record, &error) == UYTIN_EMPTY);
    CHECK(error_is(error, UYTIN_EMPTY, "empty", "$.id"));
    record = record_of("b", "vtv-24", "press");
    record.date = 2932897;
    CHECK(uytin_ledger_add_exemption(ledger, &record, &error) == UYTIN_NOT_A_DATE);
    CHECK(error_is(error, UYTIN_NOT_A_DATE, "not-a-date", "$.date"));
    record.date = INT32_MIN;
    CHECK(uytin_ledger_add_exemption(ledger, &record, NULL) == UYTIN_NOT_A_DATE);
    record = record_of("b", "vtv-24", "press");
    record.withdrawn = 2;
    CHECK(uytin_ledger_add_exemption(ledger, &record, &error) == UYTIN_UNKNOWN_VALUE);
    CHECK(error_is(error, UYTIN_UNKNOWN_VALUE, "unknown-value", "$.withdrawn"));
    record.withdrawn = 0;
    record.source = str_of("\xed\xa0\x80");
    CHECK(uytin_ledger_add_exemption(ledger, &record, &error) == UYTIN_NOT_UTF8);
    CHECK(error_is(error, UYTIN_NOT_UTF8, "not-utf8", "$.source"));
    record.source = NONE;
    record.source.len = 3;
    CHECK(uytin_ledger_add_exemption(ledger, &record, &error) == UYTIN_NULL_POINTER);
    CHECK(error_is(error, UYTIN_NULL_POINTER, "null-pointer", "$.source"));
    record = record_of("b", "vtv-24", "press");
    for (n = 0; n < sizeof amounts / sizeof *amounts; n++) {
        CHECK(uytin_ledger_add_credit(ledger, &record, amounts[n], &error) == UYTIN_OUT_OF_RANGE);
        CHECK(error_is(error, UYTIN_OUT_OF_RANGE, "out-of-range", "$.amount"));
    }
    CHECK(uytin_ledger_add_credit(ledger, &record, (double)NAN, NULL) == UYTIN_OUT_OF_RANGE);
    CHECK(uytin_ledger_add_credit(ledger, &record, (double)INFINITY, NULL) == UYTIN_OUT_OF_RANGE);
    CHECK(uytin_ledger_add_finding(ledger, &record, NULL, &error) == UYTIN_NULL_POINTER);
    CHECK(error_is(error, UYTIN_NULL_POINTER, "null-pointer", "finding"));
    finding.status = 5;
    CHECK(uytin_ledger_add_finding(ledger, &record, &finding, &error) == UYTIN_UNKNOWN_VALUE);
    CHECK(error_is(error, UYTIN_UNKNOWN_VALUE, "unknown-value", "$.status"));
    finding.status = UYTIN_UPHELD;
    finding.reach = (uint64_t)1 << 53;
    CHECK(uytin_ledger_add_finding(ledger, &record, &finding, &error) == UYTIN_OUT_OF_RANGE);
    CHECK(error_is(error, UYTIN_OUT_OF_RANGE, "out-of-range", "$.reach"));
    CHECK(uytin_ledger_add_observation(ledger, NULL, 1, 1, NULL) == UYTIN_NULL_POINTER);
    CHECK(uytin_ledger_add_json(ledger, TEXT("{\"type\": \"observation\", \"followers\": 9}"), NULL, &error) == UYTIN_UNKNOWN_FIELD);
    CHECK(error_is(error, UYTIN_UNKNOWN_FIELD, "unknown-field", "$.followers"));
    CHECK(uytin_ledger_add_json(ledger, TEXT(FINDING), &limits, &error) == UYTIN_TOO_LONG);
    CHECK(error_is(error, UYTIN_TOO_LONG, "too-long", "$"));
    CHECK(records_of(ledger) == 1);

    /* All or nothing, with the line. */
    CHECK(uytin_ledger_to_bytes(ledger, &bytes, NULL) == UYTIN_OK && uytin_text_view(bytes, &view) == UYTIN_OK);
    CHECK(uytin_ledger_new(&other, NULL) == UYTIN_OK);
    CHECK(uytin_ledger_add_json_lines(other, view.ptr, view.len - 2, NULL, &error) == UYTIN_NOT_JSON);
    CHECK(error != NULL && uytin_error_free(error) == UYTIN_OK && records_of(other) == 0);
    CHECK(uytin_ledger_add_json_lines(other, TEXT("\n\n{}\n"), NULL, &error) == UYTIN_MISSING_FIELD);
    CHECK(error_is(error, UYTIN_MISSING_FIELD, "missing-field", "line 3: $.type"));
    CHECK(uytin_ledger_add_json_array(other, TEXT("[{}]"), NULL, &error) == UYTIN_MISSING_FIELD);
    CHECK(error_is(error, UYTIN_MISSING_FIELD, "missing-field", "$[0].type"));
    CHECK(uytin_ledger_add_json_array(other, TEXT("{}"), NULL, NULL) == UYTIN_WRONG_TYPE);
    CHECK(uytin_ledger_add_json_lines(other, view.ptr, view.len, NULL, NULL) == UYTIN_OK && records_of(other) == 1);
    CHECK(uytin_text_free(bytes) == UYTIN_OK);

    /* Merging, also with itself; a clone keeps what it had. */
    CHECK(uytin_ledger_add_json(other, TEXT(FINDING), NULL, NULL) == UYTIN_OK && records_of(other) == 2);
    CHECK(uytin_ledger_merge(ledger, other, NULL) == UYTIN_OK && records_of(ledger) == 2);
    CHECK(uytin_ledger_merge(ledger, ledger, NULL) == UYTIN_OK && records_of(ledger) == 2);
    CHECK(uytin_ledger_free(other) == UYTIN_OK && uytin_ledger_clone(ledger, &other, NULL) == UYTIN_OK);
    CHECK(uytin_ledger_remove(ledger, TEXT("s"), TEXT("court-1"), TEXT("f"), &removed, NULL) == UYTIN_OK && removed == 1);
    CHECK(uytin_ledger_remove(ledger, TEXT("s"), TEXT("court-1"), TEXT("f"), &removed, NULL) == UYTIN_OK && removed == 0);
    CHECK(records_of(ledger) == 1 && records_of(other) == 2);
    CHECK(uytin_ledger_free(ledger) == UYTIN_OK && uytin_ledger_free(other) == UYTIN_OK);
}

static void scores(void) {
    uytin_policy *policy = NULL;
    uytin_ledger *ledger = NULL;
    uytin_bound *bound, *single;
    uytin_assessment *assessment = NULL;
    uytin_score_result score, kept;
    uytin_summary summary;
    uytin_part part;
    uytin_str name;
    uytin_error *error = NULL;
    uytin_record record = record_of("a", "vtv-24", "press");
    uytin_text *receipt;
    uytin_verification *verification;
    uytin_verification_summary verified;
    uytin_difference difference;
    uytin_str view = {NULL, 0};
    char *altered, *place;
    size_t count;

    CHECK(uytin_policy_reference(&policy, NULL) == UYTIN_OK && uytin_ledger_new(&ledger, NULL) == UYTIN_OK);
    CHECK(uytin_bind(policy, ledger, &bound, NULL) == UYTIN_OK);
    memset(&score, 0x33, sizeof score);
    kept = score;

    /* No record is no adverse record: the baseline, not rated. */
    CHECK(uytin_score(bound, NULL, 0, 20650, NULL, 0, &score, &error) == UYTIN_NO_SUBJECT);
    CHECK(error_is(error, UYTIN_NO_SUBJECT, "no-subject", "subject") && memcmp(&kept, &score, sizeof score) == 0);
    CHECK(uytin_score(bound, TEXT("nobody"), 20650, NULL, 0, &score, NULL) == UYTIN_OK);
    CHECK(score.rated == 0 && str_is(score.tier, "unrated") && score.coverage == 0 && score.lower < score.score);
    CHECK(uytin_assess(bound, TEXT("nobody"), 20650, NULL, 0, &assessment, NULL) == UYTIN_OK);
    CHECK(uytin_assessment_describe(assessment, &summary, NULL) == UYTIN_OK && str_is(summary.subject, "nobody"));
    CHECK(summary.score == score.score && summary.human_review == 0 && summary.previous_tier.ptr == NULL);
    CHECK(uytin_assessment_free(assessment) == UYTIN_OK);
    CHECK(uytin_bound_free(bound) == UYTIN_OK);

    CHECK(uytin_ledger_add_observation(ledger, &record, 40, 2, NULL) == UYTIN_OK);
    CHECK(uytin_ledger_add_json(ledger, TEXT(FINDING), NULL, NULL) == UYTIN_OK);
    CHECK(uytin_bind(policy, ledger, &bound, NULL) == UYTIN_OK);
    CHECK(uytin_bind_subject(policy, ledger, TEXT("s"), &single, NULL) == UYTIN_OK);
    CHECK(uytin_bound_count(bound, &count, NULL) == UYTIN_OK && count == 1);
    CHECK(uytin_bound_subject(bound, 0, &name, NULL) == UYTIN_OK && str_is(name, "s"));
    CHECK(uytin_bound_subject(bound, 1, &name, &error) == UYTIN_NO_SUCH_ITEM);
    CHECK(error_is(error, UYTIN_NO_SUCH_ITEM, "no-such-item", "index"));
    CHECK(uytin_score(bound, TEXT("s"), 2932897, NULL, 0, &score, &error) == UYTIN_NOT_A_DATE);
    CHECK(error_is(error, UYTIN_NOT_A_DATE, "not-a-date", "as_of"));
    CHECK(uytin_score(bound, TEXT("s"), 20650, NULL, 0, &score, NULL) == UYTIN_OK);
    CHECK(uytin_score(single, NULL, 0, 20650, TEXT("no-such-tier"), &kept, NULL) == UYTIN_OK);
    CHECK(score.score == kept.score && score.coverage == kept.coverage && str_eq(score.tier, kept.tier));
    CHECK(uytin_bound_free(single) == UYTIN_OK);

    /* Handles outlive those that they were made of. */
    CHECK(uytin_assess(bound, NULL, 0, 20650, TEXT("trusted"), &assessment, NULL) == UYTIN_OK);
    CHECK(uytin_bound_free(bound) == UYTIN_OK);
    CHECK(uytin_assessment_describe(assessment, &summary, NULL) == UYTIN_OK);
    CHECK(str_is(summary.previous_tier, "trusted") && summary.human_review == 1 && summary.score == score.score);
    CHECK(uytin_assessment_count(assessment, UYTIN_PENDING, &count, NULL) == UYTIN_OK && count == 1);
    CHECK(summary.score_if_upheld < summary.score);
    CHECK(uytin_assessment_count(assessment, 12, &count, &error) == UYTIN_NO_SUCH_ITEM);
    CHECK(error_is(error, UYTIN_NO_SUCH_ITEM, "no-such-item", "list"));
    CHECK(uytin_assessment_count(assessment, -1, &count, NULL) == UYTIN_NO_SUCH_ITEM);
    CHECK(uytin_assessment_part(assessment, (size_t)-1, &part, NULL) == UYTIN_NO_SUCH_ITEM);
    CHECK(uytin_assessment_name(assessment, UYTIN_PARTS, 0, &name, NULL) == UYTIN_NO_SUCH_ITEM);

    /* A receipt that differs is a result; one in another form is an error. */
    CHECK(uytin_assessment_receipt(assessment, &receipt, NULL) == UYTIN_OK && uytin_text_view(receipt, &view) == UYTIN_OK);
    altered = (char *)malloc(view.len + 1);
    memcpy(altered, view.ptr, view.len + 1);
    place = strstr(altered, "\"score\":");
    CHECK(place != NULL);
    if (place != NULL) place[8] = place[8] == '5' ? '6' : '5';
    CHECK(uytin_verify(policy, ledger, altered, view.len, &verification, NULL) == UYTIN_OK);
    CHECK(uytin_verification_describe(verification, &verified, NULL) == UYTIN_OK && !verified.verified && verified.differences > 0);
    CHECK(uytin_verification_difference(verification, 0, &difference, NULL) == UYTIN_OK && difference.path.len > 2);
    CHECK(uytin_verification_difference(verification, verified.differences, &difference, NULL) == UYTIN_NO_SUCH_ITEM);
    CHECK(uytin_verification_free(verification) == UYTIN_OK);
    altered[0] = ' ';
    CHECK(uytin_verify(policy, ledger, altered, view.len, &verification, NULL) >= 100);
    free(altered);

    CHECK(uytin_text_free(receipt) == UYTIN_OK && uytin_assessment_free(assessment) == UYTIN_OK);
    CHECK(uytin_ledger_free(ledger) == UYTIN_OK && uytin_policy_free(policy) == UYTIN_OK);
}

/* Whether a text has a part; frees it. */
static int text_has(uytin_text *text, const char *part) {
    uytin_str view;
    int found = uytin_text_view(text, &view) == UYTIN_OK && strstr(view.ptr, part) != NULL;
    return uytin_text_free(text) == UYTIN_OK && found;
}

static void tools(void) {
    uytin_policy *policy = NULL, *other = NULL;
    uytin_ledger *ledger = NULL;
    uytin_bound *bound;
    uytin_policy_info info;
    uytin_text *text = NULL, *left_out = NULL;
    uytin_error *error = NULL;
    uytin_record record = record_of("a", "vtv-24", "press");
    uytin_str classes[2] = {{"press", 5}, {"regulator", 9}}, names[1] = {{"vtv-24/a", 8}};
    const char *brief = "{\"lower_at_least\":10}";
    uytin_subject subjects[2];
    char *document, *place;
    uytin_statement_details details;

    CHECK(uytin_policy_reference(&policy, NULL) == UYTIN_OK && uytin_ledger_new(&ledger, NULL) == UYTIN_OK);
    CHECK(uytin_ledger_add_observation(ledger, &record, 40, 2, NULL) == UYTIN_OK);
    CHECK(uytin_bind(policy, ledger, &bound, NULL) == UYTIN_OK);

    CHECK(uytin_paths(bound, NULL, 0, 20650, NULL, 0, classes, 2, &text, NULL) == UYTIN_OK);
    CHECK(text_has(text, "\"paths\":[{\"tier\":\"standard\""));
    CHECK(uytin_paths(bound, TEXT("nobody"), 20650, NULL, 0, NULL, 0, &text, NULL) == UYTIN_OK && text_has(text, "\"nobody\""));
    text = NULL;
    CHECK(uytin_paths(bound, NULL, 0, 20650, NULL, 0, names, 1, &text, &error) == UYTIN_UNKNOWN_NAME && text == NULL);
    CHECK(error_is(error, UYTIN_UNKNOWN_NAME, "unknown-name", "$.classes[0]"));
    CHECK(uytin_paths(bound, NULL, 0, 20650, NULL, 0, NULL, 1, &text, NULL) == UYTIN_NULL_POINTER);
    CHECK(uytin_paths(bound, NULL, 0, 20650, NULL, 0, classes, (size_t)-1, &text, NULL) == UYTIN_WRONG_LENGTH);

    CHECK(uytin_contest(bound, NULL, 0, 20650, NULL, 0, names, 1, &text, NULL) == UYTIN_OK && text_has(text, "\"without\":[{"));
    text = NULL;
    CHECK(uytin_contest(bound, NULL, 0, 20650, NULL, 0, classes, 1, &text, &error) == UYTIN_UNKNOWN_NAME && text == NULL);
    CHECK(error_is(error, UYTIN_UNKNOWN_NAME, "unknown-name", "$.without[0]"));

    memset(&details, 0, sizeof details);
    details.contest_by = INT32_MIN;
    CHECK(uytin_statement(bound, NULL, 0, 20650, NULL, 0, NULL, &text, NULL) == UYTIN_OK && text_has(text, "icp-2026"));
    details.contest_at = classes[0];
    details.html = details.vietnamese = 1;
    CHECK(uytin_statement(bound, NULL, 0, 20650, NULL, 0, &details, &text, NULL) == UYTIN_OK && text_has(text, "lang=\"vi\""));
    details.contest_by = 2932897;
    CHECK(uytin_statement(bound, NULL, 0, 20650, NULL, 0, &details, &text, &error) == UYTIN_NOT_A_DATE);
    CHECK(error_is(error, UYTIN_NOT_A_DATE, "not-a-date", "details.contest_by"));

    CHECK(uytin_shortlist(policy, ledger, brief, strlen(brief), 20650, NULL, 0, NULL, &text, NULL) == UYTIN_OK);
    CHECK(text_has(text, "\"candidates\":1"));
    memset(subjects, 0, sizeof subjects);
    subjects[0].id = str_of("s");
    subjects[0].group = str_of("north");
    subjects[0].previous_tier = str_of("trusted");
    subjects[1].id = str_of("nobody");
    CHECK(uytin_shortlist(policy, ledger, TEXT("{\"lower_at_least\":100}"), 20650, subjects, 2, &left_out, &text, NULL) == UYTIN_OK);
    CHECK(text_has(text, "\"candidates\":0") && text_has(left_out, "\"subject\":\"s\",\"condition\":\"lower_at_least\""));
    CHECK(uytin_shortlist(policy, ledger, brief, strlen(brief), 20650, NULL, 1, NULL, &text, &error) == UYTIN_NULL_POINTER);
    CHECK(error_is(error, UYTIN_NULL_POINTER, "null-pointer", "subjects"));
    CHECK(uytin_shortlist(policy, ledger, TEXT("{\"followers\":1}"), 20650, NULL, 0, &left_out, &text, &error) == UYTIN_UNKNOWN_FIELD);
    CHECK(error_is(error, UYTIN_UNKNOWN_FIELD, "unknown-field", "$.followers"));

    CHECK(uytin_policy_describe(policy, &info, NULL) == UYTIN_OK);
    document = (char *)malloc(info.canonical.len + 1);
    memcpy(document, info.canonical.ptr, info.canonical.len);
    document[info.canonical.len] = 0;
    place = strstr(document, "\"validity_days\":365");
    CHECK(place != NULL);
    if (place != NULL) place[16] = '2';
    CHECK(uytin_policy_from_json(document, info.canonical.len, NULL, &other, NULL) == UYTIN_OK);
    free(document);
    CHECK(uytin_policy_diff(policy, other, &text, NULL) == UYTIN_OK && text_has(text, "$.validity_days"));
    CHECK(uytin_policy_lint(policy, &text, NULL) == UYTIN_OK && text_has(text, "\"warnings\":["));
    CHECK(uytin_policy_diff(policy, NULL, &text, NULL) == UYTIN_NULL_POINTER);
    CHECK(uytin_impact(policy, other, ledger, 20650, NULL, 0, &text, NULL) == UYTIN_OK && text_has(text, "\"subjects\":1"));
    CHECK(uytin_impact(policy, other, ledger, 20650, subjects, 2, &text, NULL) == UYTIN_OK && text_has(text, "\"group\":\"north\""));
    CHECK(uytin_impact(policy, other, ledger, 2932897, NULL, 0, &text, NULL) == UYTIN_NOT_A_DATE);

    CHECK(uytin_bound_free(bound) == UYTIN_OK && uytin_policy_free(other) == UYTIN_OK);
    CHECK(uytin_ledger_free(ledger) == UYTIN_OK && uytin_policy_free(policy) == UYTIN_OK);
}

static void populations(void) {
    uytin_policy *policy = NULL, *fitted = NULL;
    uytin_ledger *ledger = NULL;
    uytin_policy_info info;
    uytin_text *text = NULL;
    uytin_error *error = NULL;
    uytin_record record = record_of("a", "vtv-24", "press");
    const char *days = "{\"train_to\":\"2025-12-31\",\"replicates\":10}";
    const char *few = "{\"replicates\":50}";
    uytin_member members[40];
    size_t n;

    CHECK(uytin_policy_reference(&policy, NULL) == UYTIN_OK && uytin_ledger_new(&ledger, NULL) == UYTIN_OK);

    CHECK(uytin_calibrate(policy, ledger, NULL, 0, NULL, &text, &error) == UYTIN_MISSING_FIELD && text == NULL);
    CHECK(error_is(error, UYTIN_MISSING_FIELD, "missing-field", "$.train_to"));
    CHECK(uytin_ledger_add_observation(ledger, &record, 40, 2, NULL) == UYTIN_OK);
    CHECK(uytin_calibrate(policy, ledger, days, strlen(days), &fitted, &text, NULL) == UYTIN_OK);
    CHECK(text_has(text, "\"prior\":\"no-checks\"") && uytin_policy_describe(fitted, &info, NULL) == UYTIN_OK);
    CHECK(info.name.len > 7 && memcmp(info.name.ptr + info.name.len - 7, "-fitted", 7) == 0 && uytin_policy_free(fitted) == UYTIN_OK);
    text = NULL;
    fitted = NULL;
    CHECK(uytin_calibrate(policy, ledger, TEXT("{\"seed\":-1}"), &fitted, &text, &error) == UYTIN_OUT_OF_RANGE);
    CHECK(error_is(error, UYTIN_OUT_OF_RANGE, "out-of-range", "$.seed") && text == NULL && fitted == NULL);
    CHECK(uytin_calibrate(policy, ledger, days, strlen(days), (uytin_policy **)((char *)&fitted + 1), &text, NULL) == UYTIN_MISALIGNED_POINTER);
    CHECK(uytin_calibrate(policy, NULL, days, strlen(days), NULL, &text, NULL) == UYTIN_NULL_POINTER);

    memset(members, 0, sizeof members);
    for (n = 0; n < 40; n++) {
        const uytin_str north = {"north", 5}, south = {"south", 5}, standard = {"standard", 8}, caution = {"caution", 7};
        members[n].group = n % 2 ? south : north;
        members[n].tier = n % 4 ? standard : caution;
        members[n].coverage = 0.5;
        members[n].score = n % 2 ? 600 : 700;
        members[n].outcome = (uint8_t)(n % 3);
    }
    CHECK(uytin_fairness(policy, members, 40, few, strlen(few), &text, NULL) == UYTIN_OK);
    CHECK(text_has(text, "\"intervals\":\"bootstrap\"") && uytin_fairness(policy, NULL, 0, NULL, 0, &text, NULL) == UYTIN_OK);
    CHECK(text_has(text, "\"caution\":\"no-subjects\""));
    text = NULL;
    members[39].outcome = 3;
    CHECK(uytin_fairness(policy, members, 40, few, strlen(few), &text, &error) == UYTIN_OUT_OF_RANGE && text == NULL);
    CHECK(error_is(error, UYTIN_OUT_OF_RANGE, "out-of-range", "$[39].outcome"));
    members[39].outcome = 0;
    members[39].coverage = -0.5;
    CHECK(uytin_fairness(policy, members, 40, few, strlen(few), &text, &error) == UYTIN_OUT_OF_RANGE);
    CHECK(error_is(error, UYTIN_OUT_OF_RANGE, "out-of-range", "$[39].coverage"));
    members[38].tier.ptr = "gold";
    members[38].tier.len = 4;
    CHECK(uytin_fairness(policy, members, 40, few, strlen(few), &text, &error) == UYTIN_UNKNOWN_NAME);
    CHECK(error_is(error, UYTIN_UNKNOWN_NAME, "unknown-name", "$[38].tier"));
    members[38].tier.ptr = NULL;
    CHECK(uytin_fairness(policy, members, 40, few, strlen(few), &text, NULL) == UYTIN_NULL_POINTER);
    CHECK(uytin_fairness(policy, members, (size_t)-1, few, strlen(few), &text, NULL) == UYTIN_WRONG_LENGTH);
    CHECK(uytin_fairness(policy, members, 1, TEXT("{\"least\":0}"), &text, NULL) == UYTIN_OUT_OF_RANGE && text == NULL);

    CHECK(uytin_attacks(policy, ledger, 20650, TEXT("{\"random_bases\":0}"), &text, NULL) == UYTIN_OK && text_has(text, "\"bases\":2,\"holds\":true"));
    CHECK(uytin_attacks(policy, NULL, 20650, TEXT("{\"random_bases\":1}"), &text, NULL) == UYTIN_OK && text_has(text, "\"bases\":2,"));
    text = NULL;
    CHECK(uytin_attacks(policy, NULL, 2932897, NULL, 0, &text, NULL) == UYTIN_NOT_A_DATE && text == NULL);
    CHECK(uytin_attacks(policy, NULL, 20650, TEXT("{\"bases\":1}"), &text, &error) == UYTIN_UNKNOWN_FIELD);
    CHECK(error_is(error, UYTIN_UNKNOWN_FIELD, "unknown-field", "$.bases"));

    CHECK(uytin_interval_coverage(policy, TEXT("{\"criterion\":\"respect\",\"replicates\":5}"), &text, NULL) == UYTIN_OK);
    CHECK(text_has(text, "\"criterion\":\"respect\",\"nominal\":0."));
    text = NULL;
    CHECK(uytin_interval_coverage(policy, TEXT("{\"criterion\":\"fame\"}"), &text, &error) == UYTIN_UNKNOWN_NAME && text == NULL);
    CHECK(error_is(error, UYTIN_UNKNOWN_NAME, "unknown-name", "$.criterion"));
    CHECK(uytin_interval_coverage(policy, TEXT("{"), &text, NULL) == UYTIN_NOT_JSON);

    CHECK(uytin_ledger_free(ledger) == UYTIN_OK && uytin_policy_free(policy) == UYTIN_OK);
}

static void small_things(void) {
    char date[11] = "untouched!";
    int32_t days = 7;
    uytin_error *error = NULL;
    uytin_str catalogue;
    CHECK(uytin_abi_version() == UYTIN_ABI_VERSION && strchr(uytin_version(), '.') != NULL);
    CHECK(strcmp(uytin_status_code(UYTIN_OUT_OF_RANGE), "out-of-range") == 0 && strcmp(uytin_status_code(0), "ok") == 0);
    CHECK(strcmp(uytin_status_code(-3), "unknown-status") == 0);
    CHECK(uytin_catalogue(&catalogue) == UYTIN_OK && catalogue.len > 1000 && catalogue.ptr[0] == '{');
    CHECK(uytin_date_parse(TEXT("2026-02-29"), &days, &error) == UYTIN_NOT_A_DATE && days == 7);
    CHECK(error_is(error, UYTIN_NOT_A_DATE, "not-a-date", "date"));
    CHECK(uytin_date_parse(TEXT("1969-12-31"), &days, NULL) == UYTIN_OK && days == -1);
    CHECK(uytin_date_format(days, date, 10, &error) == UYTIN_WRONG_LENGTH && strcmp(date, "untouched!") == 0);
    CHECK(error_is(error, UYTIN_WRONG_LENGTH, "wrong-length", "out_len"));
    CHECK(uytin_date_format(INT32_MAX, date, sizeof date, NULL) == UYTIN_NOT_A_DATE && strcmp(date, "untouched!") == 0);
    CHECK(uytin_date_format(days, date, sizeof date, NULL) == UYTIN_OK && strcmp(date, "1969-12-31") == 0);
}

int main(void) {
    TEST(policies());
    TEST(pointers());
    TEST(ledgers());
    TEST(scores());
    TEST(tools());
    TEST(populations());
    TEST(small_things());
    return check_done();
}
