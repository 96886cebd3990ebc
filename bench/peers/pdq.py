"""Hashes pictures with pdqhash, as they come on standard input.

Each picture is three little-endian 32-bit numbers, width, height and channels (1 or 3), and its bytes.
For each, one line of fields separated by blanks:
CPU milliseconds of the plain call, its hash and quality,
hash and quality as the C++ tool has them (luma in single precision, resized to 512 where longer),
quality and eight hashes of the dihedral call.
"""

import ctypes
import struct
import sys
import time

import numpy
import pdqhash
import pdqhash.bindings

SIDE = 512

# The package's C++ functions, which its Python functions reach only through their own luma.
tool = ctypes.CDLL(pdqhash.bindings.__file__)
luma_of_rgb = tool._ZN8facebook3pdq7hashing20fillFloatLumaFromRGBEPhS2_S2_iiiiPf
luma_of_grey = tool._ZN8facebook3pdq7hashing21fillFloatLumaFromGreyEPhiiiiPf
hash_of_luma = tool._ZN8facebook3pdq7hashing23pdqHash256FromFloatLumaEPfS2_iiPA64_fS4_PA16_fRNS1_7Hash256ERi


def hexadecimal(bits):
    return numpy.packbits(bits.astype("uint8")).tobytes().hex()


def as_tool(image):
    height, width, channels = image.shape
    if max(height, width) > SIDE:
        steps = numpy.arange(SIDE)
        image = image[steps * height // SIDE][:, steps * width // SIDE]
        height = width = SIDE
    image = numpy.ascontiguousarray(image)
    luma, other = (numpy.zeros((height, width), "float32") for _ in range(2))
    first = image.ctypes.data
    target = ctypes.c_void_p(luma.ctypes.data)
    if channels == 1:
        luma_of_grey(ctypes.c_void_p(first), height, width, width, 1, target)
    else:
        planes = [ctypes.c_void_p(first + channel) for channel in range(3)]
        luma_of_rgb(*planes, height, width, width * 3, 3, target)
    rooms = [numpy.zeros(size, "float32") for size in (64 * 64, 16 * 64, 16 * 16)]
    words = (ctypes.c_uint16 * 16)()
    quality = ctypes.c_int(0)
    hash_of_luma(
        target,
        ctypes.c_void_p(other.ctypes.data),
        height,
        width,
        *(ctypes.c_void_p(room.ctypes.data) for room in rooms),
        ctypes.byref(words),
        ctypes.byref(quality),
    )
    return "".join(f"{word:04x}" for word in reversed(words)), quality.value


def main():
    while header := sys.stdin.buffer.read(12):
        width, height, channels = struct.unpack("<III", header)
        data = sys.stdin.buffer.read(width * height * channels)
        image = numpy.frombuffer(data, dtype="uint8").reshape(height, width, channels)
        rgb = numpy.repeat(image, 3, axis=2) if channels == 1 else image
        start = time.process_time()
        bits, quality = pdqhash.compute(rgb)
        millis = (time.process_time() - start) * 1000
        turned, turned_quality = pdqhash.compute_dihedral(rgb)
        hashes = [hexadecimal(one) for one in turned]
        fields = (millis, hexadecimal(bits), quality, *as_tool(image), turned_quality, *hashes)
        print(*fields, flush=True)


main()
