# Tandem: `make run` and `make test` do all their own set-up.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:

PYTHON ?= python3
VENV ?= .venv
export VENV
BIN := $(VENV)/bin
# Without compiled modules every one of our programs starts some seconds later.
unexport PYTHONDONTWRITEBYTECODE
ARGS ?=
# Test processes. Servers that tests start for themselves pick free ports. A module is one
# process's, in the order of tests/conftest.py: the slow ones first.
WORKERS ?= 2
PYTEST := $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

# What the tests prove, written down by a run: tests/requirements.py
PROOFS := var/proofs

.PHONY: help python setup setup-dev run simulators screenshots test test-all simulate mutants chaos proofs reasons messages lint types imports format clean

help:
	@echo "make run         everything in the foreground, with two simulated vendors"
	@echo "make test        the suite: SQLite in full, PostgreSQL + Redis smoke"
	@echo "make test-all    the same plus the long tests"
	@echo "make simulate    seeded scenarios that look for broken promises: SEEDS=100 FIRST=1 OBJECTS=contacts|documents"
	@echo "make proofs      docs/requirements.md anew: which test proves which requirement"
	@echo "make reasons     docs/reasons.md anew: every reason, its remedy and when it is tried again"
	@echo "make messages    locale/ anew: gathers every text for translation, compiles the catalogue"
	@echo "make mutants     switches one rule of the engine off at a time: each must be noticed"
	@echo "make chaos       real processes, killed, frozen, cut off: ROUNDS=40 DATABASE=sqlite|postgres|both"
	@echo "make lint        ruff, mypy, import contracts"
	@echo "make simulators  only the two simulators, for development"
	@echo "make screenshots docs/screenshots/, taken anew in Chromium"

python:
	@command -v $(PYTHON) >/dev/null || { echo "Tandem: $(PYTHON) is missing: sudo apt-get install python3 python3-venv" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Tandem: Python 3.11 or newer is needed, $(PYTHON) is older: install it and run make with PYTHON=python3.11" >&2; exit 1; }

setup: python
	@$(PYTHON) tools/setup.py

setup-dev: python
	@$(PYTHON) tools/setup.py --dev

# exec: make's own child is the supervisor, so a signal to make reaches it and nothing else.
run: setup
	@exec $(BIN)/python manage.py up --simulators --bootstrap --die-with-parent $(ARGS)

simulators: setup
	@exec $(BIN)/python manage.py up --only-simulators --die-with-parent $(ARGS)

screenshots: setup-dev
	$(BIN)/python tools/screenshots.py

test: setup-dev
	$(PYTEST) --proofs=$(PROOFS)/tests.json $(ARGS)
	$(BIN)/python tools/with_services.py $(PYTEST) -m "services or postgres or redis" --proofs=$(PROOFS)/services.json $(ARGS)

simulate: setup-dev
	$(BIN)/python -m tests.simulation $(foreach name,SEEDS FIRST OBJECTS MUTANT JSON ONLY KEEP LOG JOBS,$(if $($(name)),$(name)=$($(name))))

proofs: setup-dev
	$(BIN)/python -m pytest --collect-only -qq -m proves --proofs=$(PROOFS)/collected.json
	$(BIN)/python -m tests.requirements $(PROOFS)/collected.json

reasons: setup-dev
	$(BIN)/python tools/reasons.py

messages: setup-dev
	@command -v xgettext >/dev/null || { echo "Tandem: gettext is missing: sudo apt-get install gettext" >&2; exit 1; }
	$(BIN)/python tools/messages.py

chaos: setup-dev
	$(BIN)/python -m tests.chaos $(foreach name,ROUNDS DATABASE JSON FIRST PARTS POINTS MUTANT,$(if $($(name)),$(name)=$($(name))))

mutants: setup-dev
	$(BIN)/python -m tests.simulation.measure $(foreach name,SEEDS ONLY JOBS CHECK,$(if $($(name)),$(name)=$($(name))))

test-all: setup-dev
	$(PYTEST) --long $(ARGS)
	$(BIN)/python tools/with_services.py $(PYTEST) --long $(ARGS)

lint: setup-dev types imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup-dev
	$(BIN)/mypy

imports: setup-dev
	$(BIN)/lint-imports

format: setup-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage htmlcov
