"""``python -m examples.headless [PORT]`` serves the site; default port 8000."""

from __future__ import annotations

import secrets
import sys

import uvicorn

from .app import build

if __name__ == "__main__":
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 8000
    uvicorn.run(build(secret_keys=[secrets.token_hex()], ledger=None), port=port, lifespan="off")
