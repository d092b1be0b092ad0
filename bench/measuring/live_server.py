"""A chartcast with one dataset and its chart, and the program that publishes to it and watches it."""

import hashlib
import json
import os
import re
import select
import subprocess
import time
import urllib.request

from measuring.programs import Child, Failed, Unavailable

KEY = "the key of a benchmark, which guards nothing"
ROWS = 1_000
LISTENS = re.compile(r"listens open=http://127\.0\.0\.1:(\d+)/")
START_SECONDS = 20
CLIENT_SECONDS = 300


def configuration(store):
    key = {"id": "bench", "hash": "sha256:" + hashlib.sha256(KEY.encode()).hexdigest(), "can": ["publish:*", "view:*"]}
    return {
        "server": {
            "listen": ["127.0.0.1:0"],
            "internal": {"listen": "127.0.0.1:0"},
            # Everybody comes at once, which is what is measured.
            "limits": {"max_connections": 20_000, "connect_rate": "1000000/s"},
        },
        "store": {"path": str(store)},
        "auth": {"anonymous": "view", "api_keys": [key]},
        "default_chart": "deals_live",
        "datasets": {
            "deals": {
                "fields": {"id": "integer", "region": "string", "owner": "string", "amount": "number"},
                "key": ["id"],
                "source": {"push": {}},
            },
        },
        "charts": {
            "deals_live": {
                "title": "Deals",
                "data": ["deals"],
                "option": {
                    "xAxis": {"type": "category"},
                    "yAxis": {},
                    "series": [{"id": "d", "type": "bar", "encode": {"x": "id", "y": "amount"}}],
                },
            },
        },
    }


class LiveServer(Child):
    """Has its rows once it is entered, and takes its folder with it."""

    def __init__(self, chartcast, folder, cores):
        folder.mkdir()
        file = folder / "chartcast.json"
        file.write_text(json.dumps(configuration(folder / "store")))
        if not chartcast.is_file():
            raise Unavailable(f"there is no {chartcast}")
        command = [str(chartcast), "serve", "-c", str(file), "--shards", "1", "--log-level", "info"]
        # Nothing of the caller's may configure it.
        environment = {name: value for name, value in os.environ.items() if not name.startswith("CHARTCAST_")}
        super().__init__(command, cores, environment)

    def __enter__(self):
        super().__enter__()
        try:
            self.listens_on = self.wait_for_port()
            self.fill()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def wait_for_port(self):
        said = ""
        give_up = time.monotonic() + START_SECONDS
        while time.monotonic() < give_up:
            ready, _, _ = select.select([self.stderr], [], [], 1)
            line = os.read(self.stderr.fileno(), 65536).decode() if ready else None
            said += line or ""
            if found := LISTENS.search(said):
                return int(found.group(1))
            if line == "":
                break
        raise Unavailable(f"chartcast did not start: {(said.strip() or '?').splitlines()[-1]}")

    def fill(self):
        regions = ("north", "south", "east", "west")
        rows = [
            {"id": at, "region": regions[at % 4], "owner": f"owner {at % 50}", "amount": at} for at in range(ROWS)
        ]
        url = f"http://127.0.0.1:{self.listens_on}/api/v1/datasets/deals/rows?op=replace"
        headers = {"authorization": f"Bearer {KEY}", "content-type": "application/json"}
        request = urllib.request.Request(url, json.dumps(rows).encode(), headers, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                answer.read()
        except OSError as why:
            raise Failed(f"chartcast did not take the rows: {why}") from None


def run_client(client, server, cores, job, options):
    if not client.is_file():
        raise Unavailable(f"there is no {client}; build bench_programs")
    command = [str(client), "--job", job, "--port", str(server.listens_on), "--server", str(server.pid)]
    command += ["--rows", str(ROWS)]
    for name, value in options.items():
        if value is True:
            command.append(f"--{name}")
        elif value is not False:
            command += ["--" + name.replace("_", "-"), str(value)]
    with Child(command, cores, environment={**os.environ, "LIVE_CLIENT_KEY": KEY}) as process:
        try:
            output, errors = process.communicate(timeout=CLIENT_SECONDS)
        except subprocess.TimeoutExpired:
            raise Failed(f"{job}: the clients did not end") from None
    if process.returncode != 0:
        raise Failed(f"{job}: {errors.strip() or 'the clients ended without a result'}")
    return json.loads(output)
