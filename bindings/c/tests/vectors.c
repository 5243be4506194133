/*
 * The conformance vectors, from C alone: every number of every case, the same bytes of JSON as Rust gives, records by
 * JSON and by typed calls, accessors against the JSON, receipts, and the call that takes JSON.
 *
 * usage: vectors CASES POLICIES EXPECTED, where EXPECTED holds the JSON that Rust gives, a line a case
 */
#include <math.h>

#include <cjson/cJSON.h>

#include "check.h"

#define MUST(call)                                                                                                     \
    do {                                                                                                               \
        uytin_status must_status = (call);                                                                             \
        if (must_status != UYTIN_OK) {                                                                                 \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, uytin_status_code(must_status));                        \
            exit(EXIT_FAILURE);                                                                                        \
        }                                                                                                              \
    } while (0)

static char *read_file(const char *path, size_t *len) {
    FILE *file = fopen(path, "rb");
    char *text = NULL;
    size_t room = 0;
    *len = 0;
    if (file == NULL) {
        perror(path);
        exit(EXIT_FAILURE);
    }
    do {
        if (*len + 65536 > room) {
            room = room * 2 + 131072;
            text = (char *)realloc(text, room);
            if (text == NULL) exit(EXIT_FAILURE);
        }
        *len += fread(text + *len, 1, 65535, file);
    } while (!feof(file) && !ferror(file));
    fclose(file);
    text[*len] = '\0';
    return text;
}

static const char *text_at(const cJSON *object, const char *key) {
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    return cJSON_IsString(item) ? item->valuestring : NULL;
}

static double number_at(const cJSON *object, const char *key, double otherwise) {
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    return cJSON_IsNumber(item) ? item->valuedouble : otherwise;
}

static uytin_str str_of(const char *text) {
    uytin_str view;
    view.ptr = text;
    view.len = text == NULL ? 0 : strlen(text);
    return view;
}

static int32_t date_of(const char *text) {
    int32_t days = 0;
    MUST(uytin_date_parse(text, strlen(text), &days, NULL));
    return days;
}

/* The policies that the cases name, read once. */
static struct {
    char name[64];
    char *json;
    uytin_policy *policy;
} policies[16];

static size_t policy_of(const char *folder, const char *name) {
    char path[512];
    size_t n, len;
    for (n = 0; n < 16 && policies[n].policy != NULL; n++)
        if (strcmp(policies[n].name, name) == 0) return n;
    if (n == 16) exit(EXIT_FAILURE);
    snprintf(policies[n].name, sizeof policies[n].name, "%s", name);
    snprintf(path, sizeof path, "%s/%s.json", folder, name);
    policies[n].json = read_file(path, &len);
    MUST(uytin_policy_from_json(policies[n].json, len, NULL, &policies[n].policy, NULL));
    return n;
}

/* Adds a record without JSON. */
static void add_typed(uytin_ledger *ledger, const cJSON *json) {
    static const char *const statuses[] = {"alleged", "upheld", "under-appeal", "remedied", "overturned"};
    const char *type = text_at(json, "type");
    uytin_record record;
    record.id = str_of(text_at(json, "id"));
    record.subject = str_of(text_at(json, "subject"));
    record.source = str_of(text_at(json, "source"));
    record.source_class = str_of(text_at(json, "source_class"));
    record.criterion = str_of(text_at(json, "criterion"));
    record.context = str_of(text_at(json, "context"));
    record.date = date_of(text_at(json, "date"));
    record.revision = (uint32_t)number_at(json, "revision", 0);
    record.withdrawn = (uint8_t)cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(json, "withdrawn"));
    if (strcmp(type, "observation") == 0) {
        uint32_t passed = (uint32_t)number_at(json, "passed", -1), failed = (uint32_t)number_at(json, "failed", -1);
        MUST(uytin_ledger_add_observation(ledger, &record, passed, failed, NULL));
    } else if (strcmp(type, "finding") == 0) {
        uytin_finding finding;
        finding.severity = str_of(text_at(json, "severity"));
        finding.incident = str_of(text_at(json, "incident"));
        finding.reach = (uint64_t)number_at(json, "reach", 0);
        for (finding.status = 0; finding.status < 5; finding.status++)
            if (strcmp(statuses[finding.status], text_at(json, "status")) == 0) break;
        MUST(uytin_ledger_add_finding(ledger, &record, &finding, NULL));
    } else if (strcmp(type, "credit") == 0) {
        MUST(uytin_ledger_add_credit(ledger, &record, number_at(json, "amount", 1), NULL));
    } else {
        MUST(uytin_ledger_add_exemption(ledger, &record, NULL));
    }
}

