"""Writes what the stock version's golden photos are expected to give: golden/expected.json.

usage: golden.py REGISTRY        (needs onnxruntime and Pillow besides numpy: an independent judge)

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


def tensor(path, preprocessing):
    image = ImageOps.exif_transpose(Image.open(path)).convert("RGB")
    side = min(image.size) * preprocessing["crop"]
    left, top = ((extent - side) / 2 for extent in image.size)
    size = (preprocessing["width"], preprocessing["height"])
    pixels = image.resize(size, Image.Resampling.BICUBIC, box=(left, top, left + side, top + side))
    values = (np.asarray(pixels, np.float32) - preprocessing["offset"]) / preprocessing["scale"]
    return values.transpose(2, 0, 1)[None]


def main():
    registry = pathlib.Path(sys.argv[1])
    version = registry / "efficientnet-lite0" / "1"
    manifest = json.loads((version / "manifest.json").read_text(encoding="utf-8"))
    network = onnxruntime.InferenceSession(registry / "backbones" / f"{manifest['backbone']['sha256']}.onnx")
    photos = []
    for name in sorted(manifest["golden"]):
        (logits,) = network.run(["logits"], {"image": tensor(version / "golden" / name, manifest["preprocessing"])})
        exponents = np.exp(logits[0].astype(np.float64) - logits[0].max())
        probabilities = exponents / exponents.sum()
        best = np.argsort(-probabilities)[:3]
        photos.append({"file": name, "labels": [
            {"label": manifest["labels"][i], "probability": round(float(probabilities[i]), 4)} for i in best]})
        print(name, photos[-1]["labels"][0])
    rows = ",\n".join(f"    {json.dumps(photo)}" for photo in photos)
    text = f'{{\n  "tolerance": {TOLERANCE},\n  "photos": [\n{rows}\n  ]\n}}\n'
    (version / "golden" / "expected.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
