"""The picture of the README, ``docs/screenshot.png``.

Starts the demo on a free port and looks at it with Chromium. Nothing but the demo is reached.
:mod:`tools.gallery` takes the others.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Route, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
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


def picture(browser: Browser, url: str, file: Path, country: str) -> None:
    """The home page of a first visit from ``country`` (ISO 3166) as PNG."""

    def only_the_demo(route: Route) -> None:
        if route.request.url.startswith("http://127.0.0.1:"):
            route.continue_()
        else:
            route.abort()

    context = browser.new_context(
        viewport={"width": 1280, "height": 800},
        color_scheme="light",
        extra_http_headers={"X-Demo-Country": country},
        locale="en-GB",
        reduced_motion="reduce",
    )
    context.route("**/*", only_the_demo)
    page = context.new_page()
    page.goto(url)
    page.wait_for_load_state("networkidle")
    page.screenshot(path=file)
    context.close()
    print(file)


def main() -> None:
    """Take it."""
    parser = argparse.ArgumentParser(description="The picture of the README.")
    parser.add_argument("--country", default="DE", help="where the visitor is (default: DE)")
    options = parser.parse_args()
    chromium = os.environ.get("CONSENTGUARD_CHROMIUM") or shutil.which("chromium")
    with demo() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        picture(browser, f"{url}/", ROOT / "docs" / "screenshot.png", options.country)
        browser.close()


if __name__ == "__main__":
    main()
