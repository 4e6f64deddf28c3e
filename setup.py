"""What pyproject.toml cannot say: the C twin of the HTML scanner is built where it can be.

Nobody needs it. Without a C compiler, on another interpreter than CPython or with
``CONSENTGUARD_PURE_PYTHON`` set the package is pure Python, and its wheel is ``py3-none-any``.
"""

from __future__ import annotations

import os
import platform
import shutil
import sys
import sysconfig
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_ext import build_ext
from setuptools.command.editable_wheel import editable_wheel
from setuptools.errors import BaseError, CCompilerError

NAME = "consentguard.html._scanner"
FOLDER = Path("src/consentguard/html")
VARIABLE = os.environ.get("CONSENTGUARD_PURE_PYTHON", "").strip().lower()
WANTED = (
    VARIABLE in ("", "0", "false", "no", "off")
    and platform.python_implementation() == "CPython"
    and (FOLDER / "_scanner.c").is_file()
)
# PEP 703: free-threaded CPython has no limited API.
LIMITED = not sysconfig.get_config_var("Py_GIL_DISABLED")


def scanner() -> Extension:
    """The extension; the limited API of 3.11, so that one wheel serves all later versions."""
    return Extension(
        NAME,
        sources=[(FOLDER / "_scanner.c").as_posix()],
        depends=sorted(file.as_posix() for file in FOLDER.glob("_*.h")),
        define_macros=[("Py_LIMITED_API", "0x030B0000")] if LIMITED else [],
        py_limited_api=LIMITED,
    )


class BuildScanner(build_ext):
    """Builds the extension, or says in one line that it cannot, and drops it for later steps."""

    extensions: list[Extension]

    def build_extensions(self) -> None:
        """Compile with the options of the compiler at hand."""
        msvc = self.compiler.compiler_type == "msvc"
        for extension in self.extensions:
            # Python's own options may ask for -g, which makes the file ten times its size.
            extension.extra_compile_args = ["/O2"] if msvc else ["-O3", "-g0"]
        try:
            super().build_extensions()
        except (BaseError, CCompilerError, OSError) as exc:
            print(f"consentguard: no C scanner, pure Python instead ({exc})", file=sys.stderr)
            self.extensions = []
            self.distribution.ext_modules = []


class Wheel(bdist_wheel):
    """A wheel that is tagged by what is in it."""

    py_limited_api: str | bool

    def finalize_options(self) -> None:
        """Ask for the tag of the limited API."""
        if WANTED and LIMITED:
            self.py_limited_api = "cp311"
        super().finalize_options()

    def run(self) -> None:
        """Begin in empty folders: all that lies in them would go into the wheel."""
        shutil.rmtree(self.get_finalized_command("build").build_lib, ignore_errors=True)
        shutil.rmtree(self.bdist_dir, ignore_errors=True)
        if self.distribution.has_ext_modules():
            self.run_command("build_ext")
        if not self.distribution.has_ext_modules():
            self.root_is_pure, self.py_limited_api = True, False
        super().run()


class Editable(editable_wheel):
    """An editable install, without what an earlier one left among the sources."""

    def run(self) -> None:
        """Remove the old extension first: nothing else would if this build makes none."""
        for suffix in EXTENSION_SUFFIXES:
            (FOLDER / f"_scanner{suffix}").unlink(missing_ok=True)
        super().run()


setup(
    ext_modules=[scanner()] if WANTED else [],
    cmdclass={"bdist_wheel": Wheel, "build_ext": BuildScanner, "editable_wheel": Editable},
)
