"""Example Music: a careless site, and the one line that keeps it lawful.

The site is made up, its third parties are real. Nothing in its templates knows about consent.
"""

from __future__ import annotations

from .app import build as build
from .serve import run as run
