"""What the campaigns share: a daemon with settings, state and capture directory of its own, a camera, a reader of the
record, and the count of what held.

    options = common.options(__doc__, seconds=(60, 5))      # --seconds: 60 by default, 5 with --small
    with common.Campaign(options) as campaign:
        daemon = campaign.daemon(settings_below_sources)
        daemon.start()
        ...
        campaign.check("each frame is on record once", missing == 0, f"{missing} missing")
    # leaving the block stops what still runs, prints the table, removes the folder and exits 0 or 1

Only the standard library: a board has nothing else.
"""
import argparse
import atexit
import datetime
import glob
import http.client
import json
import os
import random
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time

REPOSITORY = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PATIENCE = 60.0  # seconds: for what should take one

# Who starts a campaign may have blocked signals (threads of a test runner do), and all it starts would inherit that.
signal.pthread_sigmask(signal.SIG_SETMASK, [])


class TooLate(Exception):
    """Something did not come true in time."""


def until(what, condition, seconds=PATIENCE, every=0.05):
    """Waits until `condition()` is true, and returns what it returned; TooLate after `seconds`."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise TooLate(f"{what}: not within {seconds:g} s")
        time.sleep(every)


def comes_true(condition, seconds=PATIENCE, every=0.05):
    """The same for what is checked afterwards: says whether it did."""
    try:
        return bool(until("", condition, seconds, every))
    except TooLate:
        return False


def options(documentation, **numbers):
    """Reads the command line. Each of `numbers` is an option: NAME=(preset, preset with --small)."""
    parser = argparse.ArgumentParser(
        prog=f"scripts/campaign {os.path.basename(sys.argv[0])[:-3].replace('_', '-')}",
        description=documentation, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", action="store_true", help="a quarter of a minute, as the tests run it")
    parser.add_argument("--rooster", help="the program; by default the release build, else the debug build")
    parser.add_argument("--photos", help="a folder of JPEGs instead of scripts/demo-photos")
    parser.add_argument("--seed", type=int, help="of the random numbers; printed, so that a run can be repeated")
    parser.add_argument("--keep", action="store_true", help="leave the folder with state and logs where it is")
    for name, (full, small) in numbers.items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=type(full), help=f"{full} by default, {small} with --small")
    chosen = parser.parse_args()
    for name, (full, small) in numbers.items():
        if getattr(chosen, name) is None:
            setattr(chosen, name, small if chosen.small else full)
    if chosen.seed is None:
        chosen.seed = random.SystemRandom().randrange(1 << 32)
    if chosen.rooster is None:
        builds = [f"{REPOSITORY}/.build/{kind}/rooster" for kind in ("release", "debug")]
        chosen.rooster = next((path for path in builds if os.access(path, os.X_OK)), None)
    if not chosen.rooster or not os.access(chosen.rooster, os.X_OK):
        sys.exit("There is no program to try. Build it: swift build -c release --product rooster; or name it: --rooster PATH")
    return chosen


class Campaign:
    """One run: a folder, daemons, and what was checked."""

    def __init__(self, options):
        self.options = options
        self.random = random.Random(options.seed)
        self.home = tempfile.mkdtemp(prefix="rooster-campaign.")
        self.photos = Photos(options.photos or f"{REPOSITORY}/scripts/demo-photos")
        self.rows = []
        self.daemons = []
        self.began = time.monotonic()
        atexit.register(self._tidy)
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        version = subprocess.run([options.rooster, "--version"], capture_output=True, text=True).stdout.strip()
        self.say(f"rooster {version}, seed {options.seed}, {os.cpu_count()} cores, folder {self.home}")

    def __enter__(self):
        return self

    def __exit__(self, kind, error, _):
        if kind is not None and not issubclass(kind, Exception):
            return False
        if error is not None:
            self.check("the campaign came to its end", False, f"{kind.__name__}: {error}")
            for daemon in self.daemons:
                self.say(f"the last lines of {daemon.name}:\n{daemon.log()[-2000:]}")
        self.finish()

    def say(self, text):
        """One line for who watches."""
        print(f"[{time.monotonic() - self.began:7.1f} s] {text}", flush=True)

    def daemon(self, more="", **arguments):
        """A daemon in a folder of its own below the campaign's; not started."""
        name = arguments.pop("name", f"daemon{len(self.daemons) or ''}")
        daemon = Daemon(self.options.rooster, f"{self.home}/{name}", more, name=name, **arguments)
        self.daemons.append(daemon)
        return daemon

    def check(self, what, holds, detail=""):
        """Counts one thing that must hold; `detail` gives the figures. Returns `holds`."""
        self.rows.append((what, bool(holds), str(detail)))
        self.say(f"{'passed' if holds else 'FAILED'}: {what}{f' ({detail})' if detail != '' else ''}")
        return bool(holds)

    def finish(self):
        """Prints the table and ends the program: 0 where all held, else 1."""
        failed = sum(not holds for _, holds, _ in self.rows)
        width = max((len(what) for what, _, _ in self.rows), default=0)
        print()
        for what, holds, detail in self.rows:
            print(f"{'passed' if holds else 'FAILED'}  {what:<{width}}  {detail}")
        print(f"{len(self.rows) - failed} passed, {failed} failed", flush=True)
        sys.exit(1 if failed or not self.rows else 0)

    def _tidy(self):
        for daemon in self.daemons:
            daemon.kill()
        if self.options.keep:
            print(f"kept: {self.home}")
        else:
            shutil.rmtree(self.home, ignore_errors=True)