/* Whether a value is what the vectors say; reals may differ by 1e-6, since the vectors hold six decimals. */
static int same(const char *key, int real, const cJSON *found, const cJSON *expected) {
    static const char *const reals[] = {"mean", "lower", "upper", "coverage", "favourable", "adverse", "mass"};
    const cJSON *a, *b;
    size_t n;
    int is_real = 0;
    if (found == NULL || (found->type & 0xff) != (expected->type & 0xff)) return 0;
    for (n = 0; real && key != NULL && n < sizeof reals / sizeof *reals; n++) is_real |= strcmp(key, reals[n]) == 0;
    switch (expected->type & 0xff) {
    case cJSON_Number:
        return fabs(found->valuedouble - expected->valuedouble) <= (is_real ? 1.000001e-6 : 0.0);
    case cJSON_String:
        return strcmp(found->valuestring, expected->valuestring) == 0;
    case cJSON_Array:
        for (a = found->child, b = expected->child; a != NULL && b != NULL; a = a->next, b = b->next)
            if (!same(key, real, a, b)) return 0;
        return a == NULL && b == NULL;
    case cJSON_Object:
        if (cJSON_GetArraySize(found) != cJSON_GetArraySize(expected)) return 0;
        cJSON_ArrayForEach(b, expected) {
            int whole = strcmp(b->string, "interval") == 0;
            if (!same(b->string, real && !whole, cJSON_GetObjectItemCaseSensitive(found, b->string), b)) return 0;
        }
        return 1;
    default:
        return 1;
    }
}

static int32_t tenths(const cJSON *object, const char *key) {
    return (int32_t)floor(number_at(object, key, -1e6) * 10 + 0.5);
}

