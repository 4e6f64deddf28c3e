# make demo · make test · make check · make bench · make clean
PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
CODE := src tests examples tools benchmarks

.PHONY: demo test check bench screenshot gallery clean
.DELETE_ON_ERROR:

demo: $(VENV)/.demo
	@$(BIN)/consentguard demo --port $(PORT)

test: check $(VENV)/.chromium
	$(BIN)/python -m pytest

check: $(VENV)/.dev
	$(BIN)/ruff check $(CODE)
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/mypy
	$(BIN)/python tools/geo.py --check

bench: $(VENV)/.dev
	$(BIN)/python -m benchmarks.run

screenshot: $(VENV)/.chromium
	$(BIN)/python tools/screenshot.py

gallery: $(VENV)/.chromium
	$(BIN)/python tools/screenshot.py --gallery out/gallery

clean:
	rm -rf $(VENV) build dist out .mypy_cache .ruff_cache .hypothesis *.egg-info src/*.egg-info

# The environment is made once, and again when pyproject.toml changes.
$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "consentguard needs Python 3.11 or newer: make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.demo: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[demo]'
	@touch $@

$(VENV)/.dev: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@ $(VENV)/.demo

# A Chromium that is there, else Debian's, else Playwright's own.
$(VENV)/.chromium: $(VENV)/.dev
	@if command -v chromium >/dev/null || [ -n "$$CONSENTGUARD_CHROMIUM" ]; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium; \
	else $(BIN)/python -m playwright install chromium; fi
	@touch $@
