"""Pages to measure with: made up, deterministic, and of the shape that real ones have.

Real pages have about 97 KB and 1,650 tags in the middle, a quarter of the bytes in scripts, eighty
elements that can contact a host and a handful of trackers. How dear a scan is beside a compressor
depends on the kind of page, so there are several kinds, in sizes as they come.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache

from .writer import Writer

Part = Callable[[Writer, int], str]

TRACKERS = """<link rel="preconnect" href="https://www.google-analytics.com">
<script async src="https://www.googletagmanager.com/gtag/js?id=G-ABC"></script>
<script>window.dataLayer=window.dataLayer||[];function gtag(){dataLayer.push(arguments)}
gtag('js',new Date());gtag('config','G-ABC');</script>
<script>fbq('init','1');fbq('track','PageView');</script>
<noscript><img height="1" width="1" src="https://www.facebook.com/tr?id=1&amp;ev=PageView"></noscript>
"""


def _head(w: Writer) -> str:
    links = "".join(
        f'<link rel="stylesheet" href="/static/{name}.{w.ident(32)}.css">' for name in w.blocks[:4]
    )
    metas = "".join(
        f'<meta property="og:{name}" content="{w.words(6)}">' for name in ("title", "description")
    )
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{w.words(5)}</title>'
        f"{metas}{links}{TRACKERS}</head>\n"
    )


def _menu(w: Writer, number: int) -> str:
    name = w.blocks[number % 3]
    items = "".join(
        f'\n        <li class="{name}__item menu-item"><a class="{name}__link" href="{w.path()}">'
        f'<span class="{name}__label">{w.words(2)}</span></a></li>'
        for _ in range(14)
    )
    return f'\n    <nav class="{name}" aria-label="Main">\n      <ul>{items}\n      </ul></nav>'


def _teaser(w: Writer, number: int) -> str:
    image = f"/media/{w.ident()}"
    return f"""
      <article class="teaser teaser--{w.blocks[number % 4]}" data-id="{w.ident(24)}">
        <a class="teaser__link" href="{w.path()}">
          <div class="teaser__media"><img class="teaser__image" src="{image}.jpg" srcset="{image}-400.jpg 400w, {image}-800.jpg 800w" alt="" width="400" height="300" loading="lazy"></div>
          <div class="teaser__body">
            <span class="teaser__kicker">{w.words(1)}</span>
            <h3 class="teaser__title">{w.words(7)}</h3>
            <p class="teaser__text">{w.prose(8)}</p>
            <ul class="teaser__tags"><li class="teaser__tag"><a href="/tag/{w.word(40)}">{w.word(40)}</a></li><li class="teaser__tag"><a href="/tag/{w.word(40)}">{w.word(40)}</a></li></ul>
            <div class="teaser__meta"><span class="teaser__author">{w.words(2)}</span><time>{number % 60} min</time></div>
          </div>
        </a>
      </article>"""  # noqa: E501 - as such a template is written


def _story(w: Writer, number: int) -> str:
    return f"\n<p>{w.prose(45)} <a href='{w.path()}'>{w.word()}</a> {w.prose(20)}</p>"


def _card(w: Writer, number: int) -> str:
    """A product, in utility classes and without white space between tags."""
    stars = w.icon(number % 2) * 5
    rows = "".join(
        f'<li class="{w.utilities(4)}"><span class="{w.utilities(5)}">{w.words(1)}</span></li>'
        for _ in range(3)
    )
    image = f"/cdn/{w.ident(64)}"
    return (
        f'<div class="{w.utilities(0)}" data-sku="{w.ident(32)}" data-name="{w.words(4)}" '
        f'data-event="{w.word()}:{w.ident(64)}"><a class="{w.utilities(1)}" '
        f'href="{w.path()}?ref={w.ident(32)}"><img class="{w.utilities(2)}" src="{image}.webp" '
        f'srcset="{image}.webp 1x, {image}@2.webp 2x" alt="{w.words(5)}" width="320" '
        f'height="320" loading="lazy"></a><div class="{w.utilities(3)}"><h3 '
        f'class="{w.utilities(6)}">{w.words(4)}</h3><p>{w.prose(16)}</p><div '
        f'class="{w.utilities(7)}" style="width:{number % 100}%">{stars}</div>'
        f'<ul class="{w.utilities(8)}">{rows}</ul><span class="{w.utilities(9)}">'
        f'€{number % 90},99</span><button type="button" class="{w.utilities(10)}">'
        f"{w.icon(7)}<span>Add</span></button></div></div>"
    )


def _review(w: Writer, number: int) -> str:
    """What a buyer says, in utility classes."""
    return (
        f'<div class="{w.utilities(18)}"><div class="{w.utilities(19)}">{w.words(2)}</div><p '
        f'class="{w.utilities(21)}">{w.prose(60)}</p></div>'
    )


def _listing(w: Writer, number: int) -> str:
    """Source code as a highlighter marks it: a tag every few bytes."""
    kinds = ("k", "n", "o", "s1", "mi", "nf", "p", "c1")
    lines = "\n".join(
        "".join(
            f'<span class="{w.rng.choice(kinds)}">{w.word(60)}</span> '
            for _ in range(w.rng.randint(2, 9))
        )
        for _ in range(14)
    )
    return f'<div class="highlight"><pre><span></span><code>{lines}\n</code></pre></div>\n'


def _reference(w: Writer, number: int) -> str:
    rows = "".join(
        f"<tr><td><code>{w.word()}</code></td><td>{w.prose(8)}</td></tr>\n" for _ in range(8)
    )
    return (
        f'<h2 id="{w.word()}-{number}">{w.words(3)}<a class="headerlink" href="#{w.word()}">¶</a>'
        f'</h2>\n<p>{w.prose(30)}</p>\n<table class="docutils"><tbody>{rows}</tbody></table>\n'
    )


def _toc(w: Writer, number: int) -> str:
    items = "".join(
        f'<li class="toctree-l2"><a class="reference internal" href="{w.path()}.html">'
        f"{w.words(2)}</a></li>\n"
        for _ in range(12)
    )
    return f'<ul>\n<li class="toctree-l1"><a href="#">{w.words(2)}</a><ul>\n{items}</ul></li></ul>'


def _widget(w: Writer, number: int) -> str:
    """A block of a content management system, with the comment and the classes that it leaves."""
    links = "".join(
        f'\n\t\t\t\t\t<li class="cat-item cat-item-{w.rng.randint(1, 99)}"><a href="{w.path()}/" '
        f'rel="category tag">{w.words(2)}</a></li>'
        for _ in range(6)
    )
    return f"""