/* The accessors against the JSON. */
static int accessors_agree(const uytin_assessment *assessment, const cJSON *json) {
    static const char *const lists[] = {"waterfall", "reasons", "measures", "human_review", "pillars", "criteria",
                                        "credits", "pending", "set_aside", "exempt", "favourable", "adverse"};
    const cJSON *sectors = cJSON_GetObjectItemCaseSensitive(json, "sectors"), *item, *other;
    const cJSON *interval = cJSON_GetObjectItemCaseSensitive(json, "interval");
    uytin_summary summary;
    char date[11];
    int32_t list, sum = 0;
    size_t count, n, k;
    int agree = 1;
    MUST(uytin_assessment_describe(assessment, &summary, NULL));
    agree &= str_is(summary.subject, text_at(json, "subject")) && str_is(summary.tier, text_at(json, "tier"));
    agree &= str_is(summary.ledger_digest, text_at(json, "ledger_digest"));
    agree &= str_is(summary.policy_digest, text_at(json, "policy_digest"));
    agree &= str_is(summary.notice_vi, text_at(cJSON_GetObjectItemCaseSensitive(json, "notice"), "vi"));
    agree &= summary.score == tenths(json, "score") && summary.lower == tenths(interval, "lower");
    agree &= summary.upper == tenths(interval, "upper");
    agree &= fabs(summary.coverage - number_at(json, "coverage", -1)) < 1e-9;
    agree &= summary.rated == (strcmp(text_at(json, "tier"), "unrated") != 0);
    MUST(uytin_date_format(summary.valid_until, date, sizeof date, NULL));
    agree &= strcmp(date, text_at(json, "valid_until")) == 0;
    for (list = UYTIN_PARTS; list <= UYTIN_ADVERSE_SECTORS; list++) {
        const cJSON *array = cJSON_GetObjectItemCaseSensitive(list >= UYTIN_FAVOURABLE_SECTORS ? sectors : json, lists[list]);
        if (list == UYTIN_REVIEWS) {
            agree &= cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(array, "required")) == summary.human_review;
            array = cJSON_GetObjectItemCaseSensitive(array, "reasons");
        }
        if (list == UYTIN_PENDING) {
            int32_t upheld = cJSON_IsNull(array) ? summary.score : tenths(array, "score_if_upheld");
            agree &= summary.score_if_upheld == upheld;
            array = cJSON_GetObjectItemCaseSensitive(array, "findings");
        }
        MUST(uytin_assessment_count(assessment, list, &count, NULL));
        agree &= count == (size_t)cJSON_GetArraySize(array);
        for (n = 0; n < count; n++) {
            item = cJSON_GetArrayItem(array, (int)n);
            if (list == UYTIN_PARTS) {
                static const char *const kinds[] = {"baseline", "criterion", "credit", "finding"};
                uytin_part part;
                MUST(uytin_assessment_part(assessment, n, &part, NULL));
                sum += part.points;
                agree &= str_is(part.id, text_at(item, "id")) && part.points == tenths(item, "points");
                agree &= strcmp(kinds[part.kind], text_at(item, "kind")) == 0;
                agree &= part.kind == UYTIN_FINDING ? str_is(part.source, text_at(item, "source")) : part.source.ptr == NULL;
            } else if (list == UYTIN_REASONS) {
                uytin_reason reason;
                MUST(uytin_assessment_reason(assessment, n, &reason, NULL));
                agree &= str_is(reason.code, text_at(item, "code")) && reason.part.points == tenths(item, "points");
                other = cJSON_GetObjectItemCaseSensitive(item, "text");
                agree &= str_is(reason.text_en, text_at(other, "en")) && str_is(reason.text_vi, text_at(other, "vi"));
                other = cJSON_GetObjectItemCaseSensitive(item, "change");
                agree &= str_is(reason.change_en, text_at(other, "en")) && str_is(reason.change_vi, text_at(other, "vi"));
                other = cJSON_GetObjectItemCaseSensitive(item, "records");
                agree &= reason.records == (size_t)cJSON_GetArraySize(other);
                agree &= reason.records_omitted == (size_t)number_at(item, "records_omitted", -1);
                for (k = 0; k < reason.records; k++) {
                    uytin_dated_key key;
                    MUST(uytin_assessment_reason_record(assessment, n, k, &key, NULL));
                    MUST(uytin_date_format(key.date, date, sizeof date, NULL));
                    agree &= str_is(key.record.id, text_at(cJSON_GetArrayItem(other, (int)k), "id"));
                    agree &= str_is(key.record.source, text_at(cJSON_GetArrayItem(other, (int)k), "source"));
                    agree &= strcmp(date, text_at(cJSON_GetArrayItem(other, (int)k), "date")) == 0;
                }
                other = cJSON_GetObjectItemCaseSensitive(item, "basis");
                agree &= reason.basis == (size_t)cJSON_GetArraySize(other);
                for (k = 0; k < reason.basis; k++) {
                    uytin_str basis;
                    MUST(uytin_assessment_reason_basis(assessment, n, k, &basis, NULL));
                    agree &= str_is(basis, cJSON_GetArrayItem(other, (int)k)->valuestring);
                }
            } else if (list == UYTIN_MEASURES) {
                static const char *const kinds[] = {"baseline", "criterion", "credit", "finding", "tier"};
                uytin_measure measure;
                MUST(uytin_assessment_measure(assessment, n, &measure, NULL));
                agree &= str_is(measure.id, text_at(item, "id"));
                agree &= measure.has_until == (text_at(item, "until") != NULL);
                if (measure.has_until) agree &= measure.until == date_of(text_at(item, "until"));
                other = cJSON_GetObjectItemCaseSensitive(item, "triggers");
                agree &= measure.triggers == (size_t)cJSON_GetArraySize(other);
                for (k = 0; k < measure.triggers; k++) {
                    uytin_trigger trigger;
                    MUST(uytin_assessment_trigger(assessment, n, k, &trigger, NULL));
                    agree &= str_is(trigger.id, text_at(cJSON_GetArrayItem(other, (int)k), "id"));
                    agree &= strcmp(kinds[trigger.kind], text_at(cJSON_GetArrayItem(other, (int)k), "kind")) == 0;
                }
            } else if (list == UYTIN_REVIEWS) {
                uytin_review review;
                MUST(uytin_assessment_review(assessment, n, &review, NULL));
                agree &= str_is(review.code, text_at(item, "code"));
                agree &= str_is(review.text_vi, text_at(cJSON_GetObjectItemCaseSensitive(item, "text"), "vi"));
                other = cJSON_GetObjectItemCaseSensitive(item, "records");
                agree &= review.records == (size_t)cJSON_GetArraySize(other);
                for (k = 0; k < review.records; k++) {
                    uytin_record_key key;
                    MUST(uytin_assessment_review_record(assessment, n, k, &key, NULL));
                    agree &= str_is(key.id, text_at(cJSON_GetArrayItem(other, (int)k), "id"));
                }
            } else if (list == UYTIN_PILLARS) {
                uytin_pillar pillar;
                MUST(uytin_assessment_pillar(assessment, n, &pillar, NULL));
                agree &= str_is(pillar.id, text_at(item, "id")) && pillar.score == tenths(item, "score");
            } else if (list == UYTIN_CRITERIA) {
                uytin_criterion criterion;
                MUST(uytin_assessment_criterion(assessment, n, &criterion, NULL));
                agree &= str_is(criterion.id, text_at(item, "id"));
                agree &= fabs(criterion.mean - number_at(item, "mean", -1)) < 1e-9;
                agree &= fabs(criterion.lower - number_at(item, "lower", -1)) < 1e-9;
                agree &= fabs(criterion.upper - number_at(item, "upper", -1)) < 1e-9;
                agree &= fabs(criterion.coverage - number_at(item, "coverage", -1)) < 1e-9;
                agree &= fabs(criterion.favourable - number_at(item, "favourable", -1)) < 1e-9;
                agree &= fabs(criterion.adverse - number_at(item, "adverse", -1)) < 1e-9;
            } else if (list == UYTIN_CREDITS) {
                uytin_credit credit;
                MUST(uytin_assessment_credit(assessment, n, &credit, NULL));
                agree &= str_is(credit.id, text_at(item, "id"));
                agree &= fabs(credit.mass - number_at(item, "mass", -1)) < 1e-9;
            } else if (list == UYTIN_PENDING) {
                uytin_record_key key;
                MUST(uytin_assessment_pending(assessment, n, &key, NULL));
                agree &= str_is(key.id, text_at(item, "id")) && str_is(key.source, text_at(item, "source"));
            } else if (list == UYTIN_SET_ASIDE) {
                uytin_set_aside aside;
                MUST(uytin_assessment_set_aside(assessment, n, &aside, NULL));
                agree &= str_is(aside.record.id, text_at(item, "id")) && str_is(aside.reason, text_at(item, "reason"));
                agree &= str_is(aside.record.source, text_at(item, "source"));
            } else {
                uytin_str name;
                MUST(uytin_assessment_name(assessment, list, n, &name, NULL));
                agree &= str_is(name, item->valuestring);
            }
        }
    }
    return agree && sum == summary.score;
}

