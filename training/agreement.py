"""How far Rooster agrees with an independent judge: onnxruntime on Pillow's preprocessing, from the same photos.

usage: agreement.py ROOSTER REGISTRY VERSION FOLDER      (needs numpy, onnxruntime and Pillow)

FOLDER has a labels.csv with the columns file and class_index. Prints what Rooster and the judge say with the version
NAME/VERSION; and where that was made of another one (an int8 version of an fp32 one), how far the judge says the same
with both. `rooster models quantize --check` prints that for Rooster.
"""
import csv
import json
import pathlib
import subprocess
import sys

import numpy as np

import golden


def answers(network, tensors):
    found = [network.run(["logits", "embedding"], {"image": tensor}) for tensor in tensors]
    return [np.concatenate([answer[i] for answer in found]).astype(np.float64) for i in (0, 1)]


def cosines(left, right):
    return (left * right).sum(1) / np.linalg.norm(left, axis=1) / np.linalg.norm(right, axis=1)


def softmax(logits):
    exponents = np.exp(logits - logits.max(1, keepdims=True))
    return exponents / exponents.sum(1, keepdims=True)


def compare(logits, embedding, other_logits, other_embedding):
    """The second against the first."""
    p, q = softmax(logits), softmax(other_logits)
    for what, values in (("logits", cosines(logits, other_logits)), ("embedding", cosines(embedding, other_embedding))):
        print(f"cosine, {what:9}  {values.mean():.4f}, least {values.min():.4f}")
    print(f"slope of logits    {(logits * other_logits).sum() / (logits * logits).sum():.4f}")
    print(f"mean KL divergence {(p * np.log((p + 1e-30) / (q + 1e-30))).sum(1).mean():.4f}")


def main():
    rooster, registry, version, folder = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3], pathlib.Path(sys.argv[4])
    made_of = golden.manifest(registry, version)
    with open(folder / "labels.csv", encoding="utf-8") as file:
        rows = [(folder / row["file"], int(row["class_index"])) for row in csv.DictReader(file)]
    truth = np.array([label for _, label in rows])
    tensors = [golden.tensor(photo, made_of["preprocessing"]) for photo, _ in rows]
    logits, embedding = answers(golden.network(registry, version), tensors)
    best = logits.argmax(1)

    command = [rooster, "classify", "--json", "--top", "1", "--embedding", "--model", version]
    lines = subprocess.run(command + [str(photo) for photo, _ in rows], capture_output=True, text=True).stdout.splitlines()
    regions = [json.loads(line)["regions"][0] for line in lines]
    ours = np.array([region["labels"][0]["index"] for region in regions])
    values = cosines(np.array([region["embedding"] for region in regions]), embedding)
    print(f"{version} on {len(rows)} photos; right: Rooster {(ours == truth).sum()}, judge {(best == truth).sum()}; "
          f"same best label on {(ours == best).sum()} ({100 * (ours == best).mean():.1f} %)")
    print(f"cosine, embedding  {values.mean():.5f}, least {values.min():.5f}")

    parent = made_of.get("parent")
    if parent:
        before = answers(golden.network(registry, parent), tensors)
        same = (before[0].argmax(1) == best).sum()
        print(f"\njudge, {version} against {parent}: same best label on {same} ({100 * same / len(rows):.1f} %); "
              f"right {(best == truth).sum()}, {parent} {(before[0].argmax(1) == truth).sum()}")
        compare(*before, logits, embedding)


if __name__ == "__main__":
    main()
