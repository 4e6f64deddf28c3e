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
from wsgiref.simple_server import make_server

from .shops import SHOPS


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m examples.frameworks", description=__doc__)
    parser.add_argument("shop", choices=SHOPS)
    parser.add_argument("--port", type=int, default=8000, metavar="N", help="default: 8000")
    args = parser.parse_args()
    shop = SHOPS[args.shop]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # an end that clears the folder away
    os.environ.setdefault("CONSENTGUARD_SECRET_KEYS", secrets.token_urlsafe(32))
    with tempfile.TemporaryDirectory(prefix="example-books-") as folder:
        os.environ.setdefault("CONSENTGUARD_LEDGER", f"sqlite:///{folder}/consent.db")
        app = importlib.import_module(f".{shop.module}", __package__).build()
        print(f"Example Books in {args.shop}: http://127.0.0.1:{args.port}/", flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            if shop.kind == "asgi":
                import uvicorn  # noqa: PLC0415

                uvicorn.run(app, port=args.port, log_level="warning")
            else:
                make_server("127.0.0.1", args.port, app).serve_forever()


if __name__ == "__main__":
    main()