static uytin_str view_of(const uytin_text *text) {
    uytin_str view;
    MUST(uytin_text_view(text, &view));
    return view;
}

/* The same by the call that takes JSON. */
static int one_shot_agrees(const cJSON *json, const char *policy, uytin_str expected) {
    cJSON *request = cJSON_CreateObject();
    uytin_text *answer = NULL;
    char *text;
    int agree;
    cJSON_AddItemReferenceToObject(request, "records", cJSON_GetObjectItemCaseSensitive(json, "records"));
    cJSON_AddItemReferenceToObject(request, "previous_tier", cJSON_GetObjectItemCaseSensitive(json, "previous_tier"));
    cJSON_AddStringToObject(request, "as_of", text_at(json, "as_of"));
    cJSON_AddStringToObject(request, "subject", text_at(json, "subject"));
    cJSON_AddRawToObject(request, "policy", policy);
    text = cJSON_PrintUnformatted(request);
    MUST(uytin_assess_json(text, strlen(text), NULL, &answer, NULL));
    agree = str_eq(view_of(answer), expected);
    MUST(uytin_text_free(answer));
    free(text);
    cJSON_Delete(request);
    return agree;
}

static void check_case(const cJSON *json, const char *folder, uytin_str rust) {
    const cJSON *expected = cJSON_GetObjectItemCaseSensitive(json, "expected"), *record;
    const char *subject = text_at(json, "subject"), *previous = text_at(json, "previous_tier");
    size_t subject_len = strlen(subject), previous_len = previous == NULL ? 0 : strlen(previous);
    size_t policy = policy_of(folder, text_at(json, "policy"));
    int32_t as_of = date_of(text_at(json, "as_of"));
    uytin_ledger *by_json, *by_calls;
    uytin_text *bytes, *other, *answer, *receipt;
    uytin_bound *bound;
    uytin_assessment *assessment;
    uytin_score_result score;
    uytin_verification *verification;
    uytin_verification_summary verified;
    cJSON *ours, *id, *measure;
    char *text;

    MUST(uytin_ledger_new(&by_json, NULL));
    MUST(uytin_ledger_new(&by_calls, NULL));
    cJSON_ArrayForEach(record, cJSON_GetObjectItemCaseSensitive(json, "records")) {
        text = cJSON_PrintUnformatted(record);
        MUST(uytin_ledger_add_json(by_json, text, strlen(text), NULL, NULL));
        free(text);
        add_typed(by_calls, record);
    }
    MUST(uytin_ledger_to_bytes(by_json, &bytes, NULL));
    MUST(uytin_ledger_to_bytes(by_calls, &other, NULL));
    CHECK(str_eq(view_of(bytes), view_of(other)));
    MUST(uytin_ledger_add_json_lines(by_calls, view_of(bytes).ptr, view_of(bytes).len, NULL, NULL));
    MUST(uytin_ledger_merge(by_calls, by_json, NULL));

    MUST(uytin_bind(policies[policy].policy, by_calls, &bound, NULL));
    MUST(uytin_score(bound, subject, subject_len, as_of, previous, previous_len, &score, NULL));
    MUST(uytin_assess(bound, subject, subject_len, as_of, previous, previous_len, &assessment, NULL));
    MUST(uytin_assessment_to_json(assessment, &answer, NULL));
    CHECK(str_eq(view_of(answer), rust));
    ours = cJSON_ParseWithLength(view_of(answer).ptr, view_of(answer).len);
    CHECK(score.score == tenths(ours, "score") && str_is(score.tier, text_at(ours, "tier")));
    CHECK(score.lower == tenths(cJSON_GetObjectItemCaseSensitive(ours, "interval"), "lower"));
    CHECK(score.upper == tenths(cJSON_GetObjectItemCaseSensitive(ours, "interval"), "upper"));
    CHECK(accessors_agree(assessment, ours));
    CHECK(one_shot_agrees(json, policies[policy].json, rust));

    /* The vectors name measures alone and lack some keys of ours. */
    cJSON_ArrayForEach(measure, cJSON_GetObjectItemCaseSensitive(ours, "measures")) {
        id = cJSON_DetachItemFromObjectCaseSensitive(measure, "id");
        cJSON_Delete(measure->child);
        measure->child = NULL;
        measure->type = cJSON_String;
        measure->valuestring = id->valuestring;
        id->valuestring = NULL;
        cJSON_Delete(id);
    }
    cJSON_ArrayForEach(record, expected) {
        int agrees = same(record->string, strcmp(record->string, "interval") != 0,
                          cJSON_GetObjectItemCaseSensitive(ours, record->string), record);
        if (!agrees) fprintf(stderr, "%s: %s\n", subject, record->string);
        CHECK(agrees);
    }

    MUST(uytin_assessment_receipt(assessment, &receipt, NULL));
    MUST(uytin_verify(policies[policy].policy, by_json, view_of(receipt).ptr, view_of(receipt).len, &verification, NULL));
    MUST(uytin_verification_describe(verification, &verified, NULL));
    CHECK(verified.verified && verified.differences == 0 && verified.as_of == as_of && str_is(verified.subject, subject));

    cJSON_Delete(ours);
    MUST(uytin_verification_free(verification));
    MUST(uytin_text_free(receipt));
    MUST(uytin_text_free(answer));
    MUST(uytin_assessment_free(assessment));
    MUST(uytin_bound_free(bound));
    MUST(uytin_text_free(bytes));
    MUST(uytin_text_free(other));
    MUST(uytin_ledger_free(by_json));
    MUST(uytin_ledger_free(by_calls));
}

