/*
 * Whole populations through the Arrow C stream interface, from C alone: for each vector the same bytes as Rust gives, with
 * the previous tier from a stream that this program makes; and what is promised of bad input.
 *
 * usage: columns CASES POLICIES EXPECTED
 */
#include <cjson/cJSON.h>

#include "check.h"
#include "uytin_columns.h"

/* The definitions of the Arrow C data and stream interfaces. */
struct ArrowSchema {
    const char *format, *name, *metadata;
    int64_t flags, n_children;
    struct ArrowSchema **children, *dictionary;
    void (*release)(struct ArrowSchema *);
    void *private_data;
};

struct ArrowArray {
    int64_t length, null_count, offset, n_buffers, n_children;
    const void **buffers;
    struct ArrowArray **children, *dictionary;
    void (*release)(struct ArrowArray *);
    void *private_data;
};

struct ArrowArrayStream {
    int (*get_schema)(struct ArrowArrayStream *, struct ArrowSchema *);
    int (*get_next)(struct ArrowArrayStream *, struct ArrowArray *);
    const char *(*get_last_error)(struct ArrowArrayStream *);
    void (*release)(struct ArrowArrayStream *);
    void *private_data;
};

/* A stream of one row and two columns of text, `subject` and `tier`, in memory of its own. */
struct pair {
    char texts[2][64];
    int32_t offsets[2][2];
    struct ArrowSchema columns[2], *schema_list[2];
    struct ArrowArray arrays[2], *array_list[2];
    const void *buffers[2][3], *none[1];
    int given;
};

static int live_streams;

static void keep_schema(struct ArrowSchema *schema) { schema->release = NULL; }
static void keep_array(struct ArrowArray *array) { array->release = NULL; }

static int pair_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out) {
    static const char *const names[] = {"subject", "tier"};
    struct pair *pair = (struct pair *)stream->private_data;
    int n;
    memset(out, 0, sizeof *out);
    for (n = 0; n < 2; n++) {
        memset(&pair->columns[n], 0, sizeof pair->columns[n]);
        pair->columns[n].format = "u";
        pair->columns[n].name = names[n];
        pair->columns[n].release = keep_schema;
        pair->schema_list[n] = &pair->columns[n];
    }
    out->format = "+s";
    out->name = "";
    out->n_children = 2;
    out->children = pair->schema_list;
    out->release = keep_schema;
    return 0;
}

static int pair_next(struct ArrowArrayStream *stream, struct ArrowArray *out) {
    struct pair *pair = (struct pair *)stream->private_data;
    int n;
    memset(out, 0, sizeof *out);
    if (pair->given++ > 0) return 0;
    for (n = 0; n < 2; n++) {
        pair->offsets[n][0] = 0;
        pair->offsets[n][1] = (int32_t)strlen(pair->texts[n]);
        pair->buffers[n][0] = NULL;
        pair->buffers[n][1] = pair->offsets[n];
        pair->buffers[n][2] = pair->texts[n];
        memset(&pair->arrays[n], 0, sizeof pair->arrays[n]);
        pair->arrays[n].length = 1;
        pair->arrays[n].n_buffers = 3;
        pair->arrays[n].buffers = pair->buffers[n];
        pair->arrays[n].release = keep_array;
        pair->array_list[n] = &pair->arrays[n];
    }
    out->length = 1;
    out->n_buffers = 1;
    pair->none[0] = NULL;
    out->buffers = pair->none;
    out->n_children = 2;
    out->children = pair->array_list;
    out->release = keep_array;
    return 0;
}

static const char *pair_error(struct ArrowArrayStream *stream) {
    (void)stream;
    return NULL;
}

static void pair_release(struct ArrowArrayStream *stream) {
    live_streams--;
    stream->release = NULL;
}

static void pair_of(struct ArrowArrayStream *stream, struct pair *pair, const char *subject, const char *tier) {
    memset(pair, 0, sizeof *pair);
    snprintf(pair->texts[0], sizeof pair->texts[0], "%s", subject);
    snprintf(pair->texts[1], sizeof pair->texts[1], "%s", tier);
    stream->get_schema = pair_schema;
    stream->get_next = pair_next;
    stream->get_last_error = pair_error;
    stream->release = pair_release;
    stream->private_data = pair;
    live_streams++;
}

