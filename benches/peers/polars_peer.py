"""The scoring pipeline in Polars: lazy, streaming engine, no joins but one.

The key (subject, criterion, class, source) is packed into one 64-bit integer of physical codes; sorting by it once makes
all shorter keys sorted too, so that every later grouping is flagged as sorted. Parameters of the policy are looked up by
index. Criteria without records enter through their prior: the result is Σ w·prior + Σ w·(value − prior) over those that
have any. Text subjects become Categorical inside the measured time.
"""

import numpy as np
import polars as pl

from common import EPSILON, die, read_table

# Layout of the packed key, from the lowest bit: source, class, criterion, subject.
SOURCE_BITS, CLASS_BITS, CRITERION_BITS = 16, 4, 4


def load(path, policy, is_sorted):
    """A DataFrame in one chunk; sources, classes and criteria are Enum (closed vocabularies), subjects of a dictionary Categorical."""
    if len(policy.criteria) > 1 << CRITERION_BITS or len(policy.classes) > 1 << CLASS_BITS:
        die("this peer packs criteria and classes into four bits each; the policy has more")
    frame = pl.read_ipc(path).with_columns(
        pl.col("criterion").cast(pl.Enum(policy.criteria)), pl.col("source_class").cast(pl.Enum(policy.classes)),
        pl.col("source").cast(pl.Enum(read_table(path)["source"].chunk(0).dictionary.to_pylist())))
    if frame["source"].to_physical().max() >= 1 << SOURCE_BITS:
        die("this peer packs sources into 16 bits; the file has more")
    frame = frame.rechunk()
    if is_sorted and frame["subject"].dtype.is_integer():
        frame = frame.with_columns(pl.col("subject").set_sorted())
    return frame


def rows(data):
    """Number of input rows."""
    return data.height


def subjects(result):
    """Number of subjects scored."""
    return result.height


def to_arrays(result):
    """Result columns: subject, score, lower, upper, tier code."""
    subject, *others = result.select("subject", "score", "lower", "upper", "tier").get_columns()
    subject = subject if subject.dtype.is_integer() else subject.cast(pl.String)
    return subject.to_arrow() if subject.dtype == pl.String else subject.to_numpy(), *(c.to_numpy() for c in others)


def lookup(values, index):
    """values[index], for a small table."""
    return pl.lit(pl.Series(values)).gather(index)


def grouped(frame, key, *values):
    """Sum `values` by a key that is in order."""
    flagged = frame.with_columns(pl.col(key).set_sorted())
    return flagged.group_by(key).agg(pl.col(*values).sum()).with_columns(pl.col(key).set_sorted())


def score(data, policy, as_of):
    """Score every subject of the frame; a DataFrame with subject, score, lower, upper, tier (code)."""
    frame = data.lazy()
    if "id" in data.columns:
        frame = frame.unique(subset=["subject", "source", "id"], keep="any")
    kind = data.schema["subject"]
    categorical = None if kind.is_integer() else kind if kind == pl.Categorical else pl.Categorical()
    subject = pl.col("subject")
    if categorical is not None:
        subject = (subject if kind == pl.Categorical else subject.cast(categorical)).to_physical()
    result = plan(frame, subject, policy, as_of)
    if categorical is not None:
        result = result.with_columns(pl.col("subject").cast(pl.UInt32).cat.to(categorical))
    return result.collect(engine="streaming")


