"""What is measured: each scenario is a function that yields figures."""

from measuring import programs
from measuring.cluster import adapter, cluster
from measuring.peers import centrifuge, socketioxide
from measuring.programs import Load
from measuring.runs import Rounds, figures_of, in_turns, ratios, say
from measuring.stall import stall

CLIENTS = (1_000, 5_000)
MESSAGE_BYTES = (200, 2_000)
IDLE_CLIENTS = 10_000
IDLE_TLS_CLIENTS = 2_000

SEND_TO_LIMIT = 1.10
URING_TO_LIMIT = 0.75
BURST_TO_GATHERED = 1.10
SEND_TO_NODE = 0.5
IDLE_BYTES = 1_024
CONNECT_TO_NODE = 1 / 6
DEFLATE_TO_PLAIN = 1.30
DEFLATED_BYTES_TO_PLAIN = 0.40


def fanout(measuring):
    """CPU of one delivery, against the kernel's price and against Node."""
    for clients in CLIENTS:
        for message_bytes in MESSAGE_BYTES:
            yield from fanout_at(measuring, clients, message_bytes)


def fanout_at(measuring, clients, message_bytes):
    name = f"CPU of a delivery, {clients:,} clients, {message_bytes:,} B"
    figure = figures_of(name)
    wanted = Load(clients, message_bytes)
    load = measuring.load_for(measuring.limit, wanted)
    as_cheap = (measuring.send, measuring.uring, measuring.ring_limit)
    loads = dict.fromkeys(measuring.available(*as_cheap), load)
    for peer in measuring.available(programs.node):
        loads[peer] = measuring.load_for(peer, wanted)
    rounds = Rounds(measuring, measuring.limit, load, name)
    rounds.measure(loads)
    yield figure("limit: send() alone", "µs", rounds.reference_cpu)
    goals = {"send": SEND_TO_LIMIT, "uring": URING_TO_LIMIT}
    for server, cpu in rounds.cpu.items():
        yield figure(server, "µs", cpu)
        if server in goals:
            yield figure(f"{server} : limit", "×", rounds.ratio[server], goal=goals[server])
        if server == measuring.ring_limit.name:
            # What the kernel allows io_uring to be here, and what is left to us.
            yield figure(f"{server} : limit", "×", rounds.ratio[server])
            yield figure(f"uring : {server}", "×", ratios(rounds.cpu["uring"], cpu))
        if server == "Node":
            yield figure("send : Node", "×", ratios(rounds.cpu["send"], cpu), goal=SEND_TO_NODE)


def burst(measuring):
    """Ten broadcasts in one turn of the loop, against one sendmsg() of ten buffers for each client."""
    name = "CPU of a delivery, bursts of 10, 1,000 clients, 200 B"
    figure = figures_of(name)
    gathered = programs.limit(measuring.folder, gather=True)
    load = measuring.load_for(gathered, Load(CLIENTS[0], burst=10))
    rounds = Rounds(measuring, gathered, load, name)
    rounds.measure(dict.fromkeys(measuring.available(measuring.send, measuring.uring), load))
    yield figure("sendmsg() of the ten", "µs", rounds.reference_cpu)
    for server, cpu in rounds.cpu.items():
        yield figure(server, "µs", cpu)
        yield figure(f"{server} : sendmsg()", "×", rounds.ratio[server], goal=BURST_TO_GATHERED)