/* Whether the stream has one row, whose text in the column `assessment` is this, with pillars or without; it is released. */
static int answers(struct ArrowArrayStream *stream, const char *expected, size_t len, int with_pillars) {
    struct ArrowSchema schema;
    struct ArrowArray batch;
    int right = stream->get_schema(stream, &schema) == 0 && stream->get_next(stream, &batch) == 0;
    int64_t n, pillars = 0;
    if (!right) return 0;
    for (n = 0; n < schema.n_children; n++) pillars += strncmp(schema.children[n]->name, "pillar_", 7) == 0;
    right = (pillars > 0) == with_pillars && batch.release != NULL && batch.length == 1;
    for (n = 0; right && n < schema.n_children; n++) {
        const struct ArrowArray *column = batch.children[n];
        const int32_t *offsets;
        if (strcmp(schema.children[n]->name, "assessment") != 0) continue;
        offsets = (const int32_t *)column->buffers[1] + column->offset;
        right = strcmp(schema.children[n]->format, "u") == 0 && (size_t)(offsets[1] - offsets[0]) == len &&
                memcmp((const char *)column->buffers[2] + offsets[0], expected, len) == 0;
        break;
    }
    right = right && n < schema.n_children;
    if (batch.release != NULL) batch.release(&batch);
    schema.release(&schema);
    stream->release(stream);
    return right;
}

static char *read_file(const char *path) {
    FILE *file = fopen(path, "rb");
    size_t len = 0, room = 1 << 24;
    char *text = (char *)malloc(room);
    if (file == NULL || text == NULL) {
        perror(path);
        exit(EXIT_FAILURE);
    }
    while (!feof(file) && !ferror(file)) {
        if (room - len < 2) text = (char *)realloc(text, room *= 2);
        if (text == NULL) exit(EXIT_FAILURE);
        len += fread(text + len, 1, room - len - 1, file);
    }
    fclose(file);
    text[len] = '\0';
    return text;
}

static const char *text_at(const cJSON *object, const char *key) {
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    return cJSON_IsString(item) ? item->valuestring : NULL;
}

static void check_case(const cJSON *json, const char *folder, const char *rust, size_t rust_len) {
    const char *previous = text_at(json, "previous_tier");
    char path[512], *document, *records;
    uytin_policy *policy = NULL;
    uytin_ledger *ledger = NULL;
    uytin_ledger_size size = {0, 0};
    struct ArrowArrayStream input, earlier, out;
    struct pair pair;
    uytin_table_options options;
    uytin_table_summary summary;
    uytin_error *error = NULL;
    uytin_status status;
    int32_t as_of = 0;
    snprintf(path, sizeof path, "%s/%s.json", folder, text_at(json, "policy"));
    document = read_file(path);
    records = cJSON_PrintUnformatted(cJSON_GetObjectItemCaseSensitive(json, "records"));
    CHECK(uytin_policy_from_json(document, strlen(document), NULL, &policy, NULL) == UYTIN_OK);
    CHECK(uytin_ledger_new(&ledger, NULL) == UYTIN_OK);
    CHECK(uytin_ledger_add_json_array(ledger, records, strlen(records), NULL, NULL) == UYTIN_OK);
    CHECK(uytin_ledger_measure(ledger, &size, NULL) == UYTIN_OK);
    CHECK(uytin_date_parse(text_at(json, "as_of"), 10, &as_of, NULL) == UYTIN_OK);
    /* A subject without records has no row. */
    if (size.subjects == 1) {
        CHECK(uytin_ledger_stream(ledger, &input, NULL) == UYTIN_OK);
        if (previous != NULL) pair_of(&earlier, &pair, text_at(json, "subject"), previous);
        memset(&options, 0, sizeof options);
        options.threads = 1;
        options.columns = UYTIN_COLUMN_ASSESSMENT;
        if (size.records % 3 == 0) options.columns |= UYTIN_COLUMN_NO_PILLARS | UYTIN_COLUMN_DICTIONARY;
        options.sorted = (uint8_t)(size.records % 2);
        status = uytin_assess_stream(policy, &input, previous == NULL ? NULL : &earlier, as_of, &options, &out, &summary, &error);
        if (status != UYTIN_OK) {
            uytin_str message = {"", 0};
            uytin_error_message(error, &message);
            fprintf(stderr, "%s: %.*s\n", text_at(json, "subject"), (int)message.len, message.ptr);
            uytin_error_free(error);
        }
        CHECK(status == UYTIN_OK && answers(&out, rust, rust_len, size.records % 3 != 0));
        CHECK(input.release == NULL && summary.subjects == 1 && summary.rows == size.records);
    }
    uytin_ledger_free(ledger);
    uytin_policy_free(policy);
    cJSON_free(records);
    free(document);
}

