"""Write the synthetic population that the engines are compared on.

Every record is an observation. Subjects differ in quality (beta) and in how much is known of them (lognormal: most have a
few records, some have thousands); sources are skewed within their class; recent dates are commoner. Equal arguments give
equal files. One file a variant:

    unsorted-int    subject as int32                 sorted-int    the same rows ordered by subject
    unsorted-dict   subject as dictionary<int32>     sorted-dict   the same rows ordered by subject
    unsorted-text   subject as utf8
    with-id         subject as int32, and a column `id` (utf8)
"""

import argparse
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from common import days, die, load_policy

VARIANTS = ("unsorted-int", "unsorted-dict", "unsorted-text", "with-id", "sorted-int", "sorted-dict")
BATCH = 1 << 20
# Sources of each class, and the class's share of all records. Classes of reliability 0 are kept, and rare.
CLASSES = {
    "court": (60, 2), "regulator": (40, 5), "platform": (12, 22), "alliance": (20, 8), "auditor": (80, 14),
    "consumer-body": (60, 7), "press": (800, 16), "business": (700, 16), "detector": (28, 7), "peer": (150, 1.5), "self": (50, 1.5),
}


def records_per_subject(rng, rows, subjects):
    """At least one record each, lognormal beyond, `rows` in all."""
    weight = rng.lognormal(0.0, 1.4, subjects)
    return 1 + rng.multinomial(rows - subjects, weight / weight.sum())


def population(policy, rows, subjects, seed, as_of, duplicates):
    """The columns, ordered by subject, and the dictionaries of sources, classes and criteria."""
    rng = np.random.default_rng(seed)
    subject = np.repeat(np.arange(subjects, dtype=np.int32), records_per_subject(rng, rows, subjects))
    quality = rng.beta(4.0, 1.6, subjects)

    known = [c for c in CLASSES if c in policy.classes]
    share = np.array([CLASSES[c][1] for c in known], dtype=float)
    source_names, probability, class_of_source = [], [], []
    for number, name in enumerate(known):
        count = CLASSES[name][0]
        zipf = 1.0 / np.arange(1, count + 1) ** 1.1
        probability.append(zipf / zipf.sum() * share[number] / share.sum())
        source_names += [f"{name}-{i}" for i in range(count)]
        class_of_source += [number] * count
    shuffle = rng.permutation(len(source_names))  # the dictionary's order says nothing about the class
    source_names = [source_names[i] for i in shuffle]
    class_of_source = np.array(class_of_source, dtype=np.int32)[shuffle]
    probability = np.concatenate(probability)[shuffle]

    def draw(p, uniform):
        edges = np.cumsum(p)
        return np.searchsorted(edges, uniform * edges[-1], side="right").clip(0, len(p) - 1).astype(np.int32)

    criterion = draw(rng.dirichlet(np.full(len(policy.criteria), 6.0)), rng.random(rows))
    # Two records in three come from the four sources that follow this subject, each on its own criteria; the others from anyone.
    uniform = rng.random(rows)
    followed = rng.random(rows) < 2 / 3
    uniform[followed] = rng.random(4 * subjects)[4 * subject[followed].astype(np.int64) + criterion[followed] % 4]
    source = draw(probability, uniform)
    # Recent is commoner; one record in 250 lies outside the horizon, half of them in the future.
    age = np.minimum(rng.exponential(300.0, rows).astype(np.int32), rng.integers(0, policy.horizon, rows, dtype=np.int32))
    outside = rng.random(rows)
    age = np.where(outside < 0.002, -1 - age % 30, np.where(outside > 0.998, policy.horizon + age % 100, age))
    checks = 1 + rng.poisson(np.where(policy.source_cap >= 100, 40.0, 6.0)[criterion]).astype(np.int64)
    passed = rng.binomial(checks, quality[subject])
    columns = {
        "subject": subject, "source": source, "source_class": class_of_source[source], "criterion": criterion,
        "date": (as_of - age).astype(np.int32), "passed": passed.astype(np.uint32), "failed": (checks - passed).astype(np.uint32),
    }
    identity = np.arange(rows)
    if duplicates:
        again = rng.choice(rows, int(rows * duplicates), replace=False)
        columns = {k: np.concatenate([v, v[again]]) for k, v in columns.items()}
        identity = np.concatenate([identity, again])
    return columns, identity, (source_names, known, list(policy.criteria)), rng


