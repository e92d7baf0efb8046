# Everything runs in a virtual environment of its own, .venv; all paths are relative, so that any folder name works.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/sh

PYTHON ?= $(shell command -v python3.11 || command -v python3)
PY := .venv/bin/python
DEMO ?= demo
# Of the long runs: how long, which chance, and how many times the usual number of examples.
SECONDS ?= 600
SEED ?= 1
TIMES ?= 20

.PHONY: help demo test test-fast test-oldest lint format words dictionary shapes bench bench-national bench-sweden bench-corridors bench-norrbotten bench-site bench-disclosure worlds fuzz crash canaries properties peer-national browser clean

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed 's/:.*## /\t/' | expand -t 16

demo: .venv/ready ## Set up, compute the demo and say where its page is
	@$(PY) -m geomatch demo '$(DEMO)'

test: .venv/ready-test browser ## Set up, with the browser, and run all tests
	$(PY) -m pytest -n 2 --dist loadfile

test-fast: .venv/ready-test ## All tests but those in the browser and those that build packages
	$(PY) -m pytest -n 2 --dist loadfile --ignore tests/browser --ignore tests/test_package.py

test-oldest: ## All tests with the oldest versions that setup.cfg allows
	$(PYTHON) -m venv .venv-oldest
	.venv-oldest/bin/python -m pip install --quiet --upgrade pip
	.venv-oldest/bin/python -m pip install --quiet --constraint requirements-oldest.txt --editable '.[test]'
	.venv-oldest/bin/python -m pytest -W default -n 2 --dist loadfile --ignore tests/browser --ignore tests/test_package.py

lint: .venv/ready-lint ## ruff and mypy
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy

format: .venv/ready-lint ## Format the code
	$(PY) -m ruff format .

words: .venv/ready-test ## Compile the Swedish catalogue
	$(PY) scripts/compile_words.py

dictionary: .venv/ready ## Write docs/data-dictionary.md and docs/public-data.md anew from the tables' columns
	$(PY) -m geomatch.tables > docs/data-dictionary.md
	$(PY) -m geomatch.public.tables > docs/public-data.md

shapes: .venv/ready ## Make data/shapes anew (needs the extra packages of [shapes])
	$(PY) -m pip install --quiet --editable '.[shapes]'
	$(PY) scripts/make_shapes.py
	$(PY) scripts/make_localities.py

bench: .venv/ready-test ## Measure, print ratios and keep them under benchmarks/results
	@mkdir -p benchmarks/results
	@for name in startup month router; do $(PY) benchmarks/$$name.py || exit 1; done | tee benchmarks/results/$$(date +%F).txt

bench-national: .venv/ready-test ## The day return of the whole country, beside cafein (half an hour); results likewise
	@mkdir -p benchmarks/results
	$(PY) -m benchmarks.national > benchmarks/results/$$(date +%F)-national.txt; \
	code=$$?; cat benchmarks/results/$$(date +%F)-national.txt; exit $$code

bench-sweden: .venv/ready-test ## Who is served and the access index at the size of the country, beside PySAL's access; results likewise
	@mkdir -p benchmarks/results
	$(PY) -m benchmarks.sweden > benchmarks/results/$$(date +%F)-sweden.txt; \
	code=$$?; cat benchmarks/results/$$(date +%F)-sweden.txt; exit $$code

bench-corridors: .venv/ready-test ## All pairs of the country judged, and the best sets of corridors (half an hour); results likewise
	@mkdir -p benchmarks/results
	$(PY) -m benchmarks.corridors > benchmarks/results/$$(date +%F)-corridors.txt; \
	code=$$?; cat benchmarks/results/$$(date +%F)-corridors.txt; exit $$code

bench-norrbotten: .venv/ready-test ## The real month of Norrbotten, cold and warm (needs GEOMATCH_SHARED); results likewise
	@mkdir -p benchmarks/results
	$(PY) benchmarks/norrbotten.py > benchmarks/results/$$(date +%F)-norrbotten.txt; \
	code=$$?; cat benchmarks/results/$$(date +%F)-norrbotten.txt; exit $$code

