# make run: everything from a bare clone to the running demo city.  make test: all tests.  See README.md.

PYTHON ?= $(firstword $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done) python3)
VENV := .venv/bin/python

.PHONY: run test setup lint bench shots lock stop clean manage

setup:
	@$(PYTHON) census/local/bootstrap.py run

run: setup
	@exec $(VENV) -m census.local run

test: setup-test
	@$(VENV) -m tests.run $(ARGS)

.PHONY: setup-test
setup-test:
	@$(PYTHON) census/local/bootstrap.py test

# manage.py beside a running `make run`, or with servers of its own: make manage ARGS="verify_history"
manage: setup
	@$(VENV) -m census.local with $(VENV) manage.py $(ARGS)

lint: setup-test
	$(VENV) -m ruff check .
	$(VENV) -m ruff format --check .
	.venv/bin/lint-imports
	$(VENV) manage.py check
	$(VENV) manage.py makemigrations --check --dry-run
	$(VENV) -m sources.forms.lint
	$(VENV) manage.py check_texts

bench: setup-test
	@$(VENV) -m census.local with $(VENV) -m tests.benchmarks $(ARGS)

# What some benchmarks stand beside (vtlengine, Tau-Argus), into the same environment.
.PHONY: oracle
oracle: setup-test
	@$(VENV) -m pip install --quiet --require-hashes -r requirements/oracle.txt

# Screenshots of a `make run` in another terminal.
shots: setup-test
	@$(VENV) -m census.local with $(VENV) -m tests.support.shots $(ARGS)

# Lock files hold hashes and no address of any registry.
LOCKS := run local test node oracle
lock:
	@$(PYTHON) -m venv var/lock-tool && var/lock-tool/bin/pip install --quiet uv
	@for name in $(LOCKS); do \
		var/lock-tool/bin/uv pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest \
			--generate-hashes --no-emit-index-url --custom-compile-command "make lock" \
			--output-file requirements/$$name.txt requirements/$$name.in $(ARGS) || exit 1; \
	done
	@npm install --package-lock-only --ignore-scripts

stop:
	@test -x $(VENV) && $(VENV) -m census.local stop || echo "Nothing is set up here."

# Removes what can be made again; the data folder var/ stays.
clean: stop
	rm -rf .venv node_modules .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
