"""Part of the campaign `neighbours`: programs of actions that hang, crash, flood, fork and do not listen."""
import collections
import os
import signal
import time

import common

# What holds (DESIGN sections 6 and 11): none of them blocks a frame; each ends or is ended, with the state and the reason on
# record; afterwards nothing of them is left: no process of their groups, no zombie, no descriptor, no thread. A child that
# leaves its group on purpose (setsid) is a program of its own: it lives on, but holds nothing of Rooster's.

# name: (shell, states that may stand on record)
PROGRAMS = {
    "hang": ("sleep 1000", {"timed_out"}),
    "hang-closed": ("exec <&- >&- 2>&-; sleep 1000", {"timed_out"}),
    "stubborn": ("trap '' TERM INT HUP; while :; do sleep 1; done", {"timed_out"}),
    "stopped": ("kill -STOP $$; sleep 1000", {"timed_out"}),
    "crash": ("kill -SEGV $$", {"failed"}),
    "exit": ("echo no water >&2; exit 3", {"failed"}),
    "flood": ("cat /dev/zero", {"timed_out"}),
    "flood-lines": ("yes cock-a-doodle-doo", {"timed_out"}),
    "fork": ("sleep 1000 & sleep 1000 & (sleep 1000 & sleep 1000 &) ; exit 0", {"done"}),
    "fork-many": ("i=0; while [ $i -lt 60 ]; do sleep 1000 & i=$((i + 1)); done; exit 0", {"done"}),
    "fork-flood": ("yes & yes & exit 0", {"done"}),
    "escape": ("setsid sleep 1000 & exit 0", {"done"}),
    "missing": (None, {"failed"}),
}
TIMEOUT, GRACE = 1.5, 0.4  # seconds
MARK = "CAMPAIGN_MARK"
THREADS = 4  # that the system's pools may have more of


def settings(folder):
    """YAML: each photo sets off each program, one of each at a time."""
    rules, actions = ["rules:"], ["actions:"]
    for name, (shell, _) in PROGRAMS.items():
        path = f"{folder}/{name}"
        if shell is not None:
            with open(path, "w") as file:
                file.write(f"#!/bin/sh\n{shell}\n")
            os.chmod(path, 0o755)
        rules.append(
            f'  - {{name: {name}, labels: ["group:animals"], probability: 0.0, cooldown: 1ms, action: {name}}}')
        actions.append(
            f"  - {{name: {name}, command: [{path}], timeout: {TIMEOUT * 1000:.0f}ms, grace: {GRACE * 1000:.0f}ms, "
            f"at_once: 2, at_most: 100000/h}}")
    return "\n".join(rules + actions)


def marked(mark):
    """{pid: (state, command line)} of processes that carry the mark in their environment."""
    found = {}
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{entry}/environ", "rb") as file:
                if f"{MARK}={mark}".encode() not in file.read().split(b"\0"):
                    continue
            with open(f"/proc/{entry}/stat") as file:
                state = file.read().rsplit(")", 1)[1].split()[0]
            with open(f"/proc/{entry}/cmdline", "rb") as file:
                found[int(entry)] = (state, file.read().replace(b"\0", b" ").decode(errors="replace").strip())
        except OSError:
            continue
    return found


def run(campaign, seconds):
    """Shoots photos for some seconds while every action misbehaves."""
    mark = campaign.home
    daemon = campaign.daemon(name="actions", environment={MARK: mark})
    daemon.write_settings(settings(daemon.home))
    daemon.start()
    common.shoot(f"{daemon.capture}/warm.jpg", campaign.photos.unique(0))
    common.until("the first photo is on record", lambda: daemon.recorded() == 1)
    settled = lambda: not daemon.rows("SELECT 1 FROM action WHERE state IN ('queued', 'started') LIMIT 1")
    common.until("its actions have ended", settled, 30)
    time.sleep(GRACE + 1)
    descriptors, threads, resident = len(daemon.descriptors()), daemon.threads(), daemon.memory()[0]
    cpu, begin, count = daemon.cpu_seconds(), time.monotonic(), 0
    while time.monotonic() < begin + seconds:
        count += 1
        common.shoot(f"{daemon.capture}/{count:05}.jpg", campaign.photos.unique(count))
        time.sleep(0.3)
    cpu = (daemon.cpu_seconds() - cpu) / (time.monotonic() - begin)
    peak = daemon.memory()[0]
    common.until("all are on record", lambda: daemon.recorded() == count + 1)
    common.comes_true(settled, 30)
    check_states(campaign, daemon, count)
    check_leftovers(campaign, daemon, mark, descriptors, threads)
    campaign.check("memory does not grow with what they print", daemon.memory()[0] < resident + 40,
                   f"{resident:.0f} MB before, {peak:.0f} MB while, {daemon.memory()[0]:.0f} MB after")
    campaign.say(f"CPU of Rooster while they ran: {cpu * 100:.0f} % of a core")
    campaign.check("it ends when told to (bad actions)", daemon.stop() == 0)
    for pid in marked(mark):  # the escaped ones are ours to end
        os.kill(pid, signal.SIGKILL)


