# reportgen: `make demo` makes a report, `make test` runs the tests; both set up what they need.

VENV := .venv
BIN := $(VENV)/bin
UV := build/uv
PERIOD := 2011-05
NINE := work_summary maintenance_diagnosis private_banking support_report retention_execution life_status \
	maintenance_plan tiering characteristics
DEMO_PDF := output/reports/taihu/$(PERIOD)/bank.zh-CN.pdf
PYTEST_ARGS := -n auto --dist loadgroup

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_NO_INPUT := 1

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help demo test crash fuzz lint types check lock fonts clean native-run native-test

help: ## list the targets
	@sed -n 's/^\([a-z]*\):[^#]*## /\1\t/p' Makefile | expand -t 8

# Two processes; what a run says on the way stands in build/demo, and is shown where one fails.
demo: native-run $(VENV)/.runtime ## make the demonstration reports; the last line is the path of the Chinese PDF
	@mkdir -p build/demo
	@printf '%s\n' '2025-12 $(word 1,$(NINE)) $(word 2,$(NINE)) $(word 3,$(NINE)) $(word 4,$(NINE)) $(word 5,$(NINE))' \
		'2025-12 $(word 6,$(NINE)) $(word 7,$(NINE)) $(word 8,$(NINE)) $(word 9,$(NINE))' '2010-11 bank_marketing' \
		'$(PERIOD) taihu' | xargs -P 2 -L 1 .ci/demo $(BIN)/reportgen
	@ls $(DEMO_PDF)

test: native-test $(VENV)/.dev ## run the tests
	$(BIN)/python -m pytest $(PYTEST_ARGS)

# Two processes, for two cores; each names what it finds and ends with its counts.
crash: native-test $(VENV)/.dev ## end archiving at every moment there is, and runs at many; half an hour
	@printf '%s\n' 'interrupting 0 2' 'interrupting 1 2' \
		'starving 3 1 sqlite' 'starving 3 2 postgresql' \
		'sending 0 2' 'sending 1 2' 'flooding 10000 1' 'killing 0 2' 'killing 1 2' 'sweeping 0 2' 'sweeping 1 2' \
		| xargs -P 2 -L 1 sh -c '$(BIN)/python -m tests.crash.$$0 "$$@"'

fuzz: native-test $(VENV)/.dev ## falsify an archive in every bit; an hour or two
	$(BIN)/python tests/security/fuzz_archive.py

lint: $(VENV)/.dev ## style and likely mistakes
	$(BIN)/ruff check .

types: $(VENV)/.dev ## static types
	$(BIN)/mypy

check: test lint types ## all that continuous integration runs

lock: $(UV)/bin/uv ## make the lock files again; UPGRADE=--upgrade takes newer versions
	$(UV)/bin/uv $(COMPILE) pyproject.toml -c .ci/lock/held.in -o .ci/lock/runtime.txt
	$(UV)/bin/uv $(COMPILE) pyproject.toml --extra dev -c .ci/lock/runtime.txt -c .ci/lock/held.in -o .ci/lock/dev.txt
	$(UV)/bin/uv $(COMPILE) .ci/lock/build.in -c .ci/lock/dev.txt -o .ci/lock/build.txt
	$(UV)/bin/uv $(COMPILE) .ci/lock/uv.in -o .ci/lock/uv.txt

fonts: $(VENV)/.dev ## make the fonts again from their npm packages
	$(BIN)/python templates/assets/fonts/make_fonts.py

clean: ## remove the environment and what was built; leave output/ alone
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis

COMPILE = pip compile --quiet --universal --generate-hashes --no-header --python-version 3.11 $(UPGRADE)

native-run:
	@python=$$(.ci/python) && .ci/native "$$python"

native-test:
	@python=$$(.ci/python) && .ci/native "$$python" test

# A stamp says that the environment holds what a lock file names; an edited lock is newer than its stamp.
# The package itself is installed editable, with build tools from their own lock and nothing from outside the locks.
INSTALL = $(BIN)/python -m pip install -qq

$(VENV)/.runtime: .ci/lock/runtime.txt .ci/lock/build.txt pyproject.toml | $(VENV)/.python
	@echo "Setting up $(VENV) from .ci/lock: once, a minute or two" >&2
	@$(INSTALL) --require-hashes -r .ci/lock/runtime.txt
	@$(INSTALL) --require-hashes -r .ci/lock/build.txt
	@$(INSTALL) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: .ci/lock/dev.txt $(VENV)/.runtime
	@$(INSTALL) --require-hashes -r .ci/lock/dev.txt
	@touch $@

$(VENV)/.python: | native-run
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || { python=$$(.ci/python) && "$$python" -m venv --clear $(VENV); }
	@touch $@

$(UV)/bin/uv: .ci/lock/uv.txt | native-run
	@python=$$(.ci/python) && "$$python" -m venv --clear $(UV)
	@$(UV)/bin/python -m pip install -qq --require-hashes -r .ci/lock/uv.txt
	@touch $@
