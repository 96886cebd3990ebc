"""snapml's GraphFeaturePreprocessor over the payments of the workload `graph`; prints one JSON list.

Usage: graph_snapml.py EDGES.csv (id, from, to, seconds, amount)

Fans and degrees over 30 days, scatter-gather and cycles in time over 7, in batches, on one thread:
two only wait for one another on small batches. CPU seconds are those of `transform` alone. Features
see the whole batch, so those of a batch of 1 are those of one payment after the other; the fans are
added up to compare.
"""

import json
import resource
import sys

import numpy as np
from snapml import GraphFeaturePreprocessor

DAY = 86_400
BINS = list(range(2, 11))


def cpu_seconds():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def run(edges, batch, statistics):
    params = {
        "num_threads": 1,
        "time_window": 30 * DAY,
        "vertex_stats": True,
        "vertex_stats_tw": 30 * DAY,
        "vertex_stats_cols": [4],
        "vertex_stats_feats": [0, 1, 2, 3, 4, 8, 9, 10] if statistics else [0, 1, 4],
        "fan": True,
        "fan_tw": 30 * DAY,
        "fan_bins": BINS,
        "degree": True,
        "degree_tw": 30 * DAY,
        "degree_bins": BINS,
        "scatter-gather": True,
        "scatter-gather_tw": 7 * DAY,
        "scatter-gather_bins": BINS,
        "temp-cycle": True,
        "temp-cycle_tw": 7 * DAY,
        "temp-cycle_bins": BINS,
    }
    graph = GraphFeaturePreprocessor()
    graph.set_params(params)
    used, fans = 0.0, 0.0
    for first in range(0, len(edges), batch):
        part = np.ascontiguousarray(edges[first : first + batch])
        before = cpu_seconds()
        features = graph.transform(part)
        used += cpu_seconds() - before
        # After the raw columns and six histograms: the payer's outgoing fan; and, three blocks
        # further, the paid one's incoming fan.
        vertex = features[:, edges.shape[1] + 6 * len(BINS) :]
        block = vertex.shape[1] // 4
        fans += float(vertex[:, 0].sum() + vertex[:, 3 * block].sum())
    return {
        "batch": batch,
        "with": "with all vertex statistics" if statistics else "with fan, degree and sum",
        "edges": len(edges),
        "cpu_seconds": used,
        "fans": fans,
    }


def main():
    edges = np.loadtxt(sys.argv[1], delimiter=",", dtype=np.float64)
    figures = [
        run(edges, batch, statistics)
        for statistics in (True, False)
        for batch in (4096, 128)
    ]
    figures.append(run(edges[:2000], 1, False))
    print(json.dumps(figures))


main()
