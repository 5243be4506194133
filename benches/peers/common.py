"""What the peers share: the policy as flat arrays, the input columns, the rules for rounding and tiers.

Nothing here runs inside a measured section except `finish_numpy`, which the NumPy-based peer calls for the last step.
"""

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
EPOCH = np.datetime64("1970-01-01", "D")
CONFIDENCE_Z = {0.80: 1.2815515655446004, 0.90: 1.6448536269514722, 0.95: 1.959963984540054, 0.99: 2.5758293035489004}
EPSILON = 1e-9


def die(message):
    """Print one line to standard error and leave with status 2."""
    print(f"error: {message}", file=sys.stderr)
    raise SystemExit(2)


def default_policy():
    """The reference policy inside the repository, wherever it is kept; None if it is not there."""
    for folder, folders, files in os.walk(ROOT):
        folders[:] = sorted(f for f in folders if not f.startswith(".") and f not in ("target", "node_modules", "vectors"))
        if "icp-2026.json" in files:
            return Path(folder) / "icp-2026.json"
    return None


def days(date):
    """Whole days from 1970-01-01 to a civil date."""
    try:
        return int((np.datetime64(date, "D") - EPOCH).astype(int))
    except ValueError:
        die(f"`{date}` is not a date; expected YYYY-MM-DD")


@dataclass
class Policy:
    """A policy as arrays by criterion, by source class and by sector, in the document's order."""

    document: dict
    criteria: list
    classes: list
    sectors: list
    weight: np.ndarray
    prior_mean: np.ndarray
    prior_strength: np.ndarray
    half_life: np.ndarray
    source_cap: np.ndarray
    class_cap: np.ndarray
    reliability: np.ndarray
    sector_of_class: np.ndarray  # -1: no sector
    z: float
    horizon: int
    sector_mass: float
    rated_coverage: float
    imposed: list  # (tier code, upper_below in tenths, sectors_at_least), worst first
    earned: list  # (tier code, lower_at_least in tenths, sectors_at_least), best first
    tiers: list  # names by code
    standard: int
    unrated: int

    @property
    def baseline(self):
        """Σ w·p, the score of a subject without records, as a fraction."""
        return float((self.weight * self.prior_mean).sum())

    @property
    def prior_bounds(self):
        """The Wilson bounds of each criterion without evidence: (lower, upper), two arrays."""
        return wilson(self.prior_mean, self.prior_strength, self.z)

    def decay_table(self):
        """2^(-age / half-life) by criterion and age; 0 from the horizon on."""
        age = np.arange(self.horizon)
        table = np.exp2(-age[None, :] / self.half_life[:, None])
        table[age[None, :] > 40 * self.half_life[:, None]] = 0.0
        return table


def wilson(mean, strength, z):
    """Wilson's bounds around `mean` at `strength` checks."""
    z2 = z * z
    half = z * np.sqrt(mean * (1 - mean) / strength + z2 / (4 * strength * strength))
    centre = mean + z2 / (2 * strength)
    scale = 1 + z2 / strength
    return (centre - half) / scale, (centre + half) / scale


def load_policy(path=None):
    """Read a policy document; the repository's reference policy by default."""
    path = Path(path) if path else default_policy()
    if path is None:
        die("no icp-2026.json found in the repository; give one with --policy FILE")
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        die(f"cannot read the policy `{path}`: {error.strerror}")
    except ValueError as error:
        die(f"the policy `{path}` is not JSON: {error}")
    criteria, rows = [], []
    pillars = sum(p["weight"] for p in document["pillars"])
    for pillar in document["pillars"]:
        inside = sum(c["weight"] for c in pillar["criteria"])
        for c in pillar["criteria"]:
            criteria.append(c["id"])
            rows.append((pillar["weight"] / pillars * c["weight"] / inside, c["prior"]["mean"], c["prior"]["strength"],
                         c["half_life_days"], c["source_cap"], c["class_cap"]))
    columns = np.array(rows, dtype=np.float64).T.copy()
    classes = list(document["sources"])
    sectors = sorted({s["sector"] for s in document["sources"].values() if s["sector"]})
    tiers = document["tiers"]
    names = [t["id"] for t in tiers["imposed"]] + ["unrated", "standard"] + [t["id"] for t in reversed(tiers["earned"])]
    return Policy(
        document, criteria, classes, sectors, *columns,
        reliability=np.array([s["reliability"] for s in document["sources"].values()], dtype=np.float64),
        sector_of_class=np.array([sectors.index(s["sector"]) if s["sector"] else -1 for s in document["sources"].values()]),
        z=CONFIDENCE_Z[document["confidence"]], horizon=document["horizon_days"],
        sector_mass=tiers["sector_mass"], rated_coverage=tiers["rated_coverage"],
        imposed=[(names.index(t["id"]), round(t["upper_below"] * 10), t["sectors_at_least"]) for t in tiers["imposed"]],
        earned=[(names.index(t["id"]), round(t["lower_at_least"] * 10), t["sectors_at_least"]) for t in tiers["earned"]],
        tiers=names, standard=names.index("standard"), unrated=names.index("unrated"),
    )