class Photos:
    """JPEGs in memory; each that is handed out has content of its own (a comment segment), as a camera's have."""

    def __init__(self, folder):
        paths = sorted(p for p in glob.glob(f"{folder}/**/*", recursive=True) if re.search(r"\.jpe?g$", p, re.I))
        if not paths:
            raise FileNotFoundError(f"{folder} holds no JPEG")
        self.names = [os.path.basename(path) for path in paths]
        self._bytes = [open(path, "rb").read() for path in paths]
        self._made = 0

    def __len__(self):
        return len(self.names)

    def named(self, part):
        """The number of the photo whose name holds `part`."""
        return next(i for i, name in enumerate(self.names) if part in name)

    def unique(self, index):
        """The bytes of photo `index` (counted round) with a comment nobody else has."""
        self._made += 1
        photo = self._bytes[index % len(self._bytes)]
        comment = b"%d %d" % (os.getpid(), self._made)
        return photo[:2] + b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment + photo[2:]

    def enlarged(self, folder, side=1600):
        """These photos with at least `side` pixels on the longer side, made with djpeg and cjpeg (libjpeg-turbo-progs)
        where they are installed; else these photos as they are. Returns Photos."""
        if not (shutil.which("djpeg") and shutil.which("cjpeg")):
            print("djpeg and cjpeg are not installed (libjpeg-turbo-progs): the photos stay small")
            return self
        os.makedirs(folder, exist_ok=True)
        for name, photo in zip(self.names, self._bytes):
            while max(self._size(photo)) < side:
                pixels = subprocess.run(["djpeg", "-scale", "16/8"], input=photo, capture_output=True, check=True).stdout
                photo = subprocess.run(["cjpeg", "-quality", "85"], input=pixels, capture_output=True, check=True).stdout
            with open(f"{folder}/{name}", "wb") as file:
                file.write(photo)
        return Photos(folder)

    @staticmethod
    def _size(photo):
        at = 2
        while photo[at + 1] not in (0xC0, 0xC1, 0xC2):
            at += 2 + int.from_bytes(photo[at + 2:at + 4], "big")
        return int.from_bytes(photo[at + 7:at + 9], "big"), int.from_bytes(photo[at + 5:at + 7], "big")


