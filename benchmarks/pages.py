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
    """Some words of prose."""
    return " ".join(rng.choice(WORDS) for _ in range(words))


def page(kilobytes: int, seed: int = 1) -> bytes:
    """A page of about that many kilobytes."""
    rng = random.Random(seed)
    parts = [HEAD]
    size = len(HEAD)
    number = 0
    while size < kilobytes * 1000:
        number += 1
        kind = rng.random()
        if kind < 0.06:
            lines = ";".join(f"var {rng.choice(WORDS)}{i}={rng.randint(0, 9)}" for i in range(90))
            part = f"<script>(function(){{{lines}}})();</script>\n"
        elif kind < 0.2:
            part = (
                f'<figure class="card card-{number}"><img src="/img/{number}.jpg" '
                f'srcset="/img/{number}.jpg 1x, /img/{number}@2x.jpg 2x" alt="{text(rng, 3)}" '
                f'loading="lazy"><figcaption>{text(rng, 6)}</figcaption></figure>\n'
            )
        elif kind < 0.22:
            part = f'<iframe src="https://www.youtube.com/embed/{number}" title="v"></iframe>\n'
        else:
            items = "".join(
                f'<li class="item" data-n="{i}"><a href="/{rng.choice(WORDS)}/{i}">'
                f"<span>{text(rng, 3)}</span></a></li>"
                for i in range(6)
            )
            part = f'<section class="block"><h2>{text(rng, 4)}</h2><ul>{items}</ul></section>\n'
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
