# make serve   the service and the web page on http://127.0.0.1:8000
# make test    every test
# make roam    property tests with more examples, other ones in every run; every view at every width
# make check   format, lint, types, layers, tests
# make build   the graph from data/ into var/graph
# make manual  the manual, which `make serve` shows at /manual/
# make wheel   a wheel with data, ontology, page and manual, in dist/
# Needs Python >= 3.11 and a package index; `make PYTHON=python3.12 serve` names another one.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check --quiet
PORT   ?= 8000
WORKERS ?= 4
STORE  ?= var/graph
INPUTS := $(shell find data ontology src/provenance_graph -type f -not -name '*.pyc' -not -path '*/static/*' -not -path '*/service/manual/*' 2>/dev/null | sed 's/ /\\ /g')

.PHONY: serve test roam check build manual sbom wheel lint types layers format bench clean

serve: $(STORE)/CURRENT manual
	$(BIN)/provenance-graph --store $(STORE) validate --severity violation
	$(BIN)/provenance-graph --store $(STORE) serve --port $(PORT)

build: $(STORE)/CURRENT

$(STORE)/CURRENT: $(VENV)/installed $(INPUTS)
	$(BIN)/provenance-graph --store $(STORE) build
	@touch $@

manual: $(VENV)/manual
	$(BIN)/python tools/manual.py

$(VENV)/manual: $(VENV)/installed
	$(PIP) install -c .ci/constraints.txt -e '.[manual]'
	@touch $@

$(VENV)/python:
	$(PYTHON) -c 'import sys; assert sys.version_info >= (3, 11), "Python 3.11 or newer is needed: make PYTHON=python3.11"'
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/installed: $(VENV)/python pyproject.toml .ci/constraints.txt $(wildcard web/*.json web/*.py) $(shell find web/src -type f 2>/dev/null)
	$(PIP) install -c .ci/constraints.txt -e .
	@$(BIN)/python -m compileall -q src # commands start at once also where Python writes no bytecode
	@touch $@

$(VENV)/tested: $(VENV)/installed
	$(PIP) install -c .ci/constraints.txt -e '.[test]'
	@touch $@

test: $(VENV)/tested
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

roam: $(VENV)/tested
	HYPOTHESIS_PROFILE=roam $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile tests/property tests/unit tests/protocol/test_api_schema.py
	HYPOTHESIS_PROFILE=roam $(BIN)/python -m pytest tests/browser

check: lint types layers test

lint: $(VENV)/tested
	$(BIN)/ruff format --check src tests tools benchmarks
	$(BIN)/ruff check src tests tools benchmarks

types: $(VENV)/tested
	$(BIN)/mypy

layers: $(VENV)/tested
	$(BIN)/lint-imports

format: $(VENV)/tested
	$(BIN)/ruff format src tests tools benchmarks
	$(BIN)/ruff check --fix src tests tools benchmarks

bench: $(VENV)/tested
	@ls benchmarks/bench_*.py | sed 's|^|$(BIN)/python |'

sbom: $(VENV)/installed
	$(BIN)/python -m tools.sbom -o dist/provenance-graph.cdx.json

wheel: $(VENV)/installed manual
	$(PIP) wheel --no-deps --wheel-dir dist .
	@ls dist/*.whl

clean:
	rm -rf $(VENV) var build dist
