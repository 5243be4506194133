"""The scoring pipeline in DuckDB: one SQL statement over a native in-memory table.

Dictionaries are ENUM, subjects of a dictionary too. The policy is two small tables and a decay table, joined by perfect
hash. Criteria without records enter through their prior, as in the other peers. The result is a table.
"""

import duckdb
import pyarrow as pa

from common import EPSILON, read_table


def load(path, policy, is_sorted):
    """A connection with the table `records`, and the policy's tables."""
    table = read_table(path)
    con = duckdb.connect()
    con.execute("SET enable_progress_bar = false")
    enums = {"source": None, "source_class": policy.classes, "criterion": policy.criteria}
    if pa.types.is_dictionary(table.schema.field("subject").type):
        enums["subject"] = None
    select = []
    for name in table.column_names:
        if name in enums:
            values = enums[name] or table[name].chunk(0).dictionary.to_pylist()
            quoted = ", ".join("'" + v.replace("'", "''") + "'" for v in values)
            con.execute(f"CREATE TYPE {name}_t AS ENUM ({quoted})")
            select.append(f"{name}::{name}_t AS {name}")
        else:
            select.append(name)
    con.register("arrow_records", table)
    con.execute(f"CREATE TABLE records AS SELECT {', '.join(select)} FROM arrow_records")
    con.unregister("arrow_records")
    low0, high0 = policy.prior_bounds
    con.execute("""CREATE TABLE criteria (criterion UTINYINT, rate DOUBLE, source_cap DOUBLE, class_cap DOUBLE, w DOUBLE, p DOUBLE, k DOUBLE,
                   low0 DOUBLE, high0 DOUBLE)""")
    con.executemany("INSERT INTO criteria VALUES (?,?,?,?,?,?,?,?,?)", [
        (i, 1 / float(policy.half_life[i]), float(policy.source_cap[i]), float(policy.class_cap[i]), float(policy.weight[i]),
         float(policy.prior_mean[i]), float(policy.prior_strength[i]), float(low0[i]), float(high0[i])) for i in range(len(policy.criteria))])
    con.execute("CREATE TABLE classes (source_class UTINYINT, reliability DOUBLE, sector TINYINT)")
    con.executemany("INSERT INTO classes VALUES (?,?,?)", [
        (i, float(r), int(s)) for i, (r, s) in enumerate(zip(policy.reliability, policy.sector_of_class))])
    return con


def rows(data):
    """Number of input rows."""
    return data.execute("SELECT count(*) FROM records").fetchall()[0][0]


def subjects(result):
    """Number of subjects scored."""
    return result.execute("SELECT count(*) FROM result").fetchall()[0][0]


def to_arrays(result):
    """Result columns: subject, score, lower, upper, tier code."""
    kind = result.execute("SELECT typeof(subject) FROM result LIMIT 1").fetchall()[0][0]
    subject = "subject" if kind == "INTEGER" else "subject::VARCHAR"
    columns = result.sql(f"SELECT {subject} AS subject, score, lower, upper, tier FROM result").to_arrow_table()
    subject = columns["subject"]
    return subject.to_numpy() if kind == "INTEGER" else subject, *(columns[c].to_numpy() for c in ("score", "lower", "upper", "tier"))


