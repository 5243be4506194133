/*
 * Scores every subject of a ledger.
 *
 *     make && ./score ../data/creators.jsonl 2026-11-21
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <uytin.h>

/* Tells why a call failed, and ends. */
static void require(uytin_status status, uytin_error **error) {
    uytin_str message;
    if (status == UYTIN_OK) return;
    if (*error != NULL && uytin_error_message(*error, &message) == UYTIN_OK)
        fprintf(stderr, "score: %.*s\n", (int)message.len, message.ptr);
    else
        fprintf(stderr, "score: %s\n", uytin_status_code(status));
    uytin_error_free(*error);
    exit(EXIT_FAILURE);
}

static char *read_file(const char *path, size_t *len) {
    FILE *file = fopen(path, "rb");
    size_t room = 1 << 16, got;
    char *text = (char *)malloc(room);
    *len = 0;
    if (file == NULL || text == NULL) {
        perror(path);
        exit(EXIT_FAILURE);
    }
    while ((got = fread(text + *len, 1, room - *len, file)) > 0) {
        *len += got;
        if (*len == room && (text = (char *)realloc(text, room *= 2)) == NULL) exit(EXIT_FAILURE);
    }
    fclose(file);
    return text;
}

/* Points as 71.3, from tenths. */
static const char *points(char text[16], int32_t tenths) {
    snprintf(text, 16, "%" PRId32 ".%" PRId32, tenths / 10, tenths % 10);
    return text;
}

int main(int argc, char **argv) {
    uytin_policy *policy;
    uytin_policy_info info;
    uytin_ledger *ledger;
    uytin_bound *bound;
    uytin_error *error = NULL;
    int32_t as_of;
    size_t len, count, n;
    char *lines;

    if (argc != 3) {
        fprintf(stderr, "usage: score RECORDS.jsonl YYYY-MM-DD\n");
        return EXIT_FAILURE;
    }
    if (uytin_abi_version() != UYTIN_ABI_VERSION) {
        fprintf(stderr, "score: built for another ABI than that of libuytin %s\n", uytin_version());
        return EXIT_FAILURE;
    }
    lines = read_file(argv[1], &len);
    require(uytin_date_parse(argv[2], strlen(argv[2]), &as_of, &error), &error);
    require(uytin_policy_reference(&policy, &error), &error);
    require(uytin_ledger_new(&ledger, &error), &error);
    require(uytin_ledger_add_json_lines(ledger, lines, len, NULL, &error), &error);
    free(lines);
    require(uytin_bind(policy, ledger, &bound, &error), &error);

    require(uytin_bound_count(bound, &count, &error), &error);
    for (n = 0; n < count; n++) {
        uytin_str subject;
        uytin_score_result score;
        char value[16], lower[16], upper[16];
        require(uytin_bound_subject(bound, n, &subject, &error), &error);
        require(uytin_score(bound, subject.ptr, subject.len, as_of, NULL, 0, &score, &error), &error);
        points(value, score.score);
        points(lower, score.lower);
        points(upper, score.upper);
        /* Of an unrated subject the score is the prior's: show the range. */
        if (score.rated)
            printf("%.*s: %s (%s to %s), %.*s\n", (int)subject.len, subject.ptr, value, lower, upper, (int)score.tier.len, score.tier.ptr);
        else
            printf("%.*s: not rated (%s to %s possible)\n", (int)subject.len, subject.ptr, lower, upper);
    }

    require(uytin_policy_describe(policy, &info, &error), &error);
    printf("%.*s\n", (int)info.notice_en.len, info.notice_en.ptr);
    uytin_bound_free(bound);
    uytin_ledger_free(ledger);
    uytin_policy_free(policy);
    return EXIT_SUCCESS;
}
