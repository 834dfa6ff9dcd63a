"""Campaign: the wall clock jumps by hours, days and years, starts in 1970, crosses DST changes and a leap day

LD_PRELOAD of false-clock.c shifts the clock of a running daemon. What waits must count on the clock that never jumps, and
what is on record must keep its order.
"""
import calendar
import http.server
import os
import threading
import time
from datetime import datetime, timezone

import common
import faults
from faults import FINCH, FOX

HOUR, DAY, YEAR = 3600, 86_400, 365 * 86_400
COOLDOWN, GAP = 3.0, 2.0


class Ntfy:
    """A server that counts what it is sent, and refuses while `away`."""

    def __init__(self):
        self.away = False
        self.keys = []
        server = self
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                if not server.away:
                    server.keys.append(dict(self.headers))
                self.send_response(503 if server.away else 200)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")
            do_PUT = do_POST
            def log_message(self, *_):
                pass
        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.http.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}/henhouse"


def instant(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def utc(year, month, day, hour=0, minute=0, second=0):
    return calendar.timegm((year, month, day, hour, minute, second))


class Trial:
    def __init__(self, campaign, clock, name, settings, place=""):
        self.campaign, self.clock = campaign, clock
        self.script = faults.note_script(f"{campaign.home}/{name}.note")
        self.daemon = campaign.daemon(
            settings(self.script), name=name, place=place, environment=clock.environment,
            sources={"yard": f"visit_gap: {GAP:g}s"}, storage="keep_free: 1MB, keep_frames: 30d, keep_records: 365d")
        self.camera = faults.Camera(campaign, self.daemon.directories["yard"], name)

    def shoot(self, part=FOX):
        """A photo with the time of this clock as its last change. Returns its path once it is answered."""
        path = self.camera.shoot(part, modified=self.clock.now())
        common.until("a photo is on record", lambda: path in faults.frames(self.daemon), 30)
        return path

    def fired(self, path):
        """Whether its action started; waits where it is due."""
        return path in faults.started(self.script)

    def eventually_fired(self, path):
        try:
            common.until("an action", lambda: self.fired(path), 30)
        except common.TooLate:
            pass
        return self.fired(path)

    def visit_of(self, path):
        frame = faults.frames(self.daemon)[path][0]["id"]
        return next(i["visit"] for i in self.daemon.items("/api/v1/detections") if i["frame"] == frame and i["rule"] == "robber")


def step(campaign, trial, what, seconds=None, to=None):
    """One step of the clock between frames of one visit and within one cool-down."""
    time.sleep(COOLDOWN + 0.3)  # cool-down and visit are over
    shot = time.monotonic()
    first = trial.shoot()
    fired = trial.eventually_fired(first)
    trial.clock.set(to) if to is not None else setattr(trial.clock, "shift", trial.clock.shift + seconds)
    began = time.monotonic()
    second = trial.shoot()
    soon = time.monotonic() - shot < GAP - 0.2  # else the machine was too slow to ask for it
    held = not trial.fired(second)
    same = trial.visit_of(first) == trial.visit_of(second)
    time.sleep(max(0, COOLDOWN + 0.3 - (time.monotonic() - began)))
    third = trial.shoot()
    again = trial.eventually_fired(third)
    other = trial.visit_of(third) != trial.visit_of(second)
    order = [item["path"] for item in trial.daemon.items("/api/v1/frames")]
    sorted_well = order == trial.camera.paths[::-1]
    pages = [path for path in ("/", "/feed.json", "/feed.atom", "/metrics", "/api/v1/status")
             if faults.asked(trial.daemon, path)[0] != 200]
    feed = trial.daemon.json("/feed.json")["items"]
    now = trial.clock.now()
    wrong = []
    for holds, words in (
            (fired, "the action before did not start"), (held or not soon, "fired twice within the cool-down"),
            (same or not soon, "the visit was split"), (again, "no action after the cool-down"), (other, "visits merged"),
            (sorted_well, "the newest is not first"), (not pages, f"no answer from {pages}"),
            (feed and instant(feed[0]["date_published"]) <= now + 2, "the feed's newest item is of the future"),
            (all(instant(i["date_published"]) <= instant(i["date_modified"]) + 1 for i in feed[:2]), "published after modified")):
        if not holds:
            wrong.append(words)
    campaign.check(f"the clock {what}", not wrong, "; ".join(wrong) or "fires once, one visit, newest first")
    return wrong


def steps(campaign, clock, small):
    trial = Trial(campaign, clock, "steps", lambda script: faults.rules(script, f"{COOLDOWN:g}s"))
    trial.daemon.start()
    every = [("goes 2 hours forward", 2 * HOUR), ("goes 2 hours back", -2 * HOUR), ("goes a day forward", DAY),
             ("goes 3 days back", -3 * DAY), ("goes 10 years forward", 10 * YEAR), ("goes 11 years back", -11 * YEAR),
             ("goes a year forward", YEAR), ("goes 100 ms back", -0.1), ("goes 10 s forward", 10)]
    for what, seconds in [every[5]] if small else every:
        step(campaign, trial, what, seconds)
    clock.shift = 0
    trial.daemon.stop()
    campaign.check("after the steps the record is whole", not trial.daemon.damage())


def first_of_january_1970(campaign, clock):
    """A board without a battery: it starts in 1970 with photos of 2026 on the disk, then learns the time."""
    trial = Trial(campaign, clock, "board", lambda script: faults.rules(script, f"{COOLDOWN:g}s"))
    trial.daemon.start()
    trial.shoot()
    trial.daemon.stop()
    down = trial.camera.shoot(FOX, modified=time.time() - HOUR)  # while it was down, an hour ago
    clock.set(60)
    trial.daemon.start()
    common.until("what came while it was down", lambda: down in faults.frames(trial.daemon), 30)
    time.sleep(1)
    item = faults.frames(trial.daemon)[down][0]
    campaign.check("a start in 1970: a photo of the future fires nothing", not trial.fired(down), f"its time {item['time']}")
    campaign.check("a start in 1970: no frame is of the future", instant(item["time"]) <= clock.now() + 1, item["time"])
    step(campaign, trial, "starts in 1970 and jumps to today", to=time.time())
    def pictures():
        return len(trial.daemon.files("pictures"))
    try:
        common.until("pictures", lambda: pictures() == len(trial.camera.paths), 30)
    except common.TooLate:
        pass
    campaign.check("after the jump to today every picture is kept", pictures() == len(trial.camera.paths),
                   f"{pictures()} of {len(trial.camera.paths)}")
    clock.shift = 0
    trial.daemon.stop()
    fresh = Trial(campaign, clock, "fresh", lambda script: faults.rules(script, f"{COOLDOWN:g}s"))
    old = [fresh.camera.shoot(FOX, modified=time.time() - HOUR - i) for i in range(3)]
    clock.set(60)
    fresh.daemon.start()
    common.until("old photos", lambda: all(path in faults.frames(fresh.daemon) for path in old), 30)
    time.sleep(1)
    states = {faults.frames(fresh.daemon)[path][0]["state"] for path in old}
    campaign.check("the very first start in 1970: photos that lie there fire nothing", not any(map(fresh.fired, old)), f"{states}")
    fresh.daemon.stop()
    clock.shift = 0


def retention(campaign, clock):
    """A wrong clock must not empty the disk: ages are not believed at once."""
    trial = Trial(campaign, clock, "retention", lambda script: faults.rules(script, "1ms"))
    trial.daemon.start()
    for _ in range(5):
        trial.shoot(FINCH)
    common.until("pictures", lambda: len(trial.daemon.files("pictures")) == 5)
    for what, shift in (("10 years forward", 10 * YEAR), ("to 1970", 60 - time.time())):
        clock.shift = shift
        trial.shoot(FINCH)
        time.sleep(70)  # a sweep a minute
        kept, on_record = len(trial.daemon.files("pictures")), len(faults.frames(trial.daemon))
        campaign.check(f"a step {what} empties nothing", kept == on_record == len(trial.camera.paths),
                       f"{kept} pictures, {on_record} records of {len(trial.camera.paths)}")
    titles = [trouble["title"] for trouble in trial.daemon.status()["troubles"]]
    campaign.check("the page says that the clock was set", "The clock was set" in titles, ", ".join(titles))
    clock.shift = 0
    time.sleep(70)
    kept = len(trial.daemon.files("pictures"))
    campaign.check("nor does the step back to today", kept == len(trial.camera.paths), f"{kept} pictures")
    trial.daemon.stop()


def outbox(campaign, clock):
    """Messages wait for a server that is away: a step neither expires them nor keeps them for years."""
    ntfy = Ntfy()
    def settings(script):
        return faults.rules(script, "1ms", ", publish: [phone]") + f"channels:\n  - {{name: phone, kind: ntfy, url: \"{ntfy.url}\", expires: 1d}}\n"
    for what, shift, restart in (("3 days forward", 3 * DAY, False), ("a year back", -YEAR, False), ("a year back and a restart", -YEAR, True)):
        trial = Trial(campaign, clock, f"outbox-{shift}-{restart}", settings)
        ntfy.away = True
        ntfy.keys.clear()
        trial.daemon.start()
        trial.shoot()
        outbox = lambda: next(c for c in trial.daemon.status()["channels"] if c["name"] == "phone")["outbox"]
        common.until("a message waits", lambda: outbox().get("pending", 0) == 1, 20)
        common.until("it was tried", lambda: trial.daemon.rows("SELECT attempts FROM outbox")[0]["attempts"] > 0, 20)
        clock.shift += shift
        if restart:
            trial.daemon.stop()
            trial.daemon.start()
        ntfy.away = False
        try:
            common.until("the message arrives", lambda: outbox().get("delivered", 0) == 1, 100, 0.3)
        except common.TooLate:
            pass
        campaign.check(f"the clock goes {what}: a message that waits is delivered", outbox().get("delivered", 0) == 1 and len(ntfy.keys) == 1,
                       f"{dict((k, v) for k, v in outbox().items() if v)}, {len(ntfy.keys)} arrived")
        trial.daemon.stop()
        clock.shift = 0
    ntfy.http.shutdown()


def local_time(campaign, clock, small):
    """DST changes in both directions and the leap day, crossed while frames arrive."""
    crossings = [("the hour that is skipped", utc(2026, 3, 29, 1)), ("the hour that comes twice", utc(2026, 10, 25, 1)),
                 ("the 29th of February begins", utc(2028, 2, 29)), ("the 29th of February ends", utc(2028, 3, 1)),
                 ("a year ends", utc(2027, 1, 1))]
    trial = Trial(campaign, clock, "local", lambda script: faults.rules(script, f"{COOLDOWN:g}s"),
                  place="name: Henhouse, latitude: 55.95, longitude: -3.19, time_zone: Europe/London")
    for what, at in crossings[1:2] if small else crossings:
        clock.set(at - 4)
        trial.daemon.start()
        times, fired_at, bad = [], [], []
        end = time.monotonic() + 8
        while time.monotonic() < end:
            path = trial.shoot()
            times.append(path)
            for page in ("/", "/feed.json", "/api/v1/status"):
                status, _ = faults.asked(trial.daemon, page)
                if status != 200:
                    bad.append((page, status))
            time.sleep(0.3)
        started = [note for note in common.notes(trial.script) if note["picture"] in times]
        actions = sorted(instant(row) for row in {note["time"] for note in started})
        near = [later - earlier for earlier, later in zip(actions, actions[1:]) if later - earlier < COOLDOWN - 0.1]
        visits = {trial.visit_of(path) for path in times}
        campaign.check(f"{what}: cool-downs hold, one visit, pages answer",
                       len(actions) >= 2 and not near and len(visits) == 1 and not bad and len(set(n["picture"] for n in started)) == len(started),
                       f"{len(times)} frames, {len(started)} actions, {len(visits)} visits, {len(bad)} bad pages")
        trial.daemon.stop()
        clock.shift = 0
    campaign.check("after the crossings the record is whole", not trial.daemon.damage())


def file_times(campaign, clock):
    """Files that claim to be of the future: a camera whose clock is wrong."""
    trial = Trial(campaign, clock, "files", lambda script: faults.rules(script, "1ms"))
    trial.daemon.start()
    live = trial.camera.shoot(FOX, modified=time.time() + YEAR)
    common.until("a frame", lambda: live in faults.frames(trial.daemon), 30)
    campaign.check("a file of next year that comes now fires", trial.eventually_fired(live))
    trial.daemon.stop()
    down = trial.camera.shoot(FINCH, modified=time.time() + YEAR)
    trial.daemon.start()
    common.until("a frame", lambda: down in faults.frames(trial.daemon), 30)
    after = trial.shoot()
    found = faults.frames(trial.daemon)
    ahead = [item["time"] for items in found.values() for item in items if instant(item["time"]) > clock.now() + 1]
    campaign.check("no frame is recorded with a time of the future", not ahead, ", ".join(ahead))
    campaign.check("what comes after a file of the future is not late for it", trial.eventually_fired(after) and not found[after][0]["late"])
    order = [item["path"] for item in trial.daemon.items("/api/v1/frames")]
    campaign.check("a file of the future does not stay on top of the list", order[0] == after)
    trial.daemon.stop()


def main():
    options = common.options(__doc__)
    with common.Campaign(options) as campaign:
        clock = faults.FalseClock(campaign, faults.shim(campaign, "false-clock"))
        # The shim must take: a daemon whose clock is set to 2031 says so.
        clock.set(utc(2031, 5, 6))
        trial = Trial(campaign, clock, "shim", lambda script: faults.rules(script))
        trial.daemon.start()
        campaign.check("the daemon believes the clock of the shim", trial.daemon.status()["now"].startswith("2031-05-06"))
        trial.daemon.stop()
        clock.shift = 0
        steps(campaign, clock, options.small)
        if not options.small:
            first_of_january_1970(campaign, clock)
            outbox(campaign, clock)
            file_times(campaign, clock)
            local_time(campaign, clock, False)
            retention(campaign, clock)


main()