def check_states(campaign, daemon, count):
    rows = daemon.rows("""SELECT d.rule, a.state, a.clause, a.reason, a.duration FROM action a
                          JOIN detection d ON d.sequence = a.detection""")
    states = collections.defaultdict(collections.Counter)
    for row in rows:
        states[row["rule"]][row["clause"] or row["state"]] += 1
    # On a machine that is busy with other tests even a program that ends at once may not come to its turn in time.
    also = {"busy", "timed_out"} if campaign.options.small else {"busy"}
    wrong = {name: dict(states[name]) for name, (_, right) in PROGRAMS.items()
             if not states[name] or set(states[name]) - right - also or not set(states[name]) & (right | also)}
    campaign.check("each ends as it should: " + ", ".join(f"{name} {'/'.join(sorted(right))}"
                   for name, (_, right) in PROGRAMS.items()), not wrong, wrong or f"{len(rows)} actions on {count + 1} photos")
    longest = max((row["duration"] or 0 for row in rows), default=0) / 1000
    campaign.check("none lasts longer than timeout and grace", campaign.options.small or longest < TIMEOUT + GRACE + 0.5, f"longest {longest:.1f} s")
    unreasoned = [row["rule"] for row in rows if row["state"] in ("failed", "timed_out", "held_back") and not row["reason"]]
    campaign.check("what failed says why", not unreasoned, unreasoned[:3] or
                   " | ".join(sorted({row["reason"] for row in rows if row["state"] == "failed"})))
    figures = daemon.rows("SELECT latency, missed FROM frame WHERE state = 'recorded'")
    latencies = [row["latency"] for row in figures]
    campaign.check("no frame waits for them", len(figures) == count + 1 and
                   (campaign.options.small or not any(row["missed"] for row in figures)),
                   f"{len(PROGRAMS)} actions a photo; file complete to the last one started: "
                   f"p50 {common.percentile(latencies, 0.5):.0f} ms, p99 {common.percentile(latencies, 0.99):.0f} ms")


def check_leftovers(campaign, daemon, mark, descriptors, threads):
    def left():
        return {pid: what for pid, what in marked(mark).items() if pid != daemon.pid and not what[1].startswith("sleep 1000")}

    def in_groups():  # all but the one that left its group, which is the leader of a session of its own
        return {pid: what for pid, what in marked(mark).items() if pid != daemon.pid and os.getsid(pid) != pid}

    common.comes_true(lambda: not left() and not in_groups(), 30)
    escaped = {pid: what for pid, what in marked(mark).items() if pid != daemon.pid and pid not in in_groups()}
    campaign.check("no process of their groups is left", not left() and not in_groups(), {**left(), **in_groups()} or "")
    zombies = [pid for pid, state in daemon.children().items() if state == "Z"]
    campaign.check("no zombie", not zombies, f"{len(zombies)}")
    held = set()
    for pid in escaped:
        held |= {os.readlink(f"/proc/{pid}/fd/{number}") for number in os.listdir(f"/proc/{pid}/fd")}
    ours = {what for what in daemon.descriptors().values() if what.startswith(("/", "socket:"))} - {"/dev/null"}
    campaign.check("those that left their group hold nothing of Rooster's but the log", held & ours <= {f"{daemon.home}/log"},
                   f"{len(escaped)} live on: {sorted(held & ours)}")
    same = common.comes_true(lambda: len(daemon.descriptors()) <= descriptors and daemon.threads() <= threads + THREADS, 20)
    campaign.check("descriptors and threads are as before", same,
                   f"{descriptors} and {threads} before, {len(daemon.descriptors())} and {daemon.threads()} after")
