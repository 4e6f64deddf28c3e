"""Pages to measure with: made up, deterministic, shaped like real ones.

Measured shape of real pages: about 100 KB and 1,650 tags in the middle, a quarter of the bytes in
scripts, a hundred elements that can contact a host, a handful of trackers.
"""

from __future__ import annotations

import random

WORDS = [
    *("music", "label", "record", "night", "sound", "string", "piano", "tape", "river", "street"),
    *("north", "light", "paper", "winter", "concert", "ticket", "artist", "album", "press", "room"),
    *("window", "harbour", "train", "letter", "garden", "summer"),
]

HEAD = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>A page</title>
<link rel="preconnect" href="https://www.google-analytics.com">
<link rel="stylesheet" href="/static/site.css">
<script async src="https://www.googletagmanager.com/gtag/js?id=G-ABC"></script>
<script>window.dataLayer=window.dataLayer||[];function gtag(){dataLayer.push(arguments)}
gtag('js',new Date());gtag('config','G-ABC');</script>
<script>fbq('init','1');fbq('track','PageView');</script>
<noscript><img height="1" width="1" src="https://www.facebook.com/tr?id=1&amp;ev=PageView"></noscript>
</head><body>
"""


def text(rng: random.Random, words: int) -> str:
    """Some words of prose, a few of them made up, so that it compresses as prose does."""
    return " ".join(
        rng.choice(WORDS) if rng.random() < 0.8 else f"{rng.getrandbits(28):x}"
        for _ in range(words)
    )


def _script(rng: random.Random) -> str:
    lines = ";".join(
        f"{rng.choice(WORDS)}.{rng.choice(WORDS)}('{rng.getrandbits(20):x}',{rng.random():.4f})"
        for _ in range(40)
    )
    return f"<script>(function(){{{lines}}})();</script>\n"


def _figure(rng: random.Random, number: int) -> str:
    name = f"{rng.choice(WORDS)}-{rng.getrandbits(24):x}"
    return (
        f'<figure class="card card--{rng.choice(WORDS)} card-{number}"><img src="/img/{name}.jpg" '
        f'srcset="/img/{name}-400.jpg 400w, /img/{name}-800.jpg 800w" sizes="50vw" '
        f'alt="{text(rng, 5)}" width="400" height="300" loading="lazy">'
        f"<figcaption>{text(rng, 12)}</figcaption></figure>\n"
    )


def _list(rng: random.Random) -> str:
    items = "".join(
        f'<li class="menu__item menu__item--{rng.choice(WORDS)}" data-id="{rng.getrandbits(20)}">'
        f'<a class="menu__link" href="/{rng.choice(WORDS)}/{rng.getrandbits(20):x}">'
        f"{text(rng, 4)}</a></li>"
        for _ in range(5)
    )
    return f'<ul class="menu" role="list">{items}</ul>\n'


def _prose(rng: random.Random) -> str:
    return (
        f'<div class="block block--{rng.choice(WORDS)}"><h2 id="{rng.getrandbits(24):x}">'
        f"{text(rng, 6)}</h2><p>{text(rng, 60)} <strong>{text(rng, 3)}</strong> {text(rng, 30)}"
        f"</p></div>\n"
    )


def page(kilobytes: int, seed: int = 1) -> bytes:
    """A page of about that many kilobytes."""
    rng = random.Random(seed)
    parts = [HEAD]
    size = len(HEAD)
    number = 0
    while size < kilobytes * 1000:
        number += 1
        kind = rng.random()
        if kind < 0.12:
            part = _script(rng)
        elif kind < 0.42:
            part = _figure(rng, number)
        elif kind < 0.43:
            part = f'<iframe src="https://www.youtube.com/embed/{number}" title="v"></iframe>\n'
        elif kind < 0.72:
            part = _list(rng)
        else:
            part = _prose(rng)
        parts.append(part)
        size += len(part)
    return ("".join(parts) + "</body></html>\n").encode()


def hostile(size: int) -> dict[str, bytes]:
    """Inputs that make careless scanners quadratic, each of about ``size`` bytes."""
    return {
        "unclosed tags": b"<a " * (size // 3),
        "quotes in a tag": b"<a " + b'="' * (size // 2),
        "comments in a script": b"<script>" + b"<!-- -->" * (size // 8),
        "open comments": b"<!--" * (size // 4),
        "attributes": b"<img " + b"a=1 " * (size // 4) + b">",
        "entities": b'<img src="' + b"&amp" * (size // 4) + b'">',
        "srcset": b'<img srcset="' + b"a 1x," * (size // 5) + b'">',
        "nested svg": b"<svg>" * (size // 5),
        "style urls": b"<style>" + b"url(" * (size // 4),
    }