def deflate(measuring):
    """What compression adds to the CPU of a delivery and takes off the wire; each server against itself without it."""
    name = "permessage-deflate, 1,000 clients, 2,000 B"
    figure = figures_of(name)
    wanted = Load(CLIENTS[0], message_bytes=2_000)
    rounds = {}
    for plain in measuring.available(measuring.send, measuring.uring, programs.node):
        compressing = programs.deflating(plain)
        pair_of = Rounds(measuring, plain, measuring.load_for(plain, wanted), name)
        rounds[plain.name] = (pair_of, compressing, {compressing: measuring.load_for(compressing, wanted)})
    for pair in range(measuring.pairs):
        for pair_of, _, loads in rounds.values():
            pair_of.measure_pair(pair, loads, pair_of.measure_reference())
    for label, (pair_of, compressing, _) in rounds.items():
        ours = label != "Node"
        cpu = pair_of.cpu[compressing.name]
        compressed = pair_of.results[compressing.name]
        bytes_ratio = [r["wire_bytes"] / r["deliveries"] / wanted.message_bytes for r in compressed]
        yield figure(f"{label}, plain", "µs", pair_of.reference_cpu)
        yield figure(compressing.name, "µs", cpu)
        goal = DEFLATE_TO_PLAIN if ours else None
        yield figure(f"{label}, deflate : plain", "×", pair_of.ratio[compressing.name], goal=goal)
        goal = DEFLATED_BYTES_TO_PLAIN if ours else None
        yield figure(f"{label}, bytes on the wire, deflate : plain", "×", bytes_ratio, goal=goal)
        if ours and "Node" in rounds:
            node, deflating_node, _ = rounds["Node"]
            yield figure(f"{label} : Node, both deflate", "×", ratios(cpu, node.cpu[deflating_node.name]))


def tls(measuring):
    """What TLS adds to the CPU of a delivery, and to what a client's coming and staying cost; each server against
    itself without it."""
    certificate = programs.Certificate()
    plain_ones = measuring.available(measuring.send, programs.node)
    secured = {plain: programs.securing(plain, certificate) for plain in plain_ones}
    yield from tls_deliveries(measuring, secured)
    yield from tls_connections(measuring, secured)


def tls_deliveries(measuring, secured):
    name = "CPU of a delivery over TLS, 1,000 clients, 200 B"
    figure = figures_of(name)
    wanted = Load(CLIENTS[0])
    rounds = {}
    for plain, over_tls in secured.items():
        pair_of = Rounds(measuring, plain, measuring.load_for(plain, wanted), name)
        rounds[plain.name] = (pair_of, over_tls.name, {over_tls: measuring.load_for(over_tls, wanted)})
    for pair in range(measuring.pairs):
        for pair_of, _, loads in rounds.values():
            pair_of.measure_pair(pair, loads, pair_of.measure_reference())
    for label, (pair_of, over_tls, _) in rounds.items():
        yield figure(f"{label}, plain", "µs", pair_of.reference_cpu)
        yield figure(over_tls, "µs", pair_of.cpu[over_tls])
        yield figure(f"{label}, TLS : plain", "×", pair_of.ratio[over_tls])
    if len(rounds) == 2:
        (ours, ours_name, _), (node, node_name, _) = rounds.values()
        yield figure("send : Node, both over TLS", "×", ratios(ours.cpu[ours_name], node.cpu[node_name]))


def tls_connections(measuring, secured):
    name = f"{IDLE_TLS_CLIENTS:,} connections over TLS"
    figure = figures_of(name)
    load = Load(IDLE_TLS_CLIENTS, seconds=0)
    results = {server: [] for pair in secured.items() for server in pair}
    for pair in range(measuring.pairs):
        for server, known in results.items():
            known.append(measuring.run(server, load))
            say(f"{name}, {pair + 1} of {measuring.pairs}: {server.name} {known[-1]['idle_bytes']:.0f} B each")
    for server, known in results.items():
        yield figure(f"memory of one, idle, {server.name}", "B", [r["idle_bytes"] for r in known])
        yield figure(f"CPU of connecting, {server.name}", "µs", [r["connect_cpu_us"] for r in known])


