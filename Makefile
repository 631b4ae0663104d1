# `make demo` to see it, `make test` to trust it. Everything goes into .venv and var.
PYTHON := .venv/bin/python
WORKERS ?= $(shell n=$$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2); [ $$n -gt 2 ] && echo $$n || echo 2)
PACKAGES := servicebot accounts portal settings_ui demo
SOURCES := $(shell find $(PACKAGES) tests -name '*.py')
# What must be covered to the last branch: who gets in, what they may do, and what reaches Stripe.
GUARDS := portal/identity.py,portal/policy.py,portal/actions/*,servicebot/gateway/*,settings_ui/access.py
GUARDS := $(GUARDS),portal/secrets.py,portal/exchange.py,portal/diagnosis.py,portal/refusals.py,settings_ui/fresh.py
# Checks need settings, not secrets.
CHECKING := DEBUG=True DATABASE_URL=sqlite://:memory: EXTRA_APPS=demo

.PHONY: demo demo-reset test covered check fuzz bench chaos flood stripe
.DELETE_ON_ERROR:

demo: .venv/demo.stamp ## Servicebot, a shop that embeds it, and a sandbox for Stripe
	@$(PYTHON) manage.py demo

demo-reset: .venv/demo.stamp ## The same, started anew
	@$(PYTHON) manage.py demo --reset

test: .venv/test.stamp ## Every test, those in a browser too
	@scripts/chromium
	@scripts/languages
	@scripts/packages
	@scripts/gettext
	@scripts/nginx
	@mkdir -p var
	$(PYTHON) -m pytest -n $(WORKERS) --dist worksteal $(COVERAGE)

covered: ## The same, noting what was run, which takes twice as long
	@$(MAKE) --no-print-directory test COVERAGE='--cov --cov-report='

check: .venv/test.stamp .coverage ## Everything else that must hold before a commit
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m ruff check .
	$(PYTHON) -m bandit -q -c pyproject.toml -r $(PACKAGES)
	$(CHECKING) $(PYTHON) -m mypy $(PACKAGES) tests manage.py
	.venv/bin/lint-imports --no-logo
	$(CHECKING) $(PYTHON) manage.py makemigrations --check --dry-run
	$(CHECKING) $(PYTHON) manage.py messages --check
	@scripts/gettext
	$(CHECKING) $(PYTHON) manage.py dashboard_messages --check
	$(CHECKING) $(PYTHON) manage.py reference --check
	$(PYTHON) -m coverage report --fail-under=95
	$(PYTHON) -m coverage report --include='$(GUARDS)' --fail-under=100

fuzz: .venv/test.stamp ## What nobody thought of, asked of the whole API; SEED=… begins with the same
	@mkdir -p var
	PYTHONHASHSEED=0 $(PYTHON) -m tests.fuzz $(if $(SEED),--seed $(SEED)) $(FUZZ)

bench: .venv/test.stamp ## How fast a page is, and where that ends; kept as docs/performance.md
	@scripts/nginx
	$(PYTHON) -m tests.bench

chaos: .venv/test.stamp ## What customers are told while everything fails
	@$(PYTHON) -m tests.chaos

flood: .venv/test.stamp ## Ten thousand of Stripe's events at once; EVENTS=500 sends fewer
	@EVENTS='$(EVENTS)' SEED='$(SEED)' $(PYTHON) -m tests.chaos.flood

stripe: .venv/test.stamp ## All that the portal asks of Stripe, asked of Stripe's own test mode
	@[ -n "$$STRIPE_TEST_KEY" ] || { echo "Set STRIPE_TEST_KEY to a key of a test account." >&2; exit 1; }
	STRIPE_HTTP_CLIENT=tests.contract.scenario.checking_client $(PYTHON) -m pytest -n0 -m stripe tests/contract

# What the tests covered, made anew when a file has changed since.
.coverage: $(SOURCES)
	@$(MAKE) --no-print-directory covered

.venv/demo.stamp: requirements.txt scripts/venv
	@scripts/venv requirements.txt
	@touch $@

.venv/test.stamp: requirements.txt requirements-dev.txt scripts/venv
	@scripts/venv requirements-dev.txt
	@touch $@ .venv/demo.stamp
