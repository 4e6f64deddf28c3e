"""Real servers as processes of their own on 127.0.0.1, and what they answer, byte by byte."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
HOST = "127.0.0.1"
APP = "tests.contract.served:app"

#: Name → the module that is run and its arguments; ``{port}`` is a free one.
ASGI_SERVERS = {
    "uvicorn h11": f"uvicorn {APP} --port {{port}} --http h11 --lifespan off",
    "uvicorn httptools": f"uvicorn {APP} --port {{port}} --http httptools --lifespan off",
    "hypercorn": f"hypercorn {APP} --bind {HOST}:{{port}}",
    "granian asgi": f"granian {APP} --interface asgi --port {{port}} --no-ws",
}
WSGI_SERVERS = {
    "gunicorn sync": f"gunicorn {APP} --bind {HOST}:{{port}} --workers 2 --preload",
    "gunicorn threads": f"gunicorn {APP} --bind {HOST}:{{port}} --threads 4 --preload",
    "granian wsgi": f"granian {APP} --interface wsgi --port {{port}} --no-ws",
    "waitress": f"waitress --listen={HOST}:{{port}} {APP}",
}
SERVERS = ASGI_SERVERS | WSGI_SERVERS
#: It answers one request on a connection, and says so.
NO_KEEP_ALIVE = {"gunicorn sync"}

#: What is between a server and its client, or of the server's own.
_OF_SERVERS = ("connection", "date", "keep-alive", "server", "transfer-encoding")


@dataclass(frozen=True)
class Asked:
    """A request."""

    path: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def chunked(self) -> bool:
        """Its body has no length (RFC 9112, section 7.1)."""
        return "transfer-encoding" in self.headers

    @property
    def fields(self) -> dict[str, str]:
        """All of its headers, in lower case."""
        sized = self.method == "POST" and not self.chunked
        length = {"content-length": str(len(self.body))} if sized else {}
        return {"host": "shop.test", "x-place": "DE", **self.headers, **length}


@dataclass(frozen=True)
class Got:
    """An answer, but for what is the server's own."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def every(self, name: str) -> list[str]:
        """Every value of a header."""
        return [value for key, value in self.headers if key == name]


def got(status: int, headers: list[tuple[str, str]], body: bytes) -> Got:
    """An answer with its headers in order of their names; equal names keep theirs."""
    said = [(k.lower(), v) for k, v in headers if k.lower() not in _OF_SERVERS]
    return Got(status, sorted(said, key=lambda header: header[0]), body)


@dataclass
class Server:
    """A server that runs, and a connection to it."""

    name: str
    port: int
    folder: Path
    connection: http.client.HTTPConnection

    def ask(self, asked: Asked) -> Got:
        """The answer, on the same connection as before where the server keeps it."""
        self.connection.putrequest(
            asked.method, asked.path, skip_host=True, skip_accept_encoding=True
        )
        for name, value in asked.fields.items():
            self.connection.putheader(name, value)
        self.connection.endheaders(asked.body or None, encode_chunked=asked.chunked)
        answer = self.connection.getresponse()
        return got(answer.status, answer.getheaders(), answer.read())

    def dial(self) -> socket.socket:
        """A connection of bytes."""
        return socket.create_connection((HOST, self.port), timeout=20)


def head_of(asked: Asked) -> bytes:
    """A request up to its body."""
    lines = [f"{asked.method} {asked.path} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in asked.fields.items()]
    return "\r\n".join([*lines, "", ""]).encode()


@contextmanager
def running(name: str, folder: Path) -> Iterator[Server]:
    """A server that takes connections; ended by the id of its process."""
    for _ in range(3):  # somebody else may take the port before the server does
        port = _free_port()
        process = _started(name, port, folder)
        if _listens(process, port):
            break
        _end(process)
    else:
        raise AssertionError(f"{name} did not start:\n{(folder / 'log').read_text()[-3000:]}")
    connection = http.client.HTTPConnection(HOST, port, timeout=20)
    try:
        yield Server(name, port, folder, connection)
    finally:
        connection.close()
        _end(process)


def _started(name: str, port: int, folder: Path) -> subprocess.Popen[bytes]:
    kind = "asgi" if name in ASGI_SERVERS else "wsgi"
    command = SERVERS[name].format(port=port).split()
    path = os.pathsep.join([str(ROOT / "src"), str(ROOT), os.environ.get("PYTHONPATH", "")])
    with (folder / "log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", *command],
            cwd=folder,
            # gunicorn keeps a socket at home.
            env={
                **os.environ,
                "HOME": str(folder),
                "SERVED_IN": str(folder),
                "SERVED_AS": kind,
                "PYTHONPATH": path,
            },
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def _free_port() -> int:
    with socket.create_server((HOST, 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def _listens(process: subprocess.Popen[bytes], port: int) -> bool:
    """Whether the server takes a connection within half a minute."""
    for _ in range(600):
        if process.poll() is not None:
            return False
        try:
            socket.create_connection((HOST, port), timeout=5).close()
        except OSError:
            time.sleep(0.05)
        else:
            return True
    return False


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(timeout=10)
    with contextlib.suppress(ProcessLookupError):  # whatever it has left behind in its session
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
