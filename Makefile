# The verbs of the project; CI runs what a person runs.
#
#   make dev     everything from nothing: Postgres, content, gateway, GraphiQL
#   make test    all checks and tests
#   make test-repeat  the tests N times (20), BUSY (5) of them beside two busy loops; a table of what failed
#   make test-clients  the clients that apps use, against the binary; tests/clients/README.md
#   make test-graphql-js  which documents we take, compared with graphql-js; tests/graphql_js/README.md
#   make check   the fast part: format, lints, unit tests
#   make bench   loads MEMBERS (10,000), drives the operations, prints a table; bench/README.md has the rest
#   make rehearse-live  a live session with a crowd, an edge of a CDN and a video provider; docs/LIVE.md
#   make rehearse-alerts  plants five faults, and waits for the page of each; deploy/monitoring/README.md
#   make restore-drill  loses a database, restores it to a point in time, and says what is right; docs/BACKUP.md
#   make image   the container image, target/image/coach.oci.tar; docs/DEPLOY.md
#   make cluster  three gateways and two workers behind nginx, PgBouncer, Postgres with a replica under Patroni, Prometheus; docs/CLUSTER.md
#   make cluster-drill  restarts, cuts over, kills and fails over such a cluster under load, and waits for the alerts; fails by its own verdict
#   make cluster-stop  stops the cluster that runs, and kills what is left of one
#   make torture  kills gateway, workers and Postgres under a stream of mutations; docs/TORTURE.md

CARGO ?= cargo
MEMBERS ?= 10000
BENCH ?= run
N ?= 20
BUSY ?= 5

.PHONY: dev test test-repeat test-clients test-graphql-js check bench rehearse-live rehearse-alerts image cluster cluster-drill cluster-stop restore-drill torture

dev:
	@$(CARGO) build --workspace --bin coach --locked
	@exec "$${CARGO_TARGET_DIR:-target}/debug/coach" dev

check:
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets --locked -- --deny warnings
	$(CARGO) test --workspace --lib --locked

test:
	@./tests/run

test-repeat:
	@./tests/repeat $(N) --busy $(BUSY) $(TARGETS)

test-clients:
	@$(CARGO) build --workspace --bin coach --locked
	@exec ./tests/clients/run $(SUITE)

# SEED and COUNT ask for others, and for more.
test-graphql-js:
	@$(CARGO) build --workspace --bin coach --locked
	@exec ./tests/graphql_js/run $(or $(SEED),1) $(or $(COUNT),4000)

bench:
	@$(CARGO) build --release --workspace --bin coach --bin coach-bench --locked
	@exec "$${CARGO_TARGET_DIR:-target}/release/coach-bench" $(BENCH) --members $(MEMBERS)

rehearse-live:
	@$(CARGO) build --workspace --bin coach --bin coach-bench --locked
	@exec "$${CARGO_TARGET_DIR:-target}/debug/coach-bench" rehearse-live $(REHEARSAL)

rehearse-alerts:
	@exec ./deploy/monitoring/rehearse

# COACH names another binary.
restore-drill:
	@[ -n "$$COACH" ] || $(CARGO) build --workspace --bin coach --locked
	@exec ./deploy/backup/drill

image:
	@exec ./deploy/image/build
cluster:
	@$(CARGO) build --workspace --bin coach --locked
	@exec ./deploy/cluster/run

# DRILL has options: `make cluster-drill DRILL=--help`.
cluster-drill:
	@$(CARGO) build --workspace --bin coach --locked
	@exec ./deploy/cluster/drill $(DRILL)

cluster-stop:
	@exec ./deploy/cluster/stop

# All of the workspace: so the processes have the points at which they can be killed.
torture:
	@$(CARGO) build --workspace --locked
	@exec "$${CARGO_TARGET_DIR:-target}/debug/coach-torture" $(TORTURE)
