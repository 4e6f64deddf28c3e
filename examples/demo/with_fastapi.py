"""Example Music in FastAPI: the same routes and the same line as in Starlette."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from . import with_starlette


def build(protected: bool, **settings: Any) -> Any:
    """The site; ``settings`` are the guard's."""
    return with_starlette.build(protected, FastAPI, **settings)
