# The two commands of the README: `make run` and `make test`.
# All else: setup · ui · test-isa · check · fuzz · bench · torture · soak · screenshots · clean
# make bench BENCH_FLAGS="--songs FOLDER --weights FOLDER" measures with music and weights from elsewhere,
# JAMENDO=DIR with clips laid out as MTG-Jamendo.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
FLASK := $(BIN)/flask --app backend.server
UI := ui-embedding-visualization
UI_SOURCES := $(shell find $(UI)/src $(UI)/public $(UI)/*.json $(UI)/*.ts $(UI)/index.html -type f 2>/dev/null)

# A worker a core; groups in the order of tests/conftest.py, the longest first.
BALANCED := -n 2 --dist loadgroup --no-loadscope-reorder

.PHONY: run setup ui test test-python test-ui test-isa check fuzz bench torture soak screenshots clean

run:
	@$(MAKE) --no-print-directory -j2 setup ui
	@$(FLASK) prepare
	@$(FLASK) serve

setup: $(VENV)/.installed

ui: $(UI)/build/index.html

test:  # both, even where the first fails; the summary of the larger one comes last
	@$(MAKE) --no-print-directory --keep-going test-ui test-python

test-python: $(VENV)/.installed-dev ui
	$(BIN)/python -m tests.e2e.browser
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest $(BALANCED) --durations=30  # a thread a worker

test-ui: $(UI)/node_modules/.installed
	cd $(UI) && npm test

test-isa: $(VENV)/.installed-dev
	$(BIN)/python -m tests.isa

check: $(VENV)/.installed-dev $(UI)/node_modules/.installed test-isa
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/bandit --quiet --configfile pyproject.toml --recursive *.py ML db backend benchmarks
	$(BIN)/python -m tests.audits
	cd $(UI) && npm run lint && npm run typecheck

fuzz: $(VENV)/.installed-dev
	FUZZ_CASES=10000 $(BIN)/python -m pytest tests/backend/test_fuzz.py -s --timeout=3600

bench: $(VENV)/.installed-dev ui
	$(BIN)/python -m benchmarks.first_map
	$(BIN)/python -m benchmarks.api
	$(BIN)/python -m benchmarks.app
	$(BIN)/python -m benchmarks.app_tasks
	$(BIN)/python -m benchmarks.neighbors
	$(BIN)/python -m benchmarks.evaluation
	@if [ -d "$(JAMENDO)" ]; then $(BIN)/python -m benchmarks.contrastive --data-root "$(JAMENDO)"; \
	else echo "benchmarks.contrastive needs music: make bench JAMENDO=DIR, laid out as MTG-Jamendo."; fi
	$(BIN)/python -m benchmarks.extraction $(BENCH_FLAGS)
	$(BIN)/python -m benchmarks.pons2019 $(BENCH_FLAGS)
	$(BIN)/python -m benchmarks.runtimes
	$(BIN)/python -m benchmarks.genre_inference
	$(BIN)/python -m benchmarks.projections

torture: $(VENV)/.installed-dev  # twenty minutes; TORTURE_FLAGS="--kills 12 --seed 3 --only index,upload"
	$(BIN)/python -m tests.reliability.torture $(TORTURE_FLAGS)

soak: $(VENV)/.installed-dev  # SOAK_FLAGS="--seconds 3600"
	$(BIN)/python -m tests.reliability.soak $(SOAK_FLAGS)

screenshots: $(VENV)/.installed-dev ui
	SCREENSHOTS=docs/screenshots $(BIN)/python -m pytest tests/e2e -k 'screenshots or serious_fault'
	$(BIN)/python -m tests.e2e.pictures docs/screenshots

clean:
	rm -rf $(VENV) $(UI)/node_modules $(UI)/build

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Melodex needs Python 3.11 or newer; set PYTHON=…")'
	@echo "Making $(VENV)"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: requirements.txt | $(VENV)/bin/python
	@echo "Installing Python packages (once, about 3 GB with torch)"
	@$(BIN)/python -m pip install --disable-pip-version-check --quiet --progress-bar on -r requirements.txt
	@echo "Compiling what compiles itself on first use (once)"
	@$(BIN)/python -c "import librosa.feature, librosa.onset"
	@$(BIN)/python -c "import numpy; from ML.projections import project; project(numpy.random.default_rng(0).random((3000, 9)), 'umap', 2)"
	@touch $@

$(VENV)/.installed-dev: requirements-dev.txt $(VENV)/.installed
	@$(BIN)/python -m pip install --disable-pip-version-check --quiet -r requirements-dev.txt
	@touch $@

$(UI)/node_modules/.installed: $(UI)/package-lock.json
	@node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' || (echo "Melodex needs Node 20 or newer." >&2; exit 1)
	@echo "Installing the app's packages (once)"
	@cd $(UI) && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

$(UI)/build/index.html: $(UI)/node_modules/.installed $(UI_SOURCES)
	@echo "Building the app"
	@cd $(UI) && npm run build --silent
	@touch $@
