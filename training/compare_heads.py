"""Measures `rooster train` beside scikit-learn on the same embeddings: the figures of docs/TRAINING.md.

usage: compare_heads.py ROOSTER DATA WORK [accuracy] [sequence] [speed] [unknown] [bulk] [--seed N] [--splits N] [--from NETWORK]

ROOSTER is the program, DATA the folder with henhouse/, sequence/ and so on (docs/TRAINING.md says what they hold), WORK a
folder for its files. Splits are drawn with the seeds N, N + 1, ...; NETWORK is a version, NAME/VERSION. scikit-learn and numpy are needed (pip install scikit-learn). Everything runs on one thread; times are
times on a core, so that other programs change them little.

scikit-learn: LogisticRegression on the raw embeddings, C of 0.01, 0.1, 1 and 10 chosen by the accuracy of 5 folds, then a
temperature from the out-of-fold logits of that C.
"""
import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import argparse
import collections
import csv
import json
import pathlib
import shutil
import subprocess
import sys
import time
import warnings

import numpy as np
from sklearn.covariance import LedoitWolf
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold

warnings.filterwarnings("ignore")
parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("rooster")
parser.add_argument("data", type=pathlib.Path)
parser.add_argument("work", type=pathlib.Path)
parser.add_argument("parts", nargs="*", default=["accuracy", "speed", "unknown"])
parser.add_argument("--seed", type=int, default=200)
parser.add_argument("--splits", type=int, default=10)
parser.add_argument("--from", dest="network", default="efficientnet-lite0/2")
ASKED = parser.parse_intermixed_args()
ROOSTER, DATA, WORK = ASKED.rooster, ASKED.data.resolve(), ASKED.work.resolve()
SEEDS = range(ASKED.seed, ASKED.seed + ASKED.splits)
GRID = (0.01, 0.1, 1, 10)


