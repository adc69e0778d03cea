# Two commands for a fresh machine: `make run` and `make test`. Everything goes into .venv and node_modules.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ADDRESS ?= 127.0.0.1
PORT ?= 8000
WORKERS ?= 2
JOBS ?= 2

.DEFAULT_GOAL := help
.PHONY: help setup setup-test run test test-both lint check bench trust translations pins clean

help:  ## Show what can be done
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(VENV)/.ready $(VENV)/.assets $(VENV)/.translations  ## Set up the program into .venv

setup-test: setup $(VENV)/.ready-test  ## Set up what the tests need as well (Chromium by apt where we are root)
	$(BIN)/python tools/system_packages.py

run: setup  ## Start Omloop with its demo on http://127.0.0.1:8000 (keeps its data)
	$(BIN)/python tools/start.py --address $(ADDRESS) --port $(PORT) --workers $(WORKERS)

test: setup-test  ## Run all checks and tests
	$(MAKE) --no-print-directory lint
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal -q

test-both: setup-test  ## All tests on both databases; `make test` tries those outside the book on one of the two
	OMLOOP_BACKENDS=both $(BIN)/python -m pytest -n $(JOBS) --dist worksteal -q

lint: setup-test  ## Style, types, and which room may import which
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: setup-test  ## Measure speed and memory against a floor in the same run
	$(BIN)/python -m benchmarks

trust: setup-test  ## The tests of trust in full: 50 clients, 100 kills, 10 crashes of the database
	OMLOOP_TRUST=full $(BIN)/python -m pytest tests/integration/trust tests/integration/access/test_forged.py -q --timeout 3600

translations: setup  ## Collect the sentences of the screens anew into translations/
	$(BIN)/pybabel -q extract -F translations/babel.cfg -k _l -o translations/messages.pot --omit-header --no-location --sort-output .
	$(BIN)/pybabel -q update -i translations/messages.pot -d translations -l en --omit-header --ignore-obsolete --no-fuzzy-matching
	$(BIN)/pybabel -q compile --use-fuzzy -d translations

pins: setup-test  ## Pin all packages anew, with hashes and without addresses
	for name in requirements requirements-dev requirements-node; do \
	  $(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header $$name.in -o $$name.txt; done

clean:  ## Remove what was set up (keeps instance/, where the data is)
	rm -rf $(VENV) node_modules static/vendor

$(VENV)/bin/python:
	$(PYTHON) tools/check_python.py
	$(PYTHON) -m venv $(VENV)

$(VENV)/.ready: requirements.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	touch $@

$(VENV)/.ready-test: requirements-dev.txt $(VENV)/.ready
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	touch $@

$(VENV)/.assets: package-lock.json tools/build_assets.py $(VENV)/.ready
	$(BIN)/python tools/node_packages.py
	$(BIN)/python tools/build_assets.py
	touch $@

# --use-fuzzy: Babel takes a catalogue without a header for fuzzy and would compile nothing.
$(VENV)/.translations: translations/en/LC_MESSAGES/messages.po $(VENV)/.ready
	$(BIN)/pybabel -q compile --use-fuzzy -d translations
	touch $@
