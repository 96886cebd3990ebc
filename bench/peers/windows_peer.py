"""The queries of the workload `windows` in DuckDB or polars; prints one JSON object.

Usage: windows_peer.py FILE.parquet duckdb|polars

Two threads. CPU seconds are those of this process after its imports, reading included.
"""

import json
import os
import resource
import sys
import time

os.environ["POLARS_MAX_THREADS"] = "2"

MONTH = 30 * 86_400_000
BURST = 2 * 86_400_000


def cpu_seconds():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def with_duckdb(path):
    import duckdb

    start = cpu_seconds(), time.time()
    db = duckdb.connect()
    db.execute("SET threads = 2")
    rows = f"read_parquet('{path}')"
    rolling, counts, sums = db.execute(
        f"""
        SELECT count(*) FILTER (c >= 10 AND s >= 500000), sum(c), sum(s) FROM (
            SELECT count(*) OVER w AS c, sum(amount_minor) OVER w AS s FROM {rows}
            WINDOW w AS (PARTITION BY sender ORDER BY time
                         RANGE BETWEEN INTERVAL 30 DAYS PRECEDING AND CURRENT ROW))
        """
    ).fetchone()
    (bursts,) = db.execute(
        f"""
        SELECT count(*) FROM (
            SELECT time - lag(time, 2) OVER (PARTITION BY sender ORDER BY time) AS gap FROM {rows})
        WHERE gap <= INTERVAL 48 HOURS
        """
    ).fetchone()
    (typology,) = db.execute(
        f"""
        SELECT count(*) FROM (
            SELECT count(*) OVER w AS c, sum(amount_minor) OVER w AS s,
                   sum(night) OVER w AS n, sum(round) OVER w AS r
            FROM (SELECT sender, time, amount_minor,
                         (((epoch_ms(time) // 3600000 + 10) % 24) NOT BETWEEN 6 AND 21)::INT AS night,
                         (amount_minor % 500 = 0)::INT AS round
                  FROM {rows} WHERE receiver_country IN ('PH', 'TH') AND amount_minor < 50000)
            WINDOW w AS (PARTITION BY sender ORDER BY time
                         RANGE BETWEEN INTERVAL 30 DAYS PRECEDING AND CURRENT ROW))
        WHERE c >= 3 AND s < 100000 AND n * 2 >= c AND r > 0
        """
    ).fetchone()
    return start, found(rolling, counts, sums, bursts, typology)


def with_polars(path):
    import polars as pl

    start = cpu_seconds(), time.time()

    def rolling_30d(frame, aggregates):
        return frame.rolling(
            index_column="time", period="30d", group_by="sender", closed="both"
        ).agg(aggregates)

    book = pl.scan_parquet(path)
    rolled = rolling_30d(
        book.select("sender", "time", "amount_minor").sort("sender", "time"),
        [pl.len().alias("c"), pl.col("amount_minor").sum().alias("s")],
    )
    rolling, counts, sums = (
        rolled.select(
            ((pl.col("c") >= 10) & (pl.col("s") >= 500_000)).sum().alias("a"),
            pl.col("c").cast(pl.Int64).sum().alias("b"),
            pl.col("s").sum().alias("d"),
        )
        .collect()
        .row(0)
    )
    bursts = (
        book.select("sender", "time")
        .sort("sender", "time")
        .select(
            (
                (pl.col("time") - pl.col("time").shift(2)).dt.total_milliseconds() <= BURST
            )
            & (pl.col("sender") == pl.col("sender").shift(2))
        )
        .select(pl.first().sum())
        .collect()
        .item()
    )
    hour = (pl.col("time").dt.timestamp("ms") // 3_600_000 + 10) % 24
    low = (
        book.filter(
            pl.col("receiver_country").is_in(["PH", "TH"]) & (pl.col("amount_minor") < 50_000)
        )
        .select(
            "sender",
            "time",
            "amount_minor",
            ((hour < 6) | (hour > 21)).cast(pl.Int64).alias("night"),
            (pl.col("amount_minor") % 500 == 0).cast(pl.Int64).alias("round"),
        )
        .sort("sender", "time")
    )
    typology = (
        rolling_30d(
            low,
            [
                pl.len().alias("c"),
                pl.col("amount_minor").sum().alias("s"),
                pl.col("night").sum().alias("n"),
                pl.col("round").sum().alias("r"),
            ],
        )
        .select(
            (
                (pl.col("c") >= 3)
                & (pl.col("s") < 100_000)
                & (pl.col("n") * 2 >= pl.col("c"))
                & (pl.col("r") > 0)
            ).sum()
        )
        .collect()
        .item()
    )
    return start, found(rolling, counts, sums, bursts, typology)


def found(rolling, counts, sums, bursts, typology):
    return {
        "rolling": int(rolling),
        "counts": int(counts),
        "sums": int(sums),
        "bursts": int(bursts),
        "typology": int(typology),
    }


def main():
    path, engine = sys.argv[1:3]
    engines = {"duckdb": with_duckdb, "polars": with_polars}
    (cpu, wall), results = engines[engine](path)
    told = {
        "cpu_seconds": cpu_seconds() - cpu,
        "wall_seconds": time.time() - wall,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000 * 1.024,
        "found": results,
    }
    print(json.dumps(told))


main()
