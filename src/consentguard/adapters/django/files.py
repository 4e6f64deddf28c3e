"""What can be seen in the site's files: templates that keep a branch, pages that bypass the guard.

Only ``manage.py check`` looks: reading files would make every start longer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template import TemplateSyntaxError, engines
from django.template.backends.django import DjangoTemplates

from consentguard.adapters.django.order import MIDDLEWARE, Mistake, kinds
from consentguard.adapters.django.templatetags.consentguard import CACHED

WHITENOISE = "whitenoise.middleware.WhiteNoiseMiddleware"
#: No template is as large; what is may be anything.
_LARGEST = 1_000_000


def examine(paths: Sequence[str]) -> list[Mistake]:
    """What is wrong in the files of a site with this ``MIDDLEWARE``."""
    return [*_templates(), *_pages(paths)]


def _templates() -> Iterator[Mistake]:
    """Templates of which Django will say, when somebody wants them, that they keep a branch.

    An ``{% include %}`` hides it; there the answer is no.
    """
    for backend in engines.all():
        if not isinstance(backend, DjangoTemplates):
            continue
        for file in _files(backend.engine.template_loaders):
            text = file.read_text("utf-8", "replace")
            if "{% cache" not in text or "{% consent" not in text:
                continue
            try:
                backend.engine.from_string(text)
            except TemplateSyntaxError as exc:  # other mistakes are not ours to tell
                if CACHED in str(exc):
                    yield Mistake("consentguard.W007", f"{file}: {CACHED}", "")


def _files(loaders: Sequence[Any]) -> Iterator[Path]:
    for loader in loaders:
        for folder in getattr(loader, "get_dirs", tuple)():
            for file in sorted(Path(folder).rglob("*")):
                if file.is_file() and file.stat().st_size < _LARGEST:
                    yield file


def _pages(paths: Sequence[str]) -> Iterator[Mistake]:
    """Pages that WhiteNoise serves before the guard sees the request."""
    found = kinds(paths)
    noise = next((at for at, names in enumerate(found) if WHITENOISE in names), len(found))
    guard = next((at for at, names in enumerate(found) if MIDDLEWARE in names), 0)
    if noise > guard:
        return
    for name in ("WHITENOISE_ROOT", "STATIC_ROOT"):
        root = getattr(settings, name, None)
        page = next(Path(root).rglob("*.htm*"), None) if root else None
        if page is not None:
            said = f"WhiteNoise stands before ConsentMiddleware and serves a page: {page}"
            hint = f"put {paths[noise]} behind it, or take the pages out of {name}"
            yield Mistake("consentguard.W008", said, hint)