def finish_numpy(policy, b, b_lower, b_upper, coverage, support, favourable, adverse):
    """Round to tenths and decide the tier, for whole arrays: (score, lower, upper, tier code)."""
    score = np.floor(1000 * b + 0.5 + EPSILON).astype(np.int32)
    lower = np.floor(1000 * b_lower + EPSILON).astype(np.int32)
    upper = np.ceil(1000 * b_upper - EPSILON).astype(np.int32)
    conditions, codes = [], []
    for code, below, sectors in policy.imposed:
        conditions.append((upper < below) & (adverse >= sectors))
        codes.append(code)
    supported = support >= policy.rated_coverage - EPSILON
    for code, at_least, sectors in policy.earned:
        conditions.append((lower >= at_least) & (favourable >= sectors) & supported)
        codes.append(code)
    conditions.append(coverage < policy.rated_coverage - EPSILON)
    codes.append(policy.unrated)
    tier = np.select(conditions, [np.int8(c) for c in codes], np.int8(policy.standard))
    return score, lower, upper, tier


def subject_numbers(values):
    """Subject keys of any variant (`17`, `c-0000017`) as integers, so that variants and engines can be aligned."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if isinstance(values, np.ndarray):
        if values.dtype.kind in "iu":
            return values.astype(np.int64)
        values = pa.array(values)
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    if pa.types.is_dictionary(values.type):
        return subject_numbers(values.dictionary)[values.indices.to_numpy(zero_copy_only=False)]
    if pa.types.is_integer(values.type):
        return values.to_numpy(zero_copy_only=False).astype(np.int64)
    text = values.cast(pa.large_string())
    return pc.cast(pc.replace_substring_regex(text, "^[^0-9]*", ""), pa.int64()).to_numpy(zero_copy_only=False)


def read_table(path, columns=None):
    """An Arrow IPC file as a table (memory-mapped)."""
    import pyarrow as pa

    try:
        reader = pa.ipc.open_file(pa.memory_map(str(path)))
    except (OSError, pa.ArrowInvalid) as error:
        die(f"cannot read `{path}` as an Arrow IPC file: {error}")
    table = reader.read_all()
    missing = [c for c in columns or [] if c not in table.column_names]
    if missing:
        die(f"`{path}` has no column `{missing[0]}`; it has {', '.join(table.column_names)}")
    return table.select(columns) if columns else table


def chunk_arrays(column):
    """One contiguous Arrow array of a column."""
    import pyarrow as pa

    column = column.combine_chunks()
    return column.chunk(0) if isinstance(column, pa.ChunkedArray) else column


def dictionary_codes(column, names=None, dtype=np.int32):
    """Codes of a dictionary column as NumPy, renumbered to the order of `names` if given; with the dictionary's values."""
    array = chunk_arrays(column)
    values = array.dictionary.to_pylist()
    codes = array.indices.to_numpy(zero_copy_only=False)
    if names is None:
        return codes.astype(dtype), values
    unknown = [v for v in values if v not in names]
    if unknown:
        die(f"`{unknown[0]}` is not in the policy; the peers score only what the policy knows")
    return np.array([names.index(v) for v in values], dtype=dtype)[codes], names
