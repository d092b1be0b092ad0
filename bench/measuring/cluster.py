"""Servers joined by Redis: what a message of an emitter outside of them costs them, beside Node's servers; and what the
adapter alone takes of it."""

import json
import subprocess
from dataclasses import replace

from measuring import programs
from measuring.programs import Child, Failed, Load, Unavailable
from measuring.redis import Redis
from measuring.runs import Rounds, figures_of, ratios, say

NODES = 2
CLIENTS = 1_000
CLUSTER_TO_NODE = 0.5
PROGRAM_SECONDS_MAX = 120
# How many messages, and how long between two of them: 0 is as fast as Redis takes them.
PACES = {"as fast as Redis takes them": (50_000, 0), "one every millisecond": (2_000, 1_000)}
QUICK = 10


def cluster(measuring):
    """Two nodes with half of the clients each, and an emitter; ours and Node's in turns, over the same Redis."""
    try:
        with Redis({measuring.bench.cores[-1]}) as redis:
            yield from cluster_over(measuring, redis)
    except Unavailable as why:
        say(f"left out: {why}")


def cluster_over(measuring, redis):
    def joined(server, name):
        # Nodes share what the clients and Redis leave.
        cores = max(1, min(NODES, len(measuring.bench.cores) - 1))
        command = (*server.command, "--redis", redis.url)
        options = (*server.client_options, "--redis-port", str(redis.listens_on))
        return replace(
            server, name=name, command=command, client_options=options, cores=cores, processes=NODES
        )

    def two_of_node():
        return joined(programs.node(), "two of Node's")

    ours = measuring.available(joined(measuring.send, "two of ours"))
    nodes = measuring.available(two_of_node)
    if not ours:
        return
    wanted = Load(CLIENTS)
    paced = {server: measuring.load_for(server, wanted) for server in (*ours, *nodes)}
    yield from compared("at a steady rate", measuring, ours[0], nodes, paced)
    at_full_speed = replace(wanted, interval_ms=0, seconds=measuring.seconds)
    loads = dict.fromkeys(paced, at_full_speed)
    yield from compared("at full speed", measuring, ours[0], nodes, loads)


def compared(how, measuring, ours, nodes, loads):
    """Each run of ours stands between two of Node's, where there is one."""
    name = f"cluster of two, {CLIENTS:,} clients, 200 B, emitter {how}"
    figure = figures_of(name)
    reference = nodes[0] if nodes else ours
    rounds = Rounds(measuring, reference, loads[reference], name)
    rounds.measure({ours: loads[ours]})
    for server in (ours, *nodes):
        results = rounds.results[server.name]
        yield figure(f"CPU of a delivery, {server.name}", "µs", [r["cpu_us_per_delivery"] for r in results])
        yield figure(f"deliveries, {server.name}", "/s", rates(results))
    for node in nodes:
        yield figure("CPU, ours : Node", "×", rounds.ratio[ours.name], goal=CLUSTER_TO_NODE)
        faster = ratios(rates(rounds.results[ours.name]), rates(rounds.results[node.name]))
        yield figure("deliveries, ours : Node", "×", faster)


def rates(results):
    return [result["deliveries"] / result["seconds"] for result in results]


def adapter(measuring):
    """Receiving a message through Redis, beside reading the same bytes and decoding the same message."""
    try:
        with Redis({measuring.bench.cores[-1]}) as redis:
            for label, (messages, interval_us) in PACES.items():
                yield from adapter_at(measuring, redis, label, messages, interval_us)
    except Unavailable as why:
        say(f"left out: {why}")


def adapter_at(measuring, redis, label, messages, interval_us):
    name = f"adapter, a received message of 200 B, {label}"
    figure = figures_of(name)
    command = [str(measuring.folder / "adapter_cost"), "--redis-port", str(redis.listens_on)]
    command += ["--messages", str(messages // QUICK if measuring.quick else messages)]
    command += ["--interval-us", str(interval_us)]
    results = []
    for pair in range(measuring.pairs):
        results.append(printed_by(command, measuring.bench.cores))
        measuring.runs.append({"server": "adapter", "interval_us": interval_us, "result": results[-1]})
        say(f"{name}, {pair + 1} of {measuring.pairs}: {results[-1]['adapter_us']:.2f} µs")
    yield figure("bare decode", "µs", [r["decode_us"] for r in results])
    yield figure("bare recv()", "µs", [r["receive_us"] for r in results])
    yield figure("adapter, from the socket to the server", "µs", [r["adapter_us"] for r in results])
    least = [r["decode_us"] + r["receive_us"] for r in results]
    yield figure("adapter : decode and recv()", "×", ratios([r["adapter_us"] for r in results], least))


def printed_by(command, cores):
    """The JSON that a program prints which chooses among these cores."""
    with Child(command, set(cores)) as process:
        try:
            output, errors = process.communicate(timeout=PROGRAM_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            raise Failed(f"{command[0]} did not end in {PROGRAM_SECONDS_MAX} s") from None
    if process.returncode != 0:
        raise Failed(f"{command[0]}: {errors.strip() or 'it ended without a result'}")
    return json.loads(output)
