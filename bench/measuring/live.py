"""What is measured of live charts: each scenario is a function that yields figures. Every run has a server and a store
of its own, on the first core; publishers and viewers are one process on the last."""

import os
import statistics
import sys
import time
from collections import defaultdict
from dataclasses import dataclass, replace

from measuring.figures import Figure
from measuring.live_server import LiveServer, run_client

CONNECTIONS = (1, 16, 64)
DELTA_BYTES = 150
RESUME_SECONDS = 5


def say(text):
    print(text, file=sys.stderr, flush=True)


@dataclass(frozen=True)
class Size:
    """How much of it."""

    rounds: int
    # Of publishing.
    seconds: float
    viewers: int
    publishes: int
    interval_ms: int
    # Viewers who come back.
    returning: int

    def with_rounds(self, rounds):
        return replace(self, rounds=rounds)


WHOLE = Size(rounds=7, seconds=2, viewers=1_000, publishes=50, interval_ms=200, returning=10_000)
QUICK = replace(WHOLE, rounds=1, seconds=1)
SMOKE = Size(rounds=1, seconds=0.2, viewers=20, publishes=5, interval_ms=20, returning=50)


class LiveBench:
    """Runs one thing at a time, and keeps every run."""

    def __init__(self, client, chartcast, folder, size):
        self.client = client
        self.chartcast = chartcast
        self.folder = folder
        self.size = size
        self.runs = []
        self.servers = 0
        self.cores = sorted(os.sched_getaffinity(0))
        if len(self.cores) < 2:
            raise SystemExit("live: a server and its clients need two cores")

    def run(self, job, **options):
        self.servers += 1
        with LiveServer(self.chartcast, self.folder / str(self.servers), {self.cores[0]}) as server:
            result = run_client(self.client, server, {self.cores[-1]}, job, options)
        self.runs.append({"job": job, **options, **result})
        return result

    def rounds(self):
        return range(1, self.size.rounds + 1)

    def of_all(self, round_number):
        return f"{round_number} of {self.size.rounds}"


def synced_write_ms(folder):
    """What the disk takes for the least that a durable publish needs."""
    times = []
    with (folder / "synced").open("wb", buffering=0) as file:
        for _ in range(100):
            began = time.perf_counter()
            file.write(bytes(4096))
            os.fdatasync(file.fileno())
            times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times)


def publish(bench):
    """Batches of one row over HTTP, each connection with one under way."""
    disk = []
    results = defaultdict(list)
    for number in bench.rounds():
        disk.append(synced_write_ms(bench.folder))
        for connections in CONNECTIONS:
            for memory in (False, True):
                result = bench.run("publish", connections=connections, memory=memory, seconds=bench.size.seconds)
                results[connections, memory].append(result)
                say(
                    f"publish, {bench.of_all(number)}: {connections} connections, {'memory' if memory else 'disk'}:"
                    f" {result['publishes'] / result['seconds']:,.0f}/s, p99 {result['p99_us'] / 1000:.2f} ms,"
                    f" clients busy {result['client_busy']:.0%}"
                )
    scenario = "publishing one row of 1,000"
    yield Figure(scenario, "the disk's write of 4 KiB with fdatasync(), p50", "ms", disk)
    for (connections, memory), runs in results.items():
        label = f"{connections} connection{'s' * (connections > 1)}, {'memory' if memory else 'disk'}"
        yield Figure(scenario, f"accepted, {label}", "/s", [r["publishes"] / r["seconds"] for r in runs])
        for percentile in ("p50", "p99"):
            yield Figure(scenario, f"answer {percentile}, {label}", "ms", [r[f"{percentile}_us"] / 1000 for r in runs])
        yield Figure(scenario, f"server's CPU of one, {label}", "µs", [r["server_cpu_us"] for r in runs])


def fanout(bench):
    """From the POST to the viewers' reads."""
    size = bench.size
    results = []
    for number in bench.rounds():
        options = {"clients": size.viewers, "publishes": size.publishes, "interval_ms": size.interval_ms}
        results.append(bench.run("fanout", **options))
        say(f"fanout, {bench.of_all(number)}: p99 {results[-1]['p99_ms']:.1f} ms")
    scenario = f"from POST to {size.viewers:,} viewers, a publish every {size.interval_ms} ms"
    labels = {
        "p50_ms": "a viewer has it, p50",
        "p99_ms": "a viewer has it, p99",
        "last_p50_ms": "all have it, p50",
        "last_p99_ms": "all have it, p99",
        "answer_p50_ms": "the publisher's answer, p50",
    }
    for key, label in labels.items():
        yield Figure(scenario, label, "ms", [r[key] for r in results])
    yield Figure(scenario, "server's CPU of a delivery", "µs", [r["server_cpu_us"] for r in results])


def bytes_on_the_wire(bench):
    """The same for everybody and every time, so once."""
    result = bench.run("bytes", publishes=100)
    say(f"bytes: {result['delta_most']} and {result['plain_most']}")
    scenario = "bytes on the wire, one cell in 1,000 rows"
    yield Figure(scenario, "viewer of deltas, the longest of 100", "B", [result["delta_most"]], goal=DELTA_BYTES)
    yield Figure(scenario, "plain viewer: the whole option", "B", [result["plain_most"]])


def resume(bench):
    """Everybody comes back at once, with what they have."""
    results = []
    for number in bench.rounds():
        results.append(bench.run("resume", clients=bench.size.returning))
        result = results[-1]
        share = result["recovered"] / result["clients"]
        say(f"resume, {bench.of_all(number)}: {result['seconds']:.2f} s, recovered {share:.1%}")
    scenario = f"{bench.size.returning:,} viewers come back, one change later"
    yield Figure(scenario, "the last has its answer", "s", [r["seconds"] for r in results], goal=RESUME_SECONDS)
    yield Figure(scenario, "half have theirs", "s", [r["p50_seconds"] for r in results])
    yield Figure(scenario, "not recovered", "%", [100 * (1 - r["recovered"] / r["clients"]) for r in results], goal=0)
    yield Figure(scenario, "server's CPU of one", "µs", [r["server_cpu_us"] for r in results])
    yield Figure(scenario, "server's memory of one viewer", "B", [r["client_bytes"] for r in results])


SCENARIOS = {"publish": publish, "fanout": fanout, "bytes": bytes_on_the_wire, "resume": resume}
