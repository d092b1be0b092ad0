"""Servers that need a compiler of their own, built when first wanted."""

import shutil
import subprocess

from measuring.programs import ROOT, Server, Unavailable

PEERS = ROOT / "bench/peers"
BUILT = ROOT / "build/peers"


def build(tool, command, folder):
    if not shutil.which(tool):
        raise Unavailable(f"there is no {tool} here")
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Unavailable(f"{tool} failed: {(done.stderr.strip() or '?').splitlines()[-1]}")


def socketioxide():
    target = BUILT / "socketioxide"
    command = ["cargo", "build", "--release", "--locked", "--target-dir", str(target)]
    build("cargo", command, PEERS / "socketioxide")
    return Server("socketioxide (Rust)", (str(target / "release/fanout_server"),))


def centrifuge():
    program = BUILT / "centrifuge/fanout_server"
    build("go", ["go", "build", "-o", str(program), "."], PEERS / "centrifuge")
    return Server("centrifuge (Go)", (str(program),), ("--dialect", "centrifuge"))
