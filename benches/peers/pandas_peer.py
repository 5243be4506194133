"""The scoring pipeline in pandas, with NumPy where that is the idiom.

Groups of sources are found by one sort of a packed 64-bit key and summed with `np.add.reduceat`; the shorter keys are then
in order already. Text subjects become codes by `pandas.factorize` inside the measured time.
"""

import numpy as np
import pandas as pd

from common import chunk_arrays, dictionary_codes, finish_numpy, read_table, wilson


def load(path, policy, is_sorted):
    """A DataFrame with categorical columns, and whether it is ordered by subject."""
    table = read_table(path)
    columns = {}
    for name, names in (("source", None), ("source_class", policy.classes), ("criterion", policy.criteria)):
        codes, values = dictionary_codes(table[name], names, np.int32)
        columns[name] = pd.Categorical.from_codes(codes, values)
    subject = chunk_arrays(table["subject"])
    if hasattr(subject, "indices"):
        columns["subject"] = pd.Categorical.from_codes(subject.indices.to_numpy(), subject.dictionary.to_pandas())
    else:
        columns["subject"] = subject.to_pandas()
    columns["date"] = table["date"].cast("timestamp[s]").to_numpy()
    for name in ("passed", "failed"):
        columns[name] = table[name].to_numpy()
    if "id" in table.column_names:
        columns["id"] = table["id"].to_pandas()
    return pd.DataFrame(columns, copy=False)


def rows(data):
    """Number of input rows."""
    return len(data)


def subjects(result):
    """Number of subjects scored."""
    return len(result)


def to_arrays(result):
    """Result columns: subject, score, lower, upper, tier code."""
    subject = result["subject"]
    if not pd.api.types.is_integer_dtype(subject):
        subject = np.asarray(subject.astype(object))
    else:
        subject = subject.to_numpy()
    return subject, *(result[c].to_numpy() for c in ("score", "lower", "upper", "tier"))


def starts_of(key):
    """Where each run of equal keys starts, in a key that is in order."""
    return np.flatnonzero(np.concatenate(([True], key[1:] != key[:-1])))


def score(data, policy, as_of):
    """Score every subject of the frame; a DataFrame with subject, score, lower, upper, tier (code)."""
    if "id" in data.columns:
        data = data.drop_duplicates(["subject", "source", "id"])
    subject, names = data["subject"], None
    if isinstance(subject.dtype, pd.CategoricalDtype):
        codes, names = subject.cat.codes.to_numpy(), subject.cat.categories
    elif pd.api.types.is_integer_dtype(subject):
        codes = subject.to_numpy()
    else:
        codes, names = pd.factorize(subject)
    criterion = data["criterion"].cat.codes.to_numpy()
    n_classes, n_criteria, n_sources = len(policy.classes), len(policy.criteria), len(data["source"].cat.categories)

    age = as_of - (data["date"].to_numpy().astype("datetime64[D]").view(np.int64))
    decay = np.zeros((n_criteria, policy.horizon + 2))
    decay[:, 1:-1] = policy.decay_table()
    d = decay.ravel()[criterion.astype(np.int64) * (policy.horizon + 2) + np.clip(age, -1, policy.horizon) + 1]
    key = codes.astype(np.int64)
    for count, part in ((n_criteria, criterion), (n_classes, data["source_class"].cat.codes.to_numpy()), (n_sources, data["source"].cat.codes.to_numpy())):
        key *= count
        key += part
    order = np.argsort(key)
    key = key[order]
    starts = starts_of(key)
    a = np.add.reduceat((data["passed"].to_numpy() * d)[order], starts)
    b = np.add.reduceat((data["failed"].to_numpy() * d)[order], starts)
    key = key[starts] // n_sources

    def capped(cap):
        mass = a + b
        return np.divide(cap, mass, out=np.ones_like(mass), where=mass > cap)

    scale = capped(policy.source_cap[key // n_classes % n_criteria])
    starts = starts_of(key)
    a, b = np.add.reduceat(a * scale, starts), np.add.reduceat(b * scale, starts)
    key = key[starts]
    source_class = key % n_classes
    key //= n_classes
    scale = capped(policy.class_cap[key % n_criteria]) * policy.reliability[source_class]
    a, b = a * scale, b * scale

    number = key // n_criteria
    first = starts_of(number)
    row = np.cumsum(np.concatenate(([0], number[1:] != number[:-1])))  # the subject's row in the result
    total = len(first)
    floor = policy.sector_mass - 1e-9
    sector = policy.sector_of_class[source_class]
    judged = sector >= 0
    cell = row[judged] * len(policy.sectors) + sector[judged]
    shape = (total, len(policy.sectors))
    sector_a = np.bincount(cell, a[judged], total * shape[1]).reshape(shape)
    sector_b = np.bincount(cell, b[judged], total * shape[1]).reshape(shape)
    favourable = ((sector_a >= floor) & (sector_a > sector_b + 1e-9)).sum(axis=1)
    adverse = ((sector_b >= floor) & (sector_b > sector_a + 1e-9)).sum(axis=1)

    starts = starts_of(key)
    a, b = np.add.reduceat(a, starts), np.add.reduceat(b, starts)
    row, index = row[starts], key[starts] % n_criteria
    p, k, w = policy.prior_mean[index], policy.prior_strength[index], policy.weight[index]
    low0, high0 = policy.prior_bounds
    n = a + b + k
    mean = (a + k * p) / n
    low, high = wilson(mean, n, policy.z)
    first = starts_of(row)
    each = lambda values: np.add.reduceat(values, first)
    measures = (
        policy.baseline + each(w * (mean - p)),
        (policy.weight * low0).sum() + each(w * (low - low0[index])),
        (policy.weight * high0).sum() + each(w * (high - high0[index])),
        each(w * (a + b) / n),
        each(w * a / n),
    )
    score_, lower, upper, tier = finish_numpy(policy, *measures, favourable, adverse)
    subject = key[starts][first] // n_criteria
    subject = subject if names is None else names.take(subject)
    return pd.DataFrame({"subject": subject, "score": score_, "lower": lower, "upper": upper, "tier": tier})
