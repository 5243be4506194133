"""What the Python package adds to the Rust engine: `assess` of one ledger, and `assess_frame` of a population.

Run by `cargo xtask python-bench`, which builds both sides. Rust and Python take turns, each in a fresh process, so that a busy
machine disturbs both alike; the least and the median of a side are printed.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
AS_OF, PREVIOUS = "2026-11-21", "trusted"
CRITERIA_STEP = 5


def forty(uytin):
    """Forty records of a creator as they are common: 35 observations of 8 sources, 3 findings, a credit, an exemption."""
    criteria = [c["id"] for pillar in json.loads(uytin.Policy.reference().to_json())["pillars"] for c in pillar["criteria"]]
    sources = ["auditor", "platform", "press", "regulator", "consumer-body", "business", "alliance", "auditor"]
    common = {"subject": "creator-0"}
    records = []
    for n in range(35):
        records.append(common | {
            "type": "observation", "id": f"obs-{n}", "source": f"{sources[n % 8]}-{n % 3}", "source_class": sources[n % 8],
            "criterion": criteria[n * CRITERIA_STEP % len(criteria)], "date": f"2026-{1 + n % 11:02}-{1 + n % 28:02}",
            "passed": 5 + n, "failed": n % 4,
        })  # fmt: skip
    for n in range(3):
        records.append(common | {
            "type": "finding", "id": f"fin-{n}", "source": "platform-1", "source_class": "platform", "criterion": "ad-disclosure",
            "date": f"2026-0{n + 3}-11", "severity": "minor", "status": "upheld", "reach": 120000, "incident": f"case-{n}",
        })  # fmt: skip
    alliance = common | {"source": "alliance-1", "source_class": "alliance", "date": "2026-05-01"}
    records.append(alliance | {"type": "credit", "id": "cre-1", "criterion": "training"})
    records.append(alliance | {"type": "exemption", "id": "exe-1", "criterion": "expertise"})
    return uytin.Ledger(records)


def time_assess(path):
    """Nanoseconds a call from Python: the least and the median of 21 rounds, with a date and with a text for it."""
    import datetime

    import uytin

    ledger = uytin.Ledger.from_file(path)
    calls, out = 2000, {}
    for name, day in (("assess", datetime.date(2026, 11, 21)), ("assess_text", AS_OF)):
        rounds = []
        for _ in range(21):
            start = time.perf_counter_ns()
            for _ in range(calls):
                uytin.assess(ledger, day, previous_tier=PREVIOUS)
            rounds.append((time.perf_counter_ns() - start) / calls)
        out[name] = [min(rounds), statistics.median(rounds)]
    print(json.dumps(out))


def time_frame(path, kind):
    """Seconds of `assess_frame` on one kind of frame, from the second call on, as the engine's side does it."""
    import pyarrow as pa

    import uytin

    with pa.memory_map(str(path)) as source:
        table = pa.ipc.open_file(source).read_all()
        frame = table
        if kind == "polars":
            import polars

            frame = polars.from_arrow(table)
        elif kind == "pandas":
            import pandas

            frame = table.to_pandas(types_mapper=pandas.ArrowDtype)
        times = []
        for _ in range(6):
            start = time.perf_counter()
            found = uytin.assess_frame(frame, AS_OF)
            times.append(time.perf_counter() - start)
            del found
    print(json.dumps({"seconds": times[1:]}))


def call(*command):
    """The last line that a process prints, as JSON."""
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"`{' '.join(map(str, command))}` failed: {done.stderr.strip()}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--assess", type=Path, help="the built example bench_assess")
    parser.add_argument("--engine", type=Path, help="the built example bench_columns")
    parser.add_argument("--out", type=Path, default=Path("target/python/bench"), help="folder for data")
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--one-assess", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--one-frame", nargs=2, help=argparse.SUPPRESS)
    a = parser.parse_args()
    if a.one_assess:
        return time_assess(a.one_assess)
    if a.one_frame:
        return time_frame(*a.one_frame)

    import uytin

    a.out.mkdir(parents=True, exist_ok=True)
    records = a.out / "forty.jsonl"
    records.write_bytes(forty(uytin).to_bytes())
    rust, python = [], []
    for _ in range(a.rounds):
        rust.append(call(a.assess, records, AS_OF, PREVIOUS, 2000))
        python.append(call(sys.executable, __file__, "--one-assess", records))
    least = lambda runs, name: min(run[name][0] for run in runs) / 1000
    middle = lambda runs, name: statistics.median(run[name][1] for run in runs) / 1000
    print("assess, 40 records     least us  median us")
    for title, runs, name in (("Rust", rust, "assess"), ("Python, a date", python, "assess"), ("Python, a text", python, "assess_text")):
        print(f"  {title:<20} {least(runs, name):>8.2f} {middle(runs, name):>10.2f}")
    print(f"  Python over Rust     {least(python, 'assess') - least(rust, 'assess'):>8.2f} {middle(python, 'assess') - middle(rust, 'assess'):>10.2f}")

    sys.path.insert(0, str(HERE.parent / "peers"))
    from generate import generate

    path = a.out / "unsorted-int.arrow"
    made = a.out / "made.json"
    if not path.exists() or not made.exists() or json.loads(made.read_text()) != a.rows:
        generate(a.out, a.rows, max(1, a.rows // 10), variants=["unsorted-int"], formats=["arrow"])
        made.write_text(json.dumps(a.rows))
    kinds = ("pyarrow", "polars", "pandas")
    engine, frames = [], {kind: [] for kind in kinds}
    for _ in range(a.rounds):
        engine.append(call(a.engine, "bench-columns", "--input", path, "--as-of", AS_OF, "--repeat", 6, "--json")["seconds"])
        for kind in kinds:
            frames[kind] += call(sys.executable, __file__, "--one-frame", path, kind)["seconds"]
    base = statistics.median(engine)
    print(f"\nassess_frame, {a.rows:,} rows   median s   over Rust")
    print(f"  {'Rust engine':<26} {base:>8.3f}")
    for kind in kinds:
        seconds = statistics.median(frames[kind])
        print(f"  {kind:<26} {seconds:>8.3f} {100 * (seconds / base - 1):>9.1f} %")


if __name__ == "__main__":
    main()
