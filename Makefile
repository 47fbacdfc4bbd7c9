# `make help` lists the targets.
GO     ?= go
MODULE := github.com/otelcol-llm/otelcol-llm
CONFIG ?= collector-config.yaml

# Everything is pure Go; only the race detector needs a C compiler.
export CGO_ENABLED := 0

GOLANGCI_VERSION := v2.15.0
GOLANGCI         := $(CURDIR)/.tools/golangci-lint-$(GOLANGCI_VERSION)/golangci-lint
COLLECTOR_PIN    := v1.61.0
TOOL             := $(GO) tool -modfile=$(CURDIR)/tools.mod
FUZZTIME         ?= 30s

# The binary links every outside component and test/ drives the built binary: neither gains from the race detector.
RACE_PACKAGES = $(shell $(GO) list ./... | grep -vE '^$(MODULE)/(test|cmd/otelcol-llm)(/|$$)')
SLOW_PACKAGES = ./cmd/otelcol-llm $(if $(wildcard test),./test/...)
BENCH_MODULES = bench bench/host
METADATA      = $(sort $(shell find connector exporter extension processor receiver -name metadata.yaml -not -path '*/testdata/*' 2>/dev/null))

.DEFAULT_GOAL := help
.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# Not default.pgo, which the go command takes by itself: then `go build ./...`, the linters and the tests would compile the Collector twice.
PROFILE = cmd/otelcol-llm/release.pgo

.PHONY: build
build: ## build bin/otelcol-llm and the command-line tools, optimised by a profile
	$(GO) build -trimpath -pgo=$(PROFILE) -o bin/ ./cmd/...

.PHONY: pgo
pgo: ## measure that profile again, under the load of the benchmarks: a minute
	cd bench && $(GO) run ./cmd/profile -o ../$(PROFILE)

.PHONY: run
run: build ## build and start the gateway with collector-config.yaml (another: CONFIG=file)
	exec bin/otelcol-llm --config $(CONFIG)

.PHONY: demo
demo: build ## start the gateway, play recorded runs of real agents to it, and look: http://127.0.0.1:8890
	$(GO) run ./test/demo

JAEGER ?= http://127.0.0.1:14318

.PHONY: demo-jaeger
demo-jaeger: build ## the demo with each trace in a Jaeger too, which takes OTLP at JAEGER (default http://127.0.0.1:14318)
	JAEGER=$(JAEGER) $(GO) run ./test/demo -also test/testdata/langchain.json -config test/demo/jaeger.yaml

.PHONY: test
test: test-setup test-race test-slow test-bench ## set up and run all tests: unit tests with the race detector, then end to end
	@test/setup.sh --missing

.PHONY: test-setup
test-setup: # what the end-to-end tests need: npm packages, servers
	@test/setup.sh

.PHONY: test-race
test-race: # unit tests with the race detector
	@command -v "$${CC:-$$($(GO) env CC)}" >/dev/null || { \
		echo "make test needs a C compiler for the race detector (Debian: apt-get install gcc libc6-dev)" >&2; exit 1; }
	CGO_ENABLED=1 $(GO) test -race $(RACE_PACKAGES)

.PHONY: test-slow
test-slow: # the distribution, its configurations and documents, end to end
	$(GO) test -timeout 20m $(SLOW_PACKAGES)
	$(GO) test -run '^TestOracle$$' ./connector/budgetalert/internal/budget -oracle.calls 1000000

.PHONY: test-bench
test-bench: # the benchmarks are modules of their own
	@set -e; for module in $(BENCH_MODULES); do (cd $$module && $(GO) vet ./... && $(GO) test ./...); done

.PHONY: lint
lint: $(GOLANGCI) cross ## golangci-lint, formatting, the pinned Collector version, every operating system
	@got=$$($(GO) list -m -f '{{.Version}}' go.opentelemetry.io/collector/component); [ "$$got" = $(COLLECTOR_PIN) ] || { \
		echo "go.mod: go.opentelemetry.io/collector/component is $$got, must be $(COLLECTOR_PIN)" >&2; exit 1; }
	$(GOLANGCI) run ./...
	@set -e; for module in $(BENCH_MODULES); do echo "golangci-lint $$module"; (cd $$module && $(GOLANGCI) run -c $(CURDIR)/.golangci.yml ./...); done

$(GOLANGCI):
	GOBIN=$(@D) $(GO) install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_VERSION)

.PHONY: fmt
fmt: $(GOLANGCI) ## format the code
	$(GOLANGCI) fmt ./...

.PHONY: vulncheck
vulncheck: ## known vulnerabilities (needs https://vuln.go.dev)
	$(GO) run golang.org/x/vuln/cmd/govulncheck@latest ./...

.PHONY: generate
generate: ## write all generated files again: component metadata, the distribution, the price table
	@set -e; for f in $(METADATA); do echo "mdatagen $$f"; (cd "$$(dirname "$$f")" && $(TOOL) mdatagen metadata.yaml); done
	$(TOOL) builder --config builder-config.yaml --skip-get-modules --skip-compilation
	$(GO) generate ./internal/pricing/...

.PHONY: bench
bench: ## benchmarks, side by side with peers
	cd bench/js && npm ci --ignore-scripts --loglevel=error
	cd bench && $(GO) run ./cmd/ratios
	cd bench/host && $(GO) run .

.PHONY: fuzz
fuzz: ## run every fuzz target for FUZZTIME (default 30s)
	@set -e; for dir in $$(grep -rlE --include='*_test.go' '^func Fuzz' cmd connector exporter extension internal processor provider receiver 2>/dev/null | xargs -r -n1 dirname | sort -u); do \
		for target in $$($(GO) test -list '^Fuzz' ./$$dir | grep '^Fuzz'); do \
			echo "fuzz $$dir $$target"; $(GO) test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) ./$$dir; \
		done; \
	done

.PHONY: cross
cross: ## build what reads the operating system for every one, on an architecture that it often has: nothing goes by that
	@set -e; for platform in linux/arm64 darwin/arm64 windows/amd64; do \
		echo $$platform; GOOS=$${platform%/*} GOARCH=$${platform#*/} $(GO) vet ./receiver/hostresources; \
	done

.PHONY: clean
clean: ## remove what the other targets built
	rm -rf bin .tools
