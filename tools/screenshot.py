"""Pictures of the demo: ``docs/screenshot.png``, and with ``--gallery DIR`` every page and width.

Starts the demo on a free port and looks at it with Chromium. Nothing but the demo is reached.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Route, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
PAGES = {
    "home": "/",
    "artist": "/artist/nora-lindqvist",
    "login": "/login",
    "preferences": "/_consent",
}
SIZES = {320: 640, 768: 1024, 1280: 800}
Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync")


@contextmanager
def demo() -> Iterator[str]:
    """The protected demo in a process of its own; gives its address."""
    command = [sys.executable, "-m", "examples.demo", "0"]
    paths = os.pathsep.join((str(ROOT / "src"), str(ROOT)))
    process = subprocess.Popen(
        command, cwd=ROOT, env=os.environ | {"PYTHONPATH": paths}, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        first = process.stdout.readline()
        if "http://" not in first:
            raise SystemExit("the demo did not start")
        yield "http://" + first.rsplit("http://", 1)[1].strip().rstrip("/")
    finally:
        process.terminate()
        process.wait(10)


def picture(
    browser: Browser, url: str, file: Path, *, width: int, scheme: Scheme, js: bool, country: str
) -> None:
    """One page of a first visit from ``country`` (ISO 3166) as PNG, as high as the window."""

    def only_the_demo(route: Route) -> None:
        if route.request.url.startswith("http://127.0.0.1:"):
            route.continue_()
        else:
            route.abort()

    context = browser.new_context(
        viewport={"width": width, "height": SIZES[width]},
        color_scheme=scheme,
        java_script_enabled=js,
        extra_http_headers={"X-Demo-Country": country},
        locale="en-GB",
        reduced_motion="reduce",
    )
    context.route("**/*", only_the_demo)
    page = context.new_page()
    page.goto(url)
    page.wait_for_load_state("networkidle")
    file.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=file)
    context.close()
    print(file)


def gallery(browser: Browser, url: str, folder: Path, country: str) -> None:
    """Every page at every width, light and dark, with and without JavaScript."""
    for (name, path), width, scheme, js in product(PAGES.items(), SIZES, SCHEMES, (True, False)):
        file = folder / f"{name}-{width}-{scheme}{'' if js else '-nojs'}.png"
        picture(browser, url + path, file, width=width, scheme=scheme, js=js, country=country)


def main() -> None:
    """Take the picture of the README, or the gallery."""
    parser = argparse.ArgumentParser(description="Pictures of the demo.")
    parser.add_argument("--gallery", type=Path, metavar="DIR", help="all pages and widths into DIR")
    parser.add_argument("--country", default="DE", help="where the visitor is (default: DE)")
    options = parser.parse_args()
    chromium = os.environ.get("CONSENTGUARD_CHROMIUM") or shutil.which("chromium")
    with demo() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        if options.gallery:
            gallery(browser, url, options.gallery, options.country)
        else:
            file = ROOT / "docs" / "screenshot.png"
            picture(
                browser,
                url + "/",
                file,
                width=1280,
                scheme="light",
                js=True,
                country=options.country,
            )
        browser.close()


if __name__ == "__main__":
    main()
