"""What one client that stops reading costs: 100 clients, messages of 10 kB, as fast as the other 99 read. The numbers
are those of a test of the library and of the same program on Node; both fail when one of the 99 misses a message."""

import os
import re
import shutil
import subprocess

from measuring.figures import Figure
from measuring.programs import ROOT, Child, Failed, Unavailable

MESSAGES = 30_000
MESSAGES_QUICK = 1_000
# 100 clients and the bound of one client's queue, which the test sets.
GROWTH_MIB = 100 * 1
# The test itself gives up earlier.
SECONDS_MAX = 420
GREW = re.compile(r"memory grew by (\d+) KiB")
OUTCOMES = {
    "closed": "OneThatStallsIsClosedAndTheOthersMissNothing",
    "conflated": "OneThatStallsGetsTheNewestWhenMessagesAreConflated",
}


def stall(measuring, say):
    """One client stops reading: what the server's memory grows by."""
    messages = MESSAGES_QUICK if measuring.quick else MESSAGES
    name = f"one of 100 clients stops reading, {messages:,} messages of 10 kB"
    for label, command, environment, goal in runs(measuring.folder.parent / "tests/integration_slow_clients", messages):
        try:
            grown = grown_mib(command, environment, measuring.bench.cores)
        except Unavailable as why:
            say(f"left out: {label}: {why}")
            continue
        say(f"{name}: {label}: {grown:.1f} MiB")
        yield Figure(name, f"memory grows by, {label}", "MiB", [grown], goal=goal)


def runs(test, messages):
    for outcome, sentence in OUTCOMES.items():
        for writer in ("send", "uring"):
            command = [str(test), f"--gtest_filter=*.{sentence}/{writer}"]
            yield f"{writer}, {outcome}", command, {"STALL_MESSAGES": str(messages)}, GROWTH_MIB
    yield "Node", ["node", str(ROOT / "bench/peers/node/stall.mjs"), str(messages)], {}, None


def grown_mib(command, environment, cores):
    if not shutil.which(command[0]):
        raise Unavailable(f"there is no {command[0]}; build integration_slow_clients, or run tools/setup --test")
    with Child(command, set(cores), environment={**os.environ, **environment}) as process:
        try:
            output, errors = process.communicate(timeout=SECONDS_MAX)
        except subprocess.TimeoutExpired:
            raise Failed(f"{command[0]} did not end in {SECONDS_MAX} s") from None
    if process.returncode != 0:
        raise Failed(f"{command[0]} failed:\n{output[-2000:]}{errors[-2000:]}")
    if "[  SKIPPED ]" in output:
        raise Unavailable("this system does not let it")
    found = GREW.search(output)
    if not found:
        raise Failed(f"{command[0]} said nothing of its memory")
    return int(found.group(1)) / 1024
