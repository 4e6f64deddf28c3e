"""The wheel as a user installs it: everything is in it, and the demo runs from any folder."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel built from a copy of the sources, so that no stale build folder helps."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    tracked = ("pyproject.toml", "setup.py", "README.md", "LICENSE", "NOTICE", "src", "examples")
    source.mkdir()
    for name in tracked:
        ignore = ("--exclude=*.egg-info", "--exclude=__pycache__", "--exclude=*.so")
        packed = subprocess.run(
            ["tar", "-c", *ignore, name], cwd=ROOT, capture_output=True, check=True
        )
        subprocess.run(["tar", "-x"], cwd=source, input=packed.stdout, check=True)
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir"]
    done = subprocess.run(
        [*command, str(folder), str(source)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel unpacked where nothing else of ours is."""
    target = tmp_path_factory.mktemp("installed")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(target)
    return target


def test_its_name_is_the_distributions(wheel: Path) -> None:
    tags = r"(py3-none-any|cp\d+-[a-z0-9]+-\w+)"
    assert re.fullmatch(rf"consentguard_middleware-[\d.]+-{tags}\.whl", wheel.name)


def test_every_source_and_data_file_is_in_it(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        inside = set(archive.namelist())
    found = {
        "consentguard/" + str(file.relative_to(ROOT / "src/consentguard"))
        for file in (ROOT / "src/consentguard").rglob("*")
        if file.is_file()
        and "__pycache__" not in file.parts
        and file.suffix not in (".c", ".h", ".so", ".pyd")
        # What the catalogue and the presets are compiled from.
        and not file.match("catalogue/data/*.toml")
        and not file.match("policy/presets/*.toml")
        and file.name != "generated.tsv"
    }
    found |= {
        "consentguard/demo/" + str(file.relative_to(ROOT / "examples/demo"))
        for file in (ROOT / "examples/demo").rglob("*")
        if file.is_file() and "__pycache__" not in file.parts and file.name != "README.md"
    }
    assert found <= inside
    assert any(name.endswith("licenses/NOTICE") for name in inside)
    assert any(name.endswith("licenses/LICENSE") for name in inside)


def run(installed: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    return subprocess.run(
        [sys.executable, "-m", "consentguard", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_commands_run_from_the_wheel(installed: Path, tmp_path: Path) -> None:
    done = run(installed, tmp_path, "explain", "--country", "DE")
    assert done.returncode == 0, done.stderr
    assert "de-tdddg" in done.stdout
    where = "import consentguard, consentguard.demo as d; print(consentguard.__file__, d.__file__)"
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    places = subprocess.run(
        [sys.executable, "-c", where],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert all(str(installed) in place for place in places.stdout.split())


@pytest.fixture
def demo(installed: Path, tmp_path: Path) -> Iterator[str]:
    """``consentguard demo`` from the wheel, in an empty folder."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    command = [sys.executable, "-m", "consentguard", "demo", "--port", str(port)]
    process = subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    try:
        url = f"http://127.0.0.1:{port}"
        for _ in range(150):
            try:
                httpx.get(url, timeout=30)
                break
            except httpx.TransportError:
                time.sleep(0.1)
        yield url
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)


def test_the_demo_runs_from_the_wheel_in_any_folder(demo: str, tmp_path: Path) -> None:
    page = httpx.get(demo, headers={"x-demo-country": "DE"}, timeout=30)
    assert page.status_code == 200
    assert 'id="cg-banner"' in page.text
    assert 'src="https://www.googletagmanager.com' not in page.text.replace("data-cg-src", "")
    assert list(tmp_path.iterdir()) == []


def test_the_readmes_python_runs(tmp_path: Path) -> None:
    """The five lines of each framework, and the six of the policy file, as the README has them."""
    readme = (ROOT / "README.md").read_text("utf-8")
    python, flask, django, plain = re.findall(r"```python\n(.*?)```", readme, re.S)
    toml = next(iter(re.findall(r"```toml\n(.*?)```", readme, re.S)))
    (tmp_path / "consent.toml").write_text(toml)
    ask = (
        "\nimport anyio, httpx\n"
        "async def ask():\n"
        "    transport = httpx.ASGITransport(app=app)\n"
        "    url = 'https://www.example.org/_consent/state'\n"
        "    async with httpx.AsyncClient(transport=transport) as client:\n"
        "        print((await client.get(url)).text)\n"
        "anyio.run(ask)\n"
    )
    starlette = (
        python.replace("from fastapi import FastAPI  #", "#")
        .replace("# or: from starlette", "from starlette")
        .replace("adapters.fastapi", "adapters.starlette")
        .replace("FastAPI()", "Starlette()")
    )
    wsgi = ask.replace("ASGITransport", "WSGITransport").replace("AsyncClient", "Client")
    wsgi = wsgi.replace("async ", "").replace("await ", "").replace("anyio.run(ask)", "ask()")
    settings = (
        "from pathlib import Path\nBASE_DIR = Path.cwd()\nSECRET_KEY = 'key'\n"
        "ALLOWED_HOSTS = ['*']\nROOT_URLCONF = 'urls'\n" + django.replace(", ...]", "]")
    )
    (tmp_path / "site_settings.py").write_text(settings)
    (tmp_path / "urls.py").write_text("urlpatterns = []\n")
    codes = {
        "FastAPI": python + ask,
        "Starlette": starlette + ask,
        "Flask": flask + wsgi,
        "Django": "import django\ndjango.setup()\n"
        "from django.core.wsgi import get_wsgi_application\napp = get_wsgi_application()\n" + wsgi,
        "plain": "from wsgiref.simple_server import demo_app as app\n" + plain + wsgi,
    }
    more = {
        "FLASK_SECRET_KEY": "key",
        "CONSENTGUARD_POLICY": "consent.toml",
        "DJANGO_SETTINGS_MODULE": "site_settings",
    }
    for framework, code in codes.items():
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, **more},
        )
        assert '"region"' in done.stdout, f"{framework}: {done.stderr}"