def statement(policy, as_of, with_id):
    """The SQL text."""
    z, z2 = repr(policy.z), repr(policy.z * policy.z)
    low0, high0 = (float((policy.weight * bound).sum()) for bound in policy.prior_bounds)
    mass, rated = policy.sector_mass - EPSILON, policy.rated_coverage - EPSILON
    tiers = "".join(f" WHEN upper < {below} AND adverse >= {count} THEN {code}" for code, below, count in policy.imposed)
    tiers += "".join(
        f" WHEN lower >= {at_least} AND favourable >= {count} AND support >= {rated!r} THEN {code}" for code, at_least, count in policy.earned)
    tiers += f" WHEN coverage < {rated!r} THEN {policy.unrated} ELSE {policy.standard}"
    source = "records" if not with_id else (
        "(SELECT subject, source, any_value(source_class) AS source_class, any_value(criterion) AS criterion, any_value(date) AS date,"
        " any_value(passed) AS passed, any_value(failed) AS failed FROM records GROUP BY subject, source, id)")
    return f"""
    CREATE TABLE result AS
    WITH decayed AS (
        SELECT subject, enum_code(criterion) AS criterion, enum_code(source_class) AS source_class, source, passed, failed,
               (DATE '1970-01-01' + {as_of})::DATE - date AS age
        FROM {source}
    ), by_source AS (
        SELECT subject, criterion, source_class, source, sum(passed * d) AS a, sum(failed * d) AS b
        FROM (SELECT subject, criterion, source_class, source, passed, failed,
                     CASE WHEN age >= 0 AND age < {policy.horizon} THEN pow(2.0::DOUBLE, -age * rate) ELSE 0 END AS d
              FROM decayed JOIN criteria USING (criterion))
        GROUP BY ALL
    ), by_class AS (
        SELECT subject, criterion, source_class, sum(a * scale) AS a, sum(b * scale) AS b
        FROM (SELECT subject, criterion, source_class, a, b, CASE WHEN a + b > source_cap THEN source_cap / (a + b) ELSE 1 END AS scale
              FROM by_source JOIN criteria USING (criterion))
        GROUP BY ALL
    ), weighed AS MATERIALIZED (
        SELECT subject, criterion, sector, a * scale AS a, b * scale AS b
        FROM (SELECT subject, criterion, sector, a, b,
                     reliability * CASE WHEN a + b > class_cap THEN class_cap / (a + b) ELSE 1 END AS scale
              FROM by_class JOIN criteria USING (criterion) JOIN classes USING (source_class))
    ), by_criterion AS (
        SELECT subject, criterion, sum(a) AS a, sum(b) AS b FROM weighed GROUP BY ALL
    ), means AS (
        SELECT subject, w, p, low0, high0, a, a + b + k AS n, a + b AS mass, (a + k * p) / (a + b + k) AS mu
        FROM by_criterion JOIN criteria USING (criterion)
    ), by_subject AS (
        SELECT subject, sum(w * (mu - p)) AS mean,
               sum(w * ((mu + {z2} / (2 * n) - half) / (1 + {z2} / n) - low0)) AS low,
               sum(w * ((mu + {z2} / (2 * n) + half) / (1 + {z2} / n) - high0)) AS high,
               sum(w * mass / n) AS coverage, sum(w * a / n) AS support
        FROM (SELECT *, {z} * sqrt(mu * (1 - mu) / n + {z2} / (4 * n * n)) AS half FROM means)
        GROUP BY subject
    ), by_sector AS (
        SELECT subject, sector, sum(a) AS a, sum(b) AS b FROM weighed WHERE sector >= 0
        GROUP BY ALL HAVING sum(a) >= {mass!r} OR sum(b) >= {mass!r}
    ), sectors AS (
        SELECT subject, count(*) FILTER (a >= {mass!r} AND a > b + {EPSILON!r}) AS favourable,
               count(*) FILTER (b >= {mass!r} AND b > a + {EPSILON!r}) AS adverse
        FROM by_sector GROUP BY subject
    ), rounded AS (
        SELECT subject, floor(1000 * (mean + {policy.baseline!r}) + 0.5 + {EPSILON!r})::INTEGER AS score,
               floor(1000 * (low + {low0!r}) + {EPSILON!r})::INTEGER AS lower,
               ceil(1000 * (high + {high0!r}) - {EPSILON!r})::INTEGER AS upper,
               coverage, support, coalesce(favourable, 0) AS favourable, coalesce(adverse, 0) AS adverse
        FROM by_subject LEFT JOIN sectors USING (subject)
    )
    SELECT subject, score, lower, upper, (CASE{tiers} END)::TINYINT AS tier FROM rounded
    """


def score(data, policy, as_of):
    """Score every subject; the result is the table `result` of the same connection."""
    with_id = bool(data.execute("SELECT 1 FROM duckdb_columns() WHERE table_name = 'records' AND column_name = 'id'").fetchall())
    data.execute("SET preserve_insertion_order = false")
    data.execute(statement(policy, as_of, with_id))
    return data
