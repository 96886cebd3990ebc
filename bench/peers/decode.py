"""Decodes pictures with Pillow and hashes them with pdqhash: CPU milliseconds of each, one JSON line a file."""

import json
import sys
import time

import numpy
import pdqhash
from PIL import Image

repeats = int(sys.argv[1])
for path in sys.argv[2:]:
    decode, whole = [], []
    for _ in range(repeats):
        start = time.process_time()
        pixels = numpy.asarray(Image.open(path).convert("RGB"))
        decoded = time.process_time()
        vector, quality = pdqhash.compute(pixels)
        whole.append(time.process_time() - start)
        decode.append(decoded - start)
    middle = repeats // 2
    print(
        json.dumps(
            {
                "decode_millis": sorted(decode)[middle] * 1000,
                "whole_millis": sorted(whole)[middle] * 1000,
                "hash": numpy.packbits(vector.astype("uint8")).tobytes().hex(),
            }
        )
    )
