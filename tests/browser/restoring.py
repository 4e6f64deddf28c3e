"""What comes back of pages that nobody chose, and the second half of ``make soup``.

Each page is well formed and random. Once all is allowed it contacts whom the original contacted,
and its scripts run in the same order. ``CONSENTGUARD_SEED`` and ``CONSENTGUARD_SECONDS`` are as in
:mod:`tests.browser.soup`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from random import Random

import pytest
from playwright.async_api import Browser
from tests.browser.gating import FREE, ORIGIN, SCRIPT, TELL, Site, visiting
from tests.browser.soup import seeds

pytestmark = pytest.mark.asyncio(loop_scope="session")

#: Behind the sign of its order: S is a script that the parser waits for, D one that waits for the
#: parser, A one that waits for nobody. U is its URL, K its name.
UNITS = """
S <script>/* stats() */ (self.ran ||= []).push('K')</script>
S <script src=U></script>
S <script src=U-slow></script>
S <svg><script href=U></script></svg>
S <svg><script>/* stats() */ (self.ran ||= []).push('K')</script></svg>
D <script defer src=U></script>
D <script defer src=U-slow></script>
D <script type=module src=U></script>
D <script type=module>/* stats() */ (self.ran ||= []).push('K')</script>
A <script async src=U></script>
A <script type=module async src=U-slow></script>
- <script nomodule src=U></script>
- <script>/* stats() */ new Image().src = 'U'</script>
- <script>/* stats() */ const one = document.createElement('script'); one.src = 'U';
  document.head.append(one)</script>
