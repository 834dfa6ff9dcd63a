"""Part of the campaign `neighbours`: `rooster train` beside a daemon."""
import json
import os
import shutil
import subprocess
import threading

import common
import page_load

# What holds: no deadline is missed while lessons go on one behind the other, each with all photos through the network anew,
# on as many threads as the daemon has, by an owner whose shell is as urgent as the daemon. Quiet and loaded phases take turns
# in one run.


def photos(campaign, copies):
    """The photos of training/photos, each `copies` times under a digest of its own."""
    home, source = f"{campaign.home}/lesson", f"{common.REPOSITORY}/training/photos"
    for label in sorted(os.listdir(source)):
        if not os.path.isdir(f"{source}/{label}"):
            continue
        os.makedirs(f"{home}/{label}")
        taught = common.Photos(f"{source}/{label}")
        for number in range(copies * len(taught)):
            common.shoot(f"{home}/{label}/{number:05}.jpg", taught.unique(number))
    return home


class Lessons(threading.Thread):
    """Teaches again and again until `stop`."""

    def __init__(self, campaign, daemon, folder):
        super().__init__(daemon=True)
        self.campaign, self.daemon_, self.folder = campaign, daemon, folder
        self.taught, self.failed, self.ends = [], [], threading.Event()
        self.process = None

    def run(self):
        while not self.ends.is_set():
            shutil.rmtree(f"{self.daemon_.state}/embeddings", ignore_errors=True)
            self.process = subprocess.Popen(
                [self.campaign.options.rooster, "train", self.folder, "--name", "lesson", "--json", "--settings",
                 self.daemon_.settings], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            out, error = self.process.communicate()
            if self.process.returncode == 0:
                self.taught.append(json.loads(out.strip().splitlines()[-1]))
            elif not self.ends.is_set():
                self.failed.append(error)
                break

    def stop(self):
        self.ends.set()
        self.process.terminate()
        self.join()


def run(campaign, seconds):
    """Quiet and loaded phases in turn."""
    options = campaign.options
    daemon = campaign.daemon(page_load.RULES, name="teaching")
    if not hasattr(campaign, "large"):
        campaign.large = campaign.photos if options.small else campaign.photos.enlarged(f"{campaign.home}/large")
    folder = photos(campaign, 1 if options.small else 12)
    daemon.start()
    count = max(3, int(seconds * options.rate))
    page_load.phase(campaign, daemon, "warm", max(3, count // 10), options.rate)
    measured, lessons = {"quiet": [], "loaded": []}, []
    for repeat in range(options.repeats):
        for kind in ("quiet", "loaded") if repeat % 2 == 0 else ("loaded", "quiet"):
            teacher = Lessons(campaign, daemon, folder) if kind == "loaded" else None
            if teacher:
                teacher.start()
                lessons.append(teacher)
            values, cpu = page_load.phase(campaign, daemon, f"{kind}{repeat}", count, options.rate)
            if teacher:
                if options.small:
                    common.until("a lesson is learnt", lambda: teacher.taught or teacher.failed)
                teacher.stop()
            measured[kind] += values
            campaign.say(
                f"{kind}: p50 {common.percentile(values, 0.5):.1f} ms, p99 {common.percentile(values, 0.99):.1f} ms, longest "
                f"{max(values):.1f} ms; Rooster uses {cpu * 100:.0f} % of a core"
                + (f"; {len(teacher.taught)} lessons" if teacher else ""))
    taught = [lesson for teacher in lessons for lesson in teacher.taught]
    failed = [error for teacher in lessons for error in teacher.failed]
    rate = sum(lesson["photos"] for lesson in taught) / max(1e-9, sum(lesson["timings_ms"]["embed"] for lesson in taught) / 1000)
    campaign.check("lessons are learnt beside it", taught and not failed,
                   f"{len(taught)} of {taught[0]['photos'] if taught else 0} photos, {rate:.0f} photos/s {failed[:1]}")
    missed = daemon.rows("SELECT count(*) AS frames, sum(missed IS NOT NULL) AS missed FROM frame")[0]
    detail = "; ".join(
        f"{kind} p50 {common.percentile(values, 0.5):.1f}, p99 {common.percentile(values, 0.99):.1f}, longest {max(values):.1f} ms"
        for kind, values in measured.items())
    campaign.check("no deadline is missed beside a lesson", options.small or not missed["missed"],
                   f"{missed['missed']} of {missed['frames']}; {detail} of {len(measured['quiet'])} frames each")
    campaign.check("it ends when told to (teaching)", daemon.stop() == 0)
