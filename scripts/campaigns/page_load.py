"""Part of the campaign `neighbours`: the page under 200 requests a second while frames arrive."""
import collections
import json
import os
import selectors
import signal
import socket
import subprocess
import time

import common

# What holds: p99 of file complete to action started stays within 1.5 times that of the same run without requests. Quiet and
# loaded phases take turns in one run, so that both meet the same machine; each phase asks for as many frames. The requests
# come from a process of its own that competes for the same cores: its CPU time is printed, as is that of the daemon. Nothing
# is subtracted for it: a browser on the board itself would compete in the same way.

CONNECTIONS = 8
RATIO = 1.5
RULES = """
rules: [{name: anything, labels: ["group:animals"], probability: 0.0, cooldown: 1ms, action: nothing}]
actions: [{name: nothing, command: [/bin/true], at_once: 4, at_most: 100000/h}]
"""


class Answer:
    """What has come of an answer so far; its head may come in pieces."""

    def __init__(self, begin):
        self.begin, self.head, self.status, self.left = begin, b"", b"", None

    def takes(self, data):
        """Whether the answer is whole with `data`."""
        if self.left is None:
            self.head += data
            head, end, body = self.head.partition(b"\r\n\r\n")
            if not end:
                return False
            self.status = head.split(b" ", 2)[1]
            self.left = next(int(field.split(b":")[1]) for field in head.split(b"\r\n")
                             if field.lower().startswith(b"content-length:"))
            data = body
        self.left -= len(data)
        return self.left <= 0


def ask(port, path, rate, output):
    """Asks for a page `rate` times a second over a few lines until SIGTERM; then writes what it measured to `output`."""
    stopped = []
    signal.signal(signal.SIGTERM, lambda *_: stopped.append(True))
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode()
    selector, idle, asked = selectors.DefaultSelector(), collections.deque(), {}
    durations, bytes_read, failed, skipped = [], 0, collections.Counter(), 0

    def connect():
        line = socket.create_connection(("127.0.0.1", port))
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        selector.register(line, selectors.EVENT_READ)
        idle.append(line)

    def drop(line):
        selector.unregister(line)
        line.close()
        asked.pop(line, None)
        if line in idle:
            idle.remove(line)
        connect()

    for _ in range(CONNECTIONS):
        connect()
    begin, number = time.monotonic(), 0
    while not stopped:
        now = time.monotonic()
        while begin + number / rate <= now:
            number += 1
            if idle:
                line = idle.popleft()
                asked[line] = Answer(now)
                line.send(request)
            else:
                skipped += 1  # all lines wait: the daemon does not keep up
        for key, _ in selector.select(max(0.0, begin + number / rate - time.monotonic())):
            line = key.fileobj
            try:
                data = line.recv(1 << 18)
            except ConnectionResetError:
                data = b""
            bytes_read += len(data)
            answer = asked.get(line)
            if answer is None:
                # The server may close a line on which nothing is asked; to say more than was asked for is wrong.
                if data:
                    failed["unasked"] += 1
                drop(line)
                continue
            if not data:
                failed["cut off"] += 1
                drop(line)
                continue
            if answer.takes(data):
                if answer.status != b"200":
                    failed[answer.status.decode(errors="replace")] += 1
                durations.append(time.monotonic() - answer.begin)
                del asked[line]
                idle.append(line)
    usage = os.times()
    with open(output, "w") as file:
        json.dump({
            "seconds": time.monotonic() - begin, "answers": len(durations), "failed": failed, "skipped": skipped,
            "bytes": bytes_read, "cpu": usage.user + usage.system, "p50": common.percentile(durations, 0.5),
            "p99": common.percentile(durations, 0.99)}, file)


class Load:
    """The process that asks."""

    def __init__(self, campaign, daemon, path, rate):
        self.output = f"{campaign.home}/requests.json"
        code = f"import page_load; page_load.ask({daemon.port}, {path!r}, {rate}, {self.output!r})"
        self.process = subprocess.Popen(
            [common.sys.executable, "-c", code], cwd=os.path.dirname(os.path.abspath(__file__)))

    def stop(self):
        self.process.terminate()
        self.process.wait(30)
        with open(self.output) as file:
            return json.load(file)


