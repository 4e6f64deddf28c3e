"""Which of a site's languages a visitor reads."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from importlib import resources

_ACCEPT_LANGUAGE_CHARACTERS = 512  #: real browsers send under 100
_RANGES = 32
_WEIGHT = re.compile(r"0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?")
_TAG = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8}){0,4}")


def nearest(lang: str, offered: Collection[str]) -> str | None:
    """The one of ``offered`` for pages in ``lang``: itself, its language, or a kin of it, or None.

    ``de`` for ``de-AT``, ``zh-Hant`` for ``zh-TW``, ``pt-BR`` for ``pt`` where no other is there.
    RFC 4647, 3.4 (lookup), with the parents that Unicode CLDR names (UTS 35, 4.1.3).
    """
    wanted = lang.lower().replace("_", "-")
    by_tag = {tag.lower(): tag for tag in reversed(tuple(offered))}
    for tag in lineage(wanted):
        if tag in by_tag:
            return by_tag[tag]
        for other in offered:
            if tag in lineage(other.lower()):
                return other
    primary = next(reversed(lineage(wanted)), "").partition("-")[0]
    return next((tag for tag in offered if tag.lower().partition("-")[0] == primary), None)


def negotiate(
    accept_language: str,
    html_lang: str,
    offered: Sequence[str],
    default: str,
    duty: Sequence[str] = (),
) -> str:
    """The one of ``offered`` that fits: the page's own language, then one that the visitor accepts.

    A banner in another language than its page is of little use, so ``html_lang`` goes first. Where
    the visitor names none that the site speaks: one that the law of the place wants (``duty``),
    then ``default``. Reads at most 512 characters and 32 ranges of ``accept_language``; never
    raises. RFC 9110, 12.5.4 (Accept-Language).
    """
    accept = accept_language[:_ACCEPT_LANGUAGE_CHARACTERS]
    return _negotiate(accept, html_lang.strip()[:40], tuple(offered), default, tuple(duty))


@lru_cache(maxsize=1024)
def _negotiate(
    accept: str, html_lang: str, offered: tuple[str, ...], default: str, duty: tuple[str, ...]
) -> str:
    for tag in filter(None, (_tag(html_lang), *_ranges(accept), *duty)):
        if (found := nearest(tag, offered)) is not None:
            return found
    return default


@lru_cache(maxsize=1024)
def lineage(tag: str) -> tuple[str, ...]:
    """``tag`` and the languages that its readers read as well, nearest first, in lower case."""
    return tuple(_upwards(tag))


def _upwards(tag: str) -> Iterator[str]:
    parents = _parents()
    while tag:
        yield tag
        tag = parents.get(tag, tag.rpartition("-")[0])


@cache
def _parents() -> Mapping[str, str]:
    """Tags whose parent is another than the tag without its last part; "" for none at all."""
    source = resources.files(__package__).joinpath("cldr", "parents.json")
    found: dict[str, str] = json.loads(source.read_text(encoding="ascii"))
    return found


def _ranges(accept: str) -> list[str]:
    """The language ranges of an Accept-Language value, best first; ``q=0`` and ``*`` left out."""
    weighed: list[tuple[float, str]] = []
    for part in accept.split(",", _RANGES)[:_RANGES]:
        name, _, parameter = part.partition(";")
        tag, weight = _tag(name.strip()), _weight(parameter)
        if tag and weight > 0:
            weighed.append((weight, tag))
    return [tag for _, tag in sorted(weighed, key=lambda pair: -pair[0])]


def _weight(parameter: str) -> float:
    """RFC 9110, 12.4.2: ``q=`` 0 to 1, up to three decimals; 1 if left out, 0 if unreadable."""
    name, _, value = parameter.strip().partition("=")
    if not name:
        return 1.0
    if name.strip().lower() != "q" or not _WEIGHT.fullmatch(value.strip()):
        return 0.0
    return float(value)


def _tag(text: str) -> str:
    """``text`` as a BCP 47 tag, or empty where it is none."""
    tag = text.replace("_", "-")
    return tag if _TAG.fullmatch(tag) else ""
