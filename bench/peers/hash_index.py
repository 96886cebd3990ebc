"""Searches hashes with faiss and with threatexchange's index, one thread, and prints figures.

Usage: NAME HASHES QUERIES SMALL. The files hold 32 bytes a hash, the highest frequency first;
threatexchange, which keeps a Python object for each hash, gets only the first SMALL of them.
"""

import json
import resource
import sys
import time

import faiss
import numpy
from threatexchange.signal_type.pdq.pdq_index import PDQIndex

DISTANCE = 31

name, hashes_path, queries_path, small = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
hashes = numpy.fromfile(hashes_path, dtype=numpy.uint8).reshape(-1, 32)
queries = numpy.fromfile(queries_path, dtype=numpy.uint8).reshape(-1, 32)
faiss.omp_set_num_threads(1)


def cpu():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize()


def figure(metric, value, unit, n):
    metric = f"{name}: peer {metric}"
    line = {"bench": "hash-lookup", "metric": metric, "value": round(value, 4), "unit": unit, "n": n}
    print(json.dumps(line), flush=True)


def measure(what, count, build, search, search_all=None):
    """Builds an index, asks it each query by itself, then all at once."""
    before, memory = cpu(), resident()
    index = build()
    figure(f"{what}: built, processor", cpu() - before, "s", count)
    figure(f"{what}: bytes a hash", (resident() - memory) / count, "B", count)
    search(index, 0)
    millis, found, before = [], 0, cpu()
    for number in range(len(queries)):
        start = time.perf_counter()
        found += search(index, number)
        millis.append((time.perf_counter() - start) * 1000)
    figure(f"{what}: one at a time", len(queries) / (cpu() - before), "1/s of processor", len(queries))
    figure(f"{what}: one p50", float(numpy.percentile(millis, 50)), "ms", len(queries))
    figure(f"{what}: one p99", float(numpy.percentile(millis, 99)), "ms", len(queries))
    figure(f"{what}: found", found, "hashes", len(queries))
    if search_all:
        before = cpu()
        search_all(index)
        figure(f"{what}: all at once", len(queries) / (cpu() - before), "1/s of processor", len(queries))


def flat(some):
    index = faiss.IndexBinaryFlat(256)
    index.add(some)
    return index


def multi_hash(some):
    # As threatexchange and the hasher-matcher-actioner set it up: exact at 31 with one flip.
    index = faiss.IndexBinaryMultiHash(256, 16, 16)
    index.nflip = 1
    index.add(some)
    return index


def threatexchange_index(some):
    return PDQIndex.build((row.tobytes().hex(), number) for number, row in enumerate(some))


# faiss takes what is nearer than the radius, not what is as near.
def one(index, number):
    return int(index.range_search(queries[number : number + 1], DISTANCE + 1)[0][-1])


def all_at_once(index):
    index.range_search(queries, DISTANCE + 1)


texts = [row.tobytes().hex() for row in queries]
count = len(hashes)
some = hashes[:small]
version = f"faiss {faiss.__version__}"
measure(f"{version} flat, {count}", count, lambda: flat(hashes), one, all_at_once)
measure(f"threatexchange, {len(some)}", len(some), lambda: threatexchange_index(some),
        lambda index, number: len(index.query(texts[number])))
measure(f"{version} multi-hash, {count}", count, lambda: multi_hash(hashes), one, all_at_once)
