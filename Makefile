# StreamSuites: `make help` lists the targets.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

export CGO_ENABLED ?= 0

MODULE  := github.com/streamsuites/streamsuites
COMMIT  := $(shell git rev-parse --short=12 HEAD 2>/dev/null || echo unknown)
# Build number: the day of the newest commit, and how many commits that day has.
DAY     := $(shell git log -1 --format=%cd --date=format:%Y.%m.%d 2>/dev/null || echo 1970.01.01)
NUMBER  := $(shell printf '%03d' "$$(git log -999 --format=%cd --date=format:%Y.%m.%d 2>/dev/null | grep -cx '$(DAY)')")
# A release is given the build that `streamsuites version stamp` stamped.
BUILD   := $(DAY)+$(NUMBER)
LDFLAGS := -s -w -X $(MODULE)/internal/version.commit=$(COMMIT) -X $(MODULE)/internal/version.build=$(BUILD)

STATICCHECK   := honnef.co/go/tools/cmd/staticcheck@v0.8.2
WORKFLOWCHECK := go.temporal.io/sdk/contrib/tools/workflowcheck@v0.6.0

.PHONY: help
help: ## Show this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: deps
deps: ## Install FFmpeg, PostgreSQL's server binaries and Chromium, if missing
	@deploy/install-deps.sh

.PHONY: deps-test
deps-test:
	@deploy/install-deps.sh --with-compiler --with-node

.PHONY: deps-bench
deps-bench:
	@deploy/install-deps.sh --with-node

.PHONY: build
build: ## Build bin/standalone and bin/streamsuites
	@deploy/build.sh $(LDFLAGS)

.PHONY: demo
demo: deps build ## Start everything on this machine with simulated platforms
	@bin/standalone --demo --state-dir $${STATE_DIR:-./var}

.PHONY: test
test: deps-test build ## Run every test (25 minutes at most on two cores, warm)
	@deploy/test.sh

.PHONY: test-long
test-long: deps-test build ## Run what takes longer: fuzzing, repeated kills, two minutes of soak
	deploy/fuzz.sh 30s
	go test -tags long -timeout 80m -v -run Long ./e2e/... ./exports

.PHONY: soak
soak: deps ## Run three misbehaving platforms for MINUTES=10 at 2,000 messages a second; SEED repeats a run
	go run ./e2e/soak -minutes $(or $(MINUTES),10) $(if $(SEED),-seed $(SEED)) $(if $(JSON),-json $(JSON))

.PHONY: lint
lint: ## vet, staticcheck, workflowcheck, and the Windows build of the operator's binary
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { echo "gofmt would change:"; gofmt -l $$(git ls-files '*.go'); exit 1; }
	go vet ./...
	go run $(STATICCHECK) ./...
	go run $(WORKFLOWCHECK) ./workflows/...
	GOOS=windows go build -o /dev/null ./cmd/streamsuites
	GOOS=darwin go build -o /dev/null ./cmd/streamsuites

.PHONY: bench
bench: deps-bench build ## Measure, and write docs/benchmarks.md and benchmarks.json
	@cd bench/tmijs && node --test >/dev/null || { echo "the tests of bench/tmijs fail: node --test" >&2; exit 1; }
	go run ./bench

.PHONY: clean
clean: ## Remove what the build made (state directories stay)
	rm -rf bin