static int32_t stop(void *data, uint64_t rows, uint64_t subjects) {
    (void)rows;
    (void)subjects;
    ++*(int *)data;
    return 1;
}

static void bad_input(void) {
    static const char record[] =
        "{\"type\": \"observation\", \"id\": \"a\", \"subject\": \"s\", \"source\": \"auditor-7\", \"source_class\": \"auditor\", "
        "\"criterion\": \"ad-disclosure\", \"date\": \"2026-11-01\", \"passed\": 40, \"failed\": 2}";
    uytin_policy *policy = NULL;
    uytin_ledger *ledger = NULL;
    uytin_error *error = NULL;
    uytin_fault fault;
    struct ArrowArrayStream input, out, untouched;
    struct pair pair;
    uytin_table_options options;
    int told = 0;
    memset(&out, 0x5a, sizeof out);
    untouched = out;
    memset(&options, 0, sizeof options);
    CHECK(uytin_policy_reference(&policy, NULL) == UYTIN_OK && uytin_ledger_new(&ledger, NULL) == UYTIN_OK);
    CHECK(uytin_ledger_add_json(ledger, record, sizeof record - 1, NULL, NULL) == UYTIN_OK);

    CHECK(uytin_assess_stream(policy, NULL, NULL, 20000, NULL, &out, NULL, NULL) == UYTIN_NULL_POINTER);
    CHECK(uytin_ledger_stream(ledger, &input, NULL) == UYTIN_OK);
    CHECK(uytin_ledger_stream(ledger, NULL, NULL) == UYTIN_NULL_POINTER);
    /* What is refused before the work leaves the stream with the caller. */
    CHECK(uytin_assess_stream(policy, &input, NULL, INT32_MAX, NULL, &out, NULL, NULL) == UYTIN_NOT_A_DATE && input.release != NULL);
    options.columns = 128;
    CHECK(uytin_assess_stream(policy, &input, NULL, 20000, &options, &out, NULL, NULL) == UYTIN_UNKNOWN_VALUE && input.release != NULL);
    options.columns = 0;
    options.sorted = 2;
    CHECK(uytin_assess_stream(policy, &input, NULL, 20000, &options, &out, NULL, NULL) == UYTIN_UNKNOWN_VALUE && input.release != NULL);
    options.sorted = 0;
    options.progress = stop;
    options.data = &told;
    CHECK(uytin_assess_stream(policy, &input, NULL, 20000, &options, &out, NULL, &error) == UYTIN_CANCELLED);
    CHECK(told > 0 && input.release == NULL && uytin_error_free(error) == UYTIN_OK);
    CHECK(uytin_assess_stream(policy, &input, NULL, 20000, NULL, &out, NULL, &error) == UYTIN_IO);
    CHECK(uytin_error_fault(error, 0, &fault) == UYTIN_OK && str_is(fault.code, "io") && uytin_error_free(error) == UYTIN_OK);
    pair_of(&input, &pair, "s", "trusted");
    CHECK(uytin_assess_stream(policy, &input, NULL, 20000, NULL, &out, NULL, &error) == UYTIN_UNKNOWN_FIELD && input.release == NULL);
    CHECK(uytin_error_fault(error, 0, &fault) == UYTIN_OK && fault.path.len > 0 && uytin_error_free(error) == UYTIN_OK);
    CHECK(memcmp(&out, &untouched, sizeof out) == 0 && live_streams == 0);
    uytin_ledger_free(ledger);
    uytin_policy_free(policy);
}

int main(int argc, char **argv) {
    char *cases, *rust, *line, *next, *expected;
    if (argc != 4) {
        fprintf(stderr, "usage: columns CASES POLICIES EXPECTED\n");
        return EXIT_FAILURE;
    }
    cases = read_file(argv[1]);
    rust = read_file(argv[3]);
    expected = rust;
    for (line = cases; *line != '\0'; line = next) {
        char *end = strchr(line, '\n'), *expected_end = strchr(expected, '\n');
        cJSON *json;
        next = end == NULL ? line + strlen(line) : end + 1;
        if (expected_end == NULL) return EXIT_FAILURE;
        json = cJSON_ParseWithLength(line, (size_t)(next - line));
        TEST(check_case(json, argv[2], expected, (size_t)(expected_end - expected)));
        cJSON_Delete(json);
        expected = expected_end + 1;
    }
    CHECK(live_streams == 0);
    TEST(bad_input());
    free(cases);
    free(rust);
    return check_done();
}
