# `make demo` and `make test` need nothing but Python 3.11 or newer and make; the first run sets up .venv.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
DEV    := $(VENV)/.ready-dev
FUZZ   := $(VENV)/.ready-fuzz
PEERS  := build/peers
PIP    := $(BIN)/python -m pip --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help setup demo test soak fuzz bench bench-peers check format browser clean

help: ## Say what there is to make
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(READY) ## Make the virtual environment

$(READY): pyproject.toml constraints.txt
	@echo "==> Making the virtual environment in $(VENV) (first time only; torch is large)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "grader needs Python 3.11 or newer; name one: make PYTHON=python3.11")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(PIP) install --quiet --upgrade 'pip>=25'  # the one that Python ships can't resolve newer packages
	@echo "==> Installing torch, pinned by constraints.txt"
	@$(PIP) install --quiet --constraint constraints.txt torch
	@echo "==> Installing grader"
	@$(PIP) install --quiet --constraint constraints.txt --editable .
	@touch $@

$(DEV): $(READY)
	@echo "==> Installing what the tests need"
	@$(PIP) install --quiet --constraint constraints.txt --editable '.[dev]'
	@touch $@

demo: $(READY) ## Grade the sample class and say where the report is
	@echo "==> Grading the sample class in submissions/ against reference/ (each hand-in in a sealed process of its own)"
	@$(BIN)/grader grade submissions --reference reference --out results --roster submissions/roster.csv --cell-seconds 10

test: $(DEV) browser ## Run all tests but the slow ones
	@echo "==> Running the tests on all cores"
	@$(BIN)/python -m pytest --quiet -n auto --dist loadgroup
	@$(BIN)/python tests/browser.py --say

soak: $(DEV) browser ## Run the slow tests
	@$(BIN)/python -m pytest --quiet -m soak -n auto --dist loadgroup

fuzz: $(FUZZ) ## Feed a million hostile inputs to all that reads what a student's process sends
	@nice -n 19 $(BIN)/python -m tests.fuzz $(OPTIONS)

$(FUZZ): $(DEV)
	@$(PIP) install --quiet --constraint constraints.txt --editable '.[fuzz]'
	@touch $@

bench: $(READY) ## Measure the budgets; OPTIONS="--write --long" keeps the figures, and grades ten thousand
	@$(BIN)/python -m tests.benchmarks $(OPTIONS)

bench-peers: $(READY) $(PEERS)/.ready ## Measure papermill, nbgrader and otter-grader beside nbclient and grader
	@$(BIN)/python -m tests.benchmarks peers $(OPTIONS)

$(PEERS)/.ready: tests/benchmarks/peers/requirements.txt tests/benchmarks/peers/constraints.txt
	@echo "==> Installing the other tools in $(PEERS) (first time only; torch is large)"
	@test -x $(PEERS)/bin/python || $(PYTHON) -m venv $(PEERS)
	@$(PEERS)/bin/python -m pip --disable-pip-version-check install --quiet --upgrade 'pip>=25'
	@$(PEERS)/bin/python -m pip --disable-pip-version-check install --quiet \
		--requirement tests/benchmarks/peers/requirements.txt --constraint tests/benchmarks/peers/constraints.txt
	@touch $@

check: $(DEV) ## Lint, type-check and hold the import rules
	@echo "==> ruff"
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@echo "==> mypy, strict"
	@$(BIN)/mypy
	@echo "==> import rules"
	@$(BIN)/lint-imports

format: $(DEV) ## Format the code
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

browser: $(DEV)
	@$(BIN)/python tests/browser.py --install

clean: ## Remove what was made
	rm -rf $(VENV) results build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
