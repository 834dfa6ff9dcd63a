"""Campaign: model versions change their roles and places while a disk fails, processes die, and frames are answered

Part one runs train, promote, rollback, shadow, import, export and remove again and again, each time killed (-9) at another
call that changes the state directory, or with that call failing (EIO, ENOSPC, a short write): LD_PRELOAD of failing-disk.c.
Afterwards the roles must be the old or the new ones, every version there is whole, and the same command succeeds; what train
makes after a failure has the digest of what it makes without one. Part two changes production in a
running daemon under load, by promote and rollback, and kills and restarts it: every frame is answered by one production
version, none is lost.
"""
import array
import collections
import hashlib
import json
import os
import random
import shutil
import struct
import subprocess
import threading
import time

import common
import faults
from faults import FailingDisk

STOCK = f"{common.REPOSITORY}/models/efficientnet-lite0/1/manifest.json"
WIDTH = 1280
SETTINGS = """
rules:
  - {name: anyone, labels: ["group:animals"], probability: 0.3}
"""


def make_head(registry, name, seed, labels=("hen", "jay", "fox", "cat")):
    """A version with a made-up head on the stock network, as `rooster train` would leave it."""
    chance = random.Random(seed)
    count = len(labels)
    def floats(number, spread):
        return array.array("f", (chance.gauss(0, spread) for _ in range(number))).tobytes()
    arrays = [
        ("weight", "F32", [count, WIDTH], floats(count * WIDTH, 6)), ("bias", "F32", [count], floats(count, 0.1)),
        ("shift", "F32", [count], floats(count, 0.1)), ("likeness", "F32", [0], b""),
        ("label", "I32", [count], array.array("i", range(count)).tobytes()),
        ("photos", "F16", [count, WIDTH], struct.pack(f"{count * WIDTH}e", *[0.028] * (count * WIDTH))),
    ]
    header, body = {}, b""
    for key, kind, shape, data in arrays:
        header[key] = {"dtype": kind, "shape": shape, "data_offsets": [len(body), len(body) + len(data)]}
        body += data
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    head = struct.pack("<Q", len(text)) + text + body
    with open(STOCK) as file:
        manifest = json.load(file)
    manifest["name"], manifest["version"] = name.split("/")
    manifest.update(
        labels=list(labels), groups={"animals": list(range(count))}, golden={}, parent="efficientnet-lite0/1",
        head={"file": "head.safetensors", "sha256": hashlib.sha256(head).hexdigest(), "bytes": len(head),
              "feature": "root"})
    os.makedirs(f"{registry}/{name}")
    with open(f"{registry}/{name}/head.safetensors", "wb") as file:
        file.write(head)
    with open(f"{registry}/{name}/manifest.json", "w") as file:
        json.dump(manifest, file)


def make_registry(registry, *heads):
    os.makedirs(f"{registry}/backbones")
    shipped = f"{common.REPOSITORY}/models/backbones"
    for file in os.listdir(shipped):
        shutil.copyfile(f"{shipped}/{file}", f"{registry}/backbones/{file}")
    for seed, name in enumerate(heads):
        make_head(registry, name, seed)


def lesson(campaign):
    """A folder with three photos of each of two labels."""
    for label in ("bird", "insect"):
        folder = f"{campaign.home}/photos/{label}"
        os.makedirs(folder)
        photos = sorted(os.listdir(f"{common.REPOSITORY}/training/photos/{label}"))[:3]
        for photo in photos:
            shutil.copyfile(f"{common.REPOSITORY}/training/photos/{label}/{photo}", f"{folder}/{photo}")
    return f"{campaign.home}/photos"


