"""Run one peer once on one file, in this process, and print one line of JSON: seconds, CPU seconds, peak memory.

Time runs from columns in memory, in the engine's own form, to result columns in the engine's own form. Reading the file,
compiling (Numba) and putting the result in order are outside.
"""

import argparse
import importlib
import json
import os
import resource
import sys
import time
from pathlib import Path

from common import days, die, load_policy

PEERS = ("polars", "duckdb", "pandas", "numba", "floor")


def resident_bytes():
    """Memory in use now (Linux); 0 elsewhere."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def peak_bytes():
    """Peak resident memory of this process."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def dump(path, policy, result):
    """Write subject, score, lower, upper (tenths) and tier, in order of subject."""
    import numpy as np
    import pyarrow as pa

    from common import subject_numbers

    subject, score, lower, upper, tier = result
    number = subject_numbers(subject)
    order = np.argsort(number, kind="stable")
    tiers = pa.DictionaryArray.from_arrays(pa.array(np.asarray(tier)[order].astype(np.int8)), pa.array(policy.tiers))
    columns = {"subject": number[order]} | {k: np.asarray(v)[order] for k, v in (("score", score), ("lower", lower), ("upper", upper))}
    table = pa.table(columns | {"tier": tiers})
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)


def main():
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--peer", required=True, choices=PEERS)
    parser.add_argument("--input", required=True, help="an Arrow IPC file written by generate.py")
    parser.add_argument("--as-of", default="2026-11-21")
    parser.add_argument("--policy", help="policy document; the repository's reference policy by default")
    parser.add_argument("--sorted", action="store_true", help="rows are ordered by subject")
    parser.add_argument("--dump", help="write the result to this Arrow IPC file")
    a = parser.parse_args()
    if not Path(a.input).is_file():
        die(f"there is no file `{a.input}`; write it with generate.py")
    policy, as_of = load_policy(a.policy), days(a.as_of)
    try:
        peer = importlib.import_module(f"{a.peer}_peer")
    except ImportError as error:
        die(f"cannot import {error.name}; install requirements.txt into the environment that runs this")
    data = peer.load(a.input, policy, a.sorted)
    before, cpu, start = resident_bytes(), time.process_time(), time.perf_counter()
    result = peer.score(data, policy, as_of)
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    line = {"seconds": seconds, "cpu_seconds": cpu, "peak_bytes": peak_bytes(), "loaded_bytes": before,
            "rows": peer.rows(data), "subjects": peer.subjects(result)}
    if a.dump and a.peer != "floor":
        dump(a.dump, policy, peer.to_arrays(result))
    print(json.dumps(line))


if __name__ == "__main__":
    main()
