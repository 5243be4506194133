"""A hand-written kernel for exactly this task, in Numba: what the work costs when nothing is general.

Rows are packed into 16 bytes and partitioned by subject range with one histogram a thread, each partition is ordered by
subject in cache (counting sort), and each subject is summed in a small open-addressing table. Rows that are in order
already are read in place. Keys must be 0..n-1: codes of a dictionary are, text gets codes by Arrow's `dictionary_encode`
(in the measured time). Compilation is outside.
"""

import math

import numba as nb
import numpy as np

from common import EPSILON, chunk_arrays, days, die, dictionary_codes, read_table

SHIFT = 10  # subjects of one partition: 1,024


def load(path, policy, is_sorted):
    """The columns as NumPy arrays, the kernels compiled."""
    table = read_table(path)
    subject = chunk_arrays(table["subject"])
    names = None
    if hasattr(subject, "indices"):
        names, subject = subject.dictionary, subject.indices.to_numpy().copy()
    elif str(subject.type) == "int32":
        subject = subject.to_numpy().copy()
    source, source_names = dictionary_codes(table["source"])
    if len(source_names) > 1 << 16 or len(policy.classes) > 16 or len(policy.criteria) > 16:
        die("this peer packs sources into 16 bits, classes and criteria into four; there are more")
    columns = {
        "subject": subject, "names": names, "source": source, "sorted": is_sorted, "id": None,
        "source_class": dictionary_codes(table["source_class"], policy.classes)[0],
        "criterion": dictionary_codes(table["criterion"], policy.criteria)[0],
        "date": chunk_arrays(table["date"]).view("int32").to_numpy().copy(),
        "passed": chunk_arrays(table["passed"]).to_numpy().copy(),
        "failed": chunk_arrays(table["failed"]).to_numpy().copy(),
    }
    if "id" in table.column_names:
        array = chunk_arrays(table["id"])
        _, offsets, text = array.buffers()
        offsets = np.frombuffer(offsets, dtype=np.int32)[array.offset: array.offset + len(array) + 1]
        columns["id"] = (offsets.copy(), np.frombuffer(text, dtype=np.uint8).copy())
    del table
    for flag in (False, True):
        small = {k: v[:64].copy() if isinstance(v, np.ndarray) else v for k, v in columns.items()}
        small |= {"subject": np.zeros(64, dtype=np.int32), "sorted": flag, "names": None}
        small = {k: v[:64] if isinstance(v, np.ndarray) else v for k, v in small.items()}
        length = len(small["passed"])
        small["subject"] = small["subject"][:length]
        if columns["id"] is not None:
            small["id"] = (columns["id"][0][: length + 1].copy(), columns["id"][1][: columns["id"][0][length]].copy())
        score(small, policy, days("2026-11-21"))
    return columns


def rows(data):
    """Number of input rows."""
    return len(data["passed"])


def subjects(result):
    """Number of subjects scored."""
    return len(result[1])


def to_arrays(result):
    """Result columns: subject, score, lower, upper, tier code."""
    names, columns = result[0], result[1:]
    if names is None:
        return np.arange(len(columns[0]), dtype=np.int64), *columns
    return names, *columns


