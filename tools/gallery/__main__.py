"""``python -m tools.gallery [--only TEXT] [DIR]``: the pictures and their index."""

from __future__ import annotations

import argparse
import os
import shutil
import time
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright
from tools.screenshot import FLAGS, ROOT

from .index import Picture, index
from .sites import FOREIGN, GUARD, serving
from .views import DECLARED, SETTINGS, SIZES, THEMES, VARIANTS, View, views

CLOSED = "#cg-banner .cg-settings, .cg-services"


def look(browser: Browser, url: str, view: View, folder: Path) -> list[Picture]:
    """The pictures of one page."""
    theme, scheme = THEMES[view.theme]
    country, signal, _ = VARIANTS[view.variant]
    headers = {GUARD: f"{theme}/{view.position}", "X-Demo-Country": country}
    headers |= {"Sec-GPC": "1"} if signal else {}
    headers |= {FOREIGN: "1"} if view.kind == "notice-403" else {}
    context = browser.new_context(
        viewport={"width": view.widths[0], "height": SIZES[view.widths[0]]},
        color_scheme=scheme,
        forced_colors="active" if view.theme == "forced" else "none",
        java_script_enabled=view.js,
        extra_http_headers=headers,
        locale="en-GB",
        reduced_motion="reduce",
    )
    context.add_cookies([{"name": "demo_language", "value": view.lang, "url": url}])
    page = context.new_page()
    try:
        arrive(page, url, view)
        return [picture for width in view.widths for picture in taken(page, view, width, folder)]
    finally:
        context.close()


def arrive(page: Page, url: str, view: View) -> None:
    """Open the page, by the button that leads there if it takes one."""
    own = view.path in (SETTINGS, DECLARED)
    page.goto(f"{url}{view.path}{f'?lang={view.lang}' if own else ''}")
    if view.variant == "none" or view.press == "reject":
        page.locator("#cg-banner [data-cg=reject]").click()
        page.locator("#cg-reopen").wait_for()
    elif view.press:
        with page.expect_navigation():
            page.locator(f"#cg-banner [data-cg={view.press}]").click()
    page.mouse.move(0, 0)


def taken(page: Page, view: View, width: int, folder: Path) -> list[Picture]:
    """At one width: as it comes, and with all settings open."""
    page.set_viewport_size({"width": width, "height": SIZES[width]})
    if view.kind in ("placeholder", "login"):
        page.locator(".film, .google").first.scroll_into_view_if_needed()
    found = []
    for opened in (False, True) if view.opens else (False,):
        set_open(page, view, opened)
        name = f"{view.name}-{width}{'-open' if opened else ''}.png"
        # Chromium scrolls to the end and back for a whole page, which moves what is fixed.
        page.screenshot(path=folder / name, full_page=view.whole, animations="disabled")
        found.append(Picture(name, view, width, opened))
    return found


def set_open(page: Page, view: View, opened: bool) -> None:
    """Open or close the settings; by their buttons where no script may run."""
    for summary in page.locator(f":is({CLOSED}) > summary").all():
        if summary.locator("xpath=..").evaluate("el => el.open") is not opened:
            summary.click()
    page.evaluate("document.activeElement?.blur()")
    page.mouse.move(0, 0)
    if view.whole:
        page.evaluate("scrollTo(0, 0)")


def main() -> None:
    """Take them, say how it goes and how long it took."""
    parser = argparse.ArgumentParser(prog="gallery", description="Pictures of what visitors meet.")
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "out" / "gallery")
    parser.add_argument(
        "--only", default="", metavar="TEXT", help="pages with this in their name: dark-top, -ar"
    )
    options = parser.parse_args()
    folder: Path = options.folder
    wanted = [view for view in views() if options.only in view.name]
    if not wanted:
        raise SystemExit(f"no page has {options.only!r} in its name, like {next(views()).name}")
    folder.mkdir(parents=True, exist_ok=True)
    chromium = os.environ.get("CONSENTGUARD_CHROMIUM") or shutil.which("chromium")
    started = time.monotonic()
    pictures: list[Picture] = []
    # Nobody is asked what the third parties' names mean.
    alone = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
    with serving() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=[*FLAGS, alone])
        for number, view in enumerate(wanted, 1):
            pictures += look(browser, url, view, folder)
            print(f"{number}/{len(wanted)} {view.name}", flush=True)
        browser.close()
    (folder / "index.html").write_text(index(pictures), encoding="utf-8")
    seconds = time.monotonic() - started
    print(f"{len(pictures)} pictures in {seconds:.0f} s: {folder / 'index.html'}")


if __name__ == "__main__":
    main()
