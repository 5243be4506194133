/* What the test programs share: checks that count, and texts. */
#ifndef CHECK_H
#define CHECK_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "uytin.h"

static size_t check_count, check_failed, check_tests, check_failed_tests;

#define CHECK(condition)                                                                                               \
    do {                                                                                                               \
        check_count++;                                                                                                 \
        if (!(condition)) {                                                                                            \
            check_failed++;                                                                                            \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);                                    \
        }                                                                                                              \
    } while (0)

/* Runs a test, which passes where every check of it holds. */
#define TEST(call)                                                                                                     \
    do {                                                                                                               \
        size_t check_before = check_failed;                                                                            \
        call;                                                                                                          \
        check_tests++;                                                                                                 \
        if (check_failed > check_before) check_failed_tests++;                                                         \
    } while (0)

static int str_is(uytin_str text, const char *expected) {
    return text.len == strlen(expected) && (text.len == 0 || memcmp(text.ptr, expected, text.len) == 0);
}

static int str_eq(uytin_str a, uytin_str b) {
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

/* The closing line, and the exit code. */
static int check_done(void) {
    (void)str_is;
    (void)str_eq;
    printf("%lu checks\n", (unsigned long)check_count);
    printf("%lu passed, %lu failed\n", (unsigned long)(check_tests - check_failed_tests), (unsigned long)check_failed_tests);
    return check_failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#endif
