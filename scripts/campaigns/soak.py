"""Campaign: an hour at a modest rate, with the page open, messages and retention at work"""
import time

import bad_server
import common

# What holds: after warm-up memory, descriptors and threads stay what they are; what is kept stays within the budget; no
# deadline is missed without a cause; nothing is lost over the hours. Photos are removed after a while, as a camera's card
# does, so that identities are forgotten too; the record ages past its budget, so that retention works all the time.

RULES = """
rules:
  - {name: animal, labels: ["group:animals"], probability: 0.4, cooldown: 5s, action: note, publish: [phone]}
actions:
  - {name: note, command: ["%s"], at_once: 4, at_most: 100000/h}
channels:
  - {name: phone, kind: ntfy, url: "http://127.0.0.1:%d/soak", at_most: 100000/h}
"""
BUDGET = 80e6  # bytes
GROWTH = 2.0  # MB of resident memory an hour, after warm-up
PATHS = ["/", "/feed.json", "/metrics", "/api/v1/status", "/api/v1/frames?limit=50", "/api/v1/detections?limit=50"]


def samples(campaign, daemon, seconds, rate):
    """Shoots, asks and looks. Returns (paths written, samples: (hours, resident MB, anonymous MB, descriptors, threads, kept bytes))."""
    taken, written, begin, look = [], [], time.monotonic(), 0.0
    number = 0
    while (now := time.monotonic() - begin) < seconds:
        time.sleep(max(0.0, number / rate - now))
        number += 1
        written.append(f"{daemon.capture}/{number:07}.jpg")
        common.shoot(written[-1], campaign.photos.unique(number))
        if number % 5 == 0:
            daemon.get(PATHS[number // 5 % len(PATHS)], 30.0)
        if number > 600:
            common.remove(written[number - 600])
        if now >= look:
            look = now + max(seconds / 360, 0.5)
            metrics = daemon.metrics()
            kept = sum(value for name, value in metrics.items() if name.startswith("rooster_storage_bytes"))
            taken.append((now / 3600, *daemon.memory(), len(daemon.descriptors()), daemon.threads(), kept))
            if len(taken) % 36 == 1:
                campaign.say("%.2f h: %.1f MB resident, %.1f anonymous, %d descriptors, %d threads, %.1f MB kept" % (
                    *taken[-1][:5], taken[-1][5] / 1e6))
    return written, taken


def check_growth(campaign, taken, hours):
    warm = [sample for sample in taken if sample[0] >= min(1 / 3, hours / 3)]
    for place, what in ((1, "resident"), (2, "anonymous")):
        values = [sample[place] for sample in warm]
        third = max(1, len(values) // 3)
        first, last = sum(values[:third]) / third, sum(values[-third:]) / third
        slope = common.slope([(sample[0], sample[place]) for sample in warm])
        campaign.check(f"{what} memory is flat after warm-up", campaign.options.small or last - first < GROWTH,
                       f"{values[0]:.1f} to {values[-1]:.1f} MB, peak {max(values):.1f}; slope {slope:+.2f} MB/h; "
                       f"last third {last - first:+.2f} MB against the first")
    for place, what in ((3, "descriptors"), (4, "threads")):
        # A request or a copy that is under way holds a few for a moment: what stays is what the median tells.
        values = [sample[place] for sample in warm]
        third = max(1, len(values) // 3)
        first, last = (sorted(part)[third // 2] for part in (values[:third], values[-third:]))
        campaign.check(f"{what} stay as they are", last - first <= 2 and max(values) <= first + 12 or campaign.options.small,
                       f"median {first} in the first third, {last} in the last; {min(values)} to {max(values)}")
    kept = [sample[5] for sample in warm]
    campaign.check("what is kept stays within its budget", max(kept) <= BUDGET * 1.05 or campaign.options.small,
                   f"at most {max(kept) / 1e6:.1f} MB of {BUDGET / 1e6:.0f} MB")


def main():
    options = common.options(__doc__, seconds=(3600.0, 6.0), rate=(2.0, 5.0))
    with common.Campaign(options) as campaign:
        server = bad_server.Server("well")
        script = common.note_script(f"{campaign.home}/note")
        daemon = campaign.daemon(RULES % (script, server.port), sources={"yard": "visit_gap: 10s"},
                                 storage=f"keep_free: 1MB, budget: {BUDGET / 1e6:.0f}MB")
        daemon.start()
        cpu, begin = daemon.cpu_seconds(), time.monotonic()
        written, taken = samples(campaign, daemon, options.seconds, options.rate)
        cpu = (daemon.cpu_seconds() - cpu) / (time.monotonic() - begin)
        common.comes_true(lambda: daemon.metrics()['rooster_frames_total{state="recorded"}'] == len(written), 60, 0.2)
        common.comes_true(lambda: not daemon.rows("SELECT 1 FROM action WHERE state IN ('queued', 'started') LIMIT 1"), 20)
        metrics = daemon.metrics()
        total = metrics['rooster_frames_total{state="recorded"}']
        campaign.check("each frame was answered", total == len(written), f"{total:.0f} of {len(written)}, {cpu * 100:.1f} % of a core")
        missed = {name.split('"')[1]: int(value) for name, value in metrics.items()
                  if name.startswith("rooster_deadlines_missed_total") and value}
        uncaused = daemon.rows("SELECT 1 FROM frame WHERE latency > deadline AND missed IS NULL")
        quantiles = {share: metrics[f'rooster_frame_latency_seconds{{quantile="{share}"}}'] * 1000 for share in ("0.5", "0.99", "1")}
        campaign.check("no deadline was missed without a cause", not uncaused,
                       f"missed: {missed or 0}; file complete to action: p50 {quantiles['0.5']:.0f} ms, "
                       f"p99 {quantiles['0.99']:.0f} ms, longest {quantiles['1']:.0f} ms")
        check_growth(campaign, taken, options.seconds / 3600)
        started = [note["detection"] for note in common.notes(script)]
        done = metrics['rooster_actions_total{state="done"}']
        campaign.check("each action ran once", len(started) == len(set(started)) == done, f"{len(started)} ran, {done:.0f} counted")
        common.comes_true(lambda: not daemon.rows("SELECT 1 FROM outbox WHERE state = 'pending' LIMIT 1"), 20)
        campaign.check("each message was delivered once", len(server.taken) == len(set(server.taken)) and
                       not daemon.rows("SELECT 1 FROM outbox WHERE state NOT IN ('delivered', 'waiting')"), f"{len(server.taken)}")
        campaign.check("no write was lost", metrics["rooster_store_lost_writes_total"] == 0)
        troubles = daemon.status()["troubles"]
        campaign.check("no trouble is shown", not troubles, troubles or "")
        campaign.check("the log is quiet", "warning" not in daemon.log() and "error" not in daemon.log(), daemon.log()[-300:])
        campaign.check("it ends when told to", daemon.stop() == 0)
        campaign.check("the record is whole", not daemon.damage())


main()
