"""Writes what a shipped version's golden photos are expected to give: golden/expected.json.

usage: golden.py REGISTRY VERSION      (NAME/VERSION; needs onnxruntime and Pillow besides numpy: an independent judge)

Every loaded version answers its golden photos once; a version that does not say what is written here is refused.
The tolerance leaves room for other JPEG decoders and instruction sets, not for another network.
"""
import json
import pathlib
import sys

import numpy as np
import onnxruntime
from PIL import Image, ImageOps

TOLERANCE = 0.04


def manifest(registry, version):
    return json.loads((registry / version / "manifest.json").read_text(encoding="utf-8"))


def network(registry, version):
    return onnxruntime.InferenceSession(registry / "backbones" / f"{manifest(registry, version)['backbone']['sha256']}.onnx")


def tensor(path, preprocessing):
    image = ImageOps.exif_transpose(Image.open(path)).convert("RGB")
    side = min(image.size) * preprocessing["crop"]
    left, top = ((extent - side) / 2 for extent in image.size)
    size = (preprocessing["width"], preprocessing["height"])
    pixels = image.resize(size, Image.Resampling.BICUBIC, box=(left, top, left + side, top + side))
    values = (np.asarray(pixels, np.float32) - preprocessing["offset"]) / preprocessing["scale"]
    return values.transpose(2, 0, 1)[None]


def main():
    registry, version = pathlib.Path(sys.argv[1]), sys.argv[2]
    made_of, judge = manifest(registry, version), network(registry, version)
    photos = []
    for name in sorted(made_of["golden"]):
        photo = registry / version / "golden" / name
        (logits,) = judge.run(["logits"], {"image": tensor(photo, made_of["preprocessing"])})
        exponents = np.exp(logits[0].astype(np.float64) - logits[0].max())
        probabilities = exponents / exponents.sum()
        best = np.argsort(-probabilities)[:3]
        photos.append({"file": name, "labels": [
            {"label": made_of["labels"][i], "probability": round(float(probabilities[i]), 4)} for i in best]})
        print(name, photos[-1]["labels"][0])
    rows = ",\n".join(f"    {json.dumps(photo)}" for photo in photos)
    text = f'{{\n  "tolerance": {TOLERANCE},\n  "photos": [\n{rows}\n  ]\n}}\n'
    (registry / version / "golden" / "expected.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
