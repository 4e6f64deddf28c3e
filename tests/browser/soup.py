"""Pages that nobody would write, and ``make soup``: Chromium reads ever more of them.

A page that reaches what it should not is printed, cut down to the few tags that it takes.
``CONSENTGUARD_SEED`` repeats a run, ``CONSENTGUARD_SECONDS`` bounds it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Mapping
from itertools import count
from random import Random, randrange

import pytest
from playwright.async_api import Browser
from tests.browser.gating import gate, visiting
from tests.html import test_forerunner, test_framesets, test_noscripts

pytestmark = pytest.mark.asyncio(loop_scope="session")

LOADING = """
<image|href=//t.test/1> <image|xlink:href=//t.test/2> <use|href=//t.test/3>
<feImage|href=//t.test/4> <script|href=//t.test/5></script> <image|src=//t.test/6>
<link|rel=preload|as=image|href=//t.test/7> <video|poster=//t.test/8> <source|srcset=//t.test/9>
<img|srcset=//t.test/a> <picture> </picture> <input|type=image|src=//t.test/b>
<iframe|src=//t.test/c></iframe> <object|data=//t.test/d></object> <embed|src=//t.test/e>
<style>@import|"//t.test/f";</style> <td|background=//t.test/g> <audio|src=//t.test/h>
<p|style="background:url(//t.test/i)"> <script|src=//t.test/j></script> <frame|src=//t.test/k>
<link|rel=stylesheet|href=//t.test/l> <body|background=//t.test/m> <html|background=//t.test/n>
<path|d="M0|0L9|9"|fill="url(//t.test/q)"> <svg|mask="url(//t.test/r#a)">
<col|background=//t.test/s> <set|attributeName=href|to=//t.test/u>
<animate|attributeName=href|values=//t.test/v|dur=1s>
<svg|style="background:url(//t.test/o)"> <track|src=//t.test/p> <base|href=//t.test/>
"""
# What decides how the tags around it are read.
AROUND = """
<select> </select> <option> <table> </table> <tr> <td> </td> <caption> </caption> <col> <colgroup>
<head> </head> <body> </body> </html> <template> </template> <button> </button> <form> </form>
<foreignObject> </foreignObject> <mtext> </mtext> <annotation-xml|encoding=text/html> <object>
</object> <textarea> </textarea> <title> </title> <style> </style> <script> </script> <xmp> </xmp>
<script|src=/slow.js></script> <plaintext> <a> </a> <nobr> <h1> <li> <br> </p> </br> <marquee>
"""
HEADS = """
<body> <svg> <math> <frameset> <noscript> <svg><desc> <div><noscript> <svg><desc><noscript> <table>
<head> <select> <template> <script|src=/slow.js></script> <script|src=/slow.js></script><svg>
"""
MOST = 20  #: tokens behind the head of a page
PAGES = 150
FEW = 3  #: pages that are cut down


def _tokens(words: str) -> list[str]:
    return [word.replace("|", " ") for word in words.split()]


TOKENS = _tokens(LOADING) * 3 + _tokens(AROUND)
TOKENS += sorted(
    token.decode()
    for token in {*test_forerunner.TOKENS, *test_framesets.WORDS, *test_noscripts.WORDS}
)


def page(tokens: Iterable[str], host: str) -> str:
    """A document of these tokens, which loads things of that host alone."""
    return "<!doctype html>" + "".join(tokens).replace("t.test", host)


def made(seed: int) -> dict[str, list[str]]:
    """The tokens of documents by their paths."""
    rng, heads = Random(seed), _tokens(HEADS)
    return {
        f"/{number}": [rng.choice(heads), *rng.choices(TOKENS, k=rng.randint(2, MOST))]
        for number in range(PAGES)
    }


async def reached(
    chromium: Browser, pages: Mapping[str, Iterable[str]], *, js: bool, gated: bool = True
) -> set[str]:
    """The paths of the documents that reach what they load, each in a frame of one page."""
    documents = {path: page(tokens, f"x{path[1:]}.stats.test") for path, tokens in pages.items()}
    top = "<!doctype html>" + "".join(f"<iframe src={path}></iframe>" for path in pages)
    async with visiting(chromium, top, js=js, more=documents, gated=gated) as site:
        return {f"/{host.partition('.')[0].removeprefix('x')}" for host in site.contacted}


async def least(chromium: Browser, path: str, tokens: list[str], *, js: bool) -> list[str]:
    """The fewest tokens of a document that still reach what they should not."""
    at = 0
    while at < len(tokens):
        fewer = tokens[:at] + tokens[at + 1 :]
        if path in await reached(chromium, {path: fewer}, js=js):
            tokens = fewer
        else:
            at += 1
    return tokens


def seeds(pages: int) -> Iterator[int]:
    """One for each run of so many pages, until the time is over; tells how far it came."""
    first = int(os.environ.get("CONSENTGUARD_SEED") or randrange(10**6))
    end = time.monotonic() + float(os.environ.get("CONSENTGUARD_SECONDS") or 600)
    for number in count(1):
        if time.monotonic() > end:
            return
        seed = first + number - 1
        yield seed
        print(f"{number * pages:7,} pages, CONSENTGUARD_SEED={seed}", flush=True)


async def test_nothing_passes(chromium: Browser) -> None:
    for seed in seeds(PAGES):
        pages = made(seed)
        found: list[tuple[bool, str, str]] = []
        for js in (True, False):
            for path in sorted(await reached(chromium, pages, js=js))[:FEW]:
                few = page(await least(chromium, path, pages[path], js=js), "x.stats.test")
                found.append((js, few, gate(few, path)))
        for js, few, gated in found:
            print(f"CONSENTGUARD_SEED={seed}, with{'' if js else 'out'} JavaScript: {few}")
            print(f"    sent as: {gated}")
        assert not found
