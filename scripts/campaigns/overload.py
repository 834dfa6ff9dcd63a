"""Campaign: frames come at ten times the speed the board manages, for a minute"""
import collections
import heapq
import threading
import time

import common

# What holds (DESIGN section 2, Overload): the newest frame goes first, so that actions go on firing in time; the others
# wait on disk, are recorded when there is time, and fire nothing once stale; memory is bounded; each missed deadline has a
# cause; nothing is lost.

RULES = """
rules:
  - {name: anything, labels: ["group:animals"], probability: 0.0, cooldown: 250ms, action: note}
actions:
  - {name: note, command: ["%s"], when_busy: skip, at_once: 4, at_most: 100000/h}
"""
STALE_AFTER = 3.0  # seconds
# A claim takes 400 bytes, the identity of a file 50, a report 5 kB: 10,000 claims, all files, 1,000 reports, and room for
# what the allocator does not give back.
BYTES_A_FRAME, BYTES_OF_QUEUES = 120, 40e6
# The kernel's word of a file takes a moment to be heard: two frames closer than this have no order.
SLACK = 0.03  # seconds


class Sampler(threading.Thread):
    """Memory and backlog, twice a second."""

    def __init__(self, daemon):
        super().__init__(daemon=True)
        self.daemon_, self.samples, self.done = daemon, [], threading.Event()

    def run(self):
        while not self.done.wait(0.5):
            resident, anonymous = self.daemon_.memory()
            try:
                metrics = self.daemon_.metrics()
            except OSError:
                continue
            self.samples.append((time.monotonic(), resident, anonymous, metrics["rooster_backlog_frames"]))


def write(campaign, daemon, count, rate, prefix):
    """Writes `count` photos at `rate` a second. Returns the paths."""
    paths, begin = [], time.monotonic()
    for number in range(count):
        time.sleep(max(0.0, begin + number / rate - time.monotonic()))
        paths.append(f"{daemon.capture}/{prefix}{number:06}.jpg")
        common.shoot(paths[-1], campaign.photos.unique(number))
    return paths


def speed(campaign, daemon):
    """How many frames a second the board manages: of a burst that it works off."""
    count = 30 if campaign.options.small else 300
    begin = time.monotonic()
    paths = write(campaign, daemon, count, 1e6, "burst")
    common.until("the burst is on record", lambda: daemon.recorded() >= count, 120, 0.02)
    return paths, count / (time.monotonic() - begin)


def waited_behind_older(frames):
    """How many of `frames` (completed, taken), each taken at once, were taken while a newer one waited."""
    arriving = sorted((completed + SLACK, completed, taken) for completed, taken in frames)
    waiting, next_arriving, wrong = [], 0, 0
    for taken, completed in sorted((taken, completed) for completed, taken in frames):
        while next_arriving < len(arriving) and arriving[next_arriving][0] <= taken:
            _, newer, newer_taken = arriving[next_arriving]
            heapq.heappush(waiting, (-newer, newer_taken))
            next_arriving += 1
        while waiting and waiting[0][1] <= taken:
            heapq.heappop(waiting)
        wrong += bool(waiting and -waiting[0][0] > completed + SLACK)
    return wrong


def check_order(campaign, daemon, begin, end):
    items = [item for item in daemon.items("/api/v1/frames") if item["timings_ms"]]
    frames = []
    for item in items:
        completed = common.instant(item["time"])
        frames.append((completed, completed + item["timings_ms"].get("wait", 0) / 1000))
    answered = [frame for frame in frames if begin <= frame[1] <= end]
    fresh = sum(taken - completed < 0.5 for completed, taken in answered)
    wrong = waited_behind_older([frame for frame in frames if frame[1] <= end])
    campaign.check("the newest goes first", campaign.options.small or wrong <= 0.01 * len(answered),
                   f"{len(answered)} answered while they came, {fresh} of them within 0.5 s; {wrong} while a newer one waited")


