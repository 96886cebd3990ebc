"""Hashes a video with vpdq, one frame a second: CPU seconds, and the hashes with their times."""

import json
import sys
import time

import vpdq

start = time.process_time()
features = vpdq.computeHash(sys.argv[1], seconds_per_hash=1)
spent = time.process_time() - start
print(json.dumps({"cpu_seconds": spent, "hashes": len(features)}))
