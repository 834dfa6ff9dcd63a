"""Campaign: each call on the state directory fails once, then all from one on until the disk is well; a read-only disk

A small life of a daemon (start, frames, a correction, disarmed and armed, stop) is lived again and again on a disk that
fails: LD_PRELOAD of failing-disk.c numbers the calls on files below the state directory and lets chosen ones fail with
EIO, ENOSPC, EROFS, or as short writes. The calls that change something fail one a life, the others one in so many, by chance.
"""
import os
import shutil
import time

import common
import faults
from faults import FINCH, FOX, FailingDisk


class Life:
    """A whole small life of a daemon on a disk that fails."""

    def __init__(self, campaign, library=None, template=None):
        self.campaign = campaign
        Life.count = getattr(Life, "count", 0) + 1
        self.home = f"{campaign.home}/life{Life.count}"
        os.makedirs(self.home)
        if template:
            shutil.copytree(template, f"{self.home}/state")
        self.script = faults.note_script(f"{self.home}/note")
        self.disk = FailingDisk(self.home, library, f"{self.home}/state") if library else None
        self.daemon = campaign.daemon(
            faults.rules(self.script), name=f"life{Life.count}",
            environment=self.disk.environment if self.disk else {})
        self.camera = faults.Camera(campaign, self.daemon.capture, f"life{Life.count}")
        self.wrong = []
        self.corrected = None
        self.shown = None

    def expect(self, what, holds):
        if not holds:
            self.wrong.append(what)
        return holds

    def waits(self, what, condition, seconds=20):
        try:
            return common.until(what, lambda: not self.daemon.running() or condition(), seconds) and self.daemon.running()
        except common.TooLate:
            return self.expect(f"{what} (not within {seconds} s)", False)

    def live(self, heals=False):
        """Lives to the end. With `heals` what fails has to be shown, and the disk is well before the last photo. Returns
        what went wrong, in words."""
        daemon, camera = self.daemon, self.camera
        daemon.start(wait=False)
        self.waits("it answers", daemon.answers)
        if daemon.running():
            self.work(camera)
            if heals and daemon.running():
                self.shown = self.page_tells()
                self.disk.heal()
            camera.shoot(FINCH)  # the camera goes on: what failed is tried again
            self.waits("all frames are on record", self.all_recorded, 60)
            self.waits("all actions are on record as done", self.all_done, 30)
            self.waits("nothing waits and nothing is wrong", self.is_well, 90)
            self.look_at_correction()
        if daemon.running():
            self.expect("it ends with status 0", daemon.stop() == 0)
            self.expect("each action started once", self.started() == sorted(camera.foxes))
            self.expect("the record is whole", not daemon.damage())
        else:
            self.wrong.append(f"it ended by itself with status {daemon.process.returncode}")
        return self.wrong

    def work(self, camera):
        # One after the other: what comes while a newer one is decided is late and fires nothing.
        camera.shoot(FOX)
        self.waits("the first action started", lambda: len(self.started()) == 1)
        camera.shoot(FINCH)
        self.waits_for_answer(2)
        camera.shoot(FOX)
        self.waits("the second action started", lambda: len(self.started()) == 2)
        self.correct()
        faults.post(self.daemon, "/api/v1/disarm", {"for_ms": 7_200_000})
        held = camera.shoot(FOX)
        camera.foxes.remove(held)
        self.waits_for_answer(4)
        faults.post(self.daemon, "/api/v1/arm")
        camera.shoot(FOX)
        self.waits("the action after arming started", lambda: len(self.started()) == 3)

    def started(self):
        """The photos for which the action started, each as often as it did."""
        return sorted(note["picture"] for note in common.notes(self.script))

    def waits_for_answer(self, count):
        """Until so many frames are answered; two seconds where the disk lets no page be shown."""
        def answered():
            try:
                metrics = self.daemon.metrics()
            except Exception:
                return time.monotonic() > end
            return sum(v for k, v in metrics.items() if k.startswith("rooster_frames_total")) >= count
        end = time.monotonic() + 2
        self.waits(f"{count} frames are answered", answered)

    def correct(self):
        """Corrects a detection where the disk lets one be found."""
        try:
            found = [item for item in self.daemon.items("/api/v1/detections") if item["rule"] == "robber"]
        except Exception:
            return
        for item in found[:1]:
            status, _ = faults.post(self.daemon, f"/api/v1/detections/{item['id']}/correction", {"label": "magpie"})
            if status == 200:
                self.corrected = item["id"]

    def look_at_correction(self):
        if self.corrected and self.daemon.running():
            self.waits("a correction that was taken is kept", self.correction_is_kept)

    def correction_is_kept(self):
        try:
            items = list(self.daemon.items("/api/v1/detections"))
        except Exception:  # the disk may fail a question too
            return False
        return any(item["id"] == self.corrected and item["correction"] == "magpie" for item in items)

    def page_tells(self):
        """Whether page and metrics say that the disk fails, each in its way."""
        status, page = faults.asked(self.daemon, "/")
        _, metrics = faults.asked(self.daemon, "/metrics")
        return status, "cannot be written" in page or "disk" in page, "rooster_store_well 0" in metrics

    def all_recorded(self):
        try:
            found = faults.frames(self.daemon)
        except Exception:
            return False
        return all([item["state"] for item in found.get(path, [])] == ["recorded"] for path in self.camera.paths)

    def all_done(self):
        try:
            items = [item for item in self.daemon.items("/api/v1/detections") if item["rule"] == "robber"]
            mine = {item["id"] for found in faults.frames(self.daemon).items() if found[0] in self.camera.foxes
                    for item in found[1]}
        except Exception:
            return False
        return sum(item["frame"] in mine and (item["action"] or {}).get("state") == "done" for item in items) == 3

    def is_well(self):
        try:
            metrics = self.daemon.metrics()
        except Exception:
            return False
        return metrics["rooster_store_well"] == 1 and metrics["rooster_store_waiting_writes"] == 0

    def forget(self):
        """Removes what it left, where nothing went wrong."""
        self.daemon.kill()
        self.campaign.daemons.remove(self.daemon)
        if not self.wrong:
            shutil.rmtree(self.home, ignore_errors=True)


