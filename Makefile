# Two commands matter: `make run` opens the demo office, `make test` passes the tests.
# PY=/path/to/python picks the interpreter; PORT=… the port of the office.

VENV ?= .venv
BIN  := $(VENV)/bin

# Without PY any environment that is there and fresh will do; with PY it must have that Python.
ifeq ($(origin PY),undefined)
PY := $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { echo $$p; break; }; done)
INSIST :=
else
INSIST := --insist
endif

PYTEST := $(BIN)/python -m pytest

# The tests' databases and calendars lie in memory where there is room for them: they would only wait for the disk.
MEMORY := $(shell [ -z "$$TMPDIR" ] && [ -w /dev/shm ] && \
	[ "$$(df -Pk /dev/shm | awk 'NR == 2 { print $$4 }')" -gt 2000000 ] && echo TMPDIR=/dev/shm)

.DEFAULT_GOAL := help
.PHONY: help run test lint format check bench prove pictures messages lock clean venv browser

help: ## show what there is to do
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: venv ## open the demo office in a browser
	@$(BIN)/antechamber demo

test: venv browser ## run the tests
	@$(MEMORY) $(PYTEST) $(ARGS)

lint: venv ## check format, style, types and the direction of imports
	@$(BIN)/ruff format --check --quiet . || { $(BIN)/ruff format --check .; exit 1; }
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

format: venv ## lay out the code as ruff does
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

check: lint test ## what CI runs: lint and test

bench: venv browser ## run the benchmarks one after another and print their figures
	@for module in $(or $(BENCH),$(wildcard tests/bench/test_*.py)); do \
		$(PYTEST) -q -s -m bench -p no:cacheprovider --timeout=1800 $$module || failed=1; \
	done; exit $${failed:-0}

prove: venv browser ## run the long proofs
	@HYPOTHESIS_PROFILE=roaming $(PYTEST) -m "prove or cyrus" --timeout=3600 $(ARGS)

pictures: venv browser ## walk the demo and take the pictures of the readme
	@PICTURES=docs/pictures $(PYTEST) -q tests/journeys/test_first_run.py -k "week or alerts or everybodys or barrier"

messages: venv ## gather the words of the house for its translators
	@$(BIN)/python -m web.messages

lock: ## choose every dependency anew and lock it by hash
	@.ci/lock.sh "$(PY)"

venv:
	@test -n "$(PY)" || { echo "No Python 3.11 or later found: PY=/path/to/python make …" >&2; exit 2; }
	@"$(PY)" .ci/build_venv.py $(INSIST) $(VENV)

browser:
	@.ci/chromium.sh

clean: ## remove what was built
	@rm -rf .venv .venv.lock build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +
