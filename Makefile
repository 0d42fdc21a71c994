.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
CITY ?= cities/xuancheng
PEOPLE ?= 25000
PORT ?= 8000
PROCESSES ?= 2
TEST = $(BIN)/pytest -q --numprocesses $(PROCESSES) --dist loadfile --no-loadscope-reorder --durations 25
export CITYBRAIN_HOME ?= var
export CITYBRAIN_CITY ?= $(CITY)
export CITYBRAIN_SYSTEMS ?= $(CITYBRAIN_HOME)/rehearsal/systems
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help setup up test test-long check bench docs clean

help: ## Show this help
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

setup: .venv/.complete ## Create .venv with everything and the command .venv/bin/citybrain

.venv/.complete: requirements/all.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "citybrain needs Python 3.11 or newer; set PYTHON=/path/to/python3.11."; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing the locked packages into .venv (about a minute, once) …"
	@$(BIN)/pip install --quiet --require-hashes -r requirements/all.lock
	@$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

up: setup ## Build the rehearsal city from nothing and serve it at one address
	@CITYBRAIN_REHEARSAL=1 $(BIN)/citybrain simulate $(CITY) --people $(PEOPLE) --to $(CITYBRAIN_SYSTEMS)
	@CITYBRAIN_REHEARSAL=1 $(BIN)/citybrain apply $(CITY)
	@CITYBRAIN_REHEARSAL=1 $(BIN)/citybrain up --rehearsal --port $(PORT)

test: setup ## Run the tests that fit five minutes
	@$(TEST) -m "not long"

test-long: setup ## Run the rest: kills, sweeps, scale
	@$(TEST) -m long

check: setup ## Lint, types, floors, sizes and the shipped city
	@$(BIN)/ruff format --check src tests tools bench
	@$(BIN)/ruff check src tests tools bench
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m tools.lints
	@$(BIN)/python -m tools.measure
	@$(BIN)/citybrain check $(CITY)

bench: setup ## Run the benchmarks; each prints a ratio to its peer
	@for script in bench/*.py; do echo "== $$script"; $(BIN)/python $$script || exit 1; done

docs: setup ## Check that the docs are true: links, commands, snippets
	@$(BIN)/pytest -q tests/repo

clean: ## Remove the environment, caches and this installation's state
	rm -rf .venv build .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis src/*.egg-info var