def rooster(*arguments):
    done = subprocess.run(
        [ROOSTER, *map(str, arguments), "--json", "--settings", WORK / "rooster.yaml"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(f"rooster {arguments[0]}: {done.stderr}{done.stdout}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def photos_of(folder):
    """(path, label) of a folder's photos."""
    return [(str(p), p.parent.name) for p in sorted((DATA / folder).glob("*/*.jpg"))]


def embeddings(paths):
    """Of photos, each seen once by the network; kept in WORK."""
    cache = WORK / f"embeddings-{ASKED.network.replace('/', '-')}.npz"
    known = dict(np.load(cache)) if cache.exists() else {}
    missing = [p for p in dict.fromkeys(paths) if p not in known]
    for start in range(0, len(missing), 200):
        done = subprocess.run(
            [ROOSTER, "classify", "--json", "--embedding", "--top", "1", "--model", ASKED.network, "--settings", str(WORK / "rooster.yaml"),
             *missing[start : start + 200]], capture_output=True, text=True)
        for line in done.stdout.splitlines():
            answer = json.loads(line)
            if "error" not in answer:
                known[answer["file"]] = np.array(answer["regions"][0]["embedding"], np.float32)
    if missing:
        np.savez(cache, **known)
    return np.stack([known[p] for p in paths])


def train(path, name):
    return rooster("train", path, "--name", name, "--threads", 1, "--from", ASKED.network)


def measured(photos, threads):
    """A job with its wall time, in seconds, and its largest resident size, in MB."""
    began = time.monotonic()
    process = subprocess.Popen(
        [ROOSTER, "train", photos, "--name", "bulk", "--threads", str(threads), "--from", ASKED.network, "--json",
         "--settings", WORK / "rooster.yaml"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    job = json.loads(process.stdout.read().strip().splitlines()[-1])
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = status
    return job, time.monotonic() - began, usage.ru_maxrss / 1024


def manifest(name, photos):
    path = WORK / f"{name}.csv"
    with open(path, "w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["path", "label"])
        rows.writerows(photos)
    return path


def softmax(z):
    e = np.exp(z - z.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


def log_loss(z, y, temperature=1.0):
    p = softmax(z / temperature)
    return -np.log(np.maximum(p[np.arange(len(y)), y], 1e-30)).mean()


def scores(model, x, classes):
    """Logits for all classes, those that were not seen far below."""
    found = model.decision_function(x)
    if found.ndim == 1:
        found = np.stack([-found / 2, found / 2], 1)
    z = np.full((len(x), classes), -50.0)
    z[:, model.classes_] = found
    return z


def sklearn_job(x, y, classes):
    """The grid, the folds, the temperature. Returns model, temperature and seconds on a core."""
    begin = time.process_time()
    fewest = min(collections.Counter(y).values())
    folds = list(StratifiedKFold(max(2, min(5, fewest)), shuffle=True, random_state=0).split(x, y))
    best = None
    for c in GRID:
        z = np.zeros((len(y), classes))
        for train, test in folds:
            z[test] = scores(LogisticRegression(C=c, max_iter=1000).fit(x[train], y[train]), x[test], classes)
        accuracy = (z.argmax(1) == y).mean()
        if best is None or accuracy > best[0]:
            best = (accuracy, c, z)
    temperatures = np.exp(np.linspace(np.log(0.1), np.log(10), 200))
    temperature = min(temperatures, key=lambda t: log_loss(best[2], y, t))
    model = LogisticRegression(C=best[1], max_iter=1000).fit(x, y)
    return model, temperature, time.process_time() - begin


def setting(name, photos, splits):
    """Both on the same splits; prints means, and the paired difference."""
    labels = sorted({label for _, label in photos})
    number = {label: place for place, label in enumerate(labels)}
    x = embeddings([path for path, _ in photos])
    y = np.array([number[label] for _, label in photos])
    rows = []
    for taught, test in splits:
        job = train(manifest("train", [photos[i] for i in taught]), "compared")
        judged = rooster("evaluate", manifest("test", [photos[i] for i in test]), "--model", job["model"])["evaluation"]
        model, temperature, seconds = sklearn_job(x[taught], y[taught], len(labels))
        z = scores(model, x[test], len(labels))
        hits = z.argmax(1) == y[test]
        balanced = np.mean([hits[y[test] == k].mean() for k in set(y[test])])
        oof = job.get("evaluation") or {"calibration_error": np.nan, "calibration_floor": np.nan}  # too few occasions
        rows.append([
            judged["accuracy"]["value"], hits.mean(), judged["balanced_accuracy"], balanced, judged["log_loss"],
            log_loss(z, y[test], temperature), oof["calibration_error"], oof["calibration_floor"],
            job["timings_ms"]["teach_cpu"] / 1e3, seconds, judged.get("accepted", {"value": np.nan})["value"],
        ])
    rows = np.array(rows)
    mean, gain = rows.mean(0), 100 * (rows[:, 0] - rows[:, 1])
    error = gain.std(ddof=1) / np.sqrt(len(gain))
    print(
        f"| {name} | {len(splits)} | {100 * mean[0]:.2f} | {100 * mean[1]:.2f} | {gain.mean():+.2f} ± {error:.2f} "
        f"| {100 * mean[2]:.1f} | {100 * mean[3]:.1f} | {mean[4]:.4f} | {mean[5]:.4f} | {100 * mean[6]:.1f} | {100 * mean[7]:.1f} "
        f"| {mean[8]:.2f} | {mean[9]:.2f} | {mean[9] / mean[8]:.0f} | {100 * mean[10]:.1f} |", flush=True)


def few(photos, count, seed):
    """`count` photos of each label to learn from, all others to judge."""
    random = np.random.default_rng(seed)
    order = random.permutation(len(photos))
    taken, train = collections.Counter(), []
    for place in order:
        label = photos[place][1]
        wanted = count if count >= 1 else round(count * sum(l == label for _, l in photos))
        if taken[label] < wanted:
            taken[label] += 1
            train.append(place)
    chosen = set(train)
    return train, [place for place in order if place not in chosen]


def accuracy():
    print("| photos | splits | rooster % | sklearn % | paired | balanced | sklearn | log loss | sklearn | ECE out of fold % | floor % "
          "| teach s | sklearn s | times | accepted % |")
    print("|" + "---|" * 15)
    hen = photos_of("henhouse")
    setting("henhouse, 7 of 10 photos", hen, [few(hen, 0.7, seed) for seed in SEEDS])
    setting("henhouse, 5 a label", hen, [few(hen, 5, seed) for seed in SEEDS])
    setting("henhouse, 10 a label", hen, [few(hen, 10, seed) for seed in SEEDS])
    uneven = hen + photos_of("henhouse_scarce")
    setting("henhouse and scarce", uneven, [few(uneven, 0.7, seed) for seed in SEEDS])
    by_time()


def by_time():
    """A fixed camera: learns from the first frames and judges the later ones."""
    with open(DATA / "sequence/labels.csv") as file:
        rows = list(csv.DictReader(file))
    sequence = [(str(DATA / "sequence" / r["file"]), r["label"]) for r in rows]
    starts = [r["recording_start"] for r in rows]
    splits = []
    for share in (0.5, 0.6, 0.7):
        cut = sorted(starts)[int(share * len(starts))]
        splits.append((
            [i for i in range(len(rows)) if starts[i] < cut], [i for i in range(len(rows)) if starts[i] >= cut]))
    setting("sequence, by time", sequence, splits)


def speed():
    """Whole jobs at 300, 770 and 4,600 photos; the last from crops of the same photos."""
    hen = photos_of("henhouse")
    more = [(str(p), "animal") for p in sorted((DATA / "imagenet_like").glob("*.jpg"))]
    more += [(str(p), "thing") for p in sorted((DATA / "unknowns").glob("*.jpg"))]
    print("| photos | labels | teach s | sklearn s | times |\n|---|---|---|---|---|")
    for photos in (hen[::2] , hen, (hen + more)[:770]):
        labels = sorted({label for _, label in photos})
        x = embeddings([path for path, _ in photos])
        y = np.array([labels.index(label) for _, label in photos])
        job = train(manifest("train", photos), "timed")
        line(len(photos), len(labels), job, sklearn_job(x, y, len(labels))[2])
    crops = [(path, label, f"{a / 20} {b / 20} 0.85 0.85") for path, label in hen for a in range(3) for b in range(3)][:4620]
    with open(WORK / "train.csv", "w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["path", "label", "region"])
        rows.writerows(crops)
    job = train(WORK / "train.csv", "timed")
    cold = job["timings_ms"]["embed"] / 1e3
    job = train(WORK / "train.csv", "timed")
    print(f"4620 crops: {cold:.1f} s cold, {job['timings_ms']['embed'] / 1e3:.2f} s from cache", flush=True)
    x, y = cached_embeddings(job["model"])
    line(len(crops), 12, job, sklearn_job(x, y, 12)[2])


def cached_embeddings(model):
    """What the head of a version remembers of its photos, and their labels: features, squared back to an embedding's usual sum."""
    head = tensors(model)
    usual = embeddings([path for path, _ in photos_of("henhouse")]).sum(1).mean()
    return (head["photos"].astype(np.float32) ** 2) * usual, head["label"].astype(int)


def bulk():
    """From JPEG to embeddings with one thread and two; 5,000 photos (copies under new digests), cold and from the cache."""
    hen = photos_of("henhouse")
    taught = manifest("train", hen)
    for threads in (1, 2):
        shutil.rmtree(WORK / "state/embeddings", ignore_errors=True)
        job, _, _ = measured(taught, threads)
        print(f"{threads} thread(s): {len(hen) / job['timings_ms']['embed'] * 1e3:.0f} photos a second", flush=True)
    copies = WORK / "copies"
    for number in range(5000):
        path, label = hen[number % len(hen)]
        jpeg, comment = pathlib.Path(path).read_bytes(), str(number).encode()
        target = copies / label / f"{number}.jpg"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(jpeg[:2] + b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment + jpeg[2:])
    for name in ("cold", "from the cache"):
        job, seconds, size = measured(copies, 2)
        timings = job["timings_ms"]
        print(f"{job['photos']} photos {name}: {seconds:.1f} s (embeddings {timings['embed'] / 1e3:.1f}, teaching "
              f"{timings['teach'] / 1e3:.1f}, of that on a core {timings['teach_cpu'] / 1e3:.1f}), {size:.0f} MB", flush=True)
    shutil.rmtree(copies)


def line(photos, labels, job, seconds):
    mine = job["timings_ms"]["teach_cpu"] / 1e3
    print(f"| {photos} | {labels} | {mine:.2f} | {seconds:.2f} | {seconds / mine:.1f} |", flush=True)


def tensors(model):
    raw = (WORK / "state/models" / model / "head.safetensors").read_bytes()
    length = int.from_bytes(raw[:8], "little")
    kinds = {"F32": np.float32, "F16": np.float16, "I32": np.int32}
    return {
        name: np.frombuffer(raw[8 + length :][slice(*entry["data_offsets"])], kinds[entry["dtype"]]).reshape(entry["shape"])
        for name, entry in json.loads(raw[8 : 8 + length]).items()}


def unknown():
    """Six random halves of the labels: trained on one half, strangers are the other half and `unknowns`."""
    hen = photos_of("henhouse")
    labels = sorted({label for _, label in hen})
    far = [(str(p), "a stranger") for p in sorted((DATA / "unknowns").glob("*.jpg"))]
    with open(DATA / "henhouse/labels.csv") as file:
        scenes = {r["original_name"].split()[-1] for r in csv.DictReader(file) if r["label"] == "empty"}
    with open(DATA / "unknowns/labels.csv") as file:
        kinds = {str(DATA / "unknowns" / r["file"]): r["class_name"] for r in csv.DictReader(file)}
    found = collections.defaultdict(list)
    for seed in SEEDS[:6]:
        half = set(np.random.default_rng(seed).permutation(labels)[: len(labels) // 2])
        known = [photo for photo in hen if photo[1] in half]
        near = [photo for photo in hen if photo[1] not in half]
        taught, test = few(known, 0.7, seed)
        job = train(manifest("train", [known[i] for i in taught]), "halves")
        judged = [known[i] for i in test]
        print(f"half {seed}: {', '.join(sorted(half))}", flush=True)
        # A fence or an alp is no stranger to a head that was taught fences and alps as `empty`.
        stranger = [photo for photo in far if "empty" not in half or kinds[photo[0]] not in scenes]
        measures = baselines(job["model"], [known[i] for i in taught])
        for name, strangers in (("near", near), ("far", far), ("far, scenes left out", stranger)):
            report = rooster("evaluate", manifest("test", judged + strangers), "--model", job["model"])
            found["rooster", name].append(report["evaluation"]["unknown_auroc"])
            found["strangers accepted", name].append(report["strangers"]["accepted"]["value"])
            if name == "near":
                found["known accepted", name].append(report["evaluation"]["accepted"]["value"])
            old, new = (embeddings([path for path, _ in part]) for part in (judged, strangers))
            truth = np.r_[np.zeros(len(old)), np.ones(len(new))]
            for other, measure in measures.items():
                found[other, name].append(roc_auc_score(truth, np.r_[measure(old), measure(new)]))
    print("| score | near AUROC % | far AUROC % | far, scenes left out where `empty` is taught |\n|---|---|---|---|")
    for name in dict.fromkeys(name for name, _ in found):
        cells = [found.get((name, kind)) for kind in ("near", "far", "far, scenes left out")]
        print(f"| {name} | " + " | ".join(f"{100 * np.mean(c):.1f} ± {100 * np.std(c):.1f}" if c else "" for c in cells) + " |")


def baselines(model, photos):
    """Other scores of embeddings, from the photos and the head they taught."""
    head = tensors(model)
    names = sorted({label for _, label in photos})
    y = np.array([names.index(label) for _, label in photos])
    taught = embeddings([path for path, _ in photos])

    def feature(e):
        e = np.maximum(e, 0)
        return np.sqrt(e / e.sum(1, keepdims=True))

    def logits(e):
        return feature(e) @ head["weight"].T + head["bias"]

    unit = lambda e: e / np.linalg.norm(e, axis=1, keepdims=True)
    means = np.stack([feature(taught)[y == k].mean(0) for k in range(len(names))])
    inverse = LedoitWolf().fit(feature(taught) - means[y]).precision_

    def distance(e):
        gaps = feature(e)[:, None] - means
        return np.einsum("nkd,de,nke->nk", gaps, inverse, gaps, optimize=True).min(1)

    return {
        "maximum probability": lambda e: -np.log(softmax(logits(e) - head["shift"]).max(1)),
        "energy": lambda e: -np.log(np.exp(logits(e)).sum(1)),
        "nearest photo, cosine": lambda e: -(unit(e) @ unit(taught).T).max(1),
        "Mahalanobis": distance,
    }


WORK.mkdir(parents=True, exist_ok=True)
(WORK / "capture").mkdir(exist_ok=True)
(WORK / "rooster.yaml").write_text(
    f"storage: {{directory: {WORK}/state}}\nsources: [{{name: none, directory: {WORK}/capture}}]\n")
for part in ASKED.parts:
    {"accuracy": accuracy, "sequence": by_time, "speed": speed, "unknown": unknown, "bulk": bulk}[part]()
