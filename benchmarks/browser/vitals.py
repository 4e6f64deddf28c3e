"""Interaction to next paint of *accept*, *reject* and the settings, as Chromium itself tells it.

``python -m benchmarks.browser.vitals [--runs N] [--rate 4]`` clicks with a real mouse on a page
with two hundred elements that wait, its processor throttled, and beside it on a plain button and a
plain form of the same page without us: what they need is what the machine needs. Durations are
those of the trace (Event Timing, W3C), unrounded; the longest event of an interaction counts.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from .site import FLAGS, GATED, executable, site

#: Milliseconds; what the best mainstream tool and the most used one need stands beside it.
BUDGET, BEST, MOST_USED = 50, 56, 104
#: What is clicked, with us or without.
CLICKS = {
    "plain button, without us": (False, "#plain"),
    "plain form, without us": (False, "#posts"),
    "plain button, beside the banner": (True, "#plain"),
    "accept": (True, "[data-cg=accept]"),
    "reject": (True, "[data-cg=reject]"),
    "settings": (True, "[data-cg=settings]"),
}
OURS = ("accept", "reject", "settings")
#: What Event Timing tells, and the tasks of the thread that handles and paints.
_CATEGORIES = ["devtools.timeline", "disabled-by-default-devtools.timeline"]


@dataclass(frozen=True)
class Interaction:
    """Milliseconds from the click to the next paint, and how many of them the page computed."""

    paint: float
    work: float


def interaction(events: list[dict[str, Any]]) -> Interaction | None:
    """The longest interaction in a trace; None where none was seen."""
    told = [e for e in events if e.get("name") == "EventTiming" and e["args"].get("data")]
    clicks = [e for e in told if e["args"]["data"].get("interactionId")]
    if not clicks:
        return None
    longest = max(clicks, key=lambda e: float(e["args"]["data"]["duration"]))
    duration = float(longest["args"]["data"]["duration"])
    start = longest["ts"]
    tasks = [
        e.get("tdur", 0)
        for e in events
        if e.get("name") == "RunTask"
        and (e["pid"], e["tid"]) == (longest["pid"], longest["tid"])
        and start <= e["ts"] + e.get("dur", 0)
        and e["ts"] <= start + duration * 1000
    ]
    return Interaction(duration, sum(tasks) / 1000)


def traced(browser: Browser, page: Page, selector: str) -> list[dict[str, Any]]:
    """Click, let the page be painted or go, and give what the browser traced meanwhile."""
    box = page.locator(selector).bounding_box()
    if box is None:
        raise SystemExit(f"{selector} is not there")
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_timeout(500)
    browser.start_tracing(page=page, categories=_CATEGORIES)
    page.wait_for_timeout(200)
    page.mouse.down()
    page.mouse.up()
    page.wait_for_timeout(1500)
    events: list[dict[str, Any]] = json.loads(browser.stop_tracing())["traceEvents"]
    return events


def clicked(browser: Browser, url: str, selector: str, rate: float) -> Interaction | None:
    """One visitor's click on the first page that they see."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-GB")
    page = context.new_page()
    page.goto(url)
    page.wait_for_load_state("networkidle")
    session = context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": rate})
    try:
        return interaction(traced(browser, page, selector))
    finally:
        context.close()


def measured(runs: int, rate: float) -> dict[str, list[Interaction]]:
    """What was seen, by what was clicked: one of each in turn, in the same weather."""
    found: dict[str, list[Interaction]] = {name: [] for name in CLICKS}
    with site() as ours, site(protected=False) as theirs, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=list(FLAGS))
        for _ in range(runs):
            for name, (protected, selector) in CLICKS.items():
                seen = clicked(browser, ours if protected else theirs, selector, rate)
                found[name] += [seen] if seen else []
        browser.close()
    return found


def table(found: dict[str, list[Interaction]]) -> Iterator[str]:
    """The figures as lines: to the next paint median and worst, and the page's own work."""
    yield f"{'click on':34}{'median':>8}{'max':>8}{'least':>8}{'work':>8}{'seen':>6}"
    for name, seen in found.items():
        if not seen:
            yield f"{name:34}{'none was painted before the page went':>38}"
            continue
        paints = [one.paint for one in seen]
        work = median(one.work for one in seen)
        line = f"{name:34}{median(paints):8.1f}{max(paints):8.1f}{min(paints):8.1f}{work:8.1f}"
        over = name in OURS and median(paints) > BUDGET
        yield f"{line}{len(seen):6}{'   over budget' if over else ''}"


def main() -> int:
    """Print the figures beside budget, baseline and peers; 0 whatever they are."""
    parser = argparse.ArgumentParser(description="Interaction to next paint in Chromium.")
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--rate", type=float, default=4, help="how much slower the processor is")
    options = parser.parse_args()
    print(
        f"Interaction to next paint, ms; {len(GATED)} elements wait, {options.rate:g} x throttled"
    )
    print(f"at most {BUDGET}; peers: {BEST} (best mainstream), {MOST_USED} (most used)")
    print("work: of the thread that handles and paints, which other processes do not lengthen\n")
    print("\n".join(table(measured(options.runs, options.rate))))
    load = os.getloadavg()[0] / (os.cpu_count() or 1)
    print(f"\n{load:.1f} processes for each processor: a busy machine paints late" * (load > 1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
