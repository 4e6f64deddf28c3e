"""Builds, for real: with a compiler and without, from a stale folder, from the sources' archive."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = ("pyproject.toml", "setup.py", "MANIFEST.in", "README.md", "CHANGELOG.md", "LICENSE")
FOLDERS = ("src", "examples")
HTML = "consentguard/html"
NO_COMPILER = {"CC": "/bin/false"}
PURE = {"CONSENTGUARD_PURE_PYTHON": "1"}
PURE_TAG = "py3-none-any.whl"

#: Can this machine build the twin at all, and what is its wheel then called.
TWIN = (
    platform.python_implementation() == "CPython"
    and shutil.which((os.environ.get("CC") or sysconfig.get_config_var("CC")).split()[0])
    and Path(sysconfig.get_path("include"), "Python.h").is_file()
)
FREE_THREADED = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))


def is_native(wheel: str) -> bool:
    """Is that the name of the wheel that this machine builds."""
    if not TWIN:
        return wheel.endswith(PURE_TAG)
    return wheel.endswith(".whl") and ("-cp311-abi3-" in wheel) is not FREE_THREADED


def is_extension(file: str) -> bool:
    return file.endswith((".so", ".pyd"))


def run(command: list[str], folder: Path, **more: str) -> str:
    """Run it in a folder, and give what it printed."""
    meant = ("CONSENTGUARD_PURE_PYTHON", "CFLAGS", "PYTHONPATH")
    environment = {k: v for k, v in os.environ.items() if k not in meant} | more
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def build(kind: str, source: Path, out: Path, **more: str) -> tuple[Path, str]:
    """Build one archive, without a network; gives it and what was printed."""
    command = [sys.executable, "-m", "build", kind, "--no-isolation", "--outdir", str(out)]
    said = run([*command, str(source)], source, **more)
    return next(out.iterdir()), said


def copied(folder: Path) -> Path:
    """The sources as a checkout has them."""
    ignored = shutil.ignore_patterns("*.so", "*.pyd", "__pycache__", "*.egg-info")
    folder.mkdir()
    for name in (*SOURCES, "NOTICE"):
        shutil.copy(ROOT / name, folder)
    for name in FOLDERS:
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    return folder


def contents(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def version(wheel: Path, folder: Path, **more: str) -> str:
    """What ``consentguard --version`` prints from an unpacked wheel."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    command = [sys.executable, "-m", "consentguard", "--version"]
    return run(command, folder, PYTHONPATH=str(folder), **more)