class Series:
    """Lives with the same fault at one call after the other."""

    def __init__(self, campaign, library, templates):
        self.campaign, self.library, self.templates = campaign, library, templates

    def run(self, what, error, kinds, calls, limit, begins="new", every=0, heals=False):
        """`limit` lives at most, spread evenly over the calls; all of them where that is enough."""
        numbers = list(range(1, (every or calls) + 1))
        if len(numbers) > limit:
            numbers = sorted(self.campaign.random.sample(numbers, limit))
        bad, failed, shown = [], 0, 0
        for number in numbers:
            life = Life(self.campaign, self.library, self.templates[begins])
            end = 1 << 60 if every or heals else number + 1
            life.disk.fail(number, end, every, error, kinds)
            wrong = life.live(heals)
            failed += life.disk.failed
            if life.shown:
                shown += life.shown[1] and life.shown[2] or life.shown[0] >= 500
            if wrong:
                bad.append((number, wrong))
                self.campaign.say(f"{what}: {life.disk.last}: {'; '.join(wrong)}; see {life.home}")
            life.forget()
        detail = f"{len(numbers)} lives, {failed} failed calls"
        if heals:
            detail += f", said on the page and in metrics in {shown}"
        if bad:
            detail += f"; wrong in {len(bad)}: first at call {bad[0][0]}: {bad[0][1][0]}"
        self.campaign.check(what, not bad and (not heals or shown == len(numbers)), detail)