def connect(measuring):
    """A client's coming, and what it costs to keep it."""
    name = f"{IDLE_CLIENTS:,} connections"
    figure = figures_of(name)
    load = Load(IDLE_CLIENTS, seconds=0)
    results = {server: [] for server in measuring.available(measuring.send, programs.node)}
    for pair in range(measuring.pairs):
        for server, known in results.items():
            result = measuring.run(server, load)
            known.append(result)
            say(
                f"{name}, {pair + 1} of {measuring.pairs}: {server.name} {result['connect_cpu_us']:.0f} µs,"
                f" {result['idle_bytes']:.0f} B each"
            )
    cpu = {server.name: [r["connect_cpu_us"] for r in known] for server, known in results.items()}
    for server, known in results.items():
        goal = IDLE_BYTES if server == measuring.send else None
        label = "ours" if server == measuring.send else server.name
        yield figure(f"memory of one, idle, {label}", "B", [r["idle_bytes"] for r in known], goal=goal)
        yield figure(f"CPU of connecting, {label}", "µs", cpu[server.name])
    if "Node" in cpu:
        yield figure("connecting, ours : Node", "×", ratios(cpu["send"], cpu["Node"]), goal=CONNECT_TO_NODE)


def latency(measuring):
    """From emit to the client's read, at the pace at which Node is half busy."""
    peers = measuring.available(programs.node)
    pace = (peers or [measuring.send])[0]
    load = measuring.load_for(pace, Load(CLIENTS[0]))
    name = f"latency, 1,000 clients, 200 B, every {load.interval_ms:.0f} ms"
    figure = figures_of(name)
    servers = measuring.available(measuring.send, measuring.uring) + peers
    for server, results in in_turns(measuring, servers, load, name).items():
        for percentile in ("p50", "p99"):
            values = [result[f"{percentile}_us"] / 1000 for result in results]
            yield figure(f"{percentile}, {server.name}", "ms", values)


def saturated(measuring):
    """Broadcasts without a pause."""
    name = "deliveries in a second, saturated, 1,000 clients, 200 B"
    figure = figures_of(name)
    load = Load(CLIENTS[0], interval_ms=0, seconds=measuring.seconds)
    servers = measuring.available(measuring.limit, measuring.send, measuring.uring, programs.node)
    for server, results in in_turns(measuring, servers, load, name).items():
        rates = [result["deliveries"] / result["seconds"] for result in results]
        yield figure(server.name, "/s", rates)


def shards(measuring):
    """Two shards beside one; with two cores in all, one of them shares the clients'."""
    name = "two shards, 1,000 clients, 200 B"
    figure = figures_of(name)
    load = measuring.load_for(measuring.send, Load(CLIENTS[0]))
    servers = (measuring.send, programs.library(measuring.folder, shards=2))
    for server, results in in_turns(measuring, servers, load, name).items():
        label = f"{server.cores} shard{'s' * (server.cores > 1)}"
        yield figure(f"CPU of a delivery, {label}", "µs", [r["cpu_us_per_delivery"] for r in results])
        yield figure(f"p99, {label}", "ms", [r["p99_us"] / 1000 for r in results])


def peers(measuring):
    """Servers in other languages, for whoever has their compilers."""
    name = "CPU of a delivery, other servers, 1,000 clients, 200 B"
    figure = figures_of(name)
    wanted = Load(CLIENTS[0])
    servers = measuring.available(measuring.send, programs.node, socketioxide, centrifuge)
    loads = {server: measuring.load_for(server, wanted) for server in servers}
    rounds = Rounds(measuring, measuring.limit, measuring.load_for(measuring.limit, wanted), name)
    rounds.measure(loads)
    for server, cpu in rounds.cpu.items():
        yield figure(server, "µs", cpu)
        yield figure(f"{server} : limit", "×", rounds.ratio[server])


SCENARIOS = {
    "fanout": fanout,
    "burst": burst,
    "deflate": deflate,
    "tls": tls,
    "connect": connect,
    "latency": latency,
    "saturated": saturated,
    "shards": shards,
    "cluster": cluster,
    "adapter": adapter,
    "stall": lambda measuring: stall(measuring, say),
    "peers": peers,
}