def plan(frame, subject, policy, as_of):
    """The lazy query."""
    a, b = pl.col("a"), pl.col("b")
    z = policy.z
    horizon = policy.horizon
    criterion = pl.col("criterion").to_physical().cast(pl.Int32)
    # Ages -1 and `horizon` stand for all that lie outside; a row outside weighs 0, so its subject is still scored.
    decay = np.zeros((len(policy.criteria), horizon + 2))
    decay[:, 1:-1] = policy.decay_table()
    age = (as_of - pl.col("date").to_physical()).clip(-1, horizon) + 1
    key = subject.cast(pl.Int64)
    for column, bits in (("criterion", CRITERION_BITS), ("source_class", CLASS_BITS), ("source", SOURCE_BITS)):
        key = key * (1 << bits) + pl.col(column).to_physical()
    by_source = (
        frame.select("passed", "failed", key=key, d=lookup(decay.ravel(), criterion * (horizon + 2) + age))
        .select("key", a=pl.col("passed") * pl.col("d"), b=pl.col("failed") * pl.col("d"))
        .sort("key")
    )
    by_source = grouped(by_source, "key", "a", "b")

    wide = 1 << (SOURCE_BITS + CLASS_BITS)
    cap = lookup(policy.source_cap, pl.col("key") // wide % (1 << CRITERION_BITS))
    by_class = (
        by_source.with_columns(scale=pl.min_horizontal(1.0, cap / (a + b)))
        .select(a * pl.col("scale"), b * pl.col("scale"), key=pl.col("key") // (1 << SOURCE_BITS))
    )
    by_class = grouped(by_class, "key", "a", "b")

    source_class = pl.col("key") % (1 << CLASS_BITS)
    cap = lookup(policy.class_cap, pl.col("key") // (1 << CLASS_BITS) % (1 << CRITERION_BITS))
    by_class = (
        by_class.with_columns(scale=pl.min_horizontal(1.0, cap / (a + b)) * lookup(policy.reliability, source_class))
        .select("key", a * pl.col("scale"), b * pl.col("scale"))
    )

    by_criterion = grouped(by_class.select("a", "b", key=pl.col("key") // (1 << CLASS_BITS)), "key", "a", "b")
    index = pl.col("key") % (1 << CRITERION_BITS)
    low0, high0 = policy.prior_bounds
    p, k, w, n, mu = (pl.col(c) for c in ("p", "k", "w", "n", "mu"))
    by_subject = (
        by_criterion.with_columns(
            p=lookup(policy.prior_mean, index), k=lookup(policy.prior_strength, index), w=lookup(policy.weight, index),
            low0=lookup(policy.weight * low0, index), high0=lookup(policy.weight * high0, index))
        .with_columns(n=a + b + k)
        .with_columns(mu=(a + k * p) / n)
        .with_columns(
            half=z * (mu * (1 - mu) / n + z * z / (4 * n * n)).sqrt(), centre=mu + z * z / (2 * n), scale=w / (1 + z * z / n))
        .select(
            subject=pl.col("key") // (1 << CRITERION_BITS),
            mean=w * (mu - p),
            low=(pl.col("centre") - pl.col("half")) * pl.col("scale") - pl.col("low0"),
            high=(pl.col("centre") + pl.col("half")) * pl.col("scale") - pl.col("high0"),
            coverage=w * (a + b) / n,
            support=w * a / n)
    )
    by_subject = grouped(by_subject, "subject", "mean", "low", "high", "coverage", "support")

    # Sectors: mass by (subject, sector), then how many of a subject's are heavy on either side.
    sector = lookup((policy.sector_of_class + 1).astype(np.int64), source_class)
    places = len(policy.sectors) + 1
    floor = policy.sector_mass - EPSILON
    sectors = (
        by_class.select("a", "b", key=pl.col("key") // (1 << (CLASS_BITS + CRITERION_BITS)) * places + sector)
        .group_by("key").agg(pl.col("a", "b").sum())
        .filter((pl.col("key") % places > 0) & (pl.max_horizontal("a", "b") >= floor))
        .select(
            subject=pl.col("key") // places,
            favourable=((a >= floor) & (a > b + EPSILON)).cast(pl.Int32),
            adverse=((b >= floor) & (b > a + EPSILON)).cast(pl.Int32))
        .group_by("subject").agg(pl.col("favourable", "adverse").sum())
    )

    lower, upper = pl.col("lower"), pl.col("upper")
    favourable, adverse = pl.col("favourable").fill_null(0), pl.col("adverse").fill_null(0)
    supported = pl.col("support") >= policy.rated_coverage - EPSILON
    tier = pl
    code = lambda number: pl.lit(number, pl.Int8)
    for number, below, count in policy.imposed:
        tier = tier.when((upper < below) & (adverse >= count)).then(code(number))
    for number, at_least, count in policy.earned:
        tier = tier.when((lower >= at_least) & (favourable >= count) & supported).then(code(number))
    tier = tier.when(pl.col("coverage") < policy.rated_coverage - EPSILON).then(code(policy.unrated)).otherwise(code(policy.standard))
    floor0, ceiling0 = float((policy.weight * low0).sum()), float((policy.weight * high0).sum())
    return (
        by_subject.join(sectors, on="subject", how="left")
        .with_columns(
            score=(1000 * (pl.col("mean") + policy.baseline) + (0.5 + EPSILON)).floor().cast(pl.Int32),
            lower=(1000 * (pl.col("low") + floor0) + EPSILON).floor().cast(pl.Int32),
            upper=(1000 * (pl.col("high") + ceiling0) - EPSILON).ceil().cast(pl.Int32))
        .select("subject", "score", "lower", "upper", tier=tier)
    )
