# What a developer types. The work is done in dev/, in Python.
#
# Variables, all optional: ODOO_SRC=/path/to/odoo (an Odoo 19 of your own), ARGS="..." (further
# arguments), FROM=commit, CHROMIUM=/path/to/chrome, PYTHON=python3.12, ONESHOT=1, ALL=1, PORT=8069, and libpq's
# PGHOST, PGPORT, PGUSER, PGPASSWORD (a PostgreSQL server of your own).

PYTHON ?= python3
OLD = import sys; sys.version_info < (3, 8) and sys.exit("Odoo 19 needs Python 3.10 to 3.13.")
DEV = @$(PYTHON) -c '$(OLD)' && PYTHONDONTWRITEBYTECODE=1 $(PYTHON) -m dev

.DEFAULT_GOAL := help
.PHONY: account bench ci clean coverage demo env format help lint lock mutants pot screenshots shell test unit upgrade wheel

help: ## say what there is
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 16
	@sed -n '3,5s/^# //p' Makefile

env: ## download, install and prepare whatever the others need
	$(DEV) env

test: ## run the tests in a real Odoo; ARGS="-k name" or ARGS="tests/test_x.py" for some
	$(DEV) test

coverage: ## make test, counting lines and branches; at least 95 % of the lines
	$(DEV) coverage

unit: ## run only the tests that need no Odoo, without one; ARGS="-k name"
	$(DEV) unit

lint: ## ruff, prettier, pylint-odoo, oca-checks-odoo-module, XML
	$(DEV) lint

format: ## lay out Python, XML and JavaScript as make lint wants it
	$(DEV) format

demo: ## a Bookings tenant and an Odoo on this machine, from bookings to drafts; Ctrl-C ends it
	$(DEV) demo

bench: ## measure, as ratios within one run
	$(DEV) bench

account: ## Odoo's own tests of Invoicing with the add-on installed (an hour and more); ARGS="/account:TestTax"
	$(DEV) account_tests

wheel: ## build the wheel odoo-addon-microsoft-bookings, and try it in a clean Odoo
	$(DEV) wheel

upgrade: ## to the next version, where nothing may change; FROM=<commit> from an older version to this one
	$(DEV) upgrade

mutants: ## break billing/ in hundreds of ways, and see that its tests notice; ARGS="billing/x.py"
	$(DEV) mutants

pot: ## export the terms by Odoo, and bring the languages in i18n/ up to them
	$(DEV) translations

screenshots: ## take the pictures of the documents anew
	$(DEV) screenshots

shell: ## Odoo's shell on the demo's database
	$(DEV) shell

ci: ## everything that a change has to pass
	@.ci/run

clean: ## remove this clone's databases and files; with ALL=1 the whole cache
	$(DEV) clean

LOCK = uv pip compile --quiet --universal --python-version 3.10 --generate-hashes \
    --no-emit-index-url --no-header --no-annotate --upgrade

lock: ## resolve dev/requirements*.in again (needs uv)
	@cd dev && $(LOCK) requirements.in -o requirements.txt
	@cd dev && $(LOCK) -c requirements.txt requirements-odoo.in -o requirements-odoo.txt
	@cd dev && $(LOCK) requirements-build.in -o requirements-build.txt
	@cd dev && $(LOCK) --no-deps requirements-bench.in -o requirements-bench.txt
	@cd dev && $(LOCK) requirements-mutants.in -o requirements-mutants.txt
