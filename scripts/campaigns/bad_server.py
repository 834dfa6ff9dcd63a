"""Part of the campaign `neighbours`: ntfy servers that hang, refuse, ask for patience, cut the line and dribble."""
import collections
import socket
import threading
import time

import common

# What holds (DESIGN sections 2 and 11): no server holds up a frame, an action or another channel; nobody is asked more often
# than back-off and Retry-After allow; when the servers are well, each visit has reached each channel, with one key.

RULES = """
rules:
  - {name: anyone, labels: ["group:animals"], probability: 0.0, cooldown: 1ms, action: nothing, publish: [%s]}
actions:
  - {name: nothing, command: [/bin/true], at_once: 8, at_most: 100000/h}
channels:
%s
"""
RETRY_AFTER = 4  # seconds
KINDS = ["well", "hangs", "answers 500", "answers 429", "cuts the line", "cuts at once", "dribbles", "lies about length"]


class Server:
    """An ntfy server on loopback that behaves as it is told; keeps the times and keys of what it was sent."""

    def __init__(self, manner):
        self.manner = manner
        self.asked = []  # (monotonic time, manner, key)
        self.taken = []  # keys of messages it answered 200
        self.open = set()
        self.lock = threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def mend(self):
        """From now on it is well; what hangs is cut."""
        self.manner = "well"
        with self.lock:
            for connection in self.open:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass

    def _accept(self):
        while True:
            connection, _ = self.listener.accept()
            with self.lock:
                self.open.add(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        try:
            while self._request(connection):
                pass
        except OSError:
            pass
        finally:
            with self.lock:
                self.open.discard(connection)
            connection.close()

    def _request(self, connection):
        manner = self.manner
        if manner == "cuts at once":
            self.asked.append((time.monotonic(), manner, None))
            return False
        head = b""
        while b"\r\n\r\n" not in head:
            more = connection.recv(65536)
            if not more:
                return False
            head += more
        head, _, body = head.partition(b"\r\n\r\n")
        headers = dict(line.lower().split(": ", 1) for line in head.decode().split("\r\n")[1:])
        key = headers.get("x-sequence-id")
        self.asked.append((time.monotonic(), manner, key))
        if headers.get("expect") == "100-continue":
            connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        left = int(headers.get("content-length", 0)) - len(body)
        if manner == "cuts the line":
            return False  # in the middle of the picture
        while left > 0:
            left -= len(connection.recv(min(left, 65536)) or b"x" * left)
        return self._answer(connection, manner, key)

    def _answer(self, connection, manner, key):
        def answer(status, more="", body=b"{}"):
            connection.sendall(f"HTTP/1.1 {status}\r\n{more}Content-Length: {len(body)}\r\n\r\n".encode() + body)

        if manner == "hangs":
            connection.recv(1)  # until somebody gives up
            return False
        if manner == "answers 500":
            answer("500 Internal Server Error")
        elif manner == "answers 429":
            answer("429 Too Many Requests", f"Retry-After: {RETRY_AFTER}\r\n", b'{"code":42901,"error":"limit reached"}')
        elif manner == "dribbles":
            self.taken.append(key)  # who says 200 has taken it, however the answer ends
            for byte in b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Slow: " + b"z" * 100_000:
                connection.sendall(bytes([byte]))
                time.sleep(0.1)
            return False
        elif manner == "lies about length":
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\nshort")
            return False
        else:
            self.taken.append(key)
            answer("200 OK")
        return True


def run(campaign, seconds):
    """Shoots photos for some seconds at bad servers, then mends them and waits for what is owed."""
    servers = {kind: Server(kind) for kind in KINDS}
    names = {kind: kind.replace(" ", "-") for kind in KINDS}
    channels = "\n".join(
        f'  - {{name: {names[kind]}, kind: ntfy, url: "http://127.0.0.1:{server.port}/{names[kind]}", at_most: 100000/h}}'
        for kind, server in servers.items())
    daemon = campaign.daemon(
        RULES % (", ".join(names.values()), channels), name="servers", sources={"yard": "visit_gap: 100ms"})
    daemon.start()
    common.shoot(f"{daemon.capture}/warm.jpg", campaign.photos.unique(0))
    common.until("the first photo is on record", lambda: daemon.recorded() == 1)
    descriptors, threads = len(daemon.descriptors()), daemon.threads()
    begin, count = time.monotonic(), 0
    while time.monotonic() < begin + seconds:
        count += 1
        common.shoot(f"{daemon.capture}/{count:05}.jpg", campaign.photos.unique(count))
        time.sleep(0.4)
    common.until("all are on record", lambda: daemon.recorded() == count + 1)
    check_while(campaign, daemon, servers, count)
    for server in servers.values():
        server.mend()
    mended = time.monotonic()
    patience = 60 + 2 * seconds + RETRY_AFTER
    common.comes_true(lambda: not daemon.rows("SELECT 1 FROM outbox WHERE state IN ('pending', 'waiting') LIMIT 1"), patience, 0.5)
    check_after(campaign, daemon, servers, names, time.monotonic() - mended)
    same = common.comes_true(lambda: len(daemon.descriptors()) <= descriptors + len(KINDS) and daemon.threads() <= threads + 4, 20)
    campaign.check("descriptors are as before, but for a line kept open to each server", same,
                   f"{descriptors} before, {len(daemon.descriptors())} after; {threads} threads, {daemon.threads()} after")
    campaign.check("it ends when told to (bad servers)", daemon.stop() == 0)


def check_while(campaign, daemon, servers, count):
    rows = daemon.rows("SELECT latency, missed FROM frame WHERE state = 'recorded'")
    latencies = [row["latency"] for row in rows]
    campaign.check("no server holds up a frame", len(rows) == count + 1 and
                   (campaign.options.small or not any(row["missed"] for row in rows)),
                   f"p50 {common.percentile(latencies, 0.5):.0f} ms, p99 {common.percentile(latencies, 0.99):.0f} ms")
    visits = len(daemon.rows("SELECT 1 FROM visit"))
    common.comes_true(lambda: len(set(servers["well"].taken)) >= visits, 30)
    common.comes_true(lambda: all(server.asked for server in servers.values()), 30)
    campaign.check("nor the server that is well", len(set(servers["well"].taken)) == visits,
                   f"{visits} visits, {len(servers['well'].taken)} messages")
    asked = {kind: len(server.asked) for kind, server in servers.items() if kind != "well"}
    campaign.check("none is asked again and again", all(0 < number <= 12 for number in asked.values()), asked)
    times = [at for at, manner, _ in servers["answers 429"].asked if manner == "answers 429"]
    gaps = [later - earlier for earlier, later in zip(times, times[1:])]
    campaign.check("Retry-After is kept", all(gap >= RETRY_AFTER - 0.05 for gap in gaps),
                   f"{len(times)} asked, gaps {[round(gap, 1) for gap in gaps]} s, {RETRY_AFTER} s wanted")
    silent = {"hangs", "dribbles"}  # found out after a minute
    wanted = {kind.replace(" ", "-") for kind in KINDS if kind not in silent | {"well"}}

    def troubles():
        return {channel["name"]: channel["trouble"] for channel in daemon.status()["channels"] if channel.get("trouble")}

    common.comes_true(lambda: wanted <= set(troubles()), 30, 0.2)
    campaign.check("the page says which channel is in trouble, and why", wanted <= set(troubles()), troubles())


def check_after(campaign, daemon, servers, names, seconds):
    states = collections.Counter((row["channel"], row["state"]) for row in daemon.rows("SELECT channel, state FROM outbox"))
    visits = {row["id"] for row in daemon.rows("SELECT id FROM visit")}
    undelivered = {key: number for key, number in states.items() if key[1] != "delivered"}
    campaign.check("once they are well, each visit reaches each channel", not undelivered and
                   all(states[names[kind], "delivered"] == len(visits) for kind in KINDS),
                   undelivered or f"{len(visits)} visits to {len(KINDS)} channels within {seconds:.0f} s")
    keys = {row["key"] for row in daemon.rows("SELECT key FROM outbox")}
    seen = {kind: set(server.taken) for kind, server in servers.items()}
    campaign.check("each has a key of its own, the same at each try", all(len(seen[kind]) == len(visits) for kind in KINDS)
                   and len(keys) == len(visits) * len(KINDS), {kind: len(server.taken) for kind, server in servers.items()})
