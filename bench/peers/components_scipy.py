"""Connected components by SciPy, over a file of 64-bit hashes, N to a report."""

import json
import resource
import sys
import time

import numpy
import scipy
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

path, per_report = sys.argv[1], int(sys.argv[2])
hashes = numpy.fromfile(path, dtype="<u8")
reports = len(hashes) // per_report


def cpu():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def figure(metric, value, unit):
    metric = f"peer scipy {scipy.__version__}: {metric}"
    print(json.dumps({"bench": "link-bulk", "metric": metric, "value": value, "unit": unit, "n": reports}))


wall, before = time.perf_counter(), cpu()
_, identifiers = numpy.unique(hashes, return_inverse=True)
rows = numpy.repeat(numpy.arange(reports, dtype=numpy.int32), per_report)
nodes = reports + int(identifiers.max()) + 1
columns = identifiers.astype(numpy.int32) + numpy.int32(reports)
ones = numpy.ones(len(rows), dtype=numpy.int8)
graph = coo_matrix((ones, (rows, columns)), shape=(nodes, nodes)).tocsr()
count, labels = connected_components(graph, directed=False)
figure("components, wall", round(time.perf_counter() - wall, 3), "s")
figure("components, processor", round(cpu() - before, 3), "s")
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1.024 / 1000
figure("memory at most", round(peak, 1), "MB")
figure("components found", int(count), "components")
figure("largest component", int(numpy.bincount(labels[:reports]).max()), "reports")