def read_only(campaign, library, seconds):
    """The disk becomes read-only, as a card that fails does (every call that would change something is refused with
    EROFS), and is well again."""
    home = f"{campaign.home}/card"
    os.makedirs(home)
    script = faults.note_script(f"{home}/note")
    disk = FailingDisk(home, library, f"{home}/state")
    daemon = campaign.daemon(faults.rules(script), name="card", environment=disk.environment)
    camera = faults.Camera(campaign, daemon.capture, "card")
    daemon.start()
    camera.shoot(FOX)
    common.until("a frame is on record", lambda: len(faults.frames(daemon)) == 1)
    disk.fail(1, 1 << 60, error="EROFS", kinds=FailingDisk.CHANGING)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        path = camera.shoot(FOX)
        # What comes while a newer one is decided is late and fires nothing.
        common.until("the action starts", lambda: path in faults.started(script))
        camera.shoot(FINCH)
        time.sleep(0.3)
    answered = lambda: all(path in faults.started(script) for path in camera.foxes)
    common.until("the actions of a read-only disk", answered)
    campaign.check("read-only: every action starts", answered(), f"{len(camera.foxes)} actions")
    metrics = common.until("the metrics say so", lambda: (m := daemon.metrics())["rooster_store_well"] == 0 and m)
    waiting = metrics["rooster_store_waiting_writes"]
    _, page = faults.asked(daemon, "/")
    _, ready = faults.asked(daemon, "/readyz")
    campaign.check("read-only: page, metrics and readyz say so",
                   "Records cannot be written" in page and ready.startswith("ready\nbut "), f"{waiting:.0f} writes wait")
    disk.heal()
    try:
        common.until("all is on record", lambda: len(faults.frames(daemon)) == len(camera.paths), 90)
    except common.TooLate:
        pass
    found = faults.frames(daemon)
    once = sum(len(items) == 1 for items in found.values())
    campaign.check("read-only and back: each frame is on record once", once == len(camera.paths) == len(found),
                   f"{once} of {len(camera.paths)}")
    def well():
        metrics = daemon.metrics()
        return (metrics["rooster_store_waiting_writes"], metrics["rooster_store_lost_writes_total"],
                metrics["rooster_store_well"]) == (0, 0, 1)
    try:
        common.until("it is well", well, 30)
    except common.TooLate:
        pass
    campaign.check("read-only and back: nothing waits, nothing is lost", well())
    # Pictures of what came meanwhile are tried again as long as they are few; the originals are where they lie.
    path = camera.shoot(FINCH)
    before = len(daemon.files("pictures"))
    try:
        common.until("a picture is kept", lambda: len(daemon.files("pictures")) > before, 30)
        kept = True
    except common.TooLate:
        kept = False
    campaign.check("read-only and back: pictures are kept again", kept,
                   f"{len(daemon.files('pictures'))} of {len(camera.paths)}, the others are where the camera put them")
    daemon.stop()
    # A start on a disk that is read-only, and well again afterwards.
    disk.fail(1, 1 << 60, error="EROFS", kinds=FailingDisk.CHANGING)
    daemon.start()
    path = camera.shoot(FOX)
    common.until("an action", lambda: path in faults.started(script))
    _, page = faults.asked(daemon, "/")
    campaign.check("a start on a read-only disk: answered, fired and said", "Records cannot be written" in page)
    disk.heal()
    try:
        common.until("it is on record", lambda: path in [row["path"] for row in daemon.rows("SELECT path FROM frame")], 90)
        recorded = True
    except Exception:
        recorded = False
    campaign.check("a start on a read-only disk: recorded when the disk is well", recorded)
    daemon.stop()
    campaign.check("a start on a read-only disk: whole afterwards", not daemon.damage())


def main():
    options = common.options(__doc__, lives=(100_000, 1), seconds=(20.0, 1.0))
    with common.Campaign(options) as campaign:
        library = faults.shim(campaign, "failing-disk")
        # Two lives on a good disk: how many calls there are, and what a later start finds.
        calls = {}
        template = None
        for begins in ("new", "used"):
            life = Life(campaign, library, template)
            life.disk.fail(0)
            campaign.check(f"a life on a good disk, {begins} record", not life.live(), life.wrong or life.disk.calls_of)
            calls[begins] = life.disk.calls_of
            template = template or shutil.copytree(f"{life.home}/state", f"{campaign.home}/template")
            life.forget()
        series = Series(campaign, library, {"new": None, "used": template})
        most = options.lives
        growing = ["create", "write", "mkdir", "link", "truncate", "map"]
        def count(begins, kinds):
            return sum(calls[begins][kind] for kind in kinds)
        for begins in ("new",) if options.small else ("new", "used"):
            series.run(f"each change fails once with EIO, {begins} record", "EIO", FailingDisk.CHANGING,
                       count(begins, FailingDisk.CHANGING), most, begins)
        stride = 97  # rare enough that most of what is tried again succeeds
        trials = [("EIO", FailingDisk.KINDS), ("ENOSPC", growing), ("EROFS", FailingDisk.CHANGING), ("short", ["write"])]
        for error, kinds in trials[:1] if options.small else trials:
            series.run(f"one call in {stride} fails with {error}, each once", error, kinds, 0, max(1, most // 2), "used", stride)
        trials = [("all", "EIO", FailingDisk.KINDS), ("all changing", "EIO", FailingDisk.CHANGING), ("all growing", "ENOSPC", growing)]
        for begins in ("new",) if options.small else ("new", "used"):
            for which, error, kinds in trials[1:2] if options.small else trials:
                series.run(f"{which} calls fail with {error} from one on until healed, {begins} record", error, kinds,
                           count(begins, kinds), max(1, min(25, most // 4)), begins, heals=True)
        if not options.small:
            read_only(campaign, library, options.seconds)


main()