def reasons(failed):
    """`0`, or how many of which kind: `3 (2 cut off, 1 503)`."""
    kinds = ", ".join(f"{count} {kind}" for kind, count in failed.items())
    return f"{sum(failed.values())} ({kinds})" if failed else "0"


def phase(campaign, daemon, name, count, rate):
    """Shoots `count` frames; returns their latencies in ms and the daemon's CPU share."""
    cpu, begin = daemon.cpu_seconds(), time.monotonic()
    for number in range(count):
        time.sleep(max(0.0, begin + number / rate - time.monotonic()))
        common.shoot(f"{daemon.capture}/{name}-{number:05}.jpg", campaign.large.unique(number))
    common.until(f"the frames of {name} are on record", lambda: len(latencies(daemon, name)) == count, 120, 0.2)
    return latencies(daemon, name), (daemon.cpu_seconds() - cpu) / (time.monotonic() - begin)


def latencies(daemon, name):
    return [row["latency"] for row in daemon.rows(
        "SELECT latency FROM frame WHERE path LIKE ? AND state = 'recorded'", f"%/{name}-%")]


def run(campaign, seconds):
    """Quiet and loaded phases in turn."""
    options = campaign.options
    daemon = campaign.daemon(RULES, name="page")
    campaign.large = campaign.photos if options.small else campaign.photos.enlarged(f"{campaign.home}/large")
    daemon.start()
    count = max(3, int(seconds * options.rate))
    phase(campaign, daemon, "warm", max(3, count // 10), options.rate)
    size = len(daemon.get(options.page))
    campaign.say(f"{options.page} has {size / 1000:.0f} kB; {options.repeats} times {count} frames quiet, then {count} loaded")
    measured = {"quiet": [], "loaded": []}
    ratios, answers = [], []
    for repeat in range(options.repeats):
        p99 = {}
        for kind in ("quiet", "loaded") if repeat % 2 == 0 else ("loaded", "quiet"):
            load = Load(campaign, daemon, options.page, options.requests) if kind == "loaded" else None
            if load:
                time.sleep(0.5)
            values, cpu = phase(campaign, daemon, f"{kind}{repeat}", count, options.rate)
            measured[kind] += values
            p99[kind] = common.percentile(values, 0.99)
            words = f"{kind}: p50 {common.percentile(values, 0.5):.1f} ms, p95 {common.percentile(values, 0.95):.1f} ms, " \
                    f"p99 {p99[kind]:.1f} ms, longest {max(values):.1f} ms; Rooster uses {cpu * 100:.0f} % of a core"
            if load:
                answer = load.stop()
                answers.append(answer)
                words += (f"; {answer['answers'] / answer['seconds']:.0f} answers/s, {reasons(answer['failed'])} failed, "
                          f"{answer['skipped']} not asked, page p50 {answer['p50'] * 1000:.1f} ms, "
                          f"p99 {answer['p99'] * 1000:.1f} ms; the asker uses {answer['cpu'] / answer['seconds'] * 100:.0f} %")
            campaign.say(words)
        ratios.append(p99["loaded"] / p99["quiet"])
    quiet, loaded = (common.percentile(measured[kind], 0.99) for kind in ("quiet", "loaded"))
    detail = (f"p50 {common.percentile(measured['quiet'], 0.5):.1f} and {common.percentile(measured['loaded'], 0.5):.1f} ms, "
              f"p99 {quiet:.1f} and {loaded:.1f} ms of {len(measured['quiet'])} frames each: {loaded / quiet:.2f} times; "
              f"in turn {', '.join(f'{ratio:.2f}' for ratio in ratios)}")
    campaign.check(f"p99 under {options.requests:.0f} requests/s is within {RATIO} of a quiet page's",
                   options.small or loaded <= RATIO * quiet, detail)
    rate = sum(answer["answers"] for answer in answers) / sum(answer["seconds"] for answer in answers)
    failed = sum((collections.Counter(answer["failed"]) for answer in answers), collections.Counter())
    campaign.check("the requests were answered", not failed and (options.small or rate > 0.95 * options.requests),
                   f"{rate:.0f}/s, {reasons(failed)} failed")
    campaign.check("no deadline was missed", options.small or not daemon.rows("SELECT 1 FROM frame WHERE missed IS NOT NULL"))
    campaign.check("it ends when told to (page)", daemon.stop() == 0)