def check_actions(campaign, daemon, script, begin, end):
    rows = daemon.rows(
        """SELECT d.id, f.time / 1000.0 AS time, f.latency, f.late, a.state, a.clause, a.started / 1000.0 AS started
           FROM detection d JOIN frame f ON f.sequence = d.frame JOIN action a ON a.detection = d.sequence""")
    fired = [row for row in rows if row["state"] == "done"]
    during = [row for row in fired if begin <= row["started"] <= end]
    latencies = [row["latency"] for row in during]
    campaign.check("actions go on firing, in time", campaign.options.small or len(during) > (end - begin) / 2
                   and common.percentile(latencies, 0.99) < 1000,
                   f"{len(during)} in {end - begin:.0f} s; file complete to action started: "
                   f"p50 {common.percentile(latencies, 0.5):.0f} ms, p99 {common.percentile(latencies, 0.99):.0f} ms, "
                   f"longest {max(latencies, default=0):.0f} ms")
    stale = [row["id"] for row in fired if row["started"] - row["time"] > STALE_AFTER + 1]
    campaign.check("nothing stale fires", not stale and not [row for row in fired if row["late"]], f"{len(stale)} of {len(fired)} did")
    started = [note["detection"] for note in common.notes(script)]
    campaign.check("what is on record as done is what ran", sorted(started) == sorted(row["id"] for row in fired),
                   f"{len(started)} ran, {len(fired)} on record")
    reasons = collections.Counter(row["clause"] or row["state"] for row in rows)
    campaign.check("each due action is started or accounted for", "started" not in reasons and "queued" not in reasons,
                   dict(reasons))


def check_figures(campaign, daemon, count):
    metrics = daemon.metrics()
    causes = {name.split('"')[1]: int(value) for name, value in metrics.items()
              if name.startswith("rooster_deadlines_missed_total") and value}
    row = daemon.rows(
        "SELECT count(*) AS frames, sum(missed IS NOT NULL) AS missed, sum(latency > deadline) AS slow FROM frame")[0]
    campaign.check("missed deadlines add up by cause", sum(causes.values()) == row["missed"] == row["slow"],
                   f"{row['missed']} of {row['frames']} missed: {causes}")
    total = metrics['rooster_frames_total{state="recorded"}']
    campaign.check("all frames are counted", total == count and metrics["rooster_backlog_frames"] == 0, f"{total:.0f}")
    campaign.check("no write was lost", metrics["rooster_store_lost_writes_total"] == 0)


def main():
    options = common.options(__doc__, seconds=(60.0, 2.0), factor=(10.0, 4.0))
    with common.Campaign(options) as campaign:
        script = common.note_script(f"{campaign.home}/note")
        daemon = campaign.daemon(
            RULES % script, sources={"yard": f"stale_after: {STALE_AFTER:.0f}s"}, storage="keep_free: 1MB, budget: 100GB")
        daemon.start()
        paths, rate = speed(campaign, daemon)
        count = int(rate * options.factor * options.seconds)
        campaign.say(f"the board manages {rate:.0f} frames/s; now {count} frames at {rate * options.factor:.0f}/s")
        idle = daemon.memory()[0]
        sampler = Sampler(daemon)
        sampler.start()
        begin, wall = time.monotonic(), time.time()
        paths += write(campaign, daemon, count, rate * options.factor, "flood")
        end, wall_end = time.monotonic(), time.time()
        during = daemon.recorded() - (len(paths) - count)
        campaign.say(f"written at {count / (end - begin):.0f}/s; {during:.0f} are on record, {daemon.metrics()['rooster_backlog_frames']:.0f} wait in memory")
        common.until("the backlog is worked off", lambda: daemon.recorded() >= len(paths), 60 + 5 * len(paths) / rate, 0.5)
        worked = time.monotonic() - end
        sampler.done.set()
        sampler.join()
        times = collections.Counter(row["path"] for row in daemon.rows("SELECT path FROM frame WHERE state = 'recorded'"))
        campaign.check("nothing is lost: each frame is on record once",
                       set(times) == set(paths) and max(times.values()) == 1, f"{len(paths)} frames")
        campaign.check("the backlog is worked off", True, f"{len(paths) - during:.0f} frames in {worked:.0f} s")
        common.comes_true(lambda: not daemon.rows("SELECT 1 FROM action WHERE state IN ('queued', 'started')"), 20, 0.2)
        check_order(campaign, daemon, wall, wall_end)
        check_actions(campaign, daemon, script, wall, wall_end)
        check_figures(campaign, daemon, len(paths))
        peak = max((resident for _, resident, _, _ in sampler.samples), default=idle)
        waiting = max((waiting for *_, waiting in sampler.samples), default=0)
        bound = idle + (BYTES_OF_QUEUES + BYTES_A_FRAME * len(paths)) / 1e6
        campaign.check("memory is bounded", peak < bound and waiting <= 10_000,
                       f"{idle:.0f} MB before, peak {peak:.0f} MB, {daemon.memory()[0]:.0f} MB after; bound {bound:.0f} MB; "
                       f"at most {waiting:.0f} claims in memory")
        campaign.check("it ends when told to", daemon.stop() == 0)
        campaign.check("the record is whole", not daemon.damage())


main()