def sha256(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def versions(registry):
    """The versions in a registry, `NAME/VERSION digest`, and what is wrong with them."""
    found, wrong = set(), []
    for name in sorted(os.listdir(registry)) if os.path.isdir(registry) else []:
        if name.startswith(".") or name == "backbones" or not os.path.isdir(f"{registry}/{name}"):
            continue
        for version in os.listdir(f"{registry}/{name}"):
            folder = f"{registry}/{name}/{version}"
            if version.startswith(".") or not os.path.exists(f"{folder}/manifest.json"):
                continue
            try:
                with open(f"{folder}/manifest.json") as file:
                    manifest = json.load(file)
                backbone = manifest["backbone"]["sha256"]
                if sha256(f"{registry}/backbones/{backbone}.onnx") != backbone:
                    wrong.append(f"{name}/{version}: its network is damaged")
                files = {manifest["head"]["file"]: manifest["head"]["sha256"], **manifest.get("files", {})}
                files.update((f"golden/{photo}", digest) for photo, digest in manifest["golden"].items())
                for file, digest in files.items():
                    if sha256(f"{folder}/{file}") != digest:
                        wrong.append(f"{name}/{version}: {file} is damaged")
                for key in ("created", "name", "version"):
                    del manifest[key]
                identity = hashlib.sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest()
                found.add(f"{name}/{version} {identity[:12]}")
            except (OSError, ValueError, KeyError) as error:
                wrong.append(f"{name}/{version}: {error}")
    return found, wrong


def roles(registry):
    try:
        with open(f"{registry}/roles.json") as file:
            return json.load(file)
    except FileNotFoundError:
        return None


def remains(registry):
    """What unfinished writes left."""
    return [name for _, folders, names in os.walk(registry) for name in folders + names if name.startswith(".new-")]


class Trial:
    """One command on a copy of a registry whose calls fail."""

    def __init__(self, campaign, library, words, prepare=()):
        self.campaign, self.library, self.words = campaign, library, words
        self.name = words[1] if words[0] == "models" else words[0]
        self.template = f"{campaign.home}/template-{self.name}"
        self.other = f"{campaign.home}/other"
        if not os.path.exists(self.other):
            make_registry(self.other, "hens/7")
        make_registry(f"{self.template}/state/models", "hens/1", "hens/2", "hens/3")
        for command in prepare:
            self.rooster(self.template, command, check=True)
        self.lives = 0

    def rooster(self, home, words, disk=None, check=False):
        with open(f"{home}/rooster.yaml", "w") as file:
            file.write(f"storage: {{directory: {home}/state}}\nhttp: {{listen: \"127.0.0.1:9\"}}\n"
                       f"sources:\n  - {{name: yard, directory: {home}/capture}}\n")
        words = [word.replace("HOME", home).replace("OTHER", self.other) for word in words]
        ran = subprocess.run(
            [self.campaign.options.rooster, *words, "--settings", f"{home}/rooster.yaml"],
            capture_output=True, text=True, env=dict(os.environ, **(disk.environment if disk else {})))
        if check and ran.returncode:
            raise RuntimeError(f"{words}: {ran.stderr}")
        return ran

    def life(self, first, error, wanted):
        """Runs the command with call `first` failing (0: none). Returns its disk and what went wrong."""
        self.lives += 1
        home = f"{self.campaign.home}/{self.name}-{self.lives}"
        # Files of a registry are never changed in place: second names will do, except for the table of roles.
        shutil.copytree(self.template, home, copy_function=os.link)
        where = f"{home}/out" if self.name == "export" else f"{home}/state/models"
        before = roles(where), versions(where)[0]
        disk = FailingDisk(home, self.library, home)
        disk.fail(first, error=error, kinds=FailingDisk.CHANGING)
        ran = self.rooster(home, self.words, disk)
        wrong = []
        found, faulty = versions(where)
        wrong += faulty
        changed = (roles(where), found) != before
        if changed and wanted and (roles(where), found) != wanted:
            wrong.append(f"neither old nor new: {roles(where)}, {sorted(found)}")
        if first and disk.failed and error != "kill" and not ran.returncode and not changed:
            wrong.append("it says that it is done, and nothing is")
        if first and not changed:
            again = self.rooster(home, self.words)
            if again.returncode:
                wrong.append(f"it does not succeed afterwards: {again.stderr.strip()}")
            elif remains(where) and self.name != "remove":
                wrong.append(f"left behind: {remains(where)}")
        after = roles(where), versions(where)[0]
        if wanted and after != wanted:
            wrong.append(f"at the end {after}, not {wanted}")
        shutil.rmtree(home)
        return disk, wrong, after

    def run(self, limit):
        disk, wrong, wanted = self.life(0, "EIO", None)
        calls = sum(disk.calls_of[kind] for kind in FailingDisk.CHANGING)
        self.campaign.check(f"{self.name}: on a good disk", not wrong, f"{calls} calls {wrong[:1]}")
        for error in ("kill", "EIO", "ENOSPC", "short"):
            numbers = list(range(1, calls + 1))
            if len(numbers) > limit:
                numbers = sorted(self.campaign.random.sample(numbers, limit))
            bad = []
            for number in numbers:
                disk, wrong, _ = self.life(number, error, wanted)
                if wrong:
                    bad.append((number, disk.last, wrong))
            name = "killed" if error == "kill" else f"failing with {error}"
            self.campaign.check(
                f"{self.name}: {name} at a call, the registry is the old or the new one", not bad,
                f"{len(numbers)} of {calls} calls {bad[:1]}")


def under_load(campaign, seconds, rate):
    """Production changes in a running daemon, and the daemon dies now and then."""
    daemon = campaign.daemon(
        SETTINGS, sources={"yard": 'stale_after: 60s, regions: [{name: left, box: [0, 0, 0.5, 1]}, {name: right, box: [0.5, 0, 0.5, 1]}]'})
    registry = f"{daemon.state}/models"
    make_registry(registry, "hens/1", "hens/2")
    daemon.start()
    paths, ends = [], threading.Event()

    def camera():
        while not ends.is_set():
            path = f"{daemon.capture}/{len(paths):05}.jpg"
            common.shoot(path, campaign.photos.unique(len(paths)))
            paths.append(path)
            time.sleep(1 / rate)

    def rooster(*words):
        return subprocess.run(
            [campaign.options.rooster, "models", *words, "--settings", daemon.settings], capture_output=True, text=True)

    thread = threading.Thread(target=camera)
    thread.start()
    failures, changes, kills, slowest = [], 0, 0, 0.0
    try:
        first = rooster("promote", "hens/1", "--json")
        if first.returncode:
            failures.append(first.stderr)
        second = rooster("promote", "hens/2", "--json")
        if second.returncode:
            failures.append(second.stderr)
        end = time.monotonic() + seconds
        while time.monotonic() < end or changes < 4:
            began = time.monotonic()
            ran = rooster("rollback", "--json")
            slowest = max(slowest, time.monotonic() - began)
            changes += 1
            if ran.returncode or not json.loads(ran.stdout)["serving"]:
                failures.append(ran.stderr or ran.stdout)
            if changes % 4 == 2:
                daemon.kill()
                kills += 1
                daemon.start()
    finally:
        ends.set()
        thread.join()
    campaign.check("every rollback is answered by the daemon's word that it serves", not failures,
                   f"{changes} rollbacks, {kills} kills, slowest {slowest:.1f} s with the program's start {failures[:1]}")
    common.comes_true(lambda: daemon.recorded() >= len(paths), 600, 0.5)
    daemon.stop()
    answers = daemon.rows(
        """SELECT f.path, a.region, m.name FROM frame f LEFT JOIN answer a ON a.frame = f.sequence AND a.role = 'production'
           LEFT JOIN model m ON m.id = a.model WHERE f.state = 'recorded'""")
    by_path = collections.defaultdict(list)
    for row in answers:
        by_path[row["path"]].append((row["region"], row["name"]))
    lost = [path for path in paths if path not in by_path]
    mixed = [path for path, found in by_path.items() if len({name for _, name in found}) != 1]
    partial = [path for path, found in by_path.items() if sorted(region for region, _ in found) != ["left", "right"]]
    twice = daemon.rows("SELECT path FROM frame GROUP BY path HAVING count(*) > 1")
    used = collections.Counter(found[0][1] for found in by_path.values())
    campaign.check("no frame is lost", not lost and not twice, f"{len(paths)} frames, {len(lost)} lost, {len(twice)} twice")
    campaign.check("every region of a frame has one production answer", not partial, f"{len(partial)} do not")
    campaign.check("no frame is answered by two production versions", not mixed, f"{len(mixed)} are; {dict(used)}")
    campaign.check("several versions answered", len(used) >= 2, dict(used))
    campaign.check("the record is whole", not daemon.damage())


def main():
    options = common.options(__doc__, calls=(1_000, 1), seconds=(60.0, 1.0), rate=(20.0, 4.0))
    with common.Campaign(options) as campaign:
        library = faults.shim(campaign, "failing-disk")
        models = [
            (["promote", "hens/2"], []), (["rollback"], [["promote", "hens/1"], ["promote", "hens/2"]]),
            (["shadow", "hens/3"], []), (["import", "OTHER"], []), (["export", "hens/1", "HOME/out"], []),
            (["remove", "hens/3"], []),
        ]
        trials = [(["models", *words], [["models", *words] for words in prepare]) for words, prepare in models]
        trials.append((["train", lesson(campaign)], []))
        for words, prepare in campaign.random.sample(trials, 2) if options.small else trials:
            Trial(campaign, library, words, prepare).run(options.calls)
        under_load(campaign, options.seconds, options.rate)


main()