<!-- block:{w.blocks[number % 5]} -->
\t\t<div id="block-{number}" class="widget widget_block wp-block-group is-layout-flow has-global-padding">
\t\t\t<div class="elementor-element elementor-element-{w.ident(28)} elementor-widget elementor-widget-heading" data-id="{w.ident(28)}" data-element_type="widget" data-widget_type="heading.default">
\t\t\t\t<div class="elementor-widget-container">
\t\t\t\t\t<h2 class="elementor-heading-title elementor-size-default">{w.words(4)}</h2>\t\t\t\t</div>
\t\t\t\t<div class="elementor-widget-container"><p>{w.prose(12)}</p>
\t\t\t\t<ul class="wp-block-categories">{links}
\t\t\t\t</ul></div>
\t\t\t</div>
\t\t</div>
<!-- /block:{w.blocks[number % 5]} -->"""  # noqa: E501 - as such a template is written


def _plugin(w: Writer, number: int) -> str:
    """What a plug-in prints: a style sheet, its settings, its code, a picture that waits."""
    name = f"{w.blocks[number % 12]}-{number}"
    return (
        f"<style id='{name}-inline-css'>{w.sheet(9)}</style>\n<script id='{name}-js-extra'>\n"
        f"/* <![CDATA[ */\nvar {w.word(60)} = {w.state(400)};\n/* ]]> */\n</script>\n"
        f"<script src='/plugins/{name}/{w.word()}.min.js?ver=6.{number % 9}' id='{name}-js'>"
        f"</script>\n<script>{w.code(800)}</script>\n"
        f"<noscript><img src='/up/{w.ident()}.jpg'></noscript>\n"
    )


def _script(w: Writer, number: int) -> str:
    return f"<script>{w.code(3200)}</script>\n"


def _linked(w: Writer, number: int) -> str:
    return f'<script type="application/ld+json">{w.state(1800)}</script>\n'


def _chunk(w: Writer, number: int) -> str:
    """What an application is sent with: its state, and the parts to fetch."""
    links = "".join(
        f'<link rel="modulepreload" as="script" crossorigin href="/_app/{w.ident()}.js">'
        for _ in range(4)
    )
    return f'{links}<script id="state-{number}" type="application/json">{w.state(5000)}</script>'


def _view(w: Writer, number: int) -> str:
    """A view drawn on the server: boxes in boxes, icons, hardly a word."""
    rows = "".join(
        f'<div class="{w.utilities(11)}"><div class="{w.utilities(12)}">{w.icon(n % 6)}</div>'
        f'<div class="{w.utilities(13)}"><a class="{w.utilities(14)}" href="{w.path()}">'
        f'<span class="{w.utilities(15)}">{w.words(2)}</span></a></div></div>'
        for n in range(8)
    )
    return (
        f'<section class="{w.utilities(16)}"><div class="{w.utilities(17)}">{rows}</div></section>'
    )


#: Kinds of pages: their parts, in the proportions in which they come.
KINDS: dict[str, tuple[Part, ...]] = {
    "news": (_menu, *[_teaser] * 8, *[_story] * 2, _view, _script, _script, _linked),
    "shop": (*[_card] * 6, _review, _script, _linked, _review, _script, _story),
    "docs": (_toc, _listing, *[_reference] * 3, _toc, _script),
    "application": (_chunk, _view, _script, _story, _view, _review),
    "blog": (_menu, *[_widget] * 6, *[_plugin] * 3),
}
#: Sizes in KB, as real pages have them: from 20 KB to 1 MB, the middle at 97.
SIZES = (20, 28, 38, 48, 57, 66, 75, 84, 92, 97, 103, 112, 125, 142, 163, 190, 225, 290, 420, 1000)


@cache
def page(kilobytes: int, seed: int = 1, kind: str = "news") -> bytes:
    """A page of that kind and about that many kilobytes."""
    w = Writer(seed)
    parts = [_head(w), f'<body class="{w.utilities(20)}">']
    size = sum(map(len, parts))
    number = 0
    while size < kilobytes * 1000:
        part = KINDS[kind][number % len(KINDS[kind])](w, number)
        parts.append(part)
        size += len(part)
        number += 1
    return ("".join(parts) + "\n</body></html>\n").encode()


def short(seed: int = 1) -> bytes:
    """The smallest page, of about two kilobytes: a head with trackers and two sentences."""
    w = Writer(seed)
    return f"{_head(w)}<body>\n<p>{w.prose(20)}</p>\n</body></html>\n".encode()


def of_every_kind(kilobytes: int) -> Iterator[bytes]:
    """One page of that size of each kind; of two kilobytes there is one kind."""
    if kilobytes <= 2:
        yield from (short(seed) for seed in range(1, len(KINDS) + 1))
    else:
        yield from (page(kilobytes, seed, kind) for seed, kind in enumerate(KINDS, 1))


def corpus(step: int = 1) -> Iterator[tuple[str, bytes]]:
    """The pages that the figures are taken over, or every so manieth: ``(kind and size, page)``."""
    kinds = list(KINDS)
    for number, kilobytes in list(enumerate(SIZES))[::step]:
        kind = kinds[number * 3 % len(kinds)]
        yield f"{kind}, {kilobytes} KB", page(kilobytes, number + 1, kind)