- <script>self.own = 1</script>
- <script type=application/json>{"a": "U"}</script>
- <img src=U>
- <img srcset="U 1x, U2 2x" src=/own>
- <img hidden src=U>
- <picture><source srcset=U><img src=/own></picture>
- <picture><source media="(min-width: 9999px)" srcset=U><img src=/own></picture>
- <picture><source srcset=/own><img src=U></picture>
- <video src=U></video>
- <video poster=U></video>
- <video><source src=U></video>
- <video><source src=/none><source src=U></video>
- <audio preload=auto><source src=U></audio>
- <audio src=U preload=none></audio>
- <object data=U></object>
- <object data=U><img src=/own></object>
- <embed src=U type=image/svg+xml>
- <iframe src=U></iframe>
- <iframe name=own src=U></iframe>
- <iframe srcdoc="<img src=U>"></iframe>
- <iframe srcdoc="<script src=U></script><iframe src=U2></iframe>"></iframe>
- <link rel=stylesheet href=U>
- <link rel="alternate stylesheet" title=x href=U>
- <link rel=stylesheet media=print href=U>
- <link rel=preload as=image href=U>
- <link rel=preload as=image imagesrcset="U 1x">
- <link rel=modulepreload href=U>
- <link rel=prefetch href=U>
- <input type=image src=U>
- <input type=text src=U>
- <table background=U><tr><td>x</table>
- <table><tr><td background=U>x</table>
- <svg width=9 height=9><image href=U width=9 height=9 /></svg>
- <svg width=9 height=9><image xlink:href=U width=9 height=9 /></svg>
- <noscript><img src=U></noscript>
- <template><img src=U><script src=U></script></template>
- <a href=U ping=U>x</a>
- <form action=U><button formaction=U>x</button></form>
- <p>text
- <textarea><img src=U></textarea>
- <!-- <img src=U> -->
"""
# Not in it: what loads by layout (a closed details, loading=lazy), closed shadow roots, into which
# no script can look, tables around what they throw out, which changes the order of the tree, and
# what moves a frame while it loads (a link in a link).
AROUND = """
<div>|</div>
<p>|</p>
<section><h2>x</h2>|</section>
<ul><li>|</li><li>x</ul>
<table><tr><td>|</td></tr></table>
<details open>|</details>
<div hidden>|</div>
<figure>|<figcaption>x</figcaption></figure>
<button type=button>|</button>
<label>|</label>
<b><i>|</i></b>
<div><template shadowrootmode=open>|</template></div>
<svg><foreignObject width=99 height=99>|</foreignObject></svg>
<fieldset disabled>|</fieldset>
<object><p>|</p></object>
<video>|</video>
<select><option>x</select>|
<dialog open>|</dialog>
<math><mtext>|</mtext></math>
<form>|</form>
"""
PAGES = 30
TIMES = 3  #: that a page which differs is looked at by itself


def _units() -> list[tuple[str, str]]:
    joined = UNITS.replace("\n  ", " ").strip()
    return [(line[0], line[2:]) for line in joined.splitlines()]


KINDS = _units()
WRAPPERS = [line.split("|") for line in AROUND.strip().splitlines()]


class Writer:
    """Writes one page, each of whose URLs has a host of its own below ``host``."""

    def __init__(self, rng: Random, host: str) -> None:
        self.rng = rng
        self.host = host
        self.count = 0

    def page(self) -> str:
        """A document; our script is in its head, or where the parser puts it."""
        script = self.rng.choice((SCRIPT, f"<html><head>{SCRIPT}</head><body>"))
        parts = (self.part(0) for _ in range(self.rng.randint(2, 8)))
        return f"<!doctype html>{script}{''.join(parts)}"

    def part(self, depth: int) -> str:
        """One element, or some in another."""
        if depth < 2 and self.rng.random() < 0.35:
            before, behind = self.rng.choice(WRAPPERS)
            inner = (self.part(depth + 1) for _ in range(self.rng.randint(1, 3)))
            return before + "".join(inner) + behind
        order, unit = self.rng.choice(KINDS)
        name = f"{order}{self.count}"
        url = f"https://k{self.count}.{self.host}/{name}"
        self.count += 1
        return unit.replace("'K'", f"'{name}'").replace("U", url)


def made(seed: int) -> dict[str, str]:
    """Documents by their paths."""
    rng = Random(seed)
    return {f"/{n}": Writer(rng, f"x{n}.stats.test").page() for n in range(PAGES)}


Seen = tuple[set[str], list[str], list[str]]


async def _seen(site: Site, documents: Mapping[str, str]) -> dict[str, Seen]:
    """Of each document the hosts, the scripts that ran in an order, and the others."""
    ran: dict[str, list[str]] = {}
    for frame in site.page.frames[1:]:
        if (path := frame.url.removeprefix(ORIGIN)) in documents:
            ran[path] = await frame.evaluate("self.ran || []")
    return {
        path: (
            {host for host in site.contacted if f".x{path[1:]}." in host},
            [name for name in ran[path] if name[0] in "SD"],
            sorted(name for name in ran[path] if name[0] == "A"),
        )
        for path in documents
    }


async def _differing(chromium: Browser, documents: Mapping[str, str]) -> dict[str, str]:
    top = "<!doctype html>" + "".join(f"<iframe src={path}></iframe>" for path in documents)
    async with visiting(chromium, top, gated=False, more=documents) as site:
        original = await _seen(site, documents)
    async with visiting(chromium, top, more=documents) as site:
        assert not site.contacted
        for frame in site.page.frames[1:]:
            if frame.url.removeprefix(ORIGIN) in documents:
                told = frame.evaluate(TELL, {"granted": [*FREE, "analytics"]})
                await asyncio.wait_for(told, 60)
        await site.quiet()
        restored = await _seen(site, documents)
    return {
        path: f"{original[path]} came back as {restored[path]}"
        for path in documents
        if original[path] != restored[path]
    }


async def differing(chromium: Browser, documents: Mapping[str, str]) -> dict[str, str]:
    """How documents come back that come back otherwise than they were, by their paths."""
    found: dict[str, str] = {}
    for path in await _differing(chromium, documents):
        # Alone, and again: how long a browser waits for a thing depends on what else it does.
        for _ in range(TIMES):
            if not (how := await _differing(chromium, {path: documents[path]})):
                break
        else:
            found |= how
    return found


async def test_all_comes_back(chromium: Browser) -> None:
    for seed in seeds(PAGES):
        pages = made(seed)
        found = await differing(chromium, pages)
        for path, how in found.items():
            print(f"{pages[path].replace(SCRIPT, '')}\n    {how}")
        assert not found
