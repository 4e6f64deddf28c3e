"""What can be seen in the site's files: templates that keep a branch, pages that bypass the guard,
views that require what is no purpose.

Only ``manage.py check`` looks: reading files would make every start longer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template import TemplateSyntaxError, engines
from django.template.backends.django import DjangoTemplates
from django.urls import get_resolver

from consentguard.adapters.django.order import MIDDLEWARE, Mistake, kinds
from consentguard.adapters.django.templatetags.consentguard import CACHED
from consentguard.adapters.required import check_purposes
from consentguard.errors import ConfigError
from consentguard.model import Policy

WHITENOISE = "whitenoise.middleware.WhiteNoiseMiddleware"
#: No template is as large; what is may be anything.
_LARGEST = 1_000_000


def examine(paths: Sequence[str], policy: Policy | None) -> list[Mistake]:
    """What is wrong in the files of a site with this ``MIDDLEWARE``, and policy if it has one."""
    return [*_templates(), *_pages(paths), *(_views(policy) if policy else ())]


def _views(policy: Policy) -> Iterator[Mistake]:
    """Views that require what there is not; URLs that cannot be imported are Django's to tell."""
    try:
        found = [*_urls(get_resolver().url_patterns)]
    except Exception:
        return
    for name, view in found:
        try:
            check_purposes([(name, view)], policy.purposes)
        except ConfigError as exc:
            yield Mistake("consentguard.E009", str(exc), "")


def _urls(patterns: Iterable[Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """Each view with its route, and the class of it if it has one."""
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            yield from _urls(pattern.url_patterns, route)
        else:
            # A view of a class has been wrapped as the class says; the class is what says it.
            yield route, getattr(pattern.callback, "view_class", pattern.callback)


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
