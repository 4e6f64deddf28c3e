"""Where the thing in a frame can be seen by itself: a page that people can open.

A player's address is often no page, or refuses to be one. Only its own text is looked at: nothing
is asked of anybody.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from urllib.parse import parse_qs, quote, urlsplit

import ada_url

Query = dict[str, list[str]]
_LONGEST = 2000
_WHOLE = re.compile("https?://", re.IGNORECASE)


def original(url: str, page: str, bases: tuple[str, ...] = ()) -> str:
    """An http(s) URL to open instead of a frame's, ``""`` where there is none.

    ``url`` as the page has it; ``page`` is absolute; of ``bases`` the first counts.
    """
    # An absolute one is the same on every page.
    return _absolute(url) if _WHOLE.match(url) else _original(url, page, bases)


@lru_cache(256)
def _absolute(url: str) -> str:
    return _original(url, "https://localhost/", ()) if len(url) <= _LONGEST else ""


def _original(url: str, page: str, bases: tuple[str, ...]) -> str:
    try:
        base = ada_url.URL(bases[0], base=page).href if bases else page
        absolute = ada_url.URL(url, base=base).href
        parts = urlsplit(absolute)
        if parts.scheme not in ("http", "https") or len(absolute) > _LONGEST:
            return ""
        if "@" in parts.netloc:  # it would show a name that is not the host's
            return ""
        host = (parts.hostname or "").removeprefix("www.")
        query = parse_qs(parts.query, max_num_fields=100)
    except ValueError:
        return ""
    for hosts, path, found in _KNOWN:
        if hosts.fullmatch(host) and (hit := path.match(parts.path)):
            return found(hit, query) or absolute
    return absolute


def _youtube(hit: re.Match[str], query: Query) -> str:
    name, start = hit[1], _first(query, "start")
    if name == "videoseries":
        return f"https://www.youtube.com/playlist?list={quote(_first(query, 'list'))}"
    at = f"&t={start}" if start.isdecimal() else ""
    return f"https://www.youtube.com/watch?v={name}{at}"


def _vimeo(hit: re.Match[str], query: Query) -> str:
    secret = _first(query, "h")
    return f"https://vimeo.com/{hit[1]}" + (f"/{secret}" if secret.isalnum() else "")


def _google_maps(hit: re.Match[str], query: Query) -> str:
    place = _first(query, "q") or _first(query, "destination")
    if place:
        return f"https://www.google.com/maps/search/?api=1&query={quote(place)}"
    found = re.search(r"!2d(-?[0-9.]{1,20})!3d(-?[0-9.]{1,20})", _first(query, "pb"))
    return f"https://www.google.com/maps/@{found[2]},{found[1]},14z" if found else ""


def _named(parameter: str, host: str) -> Callable[[re.Match[str], Query], str]:
    """The page that a parameter names, on that very host."""

    def found(hit: re.Match[str], query: Query) -> str:
        url = _first(query, parameter)
        return url if re.match(rf"https://(?:[\w-]+\.)*{host}/", url, re.ASCII) else ""

    return found


def _at(pattern: str) -> Callable[[re.Match[str], Query], str]:
    return lambda hit, query: hit.expand(pattern)


def _first(query: Query, name: str) -> str:
    return query.get(name, [""])[0]


_KNOWN: tuple[tuple[re.Pattern[str], re.Pattern[str], Callable[[re.Match[str], Query], str]], ...]
_KNOWN = tuple(
    (re.compile(hosts), re.compile(path), found)
    for hosts, path, found in (
        (r"(?:m\.)?youtube(?:-nocookie)?\.com", r"/embed/([\w-]+)\Z", _youtube),
        (r"player\.vimeo\.com", r"/video/([0-9]+)", _vimeo),
        (r"(?:maps\.)?google\.com", r"/maps(?:/embed|\Z)", _google_maps),
        (r"open\.spotify\.com", r"/embed/([\w-]+/\w+)", _at(r"https://open.spotify.com/\1")),
        (r"w\.soundcloud\.com", r"/player", _named("url", r"soundcloud\.com")),
        (r"dailymotion\.com", r"/embed(/video/\w+)", _at(r"https://www.dailymotion.com\1")),
        (r"facebook\.com", r"/plugins/", _named("href", r"facebook\.com")),
        (r"instagram\.com", r"(/(?:p|reel|tv)/[\w-]+/)embed", _at(r"https://www.instagram.com\1")),
        (r"tiktok\.com", r"/embed/(?:v2/)?([0-9]+)", _at(r"https://www.tiktok.com/@/video/\1")),
    )
)
