"""How far Rooster agrees with an independent judge: onnxruntime on Pillow's preprocessing, from the same photos.

usage: agreement.py ROOSTER REGISTRY FOLDER      (needs numpy, onnx, onnxruntime and Pillow)

FOLDER has a labels.csv with the columns file and class_index. Prints top-1 of both, agreement, and the cosine of the
logits (Rooster's are computed from its embedding and the network's dense layer).
"""
import csv
import json
import pathlib
import subprocess
import sys

import numpy as np
import onnx
import onnxruntime
from onnx import numpy_helper

import golden


def main():
    rooster, registry, folder = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
    manifest = json.loads((registry / "efficientnet-lite0" / "1" / "manifest.json").read_text(encoding="utf-8"))
    path = registry / "backbones" / f"{manifest['backbone']['sha256']}.onnx"
    weights = {w.name: numpy_helper.to_array(w) for w in onnx.load(path).graph.initializer}
    network = onnxruntime.InferenceSession(path)
    with open(folder / "labels.csv", encoding="utf-8") as file:
        rows = [(folder / row["file"], int(row["class_index"])) for row in csv.DictReader(file)]
    command = [rooster, "classify", "--json", "--top", "1", "--embedding", *(str(photo) for photo, _ in rows)]
    answers = [json.loads(line) for line in subprocess.run(command, capture_output=True, text=True).stdout.splitlines()]
    same = ours = theirs = 0
    cosines = []
    for (photo, label), answer in zip(rows, answers, strict=True):
        (logits,) = network.run(["logits"], {"image": golden.tensor(photo, manifest["preprocessing"])})
        judge = logits[0]
        region = answer["regions"][0]
        mine = weights["dense.weight"] @ np.float32(region["embedding"]) + weights["dense.bias"]
        best = region["labels"][0]["index"]
        assert best == mine.argmax(), photo
        same += best == judge.argmax()
        ours += best == label
        theirs += judge.argmax() == label
        cosines.append(float(mine @ judge / np.linalg.norm(mine) / np.linalg.norm(judge)))
    count = len(rows)
    print(f"{count} photos; top-1 right: Rooster {ours}, judge {theirs}; same top-1 on {same} ({100 * same / count:.1f} %)")
    print(f"cosine of the logits: mean {np.mean(cosines):.5f}, least {min(cosines):.5f}")


if __name__ == "__main__":
    main()
