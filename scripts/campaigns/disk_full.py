"""Campaign: the disk of the state directory is filled to the last byte while frames arrive, then gets room again

The state directory lies on a tmpfs of 64 MB in a mount namespace of its own. Also: no inodes left, a start on a full disk
with and without a record, and a full disk under the camera, which then writes truncated files.
"""
import os
import threading
import time

import common
import faults
from faults import FINCH, FOX

LARGE = "10-ptarmigan"  # 36 kB


class Ballast:
    """A file that takes all the room there is, again and again."""

    def __init__(self, directory):
        self.path = f"{directory}/ballast"

    def fill(self):
        """To the last byte."""
        with open(self.path, "ab", buffering=0) as file:
            size = 1 << 20
            while size:
                try:
                    file.write(bytes(size))
                except OSError:
                    size //= 2

    def drop(self):
        os.unlink(self.path)


class Inodes:
    """Empty files until no more can be made."""

    def __init__(self, directory):
        self.directory = f"{directory}/crumbs"
        os.makedirs(self.directory, exist_ok=True)

    def fill(self):
        number = 0
        while True:
            try:
                os.close(os.open(f"{self.directory}/{number}", os.O_CREAT | os.O_EXCL))
            except FileExistsError:
                pass
            except OSError:
                return
            number += 1

    def drop(self):
        for name in os.listdir(self.directory):
            os.unlink(f"{self.directory}/{name}")


