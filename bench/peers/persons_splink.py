"""Splink (with DuckDB) over the file of the workload `persons`; prints one JSON object.

Usage: persons_splink.py FILE.csv

Five blocking rules and six comparisons, trained as Splink's documentation shows. The column
`person` is the planted truth; it is read only to score. CPU seconds are those of this process,
scoring excluded. Precision and recall are those of pairs, once at Splink's probability of 0.9 and
once at whichever of many thresholds gives the best F1 (which only the truth can tell).
"""

import json
import logging
import resource
import sys

import duckdb
import splink.comparison_library as cl
from splink import Linker, SettingsCreator, block_on
from splink.backends.duckdb import DuckDBAPI

THRESHOLDS = [0.01, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999, 0.9999]


def cpu_seconds():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def predict(api, path):
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=[
            cl.JaroWinklerAtThresholds("given", [0.92, 0.8]).configure(
                term_frequency_adjustments=True
            ),
            cl.JaroWinklerAtThresholds("family", [0.92, 0.8]).configure(
                term_frequency_adjustments=True
            ),
            cl.LevenshteinAtThresholds("born", [1, 2]),
            cl.JaroWinklerAtThresholds("place", [0.92]).configure(
                term_frequency_adjustments=True
            ),
            cl.LevenshteinAtThresholds("phone", [1]),
            cl.LevenshteinAtThresholds("email", [1]),
        ],
        blocking_rules_to_generate_predictions=[
            block_on("email"),
            block_on("phone"),
            block_on("given", "family"),
            block_on("family", "born"),
            block_on("given", "born"),
        ],
        retain_matching_columns=False,
        additional_columns_to_retain=["person"],
    )
    people = api.register(
        api.duckdb_con.sql(f"select * from read_csv('{path}', all_varchar=true)").to_arrow_table()
    )
    linker = Linker(people, settings, log_level=logging.WARNING)
    linker.training.estimate_probability_two_random_records_match(
        [block_on("email"), block_on("given", "family", "born")], recall=0.5
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    linker.training.estimate_parameters_using_expectation_maximisation(
        block_on("given", "family"), max_pairs=1e6
    )
    linker.training.estimate_parameters_using_expectation_maximisation(
        block_on("email"), max_pairs=1e6
    )
    return linker.inference.predict(threshold_match_probability=min(THRESHOLDS))


def main():
    path = sys.argv[1]
    connection = duckdb.connect()
    api = DuckDBAPI(connection=connection)
    before = cpu_seconds()
    predictions = predict(api, path).physical_name
    used = cpu_seconds() - before
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    true_pairs = connection.sql(
        f"select sum(n * (n - 1) / 2) from (select count(*) as n"
        f" from read_csv('{path}', all_varchar=true) group by person)"
    ).fetchall()[0][0]
    scores = {}
    for threshold in THRESHOLDS:
        found, right = connection.sql(
            f"select count(*), count(*) filter (person_l = person_r) from {predictions}"
            f" where match_probability >= {threshold}"
        ).fetchall()[0]
        precision, recall = right / max(found, 1), right / max(true_pairs, 1)
        f1 = 2 * precision * recall / max(precision + recall, 1e-9)
        scores[threshold] = {"precision": precision, "recall": recall, "f1": f1, "pairs": found}
    best = max(THRESHOLDS, key=lambda threshold: scores[threshold]["f1"])
    print(
        json.dumps(
            {
                "cpu_seconds": used,
                "peak_mb": memory,
                "at_nine_tenths": scores[0.9],
                "best_threshold": best,
                "best": scores[best],
            }
        )
    )


main()
