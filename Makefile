# The verbs of the project; CI runs what a person runs.
#
#   make dev     everything from nothing: Postgres, content, gateway, GraphiQL
#   make test    all checks and tests
#   make check   the fast part: format, lints, unit tests

CARGO ?= cargo

.PHONY: dev test check

dev:
	@$(CARGO) build --package coach-gateway --locked
	@exec "$${CARGO_TARGET_DIR:-target}/debug/coach" dev

check:
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets --locked -- --deny warnings
	$(CARGO) test --workspace --lib --locked

test:
	@./tests/run
