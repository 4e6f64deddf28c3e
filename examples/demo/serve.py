"""The demo as a process: one port, an ephemeral key, a ledger in a temporary folder."""

from __future__ import annotations

import contextlib
import secrets
import signal
import socket
import sys
import tempfile
from pathlib import Path
from typing import Any

from .app import build, pace_of

NAMES = {"starlette": "Starlette", "fastapi": "FastAPI", "flask": "Flask", "django": "Django"}
GUIDE = """\
Example Music, kept lawful by consentguard in {framework}: {url}

In a browser, open it and go to its foot. One click makes you a visitor from Germany, California,
Brazil or New Zealand, another one a reader of English, German, French, Portuguese or Arabic.
{url}theme colours the banner. In a terminal:

  a German, first visit: no tracker cookies, every tag gated, a banner in the page
    curl -si -H 'X-Demo-Country: DE' {url}
  accepting: 303, a signed cookie, a row in the ledger
    curl -si -H 'X-Demo-Country: DE' -H 'Origin: {origin}' \\
      -d choice=accept {url}_consent
  a Californian with Global Privacy Control: analytics may run, advertising may not
    curl -si -H 'X-Demo-Country: US-CA' -H 'Sec-GPC: 1' {url}
  the same site without us
    consentguard demo --unprotected --port {other}{which}

Choices     {url}_consent
Ledger      {ledger}
Secret key  made for this run only: the consent cookies end with it
Ctrl-C ends the demo.
"""
UNPROTECTED = """\
Example Music as its makers left it, without consentguard, in {framework}: {url}

  cookies for the trackers, and their tags for everybody
    curl -si {url}
  the same site with us
    consentguard demo --port {other}{which}

Cookies know no ports: use localhost here, and 127.0.0.1 for the protected twin.
Ctrl-C ends the demo.
"""


def run(port: int, protected: bool, host: str = "127.0.0.1", framework: str = "starlette") -> None:
    """Serve the demo until interrupted; ``port`` 0 takes a free one.

    Prints what to look at. Raises ``SystemExit`` with code 2 when the port is taken.
    """
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # an end that clears the folder away
    listener = listen(host, port)
    port = listener.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="consentguard-demo-") as folder, listener:
        ledger = Path(folder) / "consent.db"
        app = build(
            framework,
            protected=protected,
            secret_keys=[secrets.token_urlsafe(32)],
            ledger=f"sqlite:///{ledger}",
        )
        print(guide(host, port, protected, ledger, framework), flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            SERVERS.get(framework, _asgi)(app, listener)


def _asgi(app: Any, listener: socket.socket) -> None:
    import uvicorn  # noqa: PLC0415 - Flask comes with a server

    config = uvicorn.Config(app, access_log=False, log_level="warning", ws="none")
    config.timeout_graceful_shutdown = 3
    server = uvicorn.Server(config)
    pace_of(app).stopping = lambda: server.should_exit
    server.run(sockets=[listener])


def _wsgi(app: Any, listener: socket.socket) -> None:
    from werkzeug.serving import WSGIRequestHandler, make_server  # noqa: PLC0415 - as above

    class Quiet(WSGIRequestHandler):
        """Says nothing of each request."""

        def log(self, type: str, message: str, *args: Any) -> None:
            """Say nothing."""

    host, port = listener.getsockname()[:2]
    server = make_server(
        host, port, app, threaded=True, request_handler=Quiet, fd=listener.fileno()
    )
    server.serve_forever()


SERVERS = {"flask": _wsgi}


def listen(host: str, port: int) -> socket.socket:
    """A listening socket, or a sentence on stderr and exit code 2."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen()  # two sockets may share a port until one of them listens
    except (OSError, OverflowError) as error:
        listener.close()
        why = getattr(error, "strerror", None) or error
        print(f"cannot listen on {host}:{port}: {why}; try another --port", file=sys.stderr)
        raise SystemExit(2) from None
    return listener


def guide(host: str, port: int, protected: bool, ledger: Path, framework: str = "starlette") -> str:
    """What to look at, as the terminal shows it."""
    if not protected and host == "127.0.0.1":
        host = "localhost"
    origin = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    text = GUIDE if protected else UNPROTECTED
    other = port + 1 if protected else 8000
    which = "" if framework == "starlette" else f" --framework {framework}"
    return text.format(
        url=f"{origin}/",
        origin=origin,
        other=other,
        ledger=ledger,
        framework=NAMES[framework],
        which=which,
    )
