"""Campaign: the process is killed (-9) every 1 to 4 s, at any point, while frames come at full speed"""
import collections
import http.client
import os
import threading
import time

import common

# What holds (DESIGN section 2): each frame is on record exactly once; each due action was started, or is on record with the
# reason why not; none was started twice except where the process died between start and its record, under the same id;
# the record is whole; ids in the feed stay for ever; no picture is left that nobody knows.
#
# Four cameras, so that turns between sources are killed too. Most files are written straight to their final name, every
# fifth is renamed into place, every fiftieth is written in two halves with a pause, so that deaths meet half files.

SOURCES = ["nest", "yard", "gate", "run"]
RULES = """
groups: {robbers: ["grey fox", kite, "house finch", junco, hare, otter, "wild boar", hog]}
rules:
  - {name: robber, labels: ["group:robbers"], probability: 0.4, cooldown: 1ms, action: note}
  - {name: anyone, labels: ["group:animals"], probability: 0.5}
actions:
  - {name: note, command: ["%s"], when_busy: queue, at_once: 4, at_most: 100000/h}
"""


class Camera(threading.Thread):
    """Writes `frames` photos at `rate` a second, whatever the daemon does."""

    def __init__(self, campaign, daemon, frames, rate):
        super().__init__(daemon=True)
        self.campaign, self.daemon_, self.frames, self.rate = campaign, daemon, frames, rate
        self.random = common.random.Random(campaign.options.seed + 1)
        self.written = []

    def run(self):
        begin = time.monotonic()
        for number in range(self.frames):
            time.sleep(max(0.0, begin + number / self.rate - time.monotonic()))
            photo = self.campaign.photos.unique(self.random.randrange(len(self.campaign.photos)))
            path = f"{self.daemon_.directories[SOURCES[number % 4]]}/{number:06}.jpg"
            if number % 50 == 17:
                with open(path, "wb", buffering=0) as file:
                    file.write(photo[: len(photo) // 2])
                    time.sleep(0.02)
                    file.write(photo[len(photo) // 2:])
            elif number % 5 == 3:
                common.shoot(path + ".tmp", photo)
                os.rename(path + ".tmp", path)
            else:
                common.shoot(path, photo)
            self.written.append(path)


class Feed:
    """Ids that /feed.json has shown, with what was said of them first."""

    def __init__(self):
        self.seen = {}
        self.changed = []

    def look(self, daemon):
        try:
            items = daemon.json("/feed.json", 2.0)["items"]
        except (OSError, http.client.HTTPException, ValueError):
            return
        for item in items:
            own = item["_rooster"]
            what = (own["visit"], own["label"], own["source"], own["region"])
            if self.seen.setdefault(item["id"], what) != what:
                self.changed.append((item["id"], self.seen[item["id"]], what))


def kill_again_and_again(campaign, daemon, camera, feed):
    """Until the camera is done. Returns (kills, faults of the record seen between lives)."""
    options, faults = campaign.options, []
    kills = 0
    while camera.is_alive():
        end = time.monotonic() + campaign.random.uniform(options.shortest, options.longest)
        daemon.start(wait=False)
        while time.monotonic() < end and camera.is_alive():
            time.sleep(min(0.2, max(0.0, end - time.monotonic())))
            if end - time.monotonic() < 0.3:
                feed.look(daemon)
        if not camera.is_alive():
            break
        if not daemon.running():
            campaign.check("it runs until it is killed", False, f"ended by itself: {daemon.log()[-500:]}")
        daemon.kill()
        kills += 1
        if kills % 10 == 0:
            faults += daemon.damage()
            campaign.say(f"{kills} kills, {len(camera.written)} frames written")
    return kills, faults


def check_frames(campaign, daemon, written):
    rows = daemon.rows("SELECT id, path, state, late, picture, reason FROM frame")
    states = collections.Counter(row["state"] for row in rows)
    times = collections.Counter(row["path"] for row in rows)
    missing = [path for path in written if path not in times]
    repeated = [path for path, count in times.items() if count > 1]
    campaign.check("each frame is on record", not missing, f"{len(written)} frames, {len(missing)} missing {missing[:3]}")
    campaign.check("none is on record twice", not repeated, f"{len(repeated)} twice {repeated[:3]}")
    campaign.check("no other frames are on record", len(set(times) - set(written)) == 0)
    campaign.check("all are answered, none noted or quarantined", states["recorded"] == len(written), dict(states))
    listed = [item["path"] for item in daemon.items("/api/v1/frames")]
    campaign.check(
        "the API lists each exactly once", sorted(listed) == sorted(written), f"{len(listed)} listed, page by page")
    campaign.say(f"{sum(row['late'] for row in rows)} frames were decided late, after a newer one of their source")
    return rows


def check_actions(campaign, daemon, script, kills):
    rows = daemon.rows(
        """SELECT d.id, d.rule, d.heldBack, d.superseded, a.state, a.reason, a.clause FROM detection d
           LEFT JOIN action a ON a.detection = d.sequence WHERE d.rule = 'robber'""")
    starts = collections.Counter(note["detection"] for note in common.notes(script))
    states = collections.Counter(row["state"] for row in rows)
    known = {row["id"] for row in rows}
    nothing = [row["id"] for row in rows if row["state"] is None]
    pending = [row["id"] for row in rows if row["state"] in ("queued", "started")]
    ran = [row for row in rows if row["state"] in ("done", "failed", "timed_out")]
    unreasoned = [row["id"] for row in rows if row["state"] in ("held_back", "failed", "expired") and not row["reason"]]
    unstarted = [row["id"] for row in ran if not starts[row["id"]]]
    denied = [(row["id"], row["state"], row["reason"]) for row in rows
              if row["state"] in ("held_back", "expired") and starts[row["id"]]]
    strangers = [id for id in starts if id not in known]
    repeated = {id: count for id, count in starts.items() if count > 1}
    campaign.check("each due action is started or accounted for", not nothing and not pending,
                   f"{len(rows)} due: {dict(states)}; {len(nothing)} without a word, {len(pending)} unended {pending[:2]}")
    campaign.check("what was not started has its reason", not unreasoned, f"{len(unreasoned)} without")
    campaign.check("what is on record as run did run", not unstarted, f"{len(ran)} ran; {len(unstarted)} did not")
    campaign.check("what is on record as held back or expired did not run", not denied, f"{len(denied)} did {denied[:2]}")
    campaign.check("nothing ran that is not on record", not strangers, f"{len(strangers)} {strangers[:2]}")
    campaign.check("none was started more than twice", all(count == 2 for count in repeated.values()))
    campaign.check("started twice, with one id, only where it died between start and record (at most two a kill: two threads start)",
                   len(repeated) <= 2 * kills,
                   f"{len(repeated)} of {len(starts)} in {kills} kills")
    reasons = collections.Counter(f"{row['state']}: {row['reason'].split(':')[0]}" for row in rows if row["reason"])
    campaign.say(f"reasons: {dict(reasons)}")


def check_feed(campaign, daemon, feed):
    feed.look(daemon)
    visits = {row["id"]: row for row in daemon.rows("SELECT * FROM visit")}
    gone = [id for id, what in feed.seen.items() if what[0] not in visits]
    campaign.check("ids once in the feed stay, with label and source", not gone and not feed.changed,
                   f"{len(feed.seen)} ids seen, {len(gone)} gone, {len(feed.changed)} changed {feed.changed[:1]}")
    wrong = daemon.rows(
        """SELECT v.id FROM visit v WHERE NOT EXISTS (SELECT 1 FROM detection d WHERE d.id = v.id AND d.visit = v.id)
           OR v.count <> (SELECT count(DISTINCT d.frame) FROM detection d WHERE d.visit = v.id)""")
    campaign.check("each visit has its first detection and counts its frames", not wrong, f"{len(wrong)} of {len(visits)} wrong")
    campaign.check("no visit was left open", not [v for v in visits.values() if v["ended"] is None], f"{len(visits)} visits")


def check_pictures(campaign, daemon, rows):
    for kind, column in (("pictures", "pictureBytes"), ("thumbnails", "thumbnailBytes")):
        files = daemon.files(kind)
        known = {row["id"]: row for row in daemon.rows(f"SELECT id, {column} AS bytes, picture FROM frame")}
        orphans = [id for id in files if id not in known]
        lost = [id for id, row in known.items() if row["bytes"] is not None and id not in files]
        campaign.check(f"no {kind} without a frame", not orphans, f"{len(files)} files, {len(orphans)} orphans")
        campaign.check(f"no {kind} on record that are not there", not lost, f"{len(lost)} lost")
    kept = sum(row["picture"] == "kept" for row in daemon.rows("SELECT picture FROM frame"))
    campaign.check("the picture of each frame is kept", kept == len(rows), f"{kept} of {len(rows)}")
    unfinished = [name for _, _, names in os.walk(daemon.state) for name in names if name.endswith((".unfinished", ".new"))]
    campaign.check("what deaths left unfinished is bounded by them", len(unfinished) <= daemon.starts, f"{len(unfinished)} files")


def main():
    options = common.options(__doc__, frames=(10_000, 90), rate=(100.0, 25.0), shortest=(1.0, 0.3), longest=(4.0, 1.5))
    with common.Campaign(options) as campaign:
        script = common.note_script(f"{campaign.home}/note")
        daemon = campaign.daemon(
            RULES % script, sources={name: "visit_gap: 1s, stale_after: 30s" for name in SOURCES})
        camera, feed = Camera(campaign, daemon, options.frames, options.rate), Feed()
        camera.start()
        kills, faults = kill_again_and_again(campaign, daemon, camera, feed)
        campaign.say(f"{kills} kills; {len(camera.written)} frames written; now it may work off what is left")
        if not daemon.running():
            daemon.start()
        common.until("all frames are on record", lambda: daemon.answers() and daemon.recorded() >= options.frames, 1800, 0.5)
        for unended in ("action WHERE state IN ('queued', 'started')", "visit WHERE ended IS NULL"):
            common.comes_true(lambda: not daemon.rows(f"SELECT 1 FROM {unended} LIMIT 1"), 40, 0.5)
        rows = check_frames(campaign, daemon, camera.written)
        check_actions(campaign, daemon, script, kills)
        check_feed(campaign, daemon, feed)
        check_pictures(campaign, daemon, rows)
        metrics = daemon.metrics()
        campaign.check("no write was lost", metrics["rooster_store_lost_writes_total"] == 0)
        campaign.check("no intent went unwritten", metrics["rooster_intents_unwritten_total"] == 0)
        campaign.check("the journal of intents stays small", os.path.getsize(f"{daemon.state}/intents") < 2_000_000,
                       f"{os.path.getsize(f'{daemon.state}/intents') / 1000:.0f} kB")
        campaign.check("it ends when told to", daemon.stop() == 0)
        faults += daemon.damage()
        campaign.check("the record is whole (integrity_check, foreign_key_check)", not faults, f"{len(faults)} faults {faults[:2]}")


main()