class Trial:
    """A daemon whose state lies on a small disk, and a camera that goes on whatever happens."""

    def __init__(self, campaign, name, options, source="", capture=None):
        self.campaign, self.name = campaign, name
        self.disk = f"{campaign.home}/{name}.state"
        faults.mount(self.disk, options + ",mode=700")
        self.script = faults.note_script(f"{campaign.home}/{name}.note")
        self.daemon = campaign.daemon(
            faults.rules(self.script), name=name, state=f"{self.disk}/rooster", sources={"yard": source}, capture=capture)
        self.camera = faults.Camera(campaign, self.daemon.directories["yard"], name)

    def shoot(self, seconds, pause=0.15, meanwhile=lambda: None):
        """Foxes and finches, one after the other, for so long."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if len(self.camera.paths) % 3 == 0:
                self.shoot_fox()
            else:
                self.camera.shoot(FINCH)
            meanwhile()
            time.sleep(pause)

    def shoot_fox(self):
        """A fox that is answered before the next photo comes: behind a newer one it would be late, and fire nothing."""
        path = self.camera.shoot(FOX)
        common.comes_true(lambda: path in faults.started(self.script), 20)

    def fired(self, what, unknown=0):
        """Every fox was answered: fired, or recorded as why not. So many may fire again of which no start could be noted."""
        def missing():
            return [path for path in self.camera.foxes if path not in faults.started(self.script)]
        try:
            common.until("the actions", lambda: not missing(), 20)
        except common.TooLate:
            pass
        counts = faults.started(self.script)
        twice = sum(count > 1 for count in counts.values())
        self.campaign.check(f"{what}: every action starts, none twice", not missing() and twice <= unknown,
                            f"{len(self.camera.foxes)} due, {len(counts)} started, {twice} twice")

    def says(self, what):
        """Page, metrics and readyz tell of it."""
        def told():
            _, page = faults.asked(self.daemon, "/")
            _, metrics = faults.asked(self.daemon, "/metrics")
            _, ready = faults.asked(self.daemon, "/readyz")
            return [name for name, text in (("page", "disk is full" in page or "No space" in page),
                                            ("metrics", "rooster_store_well 0" in metrics),
                                            ("readyz", "disk is full" in ready or "No space" in ready)) if text]
        try:
            common.until("page, metrics and readyz say so", lambda: len(told()) == 3, 30)
        except common.TooLate:
            pass
        self.campaign.check(f"{what}: page, metrics and readyz say so", len(told()) == 3, ", ".join(told()) or "none does")

    def recovers(self, what, seconds=75):
        """Everything is on record once, nothing waits, nothing is wrong."""
        def done():
            try:
                found = faults.frames(self.daemon)
                metrics = self.daemon.metrics()
            except Exception:
                return False
            states = [[item["state"] for item in found.get(path, [])] for path in self.camera.paths]
            return states == [["recorded"]] * len(states) and \
                metrics["rooster_store_well"] == 1 and metrics["rooster_store_waiting_writes"] == 0
        began = time.monotonic()
        try:
            common.until("all is on record", done, seconds, 0.3)
        except common.TooLate:
            pass
        took = time.monotonic() - began
        found = faults.frames(self.daemon)
        metrics = self.daemon.metrics()
        once = sum(len(found.get(path, [])) == 1 for path in self.camera.paths)
        self.campaign.check(
            f"{what}: with room again, each frame is on record once", once == len(self.camera.paths) == len(found),
            f"{once} of {len(self.camera.paths)} after {took:.1f} s, {len(found)} on record; {metrics['rooster_store_lost_writes_total']:.0f} lost")
        self.campaign.check(
            f"{what}: with room again, nothing waits and nothing is wrong",
            metrics["rooster_store_well"] == 1 and metrics["rooster_store_waiting_writes"] == 0,
            f"well {metrics['rooster_store_well']:.0f}, {metrics['rooster_store_waiting_writes']:.0f} wait")
        recorded = metrics['rooster_frames_total{state="recorded"}']
        on_record = metrics['rooster_recorded_frames{state="recorded"}']
        if self.daemon.starts == 1 and not any(name.endswith('"quarantined"}') and value for name, value in metrics.items()
                                               if name.startswith("rooster_frames_total")):
            self.campaign.check(f"{what}: the counts add up", recorded == on_record == len(self.camera.paths),
                                f"{recorded:.0f} counted, {on_record:.0f} on record, {len(self.camera.paths)} taken")

    def outcomes(self, what):
        """Each action that started is on record as done."""
        def done():
            items = [item for item in self.daemon.items("/api/v1/detections") if item["rule"] == "robber"]
            return sum((item["action"] or {}).get("state") == "done" for item in items)
        try:
            common.until("the outcomes", lambda: done() == len(self.camera.foxes), 20, 0.3)
        except common.TooLate:
            pass
        self.campaign.check(f"{what}: each action is on record as done", done() == len(self.camera.foxes),
                            f"{done()} of {len(self.camera.foxes)}")

    def end(self, what):
        status = self.daemon.stop()
        damage = self.daemon.damage()
        self.campaign.check(f"{what}: ends with status 0, the record is whole", status == 0 and not damage, f"{status}, {damage}")


def pictures(trial):
    return {path for path in trial.camera.paths if os.path.exists(path)}


def state_disk(campaign, seconds, small):
    """Filled to the last byte while frames arrive; the sweep of every minute makes room."""
    trial = Trial(campaign, "full", "size=64m")
    trial.daemon.start()
    trial.shoot(1 if small else 20)
    common.until("the first frames are on record", lambda: trial.daemon.metrics()['rooster_frames_total{state="recorded"}'] >= 3)
    campaign.check("full disk: a reserve was taken before", os.path.exists(f"{trial.disk}/rooster/reserve"))
    before = len(trial.daemon.files("pictures"))
    ballast = Ballast(trial.disk)
    ballast.fill()
    trial.shoot(seconds, 0.4, ballast.fill)  # 400 records wait in memory; more would be given up, and counted
    trial.fired("full disk")
    trial.says("full disk")
    campaign.check("full disk: the reserve was given up for records", not os.path.exists(f"{trial.disk}/rooster/reserve"))
    if not small:
        kept = len(trial.daemon.files("pictures"))
        campaign.check("full disk: pictures went to make room", kept < before, f"{before} before, {kept} now")
    ballast.drop()
    trial.recovers("full disk")
    trial.outcomes("full disk")
    trial.shoot(1)
    trial.recovers("full disk, later frames")
    newest = {item["path"]: item["id"] for items in faults.frames(trial.daemon).values() for item in items}
    common.until("the newest picture is kept", lambda: newest[trial.camera.paths[-1]] in trial.daemon.files("pictures"))
    if not small:
        common.until("the reserve", lambda: os.path.exists(f"{trial.disk}/rooster/reserve"), 130)
        campaign.check("full disk: the reserve is taken up again", True)
    return trial, ballast


def full_at_start(campaign, trial, ballast):
    """The same record, a start on a full disk."""
    # Fresh photos fire again after a start that can read neither a record nor an intent of them.
    unwritten = int(trial.daemon.metrics().get("rooster_intents_unwritten_total", 0))
    trial.end("full disk")
    ballast.fill()
    trial.daemon.start()
    trial.shoot(1)
    trial.fired("a start on a full disk", unwritten)
    trial.says("a start on a full disk")
    ballast.drop()
    trial.recovers("a start on a full disk")
    trial.end("a start on a full disk")


def first_start(campaign):
    """The very first start, on a disk with no room at all."""
    trial = Trial(campaign, "first", "size=64m")
    ballast = Ballast(trial.disk)
    ballast.fill()
    trial.daemon.start()
    trial.shoot(1)
    trial.fired("the first start on a full disk")
    trial.says("the first start on a full disk")
    ballast.drop()
    trial.recovers("the first start on a full disk")
    trial.end("the first start on a full disk")


def inodes(campaign, seconds):
    """No inodes: the database grows, no picture can be made."""
    trial = Trial(campaign, "inodes", "size=64m,nr_inodes=300")
    trial.daemon.start()
    trial.shoot(1)
    crumbs = Inodes(trial.disk)
    crumbs.fill()
    trial.shoot(seconds, meanwhile=crumbs.fill)
    trial.fired("no inodes")
    trial.says("no inodes")
    crumbs.drop()
    trial.shoot(0.5)
    trial.recovers("no inodes")
    trial.outcomes("no inodes")
    trial.end("no inodes")


def originals(campaign, seconds):
    """`after: delete` on a full disk: no picture is lost."""
    trial = Trial(campaign, "delete", "size=64m", source="after: delete")
    trial.daemon.start()
    ballast = Ballast(trial.disk)
    ballast.fill()
    trial.shoot(seconds, meanwhile=ballast.fill)
    trial.fired("after: delete on a full disk")
    ballast.drop()
    def lost():
        found = faults.frames(trial.daemon)
        kept = trial.daemon.files("pictures")
        return [path for path in trial.camera.paths
                if not os.path.exists(path) and not any(item["id"] in kept for item in found.get(path, []))]
    trial.recovers("after: delete on a full disk")
    campaign.check("after: delete on a full disk: each picture is kept or still where the camera put it", not lost(),
                   f"{len(trial.camera.paths)} photos, {len(lost())} lost, {len(pictures(trial))} originals left")
    trial.end("after: delete on a full disk")
    trial.daemon.start()
    try:
        common.until("the originals go", lambda: not pictures(trial), 20)
    except common.TooLate:
        pass
    campaign.check("after: delete, the next start: originals go once their picture is kept", not pictures(trial) and not lost(),
                   f"{len(pictures(trial))} left, {len(lost())} lost")
    trial.end("after: delete, the next start")


def camera_disk(campaign):
    """The camera's disk is full: it writes files that end early, or nothing."""
    directory = f"{campaign.home}/camera.disk"
    faults.mount(directory, "size=4m")
    trial = Trial(campaign, "camera", "size=64m", capture=directory)
    trial.daemon.start()
    camera = trial.camera
    trial.shoot_fox()
    ballast = Ballast(directory)
    ballast.fill()
    os.truncate(ballast.path, os.path.getsize(ballast.path) - 90_000)  # room for two photos and a half
    cut = []
    for number in range(5):
        path = f"{camera.directory}/cut-{number}.jpg"
        try:
            camera.shoot(LARGE, path=path)
        except OSError:
            cut.append(path)
    trial.fired("the camera's disk is full")
    def states(paths):
        found = faults.frames(trial.daemon)
        return [item["state"] for path in paths for item in found.get(path, [])]
    try:
        common.until("truncated photos are quarantined", lambda: states(cut) == ["quarantined"] * len(cut), 30)
    except common.TooLate:
        pass
    found = faults.frames(trial.daemon)
    reasons = sorted({item["reason"].split(":")[0] for path in cut for item in found.get(path, []) if item["reason"]})
    campaign.check("the camera's disk is full: truncated photos are quarantined with a reason",
                   states(cut) == ["quarantined"] * len(cut) and len(reasons) > 0, f"{len(cut)} photos: {', '.join(reasons)}")
    ballast.drop()
    for path in cut:
        camera.shoot(LARGE, path=path)
    trial.recovers("the camera's disk, with room again")
    campaign.check("the camera's disk, with room again: whole photos replace the truncated ones",
                   states(cut) == ["recorded"] * len(cut), str(states(cut)))
    trial.end("the camera's disk")


def main():
    options = common.options(__doc__, seconds=(100.0, 1.0))
    faults.own_mounts()
    with common.Campaign(options) as campaign:
        trial, ballast = state_disk(campaign, options.seconds, options.small)
        full_at_start(campaign, trial, ballast)
        if not options.small:
            first_start(campaign)
        inodes(campaign, min(options.seconds, 20))
        if not options.small:
            originals(campaign, 20)
        camera_disk(campaign)


main()
