# Two commands: `make chat` and `make test`. Each makes what it needs first.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin

.PHONY: help chat test eval install lint browser clean
.DEFAULT_GOAL := help

help:
	@echo "make chat     install, index the seed articles, open the chat"
	@echo "make test     install, then everything CI checks"
	@echo "make eval     ask the questions about the seed articles, print what was right"
	@echo "make lint     style, types and layers only"
	@echo "make install  the environment in $(VENV)"
	@echo "make clean    remove the environment and caches"

# The stamp is newer than pyproject.toml once everything it names is installed.
$(VENV)/installed: pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --editable '.[dev,train]'
	touch $@

install: $(VENV)/installed

chat: install
	$(BIN)/assistant index seeds/*.txt
	$(BIN)/assistant chat

eval: install
	$(BIN)/assistant index seeds/*.txt
	$(BIN)/assistant eval questions seeds/questions.jsonl

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# The end-to-end tests drive a real Chromium.
browser:
	.ci/browser

test: lint browser
	$(BIN)/pytest

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis test-artefacts