bench-disclosure: .venv/ready-test ## Disclosure control and the attack on it, Sweden, twelve months; results likewise
	@mkdir -p benchmarks/results
	$(PY) -m benchmarks.disclosure > benchmarks/results/$$(date +%F)-disclosure.txt; \
	code=$$?; cat benchmarks/results/$$(date +%F)-disclosure.txt; exit $$code

bench-site: .venv/ready-test browser ## The public site beside plain Folium: bytes and time, 36 months; results likewise
	@mkdir -p benchmarks/results
	$(PY) -m benchmarks.site > benchmarks/results/$$(date +%F)-site.txt; \
	code=$$?; cat benchmarks/results/$$(date +%F)-site.txt; exit $$code

fuzz: .venv/ready-test ## Read files damaged at random for SECONDS (600); results under longruns/results
	$(PY) -m longruns.fuzz --seconds $(SECONDS) --seed $(SEED) --out longruns/results/$$(date +%F)-fuzz.txt

crash: .venv/ready-test ## Kill commands at very many moments for SECONDS (600); results likewise
	$(PY) -m longruns.crash --seconds $(SECONDS) --seed $(SEED) --out longruns/results/$$(date +%F)-crash.txt

canaries: .venv/ready-test ## Plant canaries in all that is restricted and search every public byte (some minutes); results likewise
	$(PY) -m longruns.canaries --out longruns/results/$$(date +%F)-canaries.txt

worlds: .venv/ready-test ## Random months and editions through disclosure control, each attacked (half an hour); results likewise
	@mkdir -p longruns/results
	$(PY) -m longruns.worlds --seed $(SEED) > longruns/results/$$(date +%F)-worlds.txt; \
	code=$$?; cat longruns/results/$$(date +%F)-worlds.txt; exit $$code

properties: .venv/ready-test ## The property tests with TIMES (20) the usual examples; results likewise
	@mkdir -p longruns/results
	@out=longruns/results/$$(date +%F)-properties.txt; \
	$(PY) -m pytest -q -p longruns.many_examples --times $(TIMES) --hypothesis-seed=$(SEED) > $$out; \
	code=$$?; cat $$out; exit $$code

peer-national: .venv/ready-test ## Compare with pynigiri on the national feed at full size (some 12 GB, an hour)
	@mkdir -p longruns/results
	$(PY) -m longruns.national_peer benchmarks/results/national --seed $(SEED) > longruns/results/$$(date +%F)-national-peer.txt
	@cat longruns/results/$$(date +%F)-national-peer.txt

browser: ## Fetch Chromium, axe-core and the Nu HTML checker where they are missing
	@sh scripts/need_chromium.sh
	@sh scripts/need_web_tools.sh

clean: ## Remove what was made here
	rm -rf .venv .venv-oldest '$(DEMO)' build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis

# A stamp is made last, so that an install that was cut off is done again; setup.cfg newer than it, likewise.
.venv/bin/python:
	@test -n '$(PYTHON)' || { echo 'Python 3.11 is missing: sudo apt-get install python3 python3-venv'; exit 2; }
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo 'Python 3.11 or later is needed; name one with PYTHON=...'; exit 2; }
	$(PYTHON) -m venv .venv || { echo 'Python cannot make virtual environments: sudo apt-get install python3-venv'; exit 2; }

# numba keeps what it compiled by the file that a function is in, not by those that it calls: after `git pull` it would
# go on with the old ones.
COMPILED := $(shell grep -rl --include='*.py' 'numba\.njit' geomatch)

.venv/compiled: $(COMPILED) | .venv/bin/python
	@find geomatch -name '*.nb[ci]' -delete
	@touch $@

.venv/ready: .venv/bin/python setup.cfg pyproject.toml | .venv/compiled
	$(PY) -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

.venv/ready-test: .venv/ready
	$(PY) -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	@touch $@

.venv/ready-lint: .venv/ready-test
	$(PY) -m pip install --quiet --disable-pip-version-check --editable '.[lint]'
	@touch $@
