"""A Redis of a benchmark's own."""

import shutil
import socket
import tempfile

from measuring.programs import Child, Unavailable


def free_port():
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return tried.getsockname()[1]


class Redis(Child):
    """Keeps nothing on disk, and lets a subscriber be late for as long as it takes. Ready once it is entered."""

    def __init__(self, cores):
        if not shutil.which("redis-server"):
            raise Unavailable("there is no redis-server: run tools/setup --test")
        self.folder = tempfile.TemporaryDirectory(prefix="bench-redis-")
        self.listens_on = free_port()
        command = ["redis-server", "--port", str(self.listens_on), "--bind", "127.0.0.1", "--dir", self.folder.name]
        command += ["--save", "", "--appendonly", "no", "--client-output-buffer-limit", "pubsub", "0", "0", "0"]
        super().__init__(command, cores)

    @property
    def url(self):
        return f"redis://127.0.0.1:{self.listens_on}"

    def __enter__(self):
        said = []
        for line in self.stdout:
            if "Ready to accept connections" in line:
                return super().__enter__()
            said.append(line)
        self.__exit__(None, None, None)
        raise Unavailable(f"redis-server does not start: {said[-1].strip() if said else 'it says nothing'}")

    def __exit__(self, *exception):
        super().__exit__(*exception)
        self.folder.cleanup()
