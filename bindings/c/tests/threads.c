/*
 * Eight threads use one policy, one bound ledger and one assessment, and each fills a ledger of its own: for Helgrind.
 * With an argument they all fill one ledger; Helgrind does not know Rust's locks, so that runs without it.
 */
#include <pthread.h>

#include "check.h"

enum { THREADS = 8, ROUNDS = 50 };

static uytin_policy *policy;
static uytin_ledger *ledger, *shared;
static int one_ledger;
static uytin_bound *bound;
static uytin_assessment *assessment;
static int32_t expected;

static uytin_str str_of(const char *text) {
    uytin_str view;
    view.ptr = text;
    view.len = strlen(text);
    return view;
}

/* Gives its count of failures. */
static void *work(void *number) {
    size_t *failed = (size_t *)number, thread = *failed;
    unsigned long round;
    uytin_ledger *filled = shared;
    *failed = 0;
    if (!one_ledger) *failed += uytin_ledger_new(&filled, NULL) != UYTIN_OK;
    for (round = 0; round < ROUNDS; round++) {
        uytin_score_result score;
        uytin_reason reason;
        uytin_text *json = NULL, *bytes = NULL;
        uytin_bound *own = NULL;
        uytin_record record;
        uytin_ledger_size size;
        char id[32];
        memset(&record, 0, sizeof record);
        snprintf(id, sizeof id, "%lu-%lu", (unsigned long)thread, round);
        record.id = str_of(id);
        record.subject = str_of("s");
        record.source = str_of("vtv-24");
        record.source_class = str_of("press");
        record.criterion = str_of("ad-disclosure");
        record.date = 20000;
        *failed += uytin_score(bound, NULL, 0, 20100, NULL, 0, &score, NULL) != UYTIN_OK || score.score != expected;
        *failed += uytin_assessment_reason(assessment, 0, &reason, NULL) != UYTIN_OK || reason.text_en.len == 0;
        *failed += uytin_assessment_to_json(assessment, &json, NULL) != UYTIN_OK;
        *failed += uytin_text_free(json) != UYTIN_OK;
        *failed += uytin_ledger_add_observation(filled, &record, 3, 1, NULL) != UYTIN_OK;
        *failed += uytin_ledger_measure(filled, &size, NULL) != UYTIN_OK || size.records <= round;
        if (round % 10 == thread % 10) {
            *failed += uytin_ledger_merge(filled, ledger, NULL) != UYTIN_OK;
            *failed += uytin_ledger_to_bytes(filled, &bytes, NULL) != UYTIN_OK || uytin_text_free(bytes) != UYTIN_OK;
            *failed += uytin_bind(policy, filled, &own, NULL) != UYTIN_OK || uytin_bound_free(own) != UYTIN_OK;
        }
    }
    if (!one_ledger) *failed += uytin_ledger_free(filled) != UYTIN_OK;
    return NULL;
}

static void eight_threads(void) {
    static const char record[] =
        "{\"type\": \"observation\", \"id\": \"a\", \"subject\": \"s\", \"source\": \"auditor-7\", \"source_class\": \"auditor\", "
        "\"criterion\": \"ad-disclosure\", \"date\": \"2024-11-01\", \"passed\": 40, \"failed\": 2}";
    pthread_t threads[THREADS];
    size_t results[THREADS], n;
    uytin_score_result score;
    uytin_ledger_size size;
    uytin_reason reason;
    CHECK(uytin_policy_reference(&policy, NULL) == UYTIN_OK);
    CHECK(uytin_ledger_new(&ledger, NULL) == UYTIN_OK && uytin_ledger_new(&shared, NULL) == UYTIN_OK);
    CHECK(uytin_ledger_add_json(ledger, record, sizeof record - 1, NULL, NULL) == UYTIN_OK);
    CHECK(uytin_bind(policy, ledger, &bound, NULL) == UYTIN_OK);
    CHECK(uytin_score(bound, NULL, 0, 20100, NULL, 0, &score, NULL) == UYTIN_OK);
    CHECK(uytin_assess(bound, NULL, 0, 20100, NULL, 0, &assessment, NULL) == UYTIN_OK);
    CHECK(uytin_assessment_reason(assessment, 0, &reason, NULL) == UYTIN_OK);
    expected = score.score;
    for (n = 0; n < THREADS; n++) {
        results[n] = n;
        CHECK(pthread_create(&threads[n], NULL, work, &results[n]) == 0);
    }
    for (n = 0; n < THREADS; n++) {
        CHECK(pthread_join(threads[n], NULL) == 0);
        CHECK(results[n] == 0);
    }
    CHECK(uytin_ledger_measure(shared, &size, NULL) == UYTIN_OK && size.records == (one_ledger ? THREADS * ROUNDS + 1 : 0));
    uytin_assessment_free(assessment);
    uytin_bound_free(bound);
    uytin_ledger_free(shared);
    uytin_ledger_free(ledger);
    uytin_policy_free(policy);
}

int main(int argc, char **argv) {
    (void)argv;
    one_ledger = argc > 1;
    TEST(eight_threads());
    return check_done();
}