def names_of(rng, subjects):
    """Subject names in the order of their numbers, and a dictionary of them in random order with each number's place in it."""
    names = np.char.add("c-", np.char.zfill(np.arange(subjects).astype("U"), 7))
    order = rng.permutation(subjects).astype(np.int32)
    place = np.empty(subjects, dtype=np.int32)
    place[order] = np.arange(subjects, dtype=np.int32)
    return pa.array(names), pa.array(names[order]), place


def write(out, name, arrays, formats):
    """One variant in the formats asked for."""
    table = pa.table(arrays)
    if "arrow" in formats:
        with pa.OSFile(str(out / f"{name}.arrow"), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
            writer.write_table(table, max_chunksize=BATCH)
    if "parquet" in formats:
        pq.write_table(table, out / f"{name}.parquet", compression="zstd")


def generate(out, rows, subjects, seed=1, as_of="2026-11-21", policy=None, variants=VARIANTS, formats=("arrow", "parquet"), duplicates=0.0):
    """Write the variants into the folder `out`."""
    if not 1 <= subjects <= rows:
        die(f"`--subjects {subjects}` must be at least 1 and at most the rows ({rows})")
    out = Path(out)
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        die(f"cannot create `{out}`: {error.strerror}")
    policy = policy or load_policy()
    by_subject, identity, (sources, classes, criteria), rng = population(policy, rows, subjects, seed, days(as_of), duplicates)
    text, shuffled_text, place = names_of(rng, subjects)
    order = rng.permutation(len(identity))

    def encode(columns, subject):
        dictionary = lambda codes, values: pa.DictionaryArray.from_arrays(pa.array(codes), pa.array(values))
        return {
            "subject": subject,
            "source": dictionary(columns["source"], sources),
            "source_class": dictionary(columns["source_class"], classes),
            "criterion": dictionary(columns["criterion"], criteria),
            "date": pa.array(columns["date"]).cast(pa.date32()),
            "passed": pa.array(columns["passed"]),
            "failed": pa.array(columns["failed"]),
        }

    if any(v.startswith("sorted") for v in variants):
        back = np.argsort(by_subject["subject"], kind="stable") if duplicates else slice(None)
        ordered = {k: v[back] for k, v in by_subject.items()}
        if "sorted-int" in variants:
            write(out, "sorted-int", encode(ordered, pa.array(ordered["subject"])), formats)
        if "sorted-dict" in variants:
            write(out, "sorted-dict", encode(ordered, pa.DictionaryArray.from_arrays(pa.array(ordered["subject"]), text)), formats)
    mixed = {k: v[order] for k, v in by_subject.items()}
    number = pa.array(mixed["subject"])
    if "unsorted-int" in variants:
        write(out, "unsorted-int", encode(mixed, number), formats)
    if "unsorted-dict" in variants:
        write(out, "unsorted-dict", encode(mixed, pa.DictionaryArray.from_arrays(pa.array(place[mixed["subject"]]), shuffled_text)), formats)
    if "unsorted-text" in variants:
        write(out, "unsorted-text", encode(mixed, text.take(number)), formats)
    if "with-id" in variants:
        ids = np.char.add("r-", np.char.zfill(identity[order].astype("U"), 9))
        write(out, "with-id", encode(mixed, number) | {"id": pa.array(ids)}, formats)


def main():
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", required=True, help="folder to write into")
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--subjects", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--as-of", default="2026-11-21")
    parser.add_argument("--policy", help="policy document; the repository's reference policy by default")
    parser.add_argument("--variants", default=",".join(VARIANTS), help="comma-separated: " + ", ".join(VARIANTS))
    parser.add_argument("--formats", default="arrow,parquet", help="comma-separated: arrow, parquet")
    parser.add_argument("--duplicates", type=float, default=0.0, help="share of rows that are filed a second time, same id (default 0)")
    a = parser.parse_args()
    variants, formats = a.variants.split(","), a.formats.split(",")
    for given, allowed in ((variants, VARIANTS), (formats, ("arrow", "parquet"))):
        for name in given:
            if name not in allowed:
                die(f"`{name}` is not known; expected one of {', '.join(allowed)}")
    generate(a.out, a.rows, a.subjects, a.seed, a.as_of, load_policy(a.policy), variants, formats, a.duplicates)


if __name__ == "__main__":
    main()