@pytest.fixture(scope="module")
def stale(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tree in which others have built before, and left things."""
    tree = copied(tmp_path_factory.mktemp("stale") / "tree")
    system = f"{sysconfig.get_platform()}-{sys.implementation.cache_tag}"
    left = (
        tree / "build" / "lib" / HTML,
        tree / "build" / f"lib.{system}" / HTML,
        tree / "build" / f"bdist.{sysconfig.get_platform()}" / "wheel" / HTML,
        tree / "src" / HTML,
    )
    for folder in left:
        folder.mkdir(parents=True, exist_ok=True)
        for suffix in EXTENSION_SUFFIXES:
            (folder / f"_scanner{suffix}").write_bytes(b"stale")
    for folder in left[:3]:
        (folder / "gone.py").write_text("")
    return tree


@pytest.fixture(scope="module")
def native(stale: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this machine."""
    return build("--wheel", stale, tmp_path_factory.mktemp("native"))[0]


def test_a_wheel_with_the_twin_is_tagged_so(native: Path, tmp_path: Path) -> None:
    inside = contents(native)
    assert is_native(native.name)
    extensions = [name for name in inside if is_extension(name)]
    assert len(extensions) == bool(TWIN)
    assert all(name.startswith(f"{HTML}/_scanner.") for name in extensions)
    assert all(inside[name] != b"stale" for name in extensions)
    line = version(native, tmp_path)
    assert ("scanner: C," in line) is bool(TWIN)
    assert platform.python_version() in line
    assert "pure Python (CONSENTGUARD_PURE_PYTHON is set)" in version(native, tmp_path, **PURE)


def test_c_sources_and_what_was_left_are_not_in_a_wheel(native: Path) -> None:
    inside = contents(native)
    assert f"{HTML}/_scanner.pyi" in inside
    assert f"{HTML}/scanner.py" in inside
    assert not [name for name in inside if name.endswith((".c", ".h", "gone.py"))]


@pytest.mark.parametrize("variables", [NO_COMPILER, PURE], ids=["no compiler", "variable"])
def test_a_wheel_without_the_twin_is_pure(
    variables: dict[str, str], native: Path, stale: Path, tmp_path: Path
) -> None:
    """In the tree that has just built the other one."""
    wheel, said = build("--wheel", stale, tmp_path / "out", **variables)
    inside = contents(wheel)
    assert wheel.name.endswith(PURE_TAG)
    assert not [name for name in inside if is_extension(name) or name.endswith("gone.py")]
    marks = next(text for name, text in inside.items() if name.endswith("dist-info/WHEEL"))
    assert b"Root-Is-Purelib: true" in marks
    assert said.count("consentguard: no C scanner") == (variables is NO_COMPILER and bool(TWIN))
    assert "scanner: pure Python (not built)" in version(wheel, tmp_path / "installed")
    both = set(contents(native)) - {name for name in contents(native) if is_extension(name)}
    assert set(inside) == both


def test_an_archive_of_the_sources_builds_the_same_wheel(native: Path, tmp_path: Path) -> None:
    archive, _ = build("--sdist", copied(tmp_path / "tree"), tmp_path / "out", **PURE)
    with tarfile.open(archive) as packed:
        for one in packed:  # `extractall` warns without a filter, and takes none before 3.11.4
            file = tmp_path / "unpacked" / one.name
            file.parent.mkdir(parents=True, exist_ok=True)
            if (data := packed.extractfile(one)) is not None:
                file.write_bytes(data.read())
    tree = next((tmp_path / "unpacked").iterdir())
    names = {str(file.relative_to(tree)) for file in tree.rglob("*") if file.is_file()}
    headers = {f"src/{HTML}/{file.name}" for file in (ROOT / "src" / HTML).glob("_*.h")}
    assert headers | {f"src/{HTML}/_scanner.c", "setup.py", "CHANGELOG.md", "NOTICE"} <= names
    assert not [name for name in names if is_extension(name)]
    wheel, _ = build("--wheel", tree, tmp_path / "wheel")
    assert wheel.name == native.name
    assert contents(wheel) == contents(native)


@pytest.fixture(scope="module")
def editable(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A tree, and the Python of an environment that sees the packages of this one."""
    folder = tmp_path_factory.mktemp("editable")
    run([sys.executable, "-m", "venv", "--without-pip", "venv"], folder)
    home = folder / "venv" / ("Scripts" if os.name == "nt" else "bin")
    python = str(next(home.glob("python*")))
    ask = [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    packages = Path(run(ask, folder).strip())
    (packages / "others.pth").write_text("\n".join(p for p in sys.path if "-packages" in p))
    return copied(folder / "tree"), python


def test_an_editable_install_has_what_could_be_built_last(editable: tuple[Path, str]) -> None:
    tree, python = editable
    install = [python, "-m", "pip", "install", "-e", ".", "--no-deps", "--no-build-isolation"]
    built = "C" if TWIN else "pure Python (not built)"
    pure = "pure Python (not built)"
    left = tree / "src" / HTML / f"_scanner{EXTENSION_SUFFIXES[0]}"
    left.write_bytes(b"stale")
    for variables, expected in ((NO_COMPILER, pure), ({}, built), (PURE, pure)):
        run([*install, "--disable-pip-version-check", "--quiet"], tree, **variables)
        line = run([python, "-m", "consentguard", "--version"], tree.parent)
        assert f"scanner: {expected}," in line
        found = [file for file in (tree / "src" / HTML).iterdir() if is_extension(file.name)]
        assert len(found) == (expected == "C")