@nb.njit(parallel=True, cache=True)
def histogram(subject, threads, shift, buckets):
    """Rows of each partition, by thread."""
    counts = np.zeros((threads, buckets), dtype=np.int64)
    n = len(subject)
    for t in nb.prange(threads):
        own = np.zeros(buckets, dtype=np.int64)
        for i in range(n * t // threads, n * (t + 1) // threads):
            own[subject[i] >> shift] += 1
        counts[t] = own
    return counts


@nb.njit(parallel=True, cache=True)
def partition(subject, criterion, source_class, source, date, passed, failed, hashes, with_id, as_of, horizon, shift, places, out):
    """Pack each row into two words (three with an id) and write it to its partition."""
    threads = places.shape[0]
    n = len(subject)
    for t in nb.prange(threads):
        place = places[t].copy()
        for i in range(n * t // threads, n * (t + 1) // threads):
            age = min(max(as_of - date[i], -1), horizon) + 1
            s = subject[i]
            at = place[s >> shift]
            place[s >> shift] = at + 1
            # subject within the partition (low bits) | age << 16 | criterion, class, source << 32
            out[at, 0] = (
                np.int64(s & ((1 << shift) - 1)) | np.int64(age) << 16 | np.int64(source[i]) << 32
                | np.int64(source_class[i]) << 48 | np.int64(criterion[i]) << 52)
            out[at, 1] = np.int64(passed[i]) | np.int64(failed[i]) << 32
            if with_id:
                out[at, 2] = hashes[i]
                out[at, 3] = np.int64(i)


@nb.njit(parallel=True, cache=True)
def hash_ids(offsets, text, threads):
    """A 64-bit hash (FNV-1a, then mixed) of each id."""
    n = len(offsets) - 1
    out = np.empty(n, dtype=np.uint64)
    for t in nb.prange(threads):
        for i in range(n * t // threads, n * (t + 1) // threads):
            h = np.uint64(0xCBF29CE484222325)
            for j in range(offsets[i], offsets[i + 1]):
                h = (h ^ np.uint64(text[j])) * np.uint64(0x100000001B3)
            h ^= h >> np.uint64(32)
            h *= np.uint64(0x9E3779B97F4A7C15)
            out[i] = h ^ (h >> np.uint64(29))
    return out.view(np.int64)


@nb.njit(cache=True)
def same_id(offsets, text, i, j):
    """Whether two ids are equal."""
    length = offsets[i + 1] - offsets[i]
    if offsets[j + 1] - offsets[j] != length:
        return False
    for k in range(length):
        if text[offsets[i] + k] != text[offsets[j] + k]:
            return False
    return True


@nb.njit(cache=True)
def capacity(rows_):
    """The size of an open-addressing table: a power of two, at least twice the rows."""
    size = 16
    while size < 2 * rows_:
        size *= 2
    return size


@nb.njit(cache=True)
def add(keys, sums, touched, count, mask, key, a, b):
    """Add to the sums of one (criterion, class, source); gives the number of distinct ones."""
    slot = (key * 0x9E3779B1 >> 15) & mask
    while keys[slot] != key:
        if keys[slot] == 0:
            keys[slot] = key
            sums[slot, 0] = a
            sums[slot, 1] = b
            touched[count] = slot
            return count + 1
        slot = (slot + 1) & mask
    sums[slot, 0] += a
    sums[slot, 1] += b
    return count


@nb.njit(cache=True)
def finish(s, keys, sums, touched, count, cells, per_sector, params, out):
    """From the sums by (criterion, class, source) of one subject to its row of the result; empties the tables."""
    _, source_cap, class_cap, reliability, sector, weight, prior, strength, low0, high0, scalars, imposed, earned = params
    z, mean, low, high = scalars[0], scalars[1], scalars[2], scalars[3]
    mass, rated, epsilon = scalars[4], scalars[5], scalars[6]
    used = 0
    per_sector[:] = 0.0
    for t in range(count):
        slot = touched[t]
        key = keys[slot] - 1
        keys[slot] = 0
        a, b = sums[slot, 0], sums[slot, 1]
        c = key >> 20
        if a + b > source_cap[c]:
            scale = source_cap[c] / (a + b)
            a *= scale
            b *= scale
        if not used >> c & 1:
            used |= 1 << c
            cells[c] = 0.0
        k = (key >> 16) & 15
        cells[c, k, 0] += a
        cells[c, k, 1] += b
    coverage, support = 0.0, 0.0
    for c in range(16):
        if not used >> c & 1:
            continue
        alpha, beta = 0.0, 0.0
        for k in range(len(reliability)):
            a, b = cells[c, k, 0], cells[c, k, 1]
            if a + b > 0.0:
                scale = reliability[k]
                if a + b > class_cap[c]:
                    scale *= class_cap[c] / (a + b)
                a *= scale
                b *= scale
                alpha += a
                beta += b
                per_sector[sector[k], 0] += a
                per_sector[sector[k], 1] += b
        n = alpha + beta + strength[c]
        mu = (alpha + strength[c] * prior[c]) / n
        half = z * math.sqrt(mu * (1 - mu) / n + z * z / (4 * n * n))
        centre = mu + z * z / (2 * n)
        scale = weight[c] / (1 + z * z / n)
        mean += weight[c] * (mu - prior[c])
        low += (centre - half) * scale - low0[c]
        high += (centre + half) * scale - high0[c]
        coverage += weight[c] * (alpha + beta) / n
        support += weight[c] * alpha / n
    favourable, adverse = 0, 0
    for j in range(1, len(per_sector)):
        a, b = per_sector[j, 0], per_sector[j, 1]
        favourable += a >= mass and a > b + epsilon
        adverse += b >= mass and b > a + epsilon
    lower = math.floor(1000 * low + epsilon)
    upper = math.ceil(1000 * high - epsilon)
    out[0][s] = math.floor(1000 * mean + 0.5 + epsilon)
    out[1][s] = lower
    out[2][s] = upper
    tier = int(scalars[8]) if coverage < rated else int(scalars[7])
    for i in range(len(earned) - 1, -1, -1):
        if lower >= earned[i, 1] and favourable >= earned[i, 2] and support >= rated:
            tier = earned[i, 0]
    for i in range(len(imposed) - 1, -1, -1):
        if upper < imposed[i, 1] and adverse >= imposed[i, 2]:
            tier = imposed[i, 0]
    out[3][s] = tier


@nb.njit(parallel=True, cache=True)
def score_partitions(rows_, bounds, subjects_, shift, with_id, offsets, text, params, out):
    """Order each partition by subject and score it."""
    decay, reliability = params[0], params[3]
    local = (1 << shift) - 1
    for p in nb.prange(len(bounds) - 1):
        start, end = bounds[p], bounds[p + 1]
        first = p << shift
        here = min(subjects_ - first, 1 << shift)
        place = np.zeros(here + 1, dtype=np.int32)
        for i in range(start, end):
            place[(rows_[i, 0] & local) + 1] += 1
        largest = place.max()
        for j in range(here):
            place[j + 1] += place[j]
        next_ = place[:here].copy()
        order = np.empty(end - start, dtype=np.int32)
        for i in range(start, end):
            j = rows_[i, 0] & local
            order[next_[j]] = i - start
            next_[j] += 1
        size = capacity(largest)
        keys, sums, touched = np.zeros(size, dtype=np.int32), np.empty((size, 2)), np.empty(size, dtype=np.int64)
        seen = np.full(size if with_id else 1, -1, dtype=np.int64)
        cells, per_sector = np.empty((16, 16, 2)), np.empty((17, 2))
        for j in range(here):
            count = 0
            mask = capacity(place[j + 1] - place[j]) - 1
            if with_id:
                seen[: mask + 1] = -1
            for at in range(place[j], place[j + 1]):
                i = start + order[at]
                word = rows_[i, 0]
                if with_id:  # one record of each (source, id)
                    slot = np.int64((rows_[i, 2] ^ (word >> 32 & 0xFFFF)) & mask)
                    double = False
                    while seen[slot] >= 0:
                        other = seen[slot]
                        if (rows_[other, 2] == rows_[i, 2] and (rows_[other, 0] ^ word) >> 32 & 0xFFFF == 0
                                and same_id(offsets, text, np.int64(rows_[other, 3]), np.int64(rows_[i, 3]))):
                            double = True
                            break
                        slot = (slot + 1) & mask
                    if double:
                        continue
                    seen[slot] = i
                key = (word >> 32) & 0xFFFFFF
                c = key >> 20
                d = decay[c, (word >> 16) & 0xFFFF]
                if d > 0.0 and reliability[(key >> 16) & 15] > 0.0:
                    counts = rows_[i, 1]
                    a = (counts & 0xFFFFFFFF) * d
                    b = (counts >> 32 & 0xFFFFFFFF) * d
                    count = add(keys, sums, touched, count, mask, key + 1, a, b)
            finish(first + j, keys, sums, touched, count, cells, per_sector, params, out)


@nb.njit(cache=True)
def score_range(start, end, columns, as_of, horizon, params, out):
    """Score the subjects whose first row is in a range of rows that are in order of subject."""
    subject, criterion, source_class, source, date, passed, failed = columns
    decay, reliability = params[0], params[3]
    n = len(subject)
    while 0 < start < end and subject[start] == subject[start - 1]:
        start += 1
    size = 256
    keys, sums, touched = np.zeros(size, dtype=np.int32), np.empty((size, 2)), np.empty(size, dtype=np.int64)
    cells, per_sector = np.empty((16, 16, 2)), np.empty((17, 2))
    while start < end:
        s = subject[start]
        stop = start + 1
        while stop < n and subject[stop] == s:
            stop += 1
        mask = capacity(stop - start) - 1
        if mask >= size:
            size = mask + 1
            keys, sums, touched = np.zeros(size, dtype=np.int32), np.empty((size, 2)), np.empty(size, dtype=np.int64)
        count = 0
        for i in range(start, stop):
            age = min(max(as_of - date[i], -1), horizon) + 1
            c, k = np.int64(criterion[i]), np.int64(source_class[i])
            d = decay[c, age]
            if d > 0.0 and reliability[k] > 0.0:
                key = c << 20 | k << 16 | np.int64(source[i])
                count = add(keys, sums, touched, count, mask, key + 1, passed[i] * d, failed[i] * d)
        finish(s, keys, sums, touched, count, cells, per_sector, params, out)
        start = stop


@nb.njit(parallel=True, cache=True)
def score_sorted(subject, criterion, source_class, source, date, passed, failed, as_of, horizon, parts, params, out):
    """Score rows that are in order of subject, in place."""
    columns = (subject, criterion, source_class, source, date, passed, failed)
    n = len(subject)
    for p in nb.prange(parts):
        score_range(n * p // parts, n * (p + 1) // parts, columns, as_of, horizon, params, out)


def parameters(policy):
    """The policy as a tuple of arrays."""
    decay = np.zeros((16, policy.horizon + 2))
    decay[: len(policy.criteria), 1:-1] = policy.decay_table()
    low0, high0 = (policy.weight * bound for bound in policy.prior_bounds)
    scalars = np.array([policy.z, policy.baseline, float(low0.sum()), float(high0.sum()), policy.sector_mass - EPSILON,
               policy.rated_coverage - EPSILON, EPSILON, policy.standard, policy.unrated])
    rules = lambda tiers: np.array(tiers, dtype=np.int64).reshape(-1, 3)
    return (decay, policy.source_cap, policy.class_cap, policy.reliability, policy.sector_of_class.astype(np.int64) + 1, policy.weight,
            policy.prior_mean, policy.prior_strength, low0, high0, scalars, rules(policy.imposed), rules(policy.earned))


def score(data, policy, as_of):
    """Score every subject: names by code (or None), then the arrays score, lower, upper, tier by key."""
    params = parameters(policy)
    subject, names = data["subject"], data["names"]
    if not isinstance(subject, np.ndarray):
        encoded = subject.dictionary_encode()
        names, subject = encoded.dictionary, encoded.indices.to_numpy().copy()
    total = int(subject.max()) + 1
    out = tuple(np.empty(total, dtype=t) for t in (np.int32, np.int32, np.int32, np.int8))
    columns = tuple(data[k] for k in ("criterion", "source_class", "source", "date", "passed", "failed"))
    threads = nb.get_num_threads()
    with_id = data["id"] is not None
    if data["sorted"] and not with_id:
        score_sorted(subject, *columns, as_of, policy.horizon, threads * 32, params, out)
        return names, *out
    offsets, text = data["id"] if with_id else (np.zeros(1, dtype=np.int32), np.zeros(1, dtype=np.uint8))
    hashes = hash_ids(offsets, text, threads) if with_id else np.zeros(1, dtype=np.int64)
    buckets = (total >> SHIFT) + 1
    counts = histogram(subject, threads, SHIFT, buckets)
    places = (np.cumsum(counts.T.ravel()) - counts.T.ravel()).reshape(buckets, threads).T.copy()
    bounds = np.append(places[0], len(subject))
    packed = np.empty((len(subject), 4 if with_id else 2), dtype=np.int64)
    partition(subject, *columns, hashes, with_id, as_of, policy.horizon, SHIFT, places, packed)
    score_partitions(packed, bounds, total, SHIFT, with_id, offsets, text, params, out)
    return names, *out
