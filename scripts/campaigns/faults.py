"""What the campaigns about disks, directories and clocks share: a mount namespace of their own, C shims that are loaded
into Rooster, and settings with a rule that fires."""
import ctypes
import errno
import http.client
import json
import mmap
import os
import shutil
import struct
import subprocess
import sys
import time

import common

SKIPPED = 77  # the exit status that says: not possible here


def skip(reason):
    print(f"skipped: {reason}", flush=True)
    sys.exit(SKIPPED)


def own_mounts():
    """Runs this program again where what it mounts is seen by itself and its children alone. Needs root."""
    if os.environ.get("ROOSTER_OWN_MOUNTS"):
        return
    if os.geteuid() != 0 or not shutil.which("unshare"):
        skip("mounting needs root and unshare (util-linux)")
    words = ["unshare", "--mount", "--propagation", "private"]
    if subprocess.run([*words, "true"], capture_output=True).returncode != 0:
        skip("this machine gives no mount namespace (a container without CAP_SYS_ADMIN?)")
    os.environ["ROOSTER_OWN_MOUNTS"] = "1"
    os.execvp("unshare", [*words, sys.executable, "-u", *sys.argv])


def mount(directory, options="size=64m", kind="tmpfs"):
    os.makedirs(directory, exist_ok=True)
    subprocess.run(["mount", "-t", kind, "-o", options, "rooster", directory], check=True)


def shim(campaign, name):
    """Builds `name`.c of this folder. Returns the path of the library."""
    compiler = shutil.which("cc") or shutil.which("clang")
    if not compiler:
        skip("building the shim needs a C compiler: apt-get install gcc")
    source = f"{os.path.dirname(os.path.abspath(__file__))}/{name}.c"
    library = f"{campaign.home}/{name}.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"], check=True)
    return library


class FailingDisk:
    """Lets calls of a daemon on files below `root` fail: see failing-disk.c."""

    KINDS = ["open", "create", "read", "write", "sync", "rename", "unlink", "mkdir", "link", "truncate", "map", "stat"]
    CHANGING = [kind for kind in KINDS if kind not in ("open", "read", "stat")]
    ERRORS = {"EIO": errno.EIO, "ENOSPC": errno.ENOSPC, "EROFS": errno.EROFS, "short": 0, "kill": -9}
    _WORDS = 7 + 2 * len(KINDS)

    def __init__(self, home, library, root):
        self.path = f"{home}/failing-disk.control"
        with open(self.path, "wb") as file:
            file.write(bytes(8 * self._WORDS + 200))
        with open(self.path, "r+b") as file:
            self.memory = mmap.mmap(file.fileno(), 0)
        self.environment = {"LD_PRELOAD": library, "FAILING_DISK_CONTROL": self.path, "FAILING_DISK_ROOT": root}

    def fail(self, first, end=None, every=0, error="EIO", kinds=KINDS):
        """From here on, calls of `kinds` are counted from 1; those from `first` up to `end` fail (one by default), or, where
        `every` is not 0, that one and one in so many of the others."""
        mask = sum(1 << self.KINDS.index(kind) for kind in kinds)
        self.memory[:] = bytes(len(self.memory))
        self.memory[: 8 * 5] = struct.pack("5q", first, first + 1 if end is None else end, every, self.ERRORS[error], mask)

    def heal(self):
        self.memory[:8] = bytes(8)

    def _word(self, index):
        return struct.unpack_from("q", self.memory, 8 * index)[0]

    @property
    def calls(self):
        return self._word(5)

    @property
    def failed(self):
        return self._word(6)

    @property
    def calls_of(self):
        return {kind: self._word(7 + index) for index, kind in enumerate(self.KINDS)}

    @property
    def last(self):
        """The last call that failed, in words."""
        return self.memory[8 * self._WORDS :].split(b"\0")[0].decode(errors="replace")


class FalseClock:
    """The wall clock of a daemon: see false-clock.c."""

    def __init__(self, campaign, library):
        self.path = f"{campaign.home}/clock"
        with open(self.path, "wb") as file:
            file.write(bytes(8))
        with open(self.path, "r+b") as file:
            self.memory = mmap.mmap(file.fileno(), 0)
        self.environment = {"LD_PRELOAD": library, "FALSE_CLOCK": self.path}

    @property
    def shift(self):
        """Seconds ahead of the real clock."""
        return struct.unpack("q", self.memory[:8])[0] / 1e9

    @shift.setter
    def shift(self, seconds):
        ctypes.c_int64.from_buffer(self.memory).value = round(seconds * 1e9)  # one store

    def now(self):
        return time.time() + self.shift

    def set(self, seconds):
        """Sets the clock to an instant, in seconds since 1970."""
        self.shift = seconds - time.time()


note_script = common.note_script

# A rule that fires on the grey fox of the demo photos, once a frame, and one that takes down everything.
FOX, FINCH = "09-grey-fox", "02-house-finch"


def rules(script, cooldown="1ms", more=""):
    return f"""
groups: {{robbers: ["grey fox", kite]}}
rules:
  - {{name: robber, labels: ["group:robbers"], probability: 0.6, cooldown: {cooldown}, action: note{more}}}
  - {{name: anyone, labels: ["group:animals"], probability: 0.5}}
actions:
  - {{name: note, command: [{script}], when_busy: queue, at_most: 100000/h}}
"""


class Camera:
    """Writes photos into a directory and remembers what it wrote."""

    def __init__(self, campaign, directory, name="shot"):
        self.photos, self.directory, self.name = campaign.photos, directory, name
        self.paths = []
        self.foxes = []

    def shoot(self, part=FINCH, modified=None, path=None):
        """One photo under a name of its own; `modified`: its time of last change (written beside, renamed)."""
        path = path or f"{self.directory}/{self.name}-{len(self.paths) + 1:05d}.jpg"
        photo = self.photos.unique(self.photos.named(part))
        if modified is None:
            common.shoot(path, photo)
        else:
            common.shoot(path + ".part", photo)
            os.utime(path + ".part", (modified, modified))
            os.rename(path + ".part", path)
        self.paths.append(path)
        if part == FOX:
            self.foxes.append(path)
        return path


def started(script):
    """{path of a picture: how often the action was started for it}"""
    counts = {}
    for note in common.notes(script):
        counts[note["picture"]] = counts.get(note["picture"], 0) + 1
    return counts


def post(daemon, path, body=None, seconds=30.0):
    """Sends JSON to the daemon. Returns (status, body)."""
    connection = http.client.HTTPConnection("127.0.0.1", daemon.port, timeout=seconds)
    try:
        connection.request("POST", path, json.dumps(body or {}), {"Content-Type": "application/json"})
        response = connection.getresponse()
        text = response.read().decode(errors="replace")
        try:
            return response.status, json.loads(text)
        except ValueError:
            return response.status, text
    finally:
        connection.close()


def asked(daemon, path):
    """(status, body) of a page, whatever the status; (0, reason) where there is no answer."""
    connection = http.client.HTTPConnection("127.0.0.1", daemon.port, timeout=10)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read().decode(errors="replace")
    except (OSError, http.client.HTTPException) as error:
        return 0, str(error)
    finally:
        connection.close()


def frames(daemon):
    """{path: [items]} of all frames on record, none of those that still wait."""
    found = {}
    for item in daemon.items("/api/v1/frames"):
        if item["state"] != "backlog":
            found.setdefault(item["path"], []).append(item)
    return found
