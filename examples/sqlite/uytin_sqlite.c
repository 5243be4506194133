/*
 * A loadable extension for SQLite.
 *
 *     make && sqlite3 -cmd '.load ./uytin_sqlite' evidence.db
 *     SELECT uytin_score(json_group_array(json(record)), '2026-11-21') FROM evidence GROUP BY subject;
 *
 * Each function takes the records of one subject as a JSON array, the day of assessment and, if need be, the previous tier
 * and a policy document (else the reference policy, whose weights are this project's defaults: see uytin_notice()).
 *
 *     uytin_score    points with one decimal; NULL where the subject is not rated, because the score is then the prior's
 *     uytin_lower, uytin_upper    the range that the evidence leaves open, in points
 *     uytin_tier     the tier
 *     uytin_summary  one line: `71.3 (64.0 to 78.2), trusted`, or `not rated (46.0 to 84.2 possible)`
 *     uytin_assess   the whole assessment: JSON
 *     uytin_notice   what every surface that shows a score says
 *
 * A score is a proposal: a person decides. NULL for the records or the date gives NULL; bad input is an SQL error that names
 * its place.
 */
#include <stddef.h>
#include <string.h>

#include <sqlite3ext.h>
SQLITE_EXTENSION_INIT1

#include <uytin.h>

enum answer { SCORE, LOWER, UPPER, TIER, SUMMARY, ASSESSMENT };

/* What a connection's function is: the answer that it gives, and the reference policy. */
struct function {
    enum answer answer;
    uytin_policy *reference;
};

static void drop_function(void *data) {
    struct function *function = (struct function *)data;
    uytin_policy_free(function->reference);
    sqlite3_free(function);
}

static void fail(sqlite3_context *context, uytin_status status, uytin_error *error) {
    uytin_str message;
    if (error != NULL && uytin_error_message(error, &message) == UYTIN_OK)
        sqlite3_result_error(context, message.ptr, (int)message.len);
    else
        sqlite3_result_error(context, uytin_status_code(status), -1);
    uytin_error_free(error);
}

/* An argument as text; null where it is NULL or missing. */
static uytin_str argument(int count, sqlite3_value **values, int place) {
    uytin_str text = {NULL, 0};
    if (place < count && sqlite3_value_type(values[place]) != SQLITE_NULL) {
        text.ptr = (const char *)sqlite3_value_text(values[place]);
        text.len = (size_t)sqlite3_value_bytes(values[place]);
    }
    return text;
}

static void give_text(sqlite3_context *context, uytin_str text) {
    sqlite3_result_text(context, text.ptr, (int)text.len, SQLITE_TRANSIENT);
}

static void give_summary(sqlite3_context *context, const uytin_score_result *score) {
    char *text;
    if (score->rated)
        text = sqlite3_mprintf("%d.%d (%d.%d to %d.%d), %.*s", score->score / 10, score->score % 10, score->lower / 10, score->lower % 10,
                               score->upper / 10, score->upper % 10, (int)score->tier.len, score->tier.ptr);
    else
        text = sqlite3_mprintf("not rated (%d.%d to %d.%d possible)", score->lower / 10, score->lower % 10, score->upper / 10,
                               score->upper % 10);
    sqlite3_result_text(context, text, -1, sqlite3_free);
}

static uytin_status give(sqlite3_context *context, enum answer answer, const uytin_bound *bound, int32_t as_of, uytin_str previous,
                         uytin_error **error) {
    uytin_score_result score;
    uytin_assessment *assessment = NULL;
    uytin_text *json = NULL;
    uytin_str view;
    uytin_status status;
    if (answer == ASSESSMENT) {
        status = uytin_assess(bound, NULL, 0, as_of, previous.ptr, previous.len, &assessment, error);
        if (status == UYTIN_OK) status = uytin_assessment_to_json(assessment, &json, error);
        if (status == UYTIN_OK) status = uytin_text_view(json, &view);
        if (status == UYTIN_OK) give_text(context, view);
        uytin_text_free(json);
        uytin_assessment_free(assessment);
        return status;
    }
    status = uytin_score(bound, NULL, 0, as_of, previous.ptr, previous.len, &score, error);
    if (status != UYTIN_OK) return status;
    switch (answer) {
    case SCORE:
        if (score.rated)
            sqlite3_result_double(context, score.score / 10.0);
        else
            sqlite3_result_null(context);
        break;
    case LOWER:
        sqlite3_result_double(context, score.lower / 10.0);
        break;
    case UPPER:
        sqlite3_result_double(context, score.upper / 10.0);
        break;
    case TIER:
        give_text(context, score.tier);
        break;
    default:
        give_summary(context, &score);
    }
    return UYTIN_OK;
}

