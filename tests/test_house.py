"""The house as it was drawn: which room may use which, and what an import may cost."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import consentguard

ROOT = Path(consentguard.__file__).parent

#: Rooms from the ground up. A room uses rooms below it, and itself.
FLOORS = (
    ("model", "errors", "exemptions", "possessive"),
    ("http", "geo", "catalogue", "html", "locales"),
    ("policy",),
    ("consent",),
    ("ledger",),
    ("tally",),
    ("static",),
    ("pages",),
    ("judge", "environment", "plain"),
    ("shared", "hooks"),
    ("outbound",),
    ("exchange",),
    ("guard",),
    ("alone", "sender", "starter", "testing"),
    ("asgi", "wsgi"),
    ("__init__",),
    ("cli",),
    ("adapters",),
    ("__main__",),
)
FLOOR = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}
#: No file system, socket or framework in the rooms where a request is handled.
SANS_IO = ("http", "html", "consent", "pages", "judge", "plain", "shared", "outbound", "exchange")
IO = {"socket", "asyncio", "threading", "http", "urllib.request", "subprocess", "time", "random"}
FRAMEWORKS = {"starlette", "fastapi", "flask", "django", "uvicorn", "jinja2"}


def modules() -> Iterator[tuple[str, str, Path]]:
    """``(module, room, file)`` of every source file."""
    for file in sorted(ROOT.rglob("*.py")):
        parts = file.relative_to(ROOT).with_suffix("").parts
        yield ".".join(parts), parts[0], file


@cache
def imports(file: Path) -> tuple[str, ...]:
    """Absolute names of everything that a file imports, inside functions too."""
    package = ["consentguard", *file.relative_to(ROOT).parent.parts]
    found: list[str] = []
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found += (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            found += (f"{base}.{alias.name}" for alias in node.names)
    return tuple(found)


def used_rooms(file: Path) -> Iterator[str]:
    for name in imports(file):
        parts = name.split(".")
        if parts[0] == "consentguard":
            named = len(parts) > 1 and parts[1] in FLOOR
            yield parts[1] if named else "__init__"


@pytest.mark.parametrize(("module", "room", "file"), list(modules()), ids=str)
def test_no_arrow_runs_against_the_direction(module: str, room: str, file: Path) -> None:
    wrong = [used for used in used_rooms(file) if used != room and FLOOR[used] >= FLOOR[room]]
    assert not wrong, f"{module} must not use {wrong}"


def test_every_room_has_a_floor() -> None:
    assert {room for _, room, _ in modules()} <= set(FLOOR)


@pytest.mark.parametrize(
    ("module", "file"), [(m, f) for m, room, f in modules() if room in SANS_IO]
)
def test_rooms_of_a_request_do_no_io(module: str, file: Path) -> None:
    tree = ast.parse(file.read_text("utf-8"))
    calls = {
        n.func.id
        for n in ast.walk(tree)
        if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)
    }
    assert not calls & {"open", "print", "input"}
    assert not {name.split(".")[0] for name in imports(file)} & IO


@pytest.mark.parametrize(("module", "room", "file"), list(modules()), ids=str)
def test_frameworks_stay_in_their_adapters(module: str, room: str, file: Path) -> None:
    used = {name.split(".")[0] for name in imports(file)} & FRAMEWORKS
    # A framework that needs more than one file has a folder.
    own = {file.stem, *file.relative_to(ROOT).parts[1:2]} if room == "adapters" else set()
    assert used <= own


def loaded_after(code: str) -> set[str]:
    script = f"import sys; {code}; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


def test_the_import_is_light() -> None:
    loaded = loaded_after("import consentguard, consentguard.asgi")
    heavy = FRAMEWORKS | {"sqlalchemy", "babel", "user_agents", "playwright"}
    heavy |= {"geoip2", "geoip2.webservice", "aiohttp", "requests"}
    assert not loaded & heavy


def test_a_wsgi_app_loads_no_event_loop() -> None:
    assert "asyncio" not in loaded_after("import consentguard, consentguard.wsgi")


def test_public_names_are_true() -> None:
    assert sorted(consentguard.__all__) == consentguard.__all__
    assert all(hasattr(consentguard, name) for name in consentguard.__all__)
