"""One made-up site's hand: its words, class names, addresses and code. Equal seeds write equally.

Nothing is copied from anywhere. What makes a page cheap or dear to compress is how much of it is
template and how much is said once, so both are drawn here as sites have them: few class lists that
come again and again, words by Zipf's law, identifiers that never come twice.
"""

from __future__ import annotations

import json
import random
from itertools import accumulate


def _each(names: str) -> list[str]:
    return names.split()


_HEADS = _each("b br c ch d dr f fl g gr h j k l m n p pl qu r s sh sp st str t th tr v w wh")
_HEARTS = _each("a ai e ea ee i ia o oa oo ou u")
_TAILS = _each("b ck d g l ll m mp n nd ng nt p r rd rn s ss st t th x")
_ENDS = ("", "", "", "", "ing", "er", "ed", "ly", "tion", "al")
_UTILITIES = _each(
    "flex grid block hidden relative absolute items-center justify-between w-full h-full mx-auto "
    "p-2 p-4 px-3 px-6 py-1 py-2 mt-2 mt-4 mb-8 gap-2 gap-4 text-sm text-lg text-base font-medium "
    "font-bold leading-6 tracking-tight rounded-lg rounded-full border shadow-sm bg-white "
    "bg-gray-50 text-gray-700 text-gray-900 hover:underline hover:bg-gray-100 focus:outline-none "
    "focus:ring-2 md:flex md:w-1/2 lg:w-1/3 lg:px-8 xl:grid-cols-4 sm:text-base transition "
    "duration-150 ease-in-out cursor-pointer overflow-hidden truncate whitespace-nowrap"
)
_PARTS = _each("title text body item link image icon list head foot label badge meta inner wrap")
_CODE = (
    "var {a}=document.querySelector('.{b}-{c}');",
    "if({a}&&{a}.length>{n}){{{b}({a},{n})}}",
    "function {a}(t,e){{return t.{b}?e.{c}(t):null}}",
    "window.{a}=window.{a}||[];window.{a}.push(['{b}','{c}']);",
    "{a}.addEventListener('{b}',function(t){{t.preventDefault();{c}.call(this,t)}},!1);",
    "try{{{a}.{b}({{{c}:{n},{b}:!0}})}}catch(t){{console.error(t)}}",
    'e.{a}="{b}-{c}",e.{b}={n},e.{c}=void 0;',
    "for(var i=0,l={a}.length;i<l;i++){a}[i].{b}=i%{n};",
)


class Writer:
    """Draws everything that one page is made of."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self._words = sorted({self._coined() for _ in range(1400)})
        self.rng.shuffle(self._words)
        self._weights = list(accumulate((rank + 2.7) ** -1.15 for rank in range(len(self._words))))
        self.blocks = [self.word(300) for _ in range(12)]
        self._lists = [self._class_list() for _ in range(24)]

    def _coined(self) -> str:
        draw = self.rng.choice
        syllables = self.rng.choice((1, 1, 2, 2, 3))
        stem = "".join(draw(_HEADS) + draw(_HEARTS) for _ in range(syllables - 1))
        return stem + draw(_HEADS) + draw(_HEARTS) + draw(_TAILS) + draw(_ENDS)

    def _class_list(self) -> str:
        return " ".join(self.rng.sample(_UTILITIES, self.rng.randint(4, 14)))

    def word(self, common: int = 1400) -> str:
        """One of the site's ``common`` most usual words."""
        common = min(common, len(self._words))
        weights = self._weights[:common]
        return self.rng.choices(self._words[:common], cum_weights=weights)[0]

    def words(self, number: int) -> str:
        """So many words in a row, the first with a capital letter."""
        return " ".join(self.rng.choices(self._words, cum_weights=self._weights, k=number)).title()

    def prose(self, number: int) -> str:
        """Sentences of about that many words."""
        out = []
        while number > 0:
            length = self.rng.randint(7, 22)
            chosen = self.rng.choices(self._words, cum_weights=self._weights, k=length)
            out.append(" ".join(chosen).capitalize() + ".")
            number -= length
        return " ".join(out)

    def ident(self, bits: int = 40) -> str:
        """A hexadecimal identifier that comes once."""
        return f"{self.rng.getrandbits(bits):x}"

    def path(self) -> str:
        """An address on the site."""
        slug = "-".join(self.word() for _ in range(self.rng.randint(2, 6)))
        return f"/{self.rng.choice(self.blocks)}/{slug}"

    def block(self) -> str:
        """A class in the manner of components: ``block__part block__part--variant``."""
        name = f"{self.rng.choice(self.blocks)}__{self.rng.choice(_PARTS)}"
        return f"{name} {name}--{self.rng.choice(self.blocks)}"

    def utilities(self, number: int) -> str:
        """The site's class list of that number: a component always has the same one."""
        return self._lists[number % len(self._lists)]

    def icon(self, number: int) -> str:
        """An inline icon; the same number is drawn alike everywhere on the site."""
        pen = random.Random(number)
        paths = "".join(
            f'<path d="M{pen.randint(0, 24)} {pen.random() * 24:.2f}'
            + "".join(f"{pen.choice('clhvs')}{pen.random() * 9 - 4:.2f}" for _ in range(14))
            + 'z"/>'
            for _ in range(pen.randint(1, 3))
        )
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="icon icon-{number}" width="24" '
            f'height="24" viewBox="0 0 24 24" fill="none" stroke="currentColor" '
            f'aria-hidden="true"><g>{paths}</g></svg>'
        )

    def code(self, size: int) -> str:
        """About ``size`` bytes of script as a minifier leaves it."""
        out: list[str] = []
        while size > 0:
            line = self.rng.choice(_CODE).format(
                a=self.word(60), b=self.word(120), c=self.word(200), n=self.rng.randint(0, 400)
            )
            out.append(line)
            size -= len(line)
        return "".join(out)

    def record(self) -> dict[str, object]:
        """One thing of the site's data, as its state or JSON-LD names it."""
        return {
            "id": self.rng.getrandbits(24),
            "slug": self.path(),
            "title": self.words(4),
            "image": {"url": f"/media/{self.ident()}.jpg", "width": 800, "height": 600},
            "price": {"amount": self.rng.randint(3, 900), "currency": "EUR", "tax": "included"},
            "tags": [self.word(80) for _ in range(3)],
            "available": self.rng.random() < 0.8,
            "rating": None,
        }

    def state(self, size: int) -> str:
        """About ``size`` bytes of JSON."""
        records: list[dict[str, object]] = []
        while size > 0:
            records.append(self.record())
            size -= 330
        return json.dumps({"props": {"items": records}, "locale": "en"}, separators=(",", ":"))

    def sheet(self, rules: int) -> str:
        """So many rules of a style sheet."""
        return "".join(
            f".{self.rng.choice(self.blocks)}__{self.rng.choice(_PARTS)}{{margin:0 0 "
            f"{self.rng.randint(0, 64)}px;color:#{self.rng.choice('0369cf') * 3};"
            f"display:{self.rng.choice(('flex', 'block', 'grid'))};padding:"
            f"{self.rng.randint(0, 32)}px}}"
            for _ in range(rules)
        )
