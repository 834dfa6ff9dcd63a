#!/usr/bin/env python3
"""Writes golden.csv and golden.bin: what Pillow makes of the photos beside this script. Needs Pillow and numpy.

A case: the upright picture is cut to a region (whole pixels), of which the centre part with the result's proportions,
times `fraction`, is resized with one of Pillow's antialiased filters. Each channel is resized as floats, so that nothing
is rounded in between, and clipped to 0...255. golden.bin holds every `step`-th value of every `step`-th row of each
channel, times 256, as little-endian uint16.
"""
import csv
import math
import pathlib

import numpy as np
from PIL import Image, ImageOps

HERE = pathlib.Path(__file__).resolve().parent
WHOLE = (0, 0, 1, 1)
# file, region (x, y, width, height), width and height of the result, fraction, filter, step
CASES = [
    ("daisy.jpg", WHOLE, 224, 224, 0.875, "bicubic", 5),  # the stock network's input
    ("daisy.jpg", WHOLE, 64, 64, 0.875, "bilinear", 3),
    ("daisy.jpg", WHOLE, 64, 48, 1, "box", 3),
    ("daisy.jpg", WHOLE, 48, 64, 0.9, "lanczos", 3),
    ("daisy.jpg", (0.1, 0.25, 0.5, 0.375), 40, 40, 1, "bicubic", 1),
    ("hopper_none.jpg", WHOLE, 224, 224, 0.875, "bicubic", 7),  # enlarged
    ("hopper_6.jpg", WHOLE, 64, 48, 0.875, "bicubic", 2),
    ("hopper_6.jpg", (0, 0.5, 0.75, 0.5), 48, 48, 1, "bicubic", 2),
    ("grey.jpg", WHOLE, 48, 48, 0.875, "bicubic", 2),
    ("arithmetic.jpg", WHOLE, 48, 48, 0.875, "bicubic", 2),
    ("progressive.jpg", WHOLE, 48, 48, 0.875, "bicubic", 2),
    ("restarts.jpg", WHOLE, 48, 48, 0.875, "bicubic", 2),
    ("odd.jpg", WHOLE, 32, 32, 0.875, "bicubic", 2),
    ("pixel.jpg", WHOLE, 8, 8, 1, "bicubic", 1),
    ("cmyk.jpg", WHOLE, 48, 48, 0.875, "bicubic", 2),
    ("ycck.jpg", WHOLE, 48, 48, 0.875, "bicubic", 2),
]


def resized(file, region, width, height, fraction, name):
    """float [3, height, width]"""
    with Image.open(HERE / file) as image:
        upright = ImageOps.exif_transpose(image).convert("RGB")
    x, y, w, h = region
    left, top = x * upright.width, y * upright.height
    right, bottom = left + w * upright.width, top + h * upright.height
    cut = (math.floor(left), math.floor(top), math.ceil(right), math.ceil(bottom))
    unit = min((right - left) / width, (bottom - top) / height) * fraction
    centre_x, centre_y = (left + right) / 2 - cut[0], (top + bottom) / 2 - cut[1]
    box = (centre_x - width * unit / 2, centre_y - height * unit / 2,
           centre_x + width * unit / 2, centre_y + height * unit / 2)
    filter_ = getattr(Image.Resampling, name.upper())
    planes = [np.asarray(band.convert("F").resize((width, height), filter_, box=box))
              for band in upright.crop(cut).split()]
    return np.clip(np.stack(planes), 0, 255)


def main():
    data = b""
    with open(HERE / "golden.csv", "w", newline="") as table:
        writer = csv.writer(table, lineterminator="\n")
        writer.writerow(["file", "x", "y", "w", "h", "width", "height", "fraction", "resample", "step", "offset"])
        for file, region, width, height, fraction, name, step in CASES:
            writer.writerow([file, *region, width, height, fraction, name, step, len(data)])
            values = resized(file, region, width, height, fraction, name)[:, ::step, ::step]
            data += np.rint(values * 256).astype("<u2").tobytes()
    (HERE / "golden.bin").write_bytes(data)


if __name__ == "__main__":
    main()