int main(int argc, char **argv) {
    size_t len, count = 0, n;
    char *cases, *rust, *line, *next, *expected;
    if (argc != 4) {
        fprintf(stderr, "usage: vectors CASES POLICIES EXPECTED\n");
        return EXIT_FAILURE;
    }
    CHECK(uytin_abi_version() == UYTIN_ABI_VERSION);
    cases = read_file(argv[1], &len);
    rust = read_file(argv[3], &len);
    expected = rust;
    for (line = cases; *line != '\0'; line = next, count++) {
        char *end = strchr(line, '\n'), *expected_end = strchr(expected, '\n');
        cJSON *json;
        uytin_str view;
        next = end == NULL ? line + strlen(line) : end + 1;
        if (expected_end == NULL) {
            fprintf(stderr, "%s: fewer lines than cases\n", argv[3]);
            return EXIT_FAILURE;
        }
        json = cJSON_ParseWithLength(line, (size_t)(next - line));
        view.ptr = expected;
        view.len = (size_t)(expected_end - expected);
        TEST(check_case(json, argv[2], view));
        cJSON_Delete(json);
        expected = expected_end + 1;
    }
    CHECK(count == 300 && *expected == '\0');
    for (n = 0; n < 16; n++) {
        uytin_policy_free(policies[n].policy);
        free(policies[n].json);
    }
    free(cases);
    free(rust);
    return check_done();
}
