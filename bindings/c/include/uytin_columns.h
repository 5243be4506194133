/*
 * uytin-columns: scores whole populations, by the Arrow C stream interface.
 *
 * Link libuytin-columns instead of libuytin: it has all of uytin.h besides, and the rules of that header hold here too.
 * What the streams hold is read as the Arrow specification says; that they are sound is the caller's duty.
 *
 * Made by `cargo xtask c-header` from bindings/c/src; do not edit.
 */

#ifndef UYTIN_COLUMNS_H
#define UYTIN_COLUMNS_H

#include <stdint.h>
#include "uytin.h"

// The column `waterfall`: the parts of the score.
#define UYTIN_COLUMN_WATERFALL 1

// The column `criteria`: mean, bounds, coverage and masses of each criterion.
#define UYTIN_COLUMN_CRITERIA 2

// The column `reasons`: points and texts.
#define UYTIN_COLUMN_REASONS 4

// The column `set_aside`: how many records do not count, by reason.
#define UYTIN_COLUMN_SET_ASIDE 8

// The column `assessment`: the same JSON as `uytin_assessment_to_json` gives.
#define UYTIN_COLUMN_ASSESSMENT 16

// No columns `pillar_ID`, without which the result takes half of the memory.
#define UYTIN_COLUMN_NO_PILLARS 32

// The column `subject` as entries of the dictionary that it is in the input, and in its order: texts are then neither sorted nor
// copied. All batches need to have the same dictionary, with entries that differ. No effect on other subjects.
#define UYTIN_COLUMN_DICTIONARY 64

// A stream of the Arrow C stream interface. Its fields are those of the interface's own definition, which is not repeated
// here.
typedef struct ArrowArrayStream ArrowArrayStream;

// How to score a table. Zeros are the defaults.
typedef struct uytin_table_options {
    // Is told how many rows are read and how many subjects are scored, now and then, from any thread and from several at
    // once; anything but 0 stops the work with `UYTIN_CANCELLED`. May be null. It must return: no exception, no longjmp.
    int32_t (*progress)(void *data, uint64_t rows, uint64_t subjects);
    // Handed to `progress`.
    void *data;
    // Bytes that input and working memory of an unsorted table may take, more is refused; 0 for three quarters of what is
    // free.
    uint64_t memory_limit;
    // Threads to use; 0 for as many as there are cores. The result does not depend on it.
    uint32_t threads;
    // The columns of the result: a sum of `UYTIN_COLUMN_…`.
    uint32_t columns;
    // 1 where the rows come in the order of the result, ascending by subject or by its place in a dictionary that is kept: the
    // input is then streamed in constant memory, and rows that do not are an error. Else 0.
    uint8_t sorted;
} uytin_table_options;

// What scoring a table has done.
typedef struct uytin_table_summary {
    // Rows read.
    uint64_t rows;
    // Subjects scored: the rows of the result.
    uint64_t subjects;
    // Records that others with their (subject, source, id) replace.
    uint64_t replaced;
    // Records that do not count.
    uint64_t set_aside;
    // Subjects that had a tier, but have no record now.
    uint64_t previous_without_records;
} uytin_table_summary;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

// Scores every subject of a table of records: a row a record in, a row a subject out, ascending by subject.
//
// Columns in: `type`, `subject`, `source`, `source_class`, `criterion`, `date`, and as the types need `id`, `revision`,
// `withdrawn`, `context`, `passed`, `failed`, `severity`, `status`, `reach`, `incident`, `amount`; `previous` has `subject` and
// `tier` and may be null. Columns out: `subject`, `score`, `lower`, `upper`, `coverage`, `tier`, `valid_until`, `human_review`,
// `pillar_…` and those on request.
//
// Ownership: `input` and `previous` are taken once pointers, date and options are found good, also where the call then
// fails: they are left released. `*out` is the caller's to release; it need not be initialised. `options` and `summary` may be null.
// Threads: any; it starts threads of its own and ends them. Errors: those of input, with column, row (from 0) and value;
// `UYTIN_IO` where a stream fails or is released; `UYTIN_CANCELLED`; `UYTIN_TOO_MANY` beyond the memory limit; the
// pointers'. Units: points, as numbers with one decimal; `as_of` in days after 1970-01-01.
uytin_status uytin_assess_stream(const uytin_policy *policy,
                                 struct ArrowArrayStream *input,
                                 struct ArrowArrayStream *previous,
                                 int32_t as_of,
                                 const struct uytin_table_options *options,
                                 struct ArrowArrayStream *out,
                                 struct uytin_table_summary *summary,
                                 uytin_error **error);

// The records of a ledger as columns, in order of (subject, source, id): what `uytin_assess_stream` reads.
//
// Ownership: `*out` is the caller's to release; it need not be initialised. Threads: any. Errors: the pointers'.
uytin_status uytin_ledger_stream(const uytin_ledger *ledger, struct ArrowArrayStream *out, uytin_error **error);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* UYTIN_COLUMNS_H */
