"""Starts a server and its clients on cores of their own, and returns what the clients counted."""

import ctypes
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
LISTENING = re.compile(r"listening on port (\d+)")


class Unavailable(Exception):
    """This machine or this build does not have that server."""


class Failed(Exception):
    """A run that ended without a result."""


@dataclass(frozen=True)
class Load:
    """What one run is about."""

    clients: int
    message_bytes: int = 200
    burst: int = 1
    # Between the beginnings of two bursts; 0 saturates the server.
    interval_ms: float = 0
    # Of the measured window; 0 connects only.
    seconds: float = 2

    def at_load(self, delivery_us, share):
        """With the interval at which a server of that cost is busy for that share of the time."""
        busy_ms = self.clients * self.burst * delivery_us / 1000
        return replace(self, interval_ms=round(max(1.0, busy_ms / share), 2))


@dataclass(frozen=True)
class Server:
    """One way to do the job."""

    name: str
    command: tuple
    client_options: tuple = ()
    # Of all its processes together.
    cores: int = 1
    # How many of it there are, each with its share of the clients.
    processes: int = 1

    @property
    def raw(self):
        return "--raw" in self.client_options

    @property
    def deflates(self):
        return "--deflate" in self.client_options


def raise_open_files_limit(connections):
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if hard != resource.RLIM_INFINITY and hard < connections + 100:
        raise SystemExit(f"compare: {connections} connections need more open files than {hard}, this system's limit")


def release_folder(build):
    """The programs of a release build, or the end of it all: other builds measure their checks."""
    cache = build / "CMakeCache.txt"
    how = "build it with: cmake --preset release && cmake --build build/release --target bench_programs"
    if not (build / "bench/fanout_server").is_file() or not cache.is_file():
        raise SystemExit(f"compare: there is no release build in {build}; {how}")
    settings = cache.read_text()
    if not re.search(r"^CMAKE_BUILD_TYPE:\w+=(RelWithDebInfo|Release)$", settings, re.MULTILINE) or re.search(
        r"^CHARTCAST_SANITIZE:\w+=.+$", settings, re.MULTILINE
    ):
        raise SystemExit(f"compare: {build} is no release build, or has sanitizers; {how}")
    return build / "bench"


def library(folder, writer="send", shards=1):
    name = writer if shards == 1 else f"{writer}, {shards} shards"
    command = (str(folder / "fanout_server"), "--writer", writer, "--shards", str(shards))
    return Server(name, command, cores=shards)


def limit(folder, gather=False):
    command = (str(folder / "limit"), *(("--gather",) if gather else ()))
    return Server("sendmsg of the same" if gather else "limit", command, ("--raw",))


def limit_of_the_ring(folder):
    """What io_uring costs by itself: absent where the kernel forbids it."""
    return Server("io_uring alone", (str(folder / "limit"), "--ring"), ("--raw",))


def node():
    if not shutil.which("node") or not (ROOT / "tests/node_modules/socket.io").is_dir():
        raise Unavailable("Node's socket.io: run tools/setup --test")
    return Server("Node", ("node", str(ROOT / "bench/peers/node/fanout_server.mjs")))


def deflating(server):
    """The same with permessage-deflate, for clients that offer it."""
    command = (*server.command, "--deflate")
    return replace(
        server, name=f"{server.name}, deflate", command=command, client_options=(*server.client_options, "--deflate")
    )


class Certificate:
    """Signed by itself, with a key of the kind that is dear to no one: P-256."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="bench-tls-")
        self.certificate = f"{self.folder.name}/certificate.pem"
        self.key = f"{self.folder.name}/key.pem"
        command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        command += ["-days", "2", "-subj", "/CN=bench", "-keyout", self.key, "-out", self.certificate]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Unavailable(f"openssl makes no certificate: {done.stderr.strip()}")


def securing(server, certificate):
    """The same over TLS."""
    command = (*server.command, "--tls-cert", certificate.certificate, "--tls-key", certificate.key)
    options = (*server.client_options, "--tls")
    return replace(server, name=f"{server.name}, TLS", command=command, client_options=options)


class Bench:
    """Runs one thing at a time: the last core is the clients', the first ones are the server's."""

    def __init__(self, folder):
        self.client = str(folder / "fanout_client")
        self.cores = sorted(os.sched_getaffinity(0))
        if len(self.cores) < 2:
            raise SystemExit("compare: a server and its clients need two cores")

    def run(self, server, load):
        # Of a server with more shards than cores are left, some share the clients'.
        server_cores = set(self.cores[:-1][: server.cores] if server.cores < len(self.cores) else self.cores)
        command = [*server.command, "--interval-ms", str(load.interval_ms)]
        command += ["--bytes", str(load.message_bytes), "--burst", str(load.burst)]
        with ExitStack() as running:
            processes = [running.enter_context(Child(command, server_cores)) for _ in range(server.processes)]
            return self.count(server, load, [(process.pid, process.port()) for process in processes])

    def count(self, server, load, processes):
        command = [self.client, *server.client_options]
        for pid, port in processes:
            command += ["--server", str(pid), "--port", str(port)]
        command += ["--clients", str(load.clients), "--bytes", str(load.message_bytes)]
        command += ["--seconds", str(load.seconds), "--interval-ms", str(load.interval_ms)]
        with Child(command, {self.cores[-1]}) as client:
            try:
                output, errors = client.communicate(timeout=300)
            except subprocess.TimeoutExpired:
                raise Failed(f"{server.name}: its clients did not end") from None
        if client.returncode != 0:
            raise Failed(f"{server.name}: {errors.strip() or 'the clients ended without a result'}")
        return json.loads(output)


class Child(subprocess.Popen):
    """A process that does not outlive this one."""

    def __init__(self, command, cores, environment=None):
        parent = os.getpid()
        libc = ctypes.CDLL(None)

        def prepare():
            os.sched_setaffinity(0, cores)
            parent_death_signal = 1
            libc.prctl(parent_death_signal, signal.SIGKILL)
            if os.getppid() != parent:
                os._exit(1)

        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        super().__init__(command, preexec_fn=prepare, env=environment, **pipes)

    def __exit__(self, *exception):
        if self.poll() is None:
            self.kill()
        self.wait()
        super().__exit__(*exception)

    def port(self):
        """Of a server, once it listens."""
        line = self.stdout.readline()
        found = LISTENING.search(line)
        if found:
            return int(found.group(1))
        words = self.stderr.read().strip()
        raise Unavailable(words.splitlines()[-1] if words else f"{self.args[0]} did not start")


def idle_machine_note():
    """A line when others use this machine: their caches and cores are in the figures."""
    busy = os.getloadavg()[0]
    return f"the machine is busy with other things (load {busy:.1f}): expect noise" if busy > 0.5 else None


def machine():
    model = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    system = os.uname()
    return {
        "cpu": model.group(1) if model else system.machine,
        "cores": os.cpu_count(),
        "kernel": f"{system.sysname} {system.release}",
        "date": time.strftime("%Y-%m-%d"),
    }
