"""Measures `rooster train` beside scikit-learn on the same embeddings: the figures of docs/TRAINING.md.

usage: compare_heads.py ROOSTER DATA WORK [accuracy] [sequence] [speed] [unknown]

ROOSTER is the program, DATA the folder with henhouse/, sequence/ and so on (docs/TRAINING.md says what they hold), WORK a
folder for its files. scikit-learn and numpy are needed (pip install scikit-learn). Everything runs on one thread; times are
times on a core, so that other programs change them little.

scikit-learn: LogisticRegression on the raw embeddings, C of 0.01, 0.1, 1 and 10 chosen by the accuracy of 5 folds, then a
temperature from the out-of-fold logits of that C.
"""
import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import collections
import csv
import json
import pathlib
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
ROOSTER, DATA, WORK = sys.argv[1], pathlib.Path(sys.argv[2]).resolve(), pathlib.Path(sys.argv[3]).resolve()
WANTED = sys.argv[4:] or ["accuracy", "speed", "unknown"]
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
    cache = WORK / "embeddings.npz"
    known = dict(np.load(cache)) if cache.exists() else {}
    missing = [p for p in dict.fromkeys(paths) if p not in known]
    for start in range(0, len(missing), 200):
        done = subprocess.run(
            [ROOSTER, "classify", "--json", "--embedding", "--top", "1", "--settings", str(WORK / "rooster.yaml"),
             *missing[start : start + 200]], capture_output=True, text=True)
        for line in done.stdout.splitlines():
            answer = json.loads(line)
            if "error" not in answer:
                known[answer["file"]] = np.array(answer["regions"][0]["embedding"], np.float32)
    if missing:
        np.savez(cache, **known)
    return np.stack([known[p] for p in paths])


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
    for train, test in splits:
        job = rooster("train", manifest("train", [photos[i] for i in train]), "--name", "compared", "--threads", 1)
        judged = rooster("evaluate", manifest("test", [photos[i] for i in test]), "--model", job["model"])["evaluation"]
        model, temperature, seconds = sklearn_job(x[train], y[train], len(labels))
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
    print(
        f"| {name} | {len(splits)} | {100 * mean[0]:.1f} | {100 * mean[1]:.1f} | {gain.mean():+.1f} ± {gain.std():.1f} "
        f"| {100 * mean[2]:.1f} | {100 * mean[3]:.1f} | {mean[4]:.3f} | {mean[5]:.3f} | {100 * mean[6]:.1f} | {100 * mean[7]:.1f} "
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
    setting("henhouse, 7 of 10 photos", hen, [few(hen, 0.7, seed) for seed in range(5)])
    setting("henhouse, 5 a label", hen, [few(hen, 5, seed) for seed in range(6)])
    setting("henhouse, 10 a label", hen, [few(hen, 10, seed) for seed in range(6)])
    uneven = hen + photos_of("henhouse_scarce")
    setting("henhouse and scarce", uneven, [few(uneven, 0.7, seed) for seed in range(5)])
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
        job = rooster("train", manifest("train", photos), "--name", "timed", "--threads", 1)
        line(len(photos), len(labels), job, sklearn_job(x, y, len(labels))[2])
    crops = [(path, label, f"{a / 20} {b / 20} 0.85 0.85") for path, label in hen for a in range(3) for b in range(3)][:4620]
    with open(WORK / "train.csv", "w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["path", "label", "region"])
        rows.writerows(crops)
    job = rooster("train", WORK / "train.csv", "--name", "timed", "--threads", 1)
    cold = job["timings_ms"]["embed"] / 1e3
    job = rooster("train", WORK / "train.csv", "--name", "timed", "--threads", 1)
    print(f"4620 crops: {cold:.1f} s cold, {job['timings_ms']['embed'] / 1e3:.2f} s from cache", flush=True)
    x, y = cached_embeddings(job["model"])
    line(len(crops), 12, job, sklearn_job(x, y, 12)[2])


def cached_embeddings(model):
    """What the head of a version remembers of its photos, and their labels: features, squared back."""
    head = tensors(model)
    return (head["photos"].astype(np.float32) ** 2) * 500, head["label"].astype(int)


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
    found = collections.defaultdict(list)
    for seed in range(6):
        half = set(np.random.default_rng(seed).permutation(labels)[: len(labels) // 2])
        known = [photo for photo in hen if photo[1] in half]
        near = [photo for photo in hen if photo[1] not in half]
        train, test = few(known, 0.7, seed)
        job = rooster("train", manifest("train", [known[i] for i in train]), "--name", "halves", "--threads", 1)
        judged = [known[i] for i in test]
        for name, strangers in (("near", near), ("far", far)):
            report = rooster("evaluate", manifest("test", judged + strangers), "--model", job["model"])
            found["rooster", name].append(report["evaluation"]["unknown_auroc"])
            found["strangers accepted", name].append(report["strangers"]["accepted"]["value"])
            if name == "near":
                found["known accepted", name].append(report["evaluation"]["accepted"]["value"])
            for other, values in baselines(job["model"], [known[i] for i in train], judged, strangers).items():
                found[other, name].append(values)
    print("| score | near AUROC % | far AUROC % |\n|---|---|---|")
    for name in dict.fromkeys(name for name, _ in found):
        cells = [found.get((name, kind)) for kind in ("near", "far")]
        print(f"| {name} | " + " | ".join(f"{100 * np.mean(c):.1f} ± {100 * np.std(c):.1f}" if c else "" for c in cells) + " |")


def baselines(model, train, known, strangers):
    head = tensors(model)
    names = sorted({label for _, label in train})
    y = np.array([names.index(label) for _, label in train])
    taught, old, new = (embeddings([path for path, _ in part]) for part in (train, known, strangers))

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

    measures = {
        "maximum probability": lambda e: -np.log(softmax(logits(e) - head["shift"]).max(1)),
        "energy": lambda e: -np.log(np.exp(logits(e)).sum(1)),
        "nearest photo, cosine": lambda e: -(unit(e) @ unit(taught).T).max(1),
        "Mahalanobis": distance,
    }
    truth = np.r_[np.zeros(len(old)), np.ones(len(new))]
    return {name: roc_auc_score(truth, np.r_[measure(old), measure(new)]) for name, measure in measures.items()}


WORK.mkdir(parents=True, exist_ok=True)
(WORK / "capture").mkdir(exist_ok=True)
(WORK / "rooster.yaml").write_text(
    f"storage: {{directory: {WORK}/state}}\nsources: [{{name: none, directory: {WORK}/capture}}]\n")
for part in WANTED:
    {"accuracy": accuracy, "sequence": by_time, "speed": speed, "unknown": unknown}[part]()
