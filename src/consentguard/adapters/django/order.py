"""Where the middleware has to stand: GZip, ConditionalGet, Consent, cache, Session.

Whatever is outside of the guard sees its answers, whatever is inside sees the app's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from django.utils.module_loading import import_string

MIDDLEWARE = "consentguard.adapters.django.middleware.ConsentMiddleware"

_CACHE = "django.middleware.cache."
_OUTSIDE = {
    "django.middleware.gzip.GZipMiddleware": (
        "consentguard.W001",
        "pages reach the guard compressed: it unpacks and packs each one again",
    ),
    "django.middleware.http.ConditionalGetMiddleware": (
        "consentguard.W002",
        "its ETag is of a page that nobody gets",
    ),
}
_SESSION = "django.contrib.sessions.middleware.SessionMiddleware"
_INSIDE = {
    **dict.fromkeys(
        [f"{_CACHE}{name}Middleware" for name in ("UpdateCache", "FetchFromCache", "Cache")],
        (
            "consentguard.E007",
            "it would keep what the guard let pass for one visitor, and show it to another",
        ),
    ),
    **dict.fromkeys(
        ["csp.middleware.CSPMiddleware", "django.middleware.csp.ContentSecurityPolicyMiddleware"],
        (
            "consentguard.W004",
            "the guard does not see the policy: the banner has no nonce, and reports to a tracker "
            "are not gated",
        ),
    ),
    _SESSION: ("consentguard.W003", "the guard does not see the cookies that it sets"),
}


class Mistake(NamedTuple):
    """Something that the site has to repair; ``id`` is that of the system check."""

    id: str
    message: str
    hint: str

    def text(self) -> str:
        """All of it."""
        return f"{self.message}\n    {self.hint} ({self.id})" if self.hint else self.message

    @property
    def is_error(self) -> bool:
        """The site does not start with it."""
        return ".E" in self.id


def examine(paths: Sequence[str], *, account: bool) -> list[Mistake]:
    """What is wrong with ``MIDDLEWARE``; with ``account`` the guard may need the session."""
    found_kinds = kinds(paths)
    own = [at for at, names in enumerate(found_kinds) if MIDDLEWARE in names]
    if not own:
        others = [path for path in paths if not path.startswith("consentguard.")]  # misspelt
        corrected = _corrected(others, kinds(others), None, account=account)
        return [Mistake("consentguard.E005", "nothing is guarded: MIDDLEWARE lacks it", corrected)]
    if len(own) > 1:
        single = [path for at, path in enumerate(paths) if at not in own[1:]]
        hint = _printed(single)
        return [Mistake("consentguard.E006", "ConsentMiddleware is there more than once", hint)]
    corrected = _corrected(paths, found_kinds, own[0], account=account)
    found: list[Mistake] = []
    for at, names in enumerate(found_kinds):
        if at < own[0]:
            wrong = next((_INSIDE[name] for name in names if name in _INSIDE), None)
            if account and _SESSION in names:
                wrong = None
            where = "before"
        else:
            wrong = next((_OUTSIDE[name] for name in names if name in _OUTSIDE), None)
            where = "behind"
        if wrong:
            id, why = wrong
            said = f"{paths[at]} stands {where} ConsentMiddleware: {why}"
            found.append(Mistake(id, said, corrected))
    return found


def kinds(paths: Sequence[str]) -> list[frozenset[str]]:
    """The dotted names of each middleware and of all that it is made from."""
    return [_kinds(path) for path in paths]


def fetches(paths: Sequence[str]) -> bool:
    """Whether ``MIDDLEWARE`` answers from a cache."""
    return any(f"{_CACHE}FetchFromCacheMiddleware" in names for names in kinds(paths))


def _kinds(path: str) -> frozenset[str]:
    try:
        found = import_string(path)
    except ImportError:  # Django says so
        return frozenset((path,))
    bases = getattr(found, "__mro__", ())
    return frozenset((path, *(f"{base.__module__}.{base.__qualname__}" for base in bases)))


def _corrected(
    paths: Sequence[str], kinds: Sequence[frozenset[str]], own: int | None, *, account: bool
) -> str:
    """The setting as it should be, to be copied."""
    inside = set(_INSIDE) - ({_SESSION} if account else set())
    rest = [(p, k) for at, (p, k) in enumerate(zip(paths, kinds, strict=True)) if at != own]
    ahead = [p for p, k in rest if not k.isdisjoint(_OUTSIDE)]
    others = [(p, k) for p, k in rest if k.isdisjoint(_OUTSIDE)]
    usual = len(others) if own is None else sum(p in set(paths[:own]) for p, _ in others)
    first = next((at for at, (_, k) in enumerate(others) if not k.isdisjoint(inside)), usual)
    place = min(first, usual)
    mine = MIDDLEWARE if own is None else paths[own]
    before, after = [p for p, _ in others[:place]], [p for p, _ in others[place:]]
    return _printed([*before, *ahead, mine, *after])


def _printed(paths: Sequence[str]) -> str:
    lines = "".join(f'        "{path}",\n' for path in paths)
    return f"MIDDLEWARE = [\n{lines}    ]"
