# make demo [FRAMEWORK=django|flask|fastapi] · make test · make check · make bench · make clean; longer: make browser · make vitals · make lighthouse · make fuzz · make soup · make sanitize · make soak · make caches
PYTHON ?= python3
PORT ?= 8000
FRAMEWORK ?= starlette
VENV := .venv
BIN := $(VENV)/bin
CODE := setup.py src tests examples tools benchmarks
# The C twin of the HTML scanner: what is built when one of these changes.
TWIN := $(wildcard src/consentguard/html/_scanner.c src/consentguard/html/_*.h) setup.py
ALONE := tests/browser tests/test_build.py
# What looks at each page, width and header in Chromium: `make browser`, beside `make test`.
LOOKS := $(addprefix tests/browser/test_,$(addsuffix .py,accessibility autoconsent banner \
  checklist choices colours consent_mode headers keyboard languages login paint placeholders preferences \
  prefetch reflow theme_editor xml))
# Where it matters which scanner reads the pages; tests of the twins run both, whichever it is.
PAGES := html contract/test_bodies.py
TWIN_TESTS := tests/html/test_twins.py tests/html/test_finder.py
SECONDS ?= 600
CC ?= cc
# Warnings are errors here, never for those who install the package.
STRICT := -std=c11 -O2 -Wall -Wextra -Werror -DPy_LIMITED_API=0x030B0000

# Pytest and the many processes that tests start read what is compiled, whatever the shell says.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test test-pure browser vitals lighthouse check types style bench fuzz soup soak caches sanitize screenshot gallery clean
.DELETE_ON_ERROR:

demo: $(VENV)/.demo
	@[ "$(FRAMEWORK)" = starlette ] || $(BIN)/python -c 'import $(FRAMEWORK)' 2>/dev/null \
	  || $(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[$(FRAMEWORK)]'
	@$(BIN)/consentguard demo --port $(PORT) --framework $(FRAMEWORK)

# With the scanner in C, then, where pages are read, with the one in Python, on all cores. Chromium
# and the builds want no more than two at a time. `make test-pure` runs all of it with the latter.
test: check $(VENV)/.chromium
	$(BIN)/python -m pytest -n 2 $(ALONE) $(LOOKS:%=--ignore=%)
	$(BIN)/python -m pytest -n auto $(ALONE:%=--ignore=%)
	CONSENTGUARD_PURE_PYTHON=1 $(BIN)/python -m pytest -n auto $(PAGES:%=tests/%) $(TWIN_TESTS:%=--ignore=%)

browser: $(VENV)/.chromium
	$(BIN)/python -m pytest -n 2 $(LOOKS)

# Interaction to next paint of our buttons beside plain ones; make vitals RUNS=20.
vitals: $(VENV)/.chromium
	$(BIN)/python -m benchmarks.browser.vitals $(if $(RUNS),--runs $(RUNS))

# Scores of a page with us and without; wants Node 20 and fetches Lighthouse into out/.
lighthouse: $(VENV)/.chromium
	$(BIN)/python -m benchmarks.browser.lighthouse $(if $(RUNS),--runs $(RUNS))

# For a machine without a C compiler.
test-pure: check $(VENV)/.chromium
	CONSENTGUARD_PURE_PYTHON=1 $(BIN)/python -m pytest $(TWIN_TESTS:%=--ignore=%)

# Types take as long as the rest together: two at a time.
check: $(VENV)/.dev
	@$(MAKE) --no-print-directory -j 2 types style

types: $(VENV)/.dev
	$(BIN)/mypy

style: $(VENV)/.dev
	$(BIN)/ruff check $(CODE)
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/python -m tools.geo --check
	$(BIN)/python -m tools.catalogue --check
	$(BIN)/python -m tools.regions --check
	$(BIN)/python tools/policy.py --check
	$(BIN)/python -m tools.locales --check
	@include=$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("include"))'); \
	if command -v $(CC) >/dev/null && [ -f "$$include/Python.h" ]; then \
	  $(CC) $(STRICT) -I"$$include" -c -o /dev/null src/consentguard/html/_scanner.c; fi

# Four minutes; make bench QUICK=1 takes a glance of one.
bench: $(VENV)/.dev
	$(BIN)/python -m benchmarks.run $(if $(QUICK),--quick)

fuzz: $(VENV)/.dev
	$(BIN)/python -m pip install --quiet --disable-pip-version-check 'atheris>=2.3'
	$(BIN)/python tools/fuzz.py $(SECONDS)