def shoot(path, photo):
    """Writes a photo straight to its final name, as most cameras do."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    try:
        rest = memoryview(photo)
        while rest:
            rest = rest[os.write(descriptor, rest):]
    finally:
        os.close(descriptor)


def remove(path):
    """Removes a file, if it is there."""
    try:
        os.unlink(path)
    except FileNotFoundError:
        pass


def note_script(path, also=""):
    """Writes a program for an action that appends one line a start to `path`.notes; `also` is more shell after it.
    Returns the path of the program. Lines are read by `notes`."""
    with open(path, "w") as file:
        file.write(
            "#!/bin/sh\n"
            f'echo "$ROOSTER_DETECTION|$ROOSTER_RULE|$ROOSTER_SOURCE|$ROOSTER_LABEL|$ROOSTER_TIME|'
            f'$ROOSTER_DEADLINE_LEFT_MS|$ROOSTER_ACTION|$ROOSTER_TEST|$ROOSTER_PICTURE" >>"{path}.notes"\n{also}\n')
    os.chmod(path, 0o755)
    return path


def notes(path):
    """What a program of `note_script` took down, oldest first: a dict a start."""
    keys = ["detection", "rule", "source", "label", "time", "deadline_left_ms", "action", "test", "picture"]
    try:
        with open(path + ".notes") as file:
            return [dict(zip(keys, line.rstrip("\n").split("|", len(keys) - 1))) for line in file]
    except FileNotFoundError:
        return []


class Daemon:
    """A Rooster with settings, state and capture directories of its own, on a free port."""

    def __init__(self, rooster, home, more="", *, name="daemon", sources=None, storage="keep_free: 1MB", place="",
                 environment=None, prefix=(), state=None, capture=None):
        """`more`: YAML below `sources` (rules, actions, channels, groups). `sources`: {name: YAML of more keys}, one
        directory each below `capture`; by default one, `yard`. The directory of a single one is `capture` itself. `prefix`: words
        before the program (a wrapper). `state` and `capture`: directories elsewhere than below `home`."""
        self.rooster, self.home, self.more, self.name = rooster, home, more, name
        self.settings = f"{home}/rooster.yaml"
        self.state = state or f"{home}/state"
        self.capture = capture or f"{home}/capture"
        self.storage, self.place = storage, place
        self.environment = dict(os.environ, **(environment or {}))
        self.prefix = list(prefix)
        self.sources = sources or {"yard": ""}
        self.directories = {
            source: self.capture if len(self.sources) == 1 else f"{self.capture}/{source}" for source in self.sources}
        for directory in [home, *self.directories.values()]:
            os.makedirs(directory, exist_ok=True)
        self.process = None
        self.starts = 0
        self.log_begin = 0
        self.port = free_port()
        self.write_settings()

    def write_settings(self, more=None):
        """Writes the settings file, with other `more` where given; `reload` makes a running daemon take it."""
        if more is not None:
            self.more = more
        lines = [f"storage: {{directory: {self.state}{', ' if self.storage else ''}{self.storage}}}",
                 f'http: {{listen: "127.0.0.1:{self.port}"}}']
        if self.place:
            lines.append(f"place: {{{self.place}}}")
        lines.append("sources:")
        for name, keys in self.sources.items():
            lines.append(f"  - {{name: {name}, directory: {self.directories[name]}{', ' if keys else ''}{keys}}}")
        with open(self.settings, "w") as file:
            file.write("\n".join(lines) + "\n" + self.more + "\n")

    # Starting and stopping

    def start(self, wait=True, seconds=PATIENCE):
        """Starts it; waits until it answers unless told not to."""
        self._launch()
        if not wait:
            return
        end = time.monotonic() + seconds
        while not self.answers():
            if self.process.poll() is not None:
                if "in use" not in self.log() or time.monotonic() > end:
                    raise TooLate(f"{self.name} did not start: {self.log()[-1500:]}")
                self.port = free_port()  # somebody else took it meanwhile
                self.write_settings()
                self._launch()
            if time.monotonic() > end:
                raise TooLate(f"{self.name} does not answer within {seconds:g} s: {self.log()[-1500:]}")
            time.sleep(0.02)

    def _launch(self):
        self.starts += 1
        with open(f"{self.home}/log", "ab") as log:
            self.log_begin = log.tell()
            self.process = subprocess.Popen(
                self.prefix + [self.rooster, "run", "--settings", self.settings], stdin=subprocess.DEVNULL, stdout=log,
                stderr=log, env=self.environment, cwd=self.home)

    @property
    def pid(self):
        return self.process.pid

    def running(self):
        return self.process is not None and self.process.poll() is None

    def kill(self):
        """SIGKILL, and wait."""
        if self.running():
            self.process.kill()
        if self.process is not None:
            self.process.wait()

    def stop(self, seconds=PATIENCE):
        """SIGTERM, and wait. Returns the exit status."""
        self.process.terminate()
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise TooLate(f"{self.name} does not end within {seconds:g} s of SIGTERM") from None

    def command(self, *arguments):
        """Runs a command of `rooster` with these settings. Returns subprocess.CompletedProcess with text."""
        return subprocess.run(
            [self.rooster, *arguments, "--settings", self.settings], capture_output=True, text=True,
            env=self.environment, stdin=subprocess.DEVNULL)

    def log(self, whole=False):
        """What it printed since it was started last; `whole`: in all its lives."""
        try:
            with open(f"{self.home}/log", "rb") as file:
                file.seek(0 if whole else self.log_begin)
                return file.read().decode(errors="replace").strip()
        except FileNotFoundError:
            return ""

    # Asking it

    def get(self, path, seconds=10.0):
        """The body of a page (bytes). Raises OSError or http.client.HTTPException where it does not answer 200."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=seconds)
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            body = response.read()
            if response.status != 200:
                raise http.client.HTTPException(f"{path}: {response.status} {body[:200]!r}")
            return body
        finally:
            connection.close()

    def answers(self):
        """True where /healthz does."""
        try:
            return self.get("/healthz", 2.0) is not None
        except (OSError, http.client.HTTPException):
            return False

    def json(self, path, seconds=10.0):
        return json.loads(self.get(path, seconds))

    def items(self, path):
        """All items of a list of the API, page after page, newest first: items("/api/v1/frames")."""
        path += ("&" if "?" in path else "?") + "limit=500"
        while path:
            page = self.json(path, 60.0)
            yield from page["items"]
            path = page["next"]

    def status(self):
        return self.json("/api/v1/status")

    def metrics(self):
        """{'rooster_frames_total{state="recorded"}': 3.0, ...}"""
        samples = {}
        for line in self.get("/metrics").decode().splitlines():
            if line and not line.startswith("#"):
                name, value = line.rsplit(" ", 1)
                samples[name] = float(value)
        return samples

    def feed_ids(self):
        """The ids of /feed.json, newest first."""
        return [item["id"] for item in self.json("/feed.json")["items"]]

    # Looking at the process

    def memory(self):
        """(resident, anonymous) in MB."""
        with open(f"/proc/{self.pid}/status") as file:
            kilobytes = {line.split(":")[0]: int(line.split()[1]) for line in file if line.startswith(("VmRSS", "RssAnon"))}
        return kilobytes["VmRSS"] / 1000, kilobytes["RssAnon"] / 1000

    def descriptors(self):
        """{number: what it points to}"""
        found = {}
        for number in os.listdir(f"/proc/{self.pid}/fd"):
            try:
                found[int(number)] = os.readlink(f"/proc/{self.pid}/fd/{number}")
            except FileNotFoundError:
                pass
        return found

    def threads(self):
        return len(os.listdir(f"/proc/{self.pid}/task"))

    def cpu_seconds(self):
        """User and system time so far."""
        with open(f"/proc/{self.pid}/stat") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def children(self):
        """{pid: state letter} of processes whose parent it is: `Z` is a zombie."""
        found = {}
        for entry in os.listdir("/proc"):
            if entry.isdigit():
                try:
                    with open(f"/proc/{entry}/stat") as file:
                        fields = file.read().rsplit(")", 1)[1].split()
                except OSError:
                    continue
                if int(fields[1]) == self.pid:
                    found[int(entry)] = fields[0]
        return found

    # Looking at the record

    def database(self):
        """The record to read (sqlite3.Connection, rows by name): that of a running daemon as any reader sees it, of a
        stopped or killed one a copy, so that looking does not mend what the next start has to."""
        path = f"{self.state}/rooster.sqlite"
        if self.running():
            connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)
        else:
            copy = tempfile.mkdtemp(prefix="record.", dir=self.home)
            for suffix in ("", "-wal"):
                if os.path.exists(path + suffix):
                    shutil.copy(path + suffix, f"{copy}/record{suffix}")
            connection = sqlite3.connect(f"{copy}/record")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            shutil.rmtree(copy)  # the open descriptors keep it
        connection.row_factory = sqlite3.Row
        return connection

    def rows(self, sql, *arguments):
        connection = self.database()
        try:
            return connection.execute(sql, arguments).fetchall()
        finally:
            connection.close()

    def damage(self):
        """What PRAGMA integrity_check and foreign_key_check of a stopped daemon's record say; empty where it is whole."""
        connection = self.database()
        try:
            faults = [row[0] for row in connection.execute("PRAGMA integrity_check") if row[0] != "ok"]
            return faults + [tuple(row) for row in connection.execute("PRAGMA foreign_key_check")]
        finally:
            connection.close()

    def recorded(self):
        """How many frames are on record, of all states, as /metrics says."""
        return sum(value for name, value in self.metrics().items() if name.startswith("rooster_recorded_frames"))

    def files(self, kind):
        """{id of a frame: path} of what is kept: kind `pictures` or `thumbnails`."""
        return {os.path.basename(path)[:-4]: path for path in glob.glob(f"{self.state}/{kind}/*/*.jpg")}


def free_port():
    """A port on loopback nobody has now: below the range the system gives out by itself, so that nobody gets it while
    the daemon is away for a moment."""
    while True:
        port = random.SystemRandom().randrange(10_000, 20_000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue


def instant(text):
    """Seconds since 1970 of an RFC 3339 instant of the API."""
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def percentile(values, share):
    """The value below which `share` (0 to 1) of `values` lie; nan of none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else float("nan")


def slope(points):
    """The least-squares slope of (x, y) points; 0 of fewer than two."""
    if len(points) < 2:
        return 0.0
    mean_x = sum(x for x, _ in points) / len(points)
    mean_y = sum(y for _, y in points) / len(points)
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / spread if spread else 0.0
