"""The body: finds in a page what makes a browser contact somebody, and makes it wait.

``scanner`` says where things are and edits nothing; ``rewriter`` edits and asks a
:class:`~consentguard.html.judge.Judge`; ``charset`` says whether a page can be read at all.
"""

from __future__ import annotations

from .charset import readable as readable
from .judge import Gate as Gate
from .judge import Gated as Gated
from .judge import Judge as Judge
from .rewriter import Rewriter as Rewriter
from .rewriter import rewrite as rewrite
from .table import Kind as Kind

__all__ = ["Gate", "Gated", "Judge", "Kind", "Rewriter", "readable", "rewrite"]
