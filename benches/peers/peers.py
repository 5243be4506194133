"""Compare the batch engine with the best-written equivalents in Polars, DuckDB, pandas and Numba.

Each engine runs in a fresh process, all of them in an order drawn anew for each round; medians are reported. Before anything is
timed, every engine's scores are compared with a plain reference on a sample of subjects, and with each other on all.
Writes table.md and table.json into the output folder.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import numpy as np
import pyarrow.compute as pc

from common import days, die, load_policy, read_table, subject_numbers
from generate import VARIANTS, generate
from reference import assess

HERE = Path(__file__).resolve().parent
PEERS = ("polars", "duckdb", "pandas", "numba")
TITLES = {
    "unsorted-int": "Unsorted, integer keys", "unsorted-dict": "Unsorted, dictionary keys", "unsorted-text": "Unsorted, text keys",
    "with-id": "Unsorted, integer keys, with an id column", "sorted-int": "Sorted, integer keys", "sorted-dict": "Sorted, dictionary keys",
}
OURS = "uytin"
# The columns that the peers make, in the order in which they make them, built for this processor and for any; and what a job gives by
# default, which no peer does.
LEAN = ["--no-pillars", "--dictionary"]
WAYS = {OURS: ("engine", LEAN), "uytin-portable": ("portable", LEAN), "uytin-default": ("engine", [])}
LABELS = {
    "floor": "floor: sum of the input", "uytin-portable": "uytin, built for any processor",
    "uytin-default": "uytin, with pillars, in order of text",
}


def run(command, environment=None):
    """Run a process that prints one line of JSON last; leave with its own message if it fails.

    Linux counts the peak memory of the process that starts another towards the new one's `ru_maxrss`; a small shell in between
    keeps this script's own memory out of the figures.
    """
    between = ["/bin/sh", "-c", '"$@"; exit $?', "sh"] if os.path.exists("/bin/sh") else []
    try:
        done = subprocess.run([*between, *map(str, command)], capture_output=True, text=True, env=environment)
    except OSError as error:
        die(f"cannot run `{command[0]}`: {error.strerror}")
    lines = done.stdout.strip().splitlines()
    if done.returncode != 0 or not lines:
        die(f"`{' '.join(map(str, command))}` failed with status {done.returncode}: {done.stderr.strip() or 'no output'}")
    try:
        return json.loads(lines[-1])
    except ValueError:
        die(f"`{command[0]}` did not print a line of JSON, but `{lines[-1][:200]}`")


def measure(name, path, a, dump=None):
    """One run of one engine in a fresh process."""
    is_sorted = ["--sorted"] if path.stem.startswith("sorted") else []
    dump = ["--dump", str(dump)] if dump else []
    if name in WAYS:
        build, columns = WAYS[name]
        words = ["bench-columns", "--input", str(path), "--as-of", a.as_of, "--repeat", "1", *is_sorted, *columns, *dump, "--json"]
        return run([getattr(a, build), *words])
    command = [sys.executable, str(HERE / "run_peer.py"), "--peer", name, "--input", str(path), "--as-of", a.as_of, *is_sorted, *dump]
    if a.policy:
        command += ["--policy", a.policy]
    return run(command, os.environ | {"NUMBA_CACHE_DIR": str((Path(a.out) / "numba-cache").resolve())})


def tenths(column):
    """A column of points or of tenths as integers."""
    values = column.to_numpy()
    return np.rint(values * 10).astype(np.int64) if values.dtype.kind == "f" else values.astype(np.int64)


def read_dump(path):
    """Subjects, scores, lower and upper bounds in tenths and tiers, in order of subject."""
    table = read_table(path, ["subject", "score", "lower", "upper", "tier"])
    subject = subject_numbers(table["subject"])
    order = np.argsort(subject, kind="stable")
    tier = np.array(table["tier"].cast("string").to_pylist())
    return subject[order], *(tenths(table[c])[order] for c in ("score", "lower", "upper")), tier[order]


def reference_sample(policy, path, as_of, size):
    """Subjects of a file and their plain assessment: the busiest ten, and others at random."""
    table = read_table(path)
    subject = subject_numbers(table["subject"])
    counts = np.bincount(subject)
    known = np.flatnonzero(counts)
    rng = np.random.default_rng(7)
    chosen = np.union1d(np.argsort(counts)[-10:], rng.choice(known, min(size, len(known)), replace=False))
    part = table.filter(np.isin(subject, chosen))
    part = part.set_column(part.column_names.index("date"), "date", pc.cast(part["date"], "int32"))
    number = subject_numbers(part["subject"])
    records, seen = {}, set()
    for s, row in zip(number.tolist(), part.to_pylist()):
        if "id" in row:
            key = (s, row["source"], row["id"])
            if key in seen:
                continue
            seen.add(key)
        records.setdefault(s, []).append([row[c] for c in ("source", "source_class", "criterion", "date", "passed", "failed")])
    return {s: assess(policy, as_of, r) for s, r in records.items()}


def check(policy, path, a, engines):
    """Compare every engine with the reference and with the first engine; the largest differences found."""
    expected = reference_sample(policy, path, days(a.as_of), a.sample)
    first, worst = None, {}
    for name in engines:
        dump = Path(a.out) / f"scores-{name}.arrow"
        measure(name, path, a, dump)
        got = read_dump(dump)
        dump.unlink()
        place = {int(s): i for i, s in enumerate(got[0])}
        for subject, (*numbers, tier) in expected.items():
            i = place.get(subject)
            if i is None:
                die(f"{name}, {path.stem}: subject {subject} is missing from the result")
            actual = [int(column[i]) for column in got[1:4]]
            if max(abs(x - y) for x, y in zip(actual, numbers)) > 1 or (tier != got[4][i] and actual == numbers):
                die(f"{name}, {path.stem}: subject {subject} has {actual} {got[4][i]} (tenths); the reference has {numbers} {tier}")
        first = first or got
        if not np.array_equal(first[0], got[0]):
            die(f"{name}, {path.stem}: {len(got[0])} subjects, but {engines[0]} has {len(first[0])}, or other ones")
        difference = max(int(np.abs(x - y).max()) for x, y in zip(first[1:4], got[1:4]))
        equal = np.logical_and.reduce([x == y for x, y in zip(first[1:4], got[1:4])])
        tiers = int(((first[4] != got[4]) & equal).sum())
        if difference > 1 or tiers > 1e-5 * len(got[0]):
            die(f"{name}, {path.stem}: differs from {engines[0]} by up to {difference} tenths, and in {tiers} tiers")
        worst[name] = {"differing_subjects": int((~equal).sum()), "largest_difference_tenths": difference, "differing_tiers": int((first[4] != got[4]).sum())}
    return {"sample": len(expected), "against_first": worst}


def input_bytes(path):
    """Bytes of the input columns in memory."""
    return read_table(path).nbytes


def markdown(report):
    """The tables as Markdown."""
    out = [f"{report['rows']:,} records, {report['subjects']:,} subjects, {report['repeats']} runs each, {report['cpus']} cores, {report['cpu']}.",
           "Versions: " + ", ".join(f"{k} {v}" for k, v in report["versions"].items()) + ".", ""]
    compared = any(OURS in v["engines"] for v in report["variants"].values())
    out += ["| input | engine | seconds | CPU seconds | peak MB | ratio to ours |", "|---|---|---:|---:|---:|---:|"]
    for name, variant in report["variants"].items():
        title = f"{TITLES[name]} ({variant['input_bytes'] / 1e6:,.0f} MB)"
        ours = variant["engines"].get(OURS, {}).get("seconds")
        for engine, m in variant["engines"].items():
            ratio = f"{m['seconds'] / ours:.2f}" if compared and ours else "–"
            out.append(f"| {title} | {LABELS.get(engine, engine)} | {m['seconds']:.3f} | {m['cpu_seconds']:.3f} | {m['peak_bytes'] / 1e6:,.0f} | {ratio} |")
            title = ""
    return "\n".join(out) + "\n"


def cpu_name():
    """The processor's name, if the system tells."""
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def arguments():
    """Parse and check the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--engine", help="our binary; without it only the peers run")
    parser.add_argument("--portable", help="the same, built for any processor (default: not measured)")
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--subjects", type=int, default=1_000_000)
    parser.add_argument("--out", default="target/peers", help="folder for data and results (default target/peers)")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--as-of", default="2026-11-21")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--policy", help="policy document; the repository's reference policy by default (must be what the engine scores by)")
    parser.add_argument("--variants", default=",".join(VARIANTS), help="comma-separated: " + ", ".join(VARIANTS))
    parser.add_argument("--peers", default=",".join(PEERS), help="comma-separated: " + ", ".join(PEERS))
    parser.add_argument("--sample", type=int, default=200, help="subjects compared with the reference (default 200)")
    parser.add_argument("--duplicates", type=float, default=0.0, help="share of rows filed twice; only the variant with ids is then run")
    parser.add_argument("--quick", action="store_true", help="200,000 rows, 20,000 subjects, one run: a smoke test")
    a = parser.parse_args()
    if a.quick:
        a.rows, a.subjects, a.repeats = 200_000, 20_000, 1
    a.variants, a.peers = a.variants.split(","), a.peers.split(",")
    if a.duplicates:
        a.variants = ["with-id"]
    for given, allowed in ((a.variants, VARIANTS), (a.peers, PEERS)):
        for name in given:
            if name not in allowed:
                die(f"`{name}` is not known; expected one of {', '.join(allowed)}")
    if a.repeats < 1:
        die("`--repeats` must be at least 1")
    for build, engine in (("engine", a.engine), ("portable", a.portable)):
        if engine and not Path(engine).is_file():
            die(f"there is no engine at `{engine}`; build it first, or leave `--{build}` out")
    if a.portable and not a.engine:
        die("`--portable` needs `--engine`, to which all others are compared")
    return a


def main():
    """Command line."""
    a = arguments()
    policy = load_policy(a.policy)
    out = Path(a.out)
    data = out / "data"
    marker = data / "made.json"
    recipe = {"rows": a.rows, "subjects": a.subjects, "seed": a.seed, "as_of": a.as_of, "duplicates": a.duplicates, "variants": sorted(a.variants)}
    if not marker.is_file() or json.loads(marker.read_text()) != recipe:
        print(f"generating {a.rows:,} rows", file=sys.stderr)
        marker.unlink(missing_ok=True)
        generate(data, a.rows, a.subjects, a.seed, a.as_of, policy, a.variants, ("arrow",), a.duplicates)
        marker.write_text(json.dumps(recipe))
    engines = [*a.peers, *(name for name, (build, _) in WAYS.items() if getattr(a, build))]
    report = {
        "rows": a.rows, "subjects": a.subjects, "repeats": a.repeats, "seed": a.seed, "as_of": a.as_of, "cpus": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "cpu": cpu_name(), "versions": {"python": platform.python_version()} | {p: metadata.version(p) for p in ("polars", "duckdb", "pandas", "numpy", "numba", "pyarrow")},
        "variants": {},
    }
    for variant in a.variants:
        path = data / f"{variant}.arrow"
        print(f"{variant}: checking", file=sys.stderr)
        agreement = check(policy, path, a, engines)
        runs = {name: [] for name in [*engines, "floor"]}
        order = np.random.default_rng(a.seed)
        for number in range(a.repeats):
            print(f"{variant}: run {number + 1} of {a.repeats}", file=sys.stderr)
            # Memory that one process frees is what the next one gets: none always comes after the same one.
            for name in order.permutation(list(runs)).tolist():
                runs[name].append(measure(name, path, a))
        report["variants"][variant] = {
            "input_bytes": input_bytes(path), "agreement": agreement,
            "engines": {
                name: {key: statistics.median(r[key] for r in results) for key in ("seconds", "cpu_seconds", "peak_bytes")} | {"runs": results}
                for name, results in runs.items()
            },
        }
        (out / "table.json").write_text(json.dumps(report, indent=1) + "\n")
        (out / "table.md").write_text(markdown(report), encoding="utf-8")
    print(markdown(report))


if __name__ == "__main__":
    main()
