"""How servers are run again and again, so that what is compared are neighbours in time: whatever else the machine does
weighs on both."""

import statistics
import sys
from dataclasses import replace

from measuring import programs
from measuring.figures import Figure
from measuring.programs import Load

# Of a core: enough that waking up does not count, little enough that nothing queues.
BUSY_SHARE = 0.45


def say(text):
    print(text, file=sys.stderr, flush=True)


class Measuring:
    """The servers there are, how often and how long; keeps every run."""

    def __init__(self, bench, folder, pairs, seconds, quick=False):
        self.bench = bench
        self.folder = folder
        self.pairs = pairs
        self.seconds = seconds
        self.quick = quick
        self.runs = []
        self.tried = {}
        self.limit = programs.limit(folder)
        self.send = programs.library(folder)
        self.uring = programs.library(folder, "uring")
        self.ring_limit = programs.limit_of_the_ring(folder)

    def available(self, *wanted):
        """Those servers, or what their makers make, that start here; the others are told of once."""
        for one in wanted:
            if one not in self.tried:
                self.tried[one] = self.try_out(one)
        return [self.tried[one] for one in wanted if self.tried[one]]

    def try_out(self, wanted):
        try:
            server = wanted() if callable(wanted) else wanted
            self.bench.run(server, Load(clients=1, seconds=0))
            return server
        except programs.Unavailable as why:
            say(f"left out: {why}")
            return None

    def run(self, server, load):
        result = self.bench.run(server, load)
        self.runs.append({"server": server.name, "load": vars(load), "result": result})
        self.warn(server, load, result)
        if server.deflates and load.seconds and result["compressed"] < result["total"]:
            raise programs.Failed(f"{server.name} compressed {result['compressed']} of {result['total']} messages")
        return result

    def warn(self, server, load, result):
        if load.interval_ms and result.get("server_load", 0) > 0.85:
            say(f"note: {server.name} was busy {result['server_load']:.0%} of the time: its load is too high")
        if load.seconds and result["fewest"] != result["most"]:
            say(f"note: {server.name}: some clients have {result['fewest']} messages, some {result['most']}")

    def load_for(self, server, load):
        """The load whose interval suits that server on this machine."""
        guess = replace(load.at_load(20 / load.burst, BUSY_SHARE), seconds=min(0.6, self.seconds))
        cost = self.bench.run(server, guess)["cpu_us_per_delivery"]
        return replace(load.at_load(cost, BUSY_SHARE), seconds=self.seconds)


def ratios(values, others):
    return [value / other for value, other in zip(values, others)]


def figures_of(scenario):
    return lambda *fields, **named: Figure(scenario, *fields, **named)


class Rounds:
    """Runs of several servers, over and over, each between two runs of a reference."""

    def __init__(self, measuring, reference, load, name):
        self.measuring = measuring
        self.reference = reference
        self.load = load
        self.name = name
        self.cpu = {}
        self.ratio = {}
        # All that is known of them, by name.
        self.results = {}
        self.reference_cpu = []

    def measure(self, loads):
        """`loads`: what each server is measured with."""
        before = self.measure_reference()
        for pair in range(self.measuring.pairs):
            before = self.measure_pair(pair, loads, before)

    def measure_pair(self, pair, loads, before):
        """Returns what the reference took after the last of them."""
        for server, load in loads.items():
            result = self.measuring.run(server, load)
            cpu = result["cpu_us_per_delivery"]
            after = self.measure_reference()
            ratio = cpu / statistics.mean((before, after))
            before = after
            self.cpu.setdefault(server.name, []).append(cpu)
            self.ratio.setdefault(server.name, []).append(ratio)
            self.results.setdefault(server.name, []).append(result)
            say(f"{self.name}, {pair + 1} of {self.measuring.pairs}: {server.name} {cpu:.2f} µs, {ratio:.2f} ×")
        return before

    def measure_reference(self):
        result = self.measuring.run(self.reference, self.load)
        self.results.setdefault(self.reference.name, []).append(result)
        self.reference_cpu.append(result["cpu_us_per_delivery"])
        return self.reference_cpu[-1]


def in_turns(measuring, servers, load, name):
    results = {server: [] for server in servers}
    for pair in range(measuring.pairs):
        for server, known in results.items():
            known.append(measuring.run(server, load))
            say(f"{name}, {pair + 1} of {measuring.pairs}: {server.name}")
    return results