# Chromium reads pages that nobody would write, ever more of them: does any reach a tracker? Then
# as long random pages that are well formed: does all come back? CONSENTGUARD_SEED=1 repeats a run.
soup: $(VENV)/.chromium
	CONSENTGUARD_SECONDS=$(SECONDS) $(BIN)/python -m pytest -s -o timeout=0 tests/browser/soup.py \
		tests/browser/restoring.py

# Ten thousand responses that end at random places: is any memory left behind?
soak: $(VENV)/.dev
	$(BIN)/python tools/soak.py

# nginx and Varnish in front of a site: does any visitor get another's page?
# make caches CONSENTGUARD_SEED=1 repeats a run.
caches: $(VENV)/.caches
	$(BIN)/python -m pytest -s tests/caches/real.py

# The scanner in C under AddressSanitizer and UndefinedBehaviorSanitizer.
sanitize: $(VENV)/.dev
	rm -rf out/sanitize && mkdir -p out/sanitize && cp -r src/consentguard out/sanitize/
	rm -f out/sanitize/consentguard/html/_scanner.*.so
	$(CC) -g -O1 -fsanitize=address,undefined -fno-sanitize-recover=all -fPIC -shared \
	  -DPy_LIMITED_API=0x030B0000 \
	  -I"$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("include"))')" \
	  -o out/sanitize/consentguard/html/_scanner.abi3.so src/consentguard/html/_scanner.c
	PYTHONPATH=out/sanitize PYTHONMALLOC=malloc ASAN_OPTIONS=detect_leaks=0 \
	  LD_PRELOAD="$$($(CC) -print-file-name=libasan.so) $$($(CC) -print-file-name=libubsan.so)" \
	  $(BIN)/python -m pytest $(TWIN_TESTS) tests/html/test_scanner.py

screenshot: $(VENV)/.chromium
	$(BIN)/python tools/screenshot.py

# Every state of what visitors meet, in every language: out/gallery/index.html. Ten minutes.
# make gallery ONLY=dark-top takes those alone.
gallery: $(VENV)/.chromium $(VENV)/.fonts
	$(BIN)/python -m tools.gallery $(if $(ONLY),--only '$(ONLY)')

clean:
	rm -rf $(VENV) build dist out .mypy_cache .ruff_cache .hypothesis *.egg-info src/*.egg-info
	rm -f src/consentguard/html/_scanner*.so src/consentguard/html/_scanner*.pyd

# The environment is made once, and again when pyproject.toml or the C twin changes.
$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "consentguard needs Python 3.11 or newer: make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.demo: pyproject.toml $(TWIN) | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[demo]'
	@touch $@

# A C compiler and Python's headers that are there, else Debian's: the tests want the C twin.
$(VENV)/.compiler: | $(VENV)/bin/python
	@include=$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("include"))'); \
	if command -v $(CC) >/dev/null && [ -f "$$include/Python.h" ]; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq gcc libc6-dev python3-dev; \
	else echo "no C compiler or no Python.h: make test-pure tests what runs without" >&2; fi
	@touch $@

$(VENV)/.dev: pyproject.toml $(TWIN) | $(VENV)/bin/python $(VENV)/.compiler
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@ $(VENV)/.demo

# A Chromium that is there, else Debian's, else Playwright's own.
$(VENV)/.chromium: $(VENV)/.dev
	@if command -v chromium >/dev/null || [ -n "$$CONSENTGUARD_CHROMIUM" ]; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium; \
	else $(BIN)/python -m playwright install chromium; fi
	@touch $@

# Letters of all languages that the banner speaks: without them pictures show boxes.
$(VENV)/.fonts: | $(VENV)/bin/python
	@if fc-list 2>/dev/null | grep -q NotoSansThai && fc-list | grep -q NotoSansCJK; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
	    apt-get install -y -qq fontconfig fonts-noto-core fonts-noto-cjk; \
	else echo "no Noto fonts: some languages are boxes in the pictures" >&2; fi
	@touch $@

# Both as they are there, else Debian's.
$(VENV)/.caches: $(VENV)/.dev
	@path="$$PATH:/usr/sbin"; \
	if PATH="$$path" command -v nginx >/dev/null && PATH="$$path" command -v varnishd >/dev/null; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq nginx varnish; \
	else echo "nginx and Varnish have to be installed" >&2; exit 1; fi
	@touch $@
