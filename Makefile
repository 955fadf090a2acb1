PYTHON ?= python3
BIN := .venv/bin

help: ## This list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

.venv/runtime: requirements/runtime.txt pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements/runtime.txt
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements/build.txt
	$(BIN)/pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

.venv/dev: .venv/runtime requirements/dev.txt
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements/dev.txt
	touch $@

setup: .venv/dev ## The environment, in .venv

run: .venv/runtime ## The API with sample content at 127.0.0.1:8000
	$(BIN)/willay migrate
	$(BIN)/willay import jsonl --if-empty sample/peru.jsonl
	$(BIN)/willay serve

test: .venv/dev ## The whole suite, on SQLite
	$(BIN)/pytest -n auto

test-production: .venv/dev ## All that touches a store, on PostgreSQL (and on Redis, where there is one)
	WILLAY_TEST_STORE=postgresql $(BIN)/pytest -n auto -rs

check: .venv/dev ## Lint, types, architecture
	$(BIN)/ruff format --check app tests benchmarks
	$(BIN)/ruff check app tests benchmarks
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/dev ## Requests per second, beside a bare server; how long searches take
	$(BIN)/python -m benchmarks http
	$(BIN)/python -m benchmarks search
	$(BIN)/python -m benchmarks overhead

relevance: .venv/dev ## How well searches find, beside plain engines
	$(BIN)/python -m benchmarks.relevance

fmt: .venv/dev ## Put the code in its form
	$(BIN)/ruff format app tests benchmarks
	$(BIN)/ruff check --fix app tests benchmarks

.PHONY: help setup run test test-production check bench relevance fmt
.DEFAULT_GOAL := help
