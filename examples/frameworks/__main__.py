"""Serve one of the shops: ``python -m examples.frameworks quart --port 8000``.

ASGI runs in uvicorn, WSGI in the standard library's server. Keys and ledger are made for this run
unless ``CONSENTGUARD_SECRET_KEYS`` and ``CONSENTGUARD_LEDGER`` say otherwise.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import os
import secrets
import signal
import sys
import tempfile
import threading
from typing import Any
from wsgiref.simple_server import make_server

from .shops import SHOPS


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m examples.frameworks", description=__doc__)
    parser.add_argument("shop", choices=SHOPS)
    parser.add_argument("--port", type=int, default=8000, metavar="N", help="default: 8000")
    args = parser.parse_args()
    shop = SHOPS[args.shop]
    os.environ.setdefault("CONSENTGUARD_SECRET_KEYS", secrets.token_urlsafe(32))
    with tempfile.TemporaryDirectory(prefix="example-books-") as folder:
        os.environ.setdefault("CONSENTGUARD_LEDGER", f"sqlite:///{folder}/consent.db")
        app = importlib.import_module(f".{shop.module}", __package__).build()
        print(f"Example Books in {args.shop}: http://127.0.0.1:{args.port}/", flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            (serve_asgi if shop.kind == "asgi" else serve_wsgi)(app, args.port)


def serve_asgi(app: Any, port: int) -> None:
    """Serve in uvicorn; both servers end in a way that clears the folder away."""
    import uvicorn  # noqa: PLC0415

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    uvicorn.run(app, port=port, log_level="warning")


def serve_wsgi(app: Any, port: int) -> None:
    """Serve in the standard library's server, which swallows whatever is raised in a response."""
    with make_server("127.0.0.1", port, app) as server:
        signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
        server.serve_forever()


if __name__ == "__main__":
    main()
