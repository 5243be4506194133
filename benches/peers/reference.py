"""The scoring model for observations, written out plainly, one subject at a time. Slow on purpose; everything is checked against it."""

import math

from common import EPSILON


def assess(policy, as_of, records):
    """Score one subject from records (source, class, criterion, day, passed, failed): (score, lower, upper, tier name), in tenths."""
    doc = policy.document
    sources = {}
    for source, source_class, criterion, day, passed, failed in records:
        age = as_of - day
        if source_class not in doc["sources"] or criterion not in policy.criteria or age < 0 or age >= policy.horizon:
            continue
        half_life = policy.half_life[policy.criteria.index(criterion)]
        decay = 2.0 ** (-age / half_life) if age <= 40 * half_life else 0.0
        mass = sources.setdefault((criterion, source_class, source), [0.0, 0.0])
        mass[0] += passed * decay
        mass[1] += failed * decay
    classes = {}
    for (criterion, source_class, _), (a, b) in sources.items():
        cap = policy.source_cap[policy.criteria.index(criterion)]
        scale = cap / (a + b) if a + b > cap else 1.0
        mass = classes.setdefault((criterion, source_class), [0.0, 0.0])
        mass[0] += a * scale
        mass[1] += b * scale
    criteria, sectors = {}, {}
    for (criterion, source_class), (a, b) in classes.items():
        cap = policy.class_cap[policy.criteria.index(criterion)]
        scale = (cap / (a + b) if a + b > cap else 1.0) * doc["sources"][source_class]["reliability"]
        sector = doc["sources"][source_class]["sector"]
        for table, key in ((criteria, criterion), (sectors, sector)):
            mass = table.setdefault(key, [0.0, 0.0])
            mass[0] += a * scale
            mass[1] += b * scale
    total = [0.0] * 5
    for i, criterion in enumerate(policy.criteria):
        alpha, beta = criteria.get(criterion, (0.0, 0.0))
        k, p, z = policy.prior_strength[i], policy.prior_mean[i], policy.z
        n = alpha + beta + k
        mean = (alpha + k * p) / n
        half = z * math.sqrt(mean * (1 - mean) / n + z * z / (4 * n * n))
        low = (mean + z * z / (2 * n) - half) / (1 + z * z / n)
        high = (mean + z * z / (2 * n) + half) / (1 + z * z / n)
        for j, value in enumerate((mean, low, high, (alpha + beta) / n, alpha / n)):
            total[j] += policy.weight[i] * value
    b, b_lower, b_upper, coverage, support = total
    score = math.floor(1000 * b + 0.5 + EPSILON)
    lower = math.floor(1000 * b_lower + EPSILON)
    upper = math.ceil(1000 * b_upper - EPSILON)
    heavy = lambda x, y: x >= policy.sector_mass - EPSILON and x > y + EPSILON
    judged = [mass for sector, mass in sectors.items() if sector is not None]
    favourable = sum(heavy(a, b) for a, b in judged)
    adverse = sum(heavy(b, a) for a, b in judged)
    return score, lower, upper, tier(policy, lower, upper, coverage, support, favourable, adverse)


def tier(policy, lower, upper, coverage, support, favourable, adverse):
    """The tier's name, without findings and without a previous tier."""
    for code, below, sectors in policy.imposed:
        if upper < below and adverse >= sectors:
            return policy.tiers[code]
    for code, at_least, sectors in policy.earned:
        if lower >= at_least and favourable >= sectors and support >= policy.rated_coverage - EPSILON:
            return policy.tiers[code]
    return policy.tiers[policy.unrated if coverage < policy.rated_coverage - EPSILON else policy.standard]
