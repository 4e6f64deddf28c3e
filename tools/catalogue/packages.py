"""The published lists: pinned packages, fetched with npm and compared with their digest."""

from __future__ import annotations

import base64
import hashlib
import re
import subprocess
import tarfile
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Package:
    """One pinned archive; ``files`` is an expression for the paths in it that are read."""

    name: str
    version: str
    sha512: str
    files: str

    @property
    def spec(self) -> str:
        """``name@version``."""
        return f"{self.name}@{self.version}"


THIRD_PARTY_WEB = Package(
    "third-party-web",
    "0.30.0",
    "p+PfyL5U0ediGzvwPzMSdD9MnC8rHW6nWJJVLIQvqN7RsSqfaZ+7n4c9GILqH36EYR0eXB9CzAeCRnKFr/9uJg==",
    r"dist/entities\.json",
)
#: Carries the Open Cookie Database, which is not published as a package of its own.
OPEN_COOKIE_DATABASE = Package(
    "@slashgear/gdpr-cookie-scanner",
    "3.8.2",
    "NQqwDDKHagXzinUWAPq4A1HhQ8Ypy7t93YzthVPvhleiN7PvOqxsGzdd/b1YVhSKGe8Pmv3cyq8t4k4sQzkmAg==",
    r"dist/data/open-cookie-database\.json",
)
TARTEAUCITRON = Package(
    "tarteaucitronjs",
    "1.34.0",
    "PEzKEjOLC06zCWSZB1RuQkSlzbDYXSKohv0XD7BMjgfE/M+LhiWLTdNAj47VW9xcVsuQCSvLpR/gqkripHaU6g==",
    r"tarteaucitron\.services\.js",
)
C15T = Package(
    "@c15t/scripts",
    "2.2.0",
    "FgmnIW0JL5nalY6QKG5+gzukzALMqq6LpXzn5+iwRA8OVukjoXBdgakdO/eytwSrv/QtxgLyFaiM0nBIZZbk0A==",
    r"dist/(?:registry|vendors/[a-z-]+/[a-z0-9-]+)\.js",
)
PACKAGES = (THIRD_PARTY_WEB, OPEN_COOKIE_DATABASE, TARTEAUCITRON, C15T)

#: Text of the wanted files by their path in the archive.
Files = Mapping[str, str]


def fetch(package: Package) -> Files:
    """The wanted files of a package. Exits with a sentence if the archive is another one."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["npm", "pack", "--silent", package.spec], cwd=folder, check=True)
        (archive,) = Path(folder).glob("*.tgz")
        digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
        if digest != package.sha512:
            raise SystemExit(f"{package.spec}: SHA-512 is {digest}, expected {package.sha512}")
        return unpacked(archive, package.files)


def unpacked(archive: Path, wanted: str) -> Files:
    """The files of an npm archive whose path fits the expression ``wanted``."""
    found = {}
    with tarfile.open(archive) as tar:
        for member in tar:
            path = member.name.partition("/")[2]
            stream = tar.extractfile(member) if re.fullmatch(wanted, path) else None
            if stream:
                found[path] = stream.read().decode("utf-8")
    if not found:
        raise SystemExit(f"{archive.name}: no file {wanted} in it")
    return found
