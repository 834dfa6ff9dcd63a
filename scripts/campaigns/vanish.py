"""Campaign: capture directories vanish in seven ways and come back, again and again, while photos are written

One daemon, run by a user without privileges, with a source for each way: unmounted, renamed, removed and made again,
replaced by a file, replaced by a symbolic link, rights taken away, and a directory inside a source moved away.
"""
import os
import shutil
import subprocess
import time

import common
import faults
from faults import FINCH, FOX

NOBODY = 65534


class Way:
    """One way to vanish. `gone` does it, `back` undoes it; the camera writes before, meanwhile where it can, and after."""

    # What the source is said to be while it is gone.
    state = "missing"
    # Where photos written meanwhile go, and whether they are frames now, later or never.
    meanwhile = None

    def __init__(self, campaign, directory):
        self.directory = directory
        self.aside = f"{campaign.home}/aside-{type(self).__name__}"
        self.camera = faults.Camera(campaign, self.place(), type(self).__name__)
        self.made = []

    def place(self):
        return self.directory

    def begin(self):
        pass

    def shoot(self, part=FINCH):
        """A photo as the camera's own user writes it: readable by all."""
        return self.camera.shoot(part, path=f"{self.camera.directory}/{self.camera.name}-{len(self.camera.paths) + 1:05d}.jpg")


class Unmounted(Way):
    """The disk is unmounted: an empty directory stays, which may be watched; then it is mounted again."""
    state = None

    def begin(self):
        faults.mount(self.aside, "size=16m,mode=755")
        self.back()

    def gone(self):
        subprocess.run(["umount", self.directory], check=True)

    def back(self):
        subprocess.run(["mount", "--bind", self.aside, self.directory], check=True)


class Renamed(Way):
    def gone(self):
        os.rename(self.directory, self.aside)
        self.camera.directory = self.aside  # the camera goes on writing where it wrote

    def back(self):
        self.camera.directory = self.directory
        os.rename(self.aside, self.directory)


class Removed(Way):
    def gone(self):
        shutil.rmtree(self.directory)

    def back(self):
        os.mkdir(self.directory)


class BecameFile(Way):
    def gone(self):
        os.rename(self.directory, self.aside)
        with open(self.directory, "w") as file:
            file.write("not a directory\n")

    def back(self):
        os.unlink(self.directory)
        os.rename(self.aside, self.directory)


class BecameLink(Way):
    """Replaced by a symbolic link to where it lies now: it is followed, and nothing in it is new."""
    state = None

    def gone(self):
        os.rename(self.directory, self.aside)
        os.symlink(self.aside, self.directory)

    def back(self):
        os.unlink(self.directory)
        os.rename(self.aside, self.directory)


class NoRights(Way):
    def gone(self):
        os.chmod(self.directory, 0o700)

    def back(self):
        os.chmod(self.directory, 0o755)


class InsideMoved(Way):
    """A directory in the source goes and comes back; the source itself stays."""
    state = None

    def place(self):
        return f"{self.directory}/2026-11-21"

    def begin(self):
        os.makedirs(self.place(), exist_ok=True)

    def gone(self):
        os.rename(self.place(), self.aside)
        self.camera.directory = self.aside

    def back(self):
        os.rename(self.aside, self.place())
        self.camera.directory = self.place()


WAYS = [Unmounted, Renamed, Removed, BecameFile, BecameLink, NoRights, InsideMoved]


def sources(daemon):
    return {source["name"]: source for source in daemon.status()["sources"]}


def settled(ways, daemon):
    """Every photo that was written is on record."""
    found = faults.frames(daemon)
    return found, all(count_of(found, way, path) >= 1 for way in ways for path in way.camera.paths)


def count_of(found, way, path):
    """How often a photo is on record, under whatever directory it was met."""
    name = os.path.basename(path)
    return sum(len(items) for known, items in found.items() if os.path.basename(known) == name)