static void answer(sqlite3_context *context, int count, sqlite3_value **values) {
    const struct function *function = (const struct function *)sqlite3_user_data(context);
    uytin_str records = argument(count, values, 0), date = argument(count, values, 1);
    uytin_str previous = argument(count, values, 2), document = argument(count, values, 3);
    uytin_policy *own = NULL;
    uytin_ledger *ledger = NULL;
    uytin_bound *bound = NULL;
    uytin_error *error = NULL;
    uytin_status status = UYTIN_OK;
    int32_t as_of;
    if (records.ptr == NULL || date.ptr == NULL) {
        sqlite3_result_null(context);
        return;
    }
    if (document.ptr != NULL) status = uytin_policy_from_json(document.ptr, document.len, NULL, &own, &error);
    if (status == UYTIN_OK) status = uytin_date_parse(date.ptr, date.len, &as_of, &error);
    if (status == UYTIN_OK) status = uytin_ledger_new(&ledger, &error);
    if (status == UYTIN_OK) status = uytin_ledger_add_json_array(ledger, records.ptr, records.len, NULL, &error);
    if (status == UYTIN_OK) status = uytin_bind(own == NULL ? function->reference : own, ledger, &bound, &error);
    if (status == UYTIN_OK) status = give(context, function->answer, bound, as_of, previous, &error);
    if (status != UYTIN_OK) fail(context, status, error);
    uytin_bound_free(bound);
    uytin_ledger_free(ledger);
    uytin_policy_free(own);
}

static void notice(sqlite3_context *context, int count, sqlite3_value **values) {
    const struct function *function = (const struct function *)sqlite3_user_data(context);
    uytin_policy_info info;
    uytin_status status = uytin_policy_describe(function->reference, &info, NULL);
    (void)count;
    (void)values;
    if (status == UYTIN_OK)
        give_text(context, info.notice_en);
    else
        fail(context, status, NULL);
}

/* Registers a function for this many arguments; the connection then owns what it needs. */
static int add(sqlite3 *db, const char *name, int arguments, enum answer what, void (*call)(sqlite3_context *, int, sqlite3_value **)) {
    struct function *function = (struct function *)sqlite3_malloc(sizeof *function);
    if (function == NULL) return SQLITE_NOMEM;
    function->answer = what;
    if (uytin_policy_reference(&function->reference, NULL) != UYTIN_OK) {
        sqlite3_free(function);
        return SQLITE_ERROR;
    }
    return sqlite3_create_function_v2(db, name, arguments, SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, function, call, NULL,
                                      NULL, drop_function);
}

int sqlite3_uytinsqlite_init(sqlite3 *db, char **message, const sqlite3_api_routines *api);

int sqlite3_uytinsqlite_init(sqlite3 *db, char **message, const sqlite3_api_routines *api) {
    static const struct {
        const char *name;
        enum answer answer;
    } functions[] = {{"uytin_score", SCORE}, {"uytin_lower", LOWER},     {"uytin_upper", UPPER},
                     {"uytin_tier", TIER},   {"uytin_summary", SUMMARY}, {"uytin_assess", ASSESSMENT}};
    int status = SQLITE_OK, arguments;
    size_t n;
    SQLITE_EXTENSION_INIT2(api);
    if (uytin_abi_version() != UYTIN_ABI_VERSION) {
        *message = sqlite3_mprintf("built for another ABI than that of libuytin %s", uytin_version());
        return SQLITE_ERROR;
    }
    for (n = 0; status == SQLITE_OK && n < sizeof functions / sizeof *functions; n++)
        for (arguments = 2; status == SQLITE_OK && arguments <= 4; arguments++)
            status = add(db, functions[n].name, arguments, functions[n].answer, answer);
    if (status == SQLITE_OK) status = add(db, "uytin_notice", 0, SUMMARY, notice);
    return status;
}