def round_of(campaign, daemon, ways, number, told):
    """All vanish at once, stay away for a while, and come back. A photo is written just before and just after."""
    for way in ways:
        way.shoot()
    if number % 2 == 0:
        common.until("photos before are on record", lambda: settled(ways, daemon)[1], 60, 0.2)
    for way in ways:
        if isinstance(way, Removed):  # its photos go for good: only what is on record can be asked for
            common.until("photos of the one to be removed", lambda: settled([way], daemon)[1], 60, 0.1)
        way.gone()
    went = time.time()
    away = [way for way in ways if way.state]
    def all_told():
        now = sources(daemon)
        return all(now[way.camera.name]["state"] == way.state for way in away)
    try:
        common.until("the state of those that are gone", all_told, 20, 0.2)
    except common.TooLate:
        pass
    now = sources(daemon)
    for way in away:
        source = now[way.camera.name]
        since = common_time(source["since"]) if source.get("since") else 0
        if source["state"] == way.state and way.directory in source.get("sentence", "") and -1 < since - went < 8:
            told["yes"] += 1
        else:
            told["no"].append(f"{way.camera.name}: {source}")
    for way in ways:
        if way.camera.directory == way.aside:  # renamed: the camera writes on
            way.shoot()
    for way in ways:
        way.back()
        way.shoot(FOX)
    def all_back():
        now = sources(daemon)
        return all(now[way.camera.name]["state"] in ("well", "waiting") for way in ways)
    common.until("those that are back", all_back, 20, 0.2)
    common.until("all photos are on record", lambda: settled(ways, daemon)[1], 90, 0.2)


def common_time(text):
    from datetime import datetime
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def main():
    options = common.options(__doc__, rounds=(20, 1))
    faults.own_mounts()
    with common.Campaign(options) as campaign:
        os.chmod(campaign.home, 0o755)
        script = faults.note_script(f"{campaign.home}/note")
        names = [way.__name__ for way in WAYS]
        user = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"] if shutil.which("setpriv") else []
        if not user:
            campaign.say("there is no setpriv (util-linux): run as root, to whom no right can be taken away")
            WAYS.remove(NoRights)
        daemon = campaign.daemon(faults.rules(script), sources={name: "" for name in names}, prefix=user)
        os.makedirs(daemon.state)
        for path in (daemon.home, daemon.state, campaign.home):
            os.chown(path, NOBODY, NOBODY)
        ways = [way(campaign, daemon.directories[way.__name__]) for way in WAYS]
        for way in ways:
            way.begin()
        daemon.start()
        told = {"yes": 0, "no": []}
        rounds = 0
        for number in range(options.rounds):
            round_of(campaign, daemon, ways, number, told)
            rounds += 1
            campaign.say(f"round {number + 1}: {sum(len(way.camera.paths) for way in ways)} photos so far")
        campaign.check("every directory is taken up again, round after round", rounds == options.rounds, f"{rounds} rounds")
        campaign.check("each absence is told with what, since when and what to do", not told["no"],
                       f"{told['yes']} told" + (f"; not: {told['no'][:3]}" if told["no"] else ""))
        # A rescan a minute would find what was missed, and would take twice what was taken once: wait for one.
        if not options.small:
            time.sleep(65)
        found = faults.frames(daemon)
        for way in ways:
            counts = [count_of(found, way, path) for path in way.camera.paths]
            campaign.check(f"{way.camera.name}: each photo is on record exactly once", set(counts) == {1},
                           f"{len(counts)} photos, {counts.count(0)} missing, {sum(c > 1 for c in counts)} twice")
        states = {item["state"] for items in found.values() for item in items}
        campaign.check("nothing was quarantined", states <= {"recorded"}, f"{states}")
        starts = {os.path.basename(path): count for path, count in faults.started(script).items()}
        foxes = [os.path.basename(path) for way in ways for path in way.camera.foxes]
        accounted = {os.path.basename(row["path"]) for row in daemon.rows(
            "SELECT f.path FROM action a JOIN detection d ON d.sequence = a.detection JOIN frame f ON f.sequence = d.frame")}
        campaign.check("each due action started once or says why not",
                       all(starts.get(name, 0) <= 1 for name in foxes) and set(foxes) <= accounted,
                       f"{len(foxes)} due, {sum(name in starts for name in foxes)} started, {len(set(foxes) - accounted)} unaccounted")
        status = daemon.stop()
        campaign.check("it ends with status 0, the record is whole", status == 0 and not daemon.damage())


main()
