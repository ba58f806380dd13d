# The front door: every command a developer or CI needs. `make help` lists them.
# The work is done by the scripts under integration/; nothing here knows how they do it.

BUILD ?= build
SECONDS := 60
export BUILD
export PYTHONDONTWRITEBYTECODE := 1
MAKEFLAGS += --no-print-directory
PYTHON := python3 -B
ENSURE := integration/testing/ensure_tools.sh
# SECONDS is special in bash, so it reaches the runner as an argument only.
unexport SECONDS

.DEFAULT_GOAL := help
OPERATIONS ?= 2000000
BOOTS ?= 1000
SEED ?= 1
.PHONY: help test test-host lint format fuzz model simulate mutants prepush ci target tools clean \
  ensure-base ensure-test ensure-binaries

help: ## List the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

include integration/mk/boot.mk integration/mk/programs.mk integration/mk/image.mk

# The scenarios are run even when a host test failed: they may tell why.
test: ## Run all tests, on this machine and in the emulator; each ends in `N passed, N failed`
	@status=0; $(MAKE) test-host || status=$$?; $(MAKE) scenarios || status=$$?; exit $$status

test-host: ensure-test ## Run every package's tests on this machine (PACKAGES="lib-elf …" for some)
	@$(PYTHON) integration/testing/test_host.py $(PACKAGES)

lint: ensure-base ## Check format, layers, unsafe code, limits, manifests, documents
	@$(PYTHON) integration/checks/lint.py

format: ensure-base ## Rewrite every Swift file in the project's format
	@git ls-files -z -co --exclude-standard '*.swift' | xargs -0 swift format -i --parallel

fuzz: ensure-base ## Fuzz every parser, SECONDS=60 each (TARGET=FuzzELF for one)
	@$(PYTHON) integration/fuzz/run.py --seconds $(SECONDS) $(TARGET)

model: ensure-test ## Random operations on the kernel beside its reference model (OPERATIONS= SEED=)
	@$(PYTHON) integration/testing/model.py --operations $(OPERATIONS) --seed $(SEED)

simulate: ensure-test ## Boot the system on this machine, disturbed by seed (BOOTS=1000 SEED=1)
	@$(PYTHON) integration/testing/simulate.py --boots $(BOOTS) --seed $(SEED)

mutants: ensure-test ## Put deliberate faults into the kernel's core; its tests must notice each
	@$(PYTHON) integration/testing/mutants.py $(if $(FROM),--from $(FROM)) $(MUTANTS)

target: ensure-binaries ## Build the libraries for the target and check their symbols
	@$(PYTHON) integration/testing/build_target.py $(PACKAGES)

tools: ensure-base ## Build boot-tool for this machine, optimised
	@$(PYTHON) integration/testing/stale.py $(BUILD)/host
	@swift build -c release --package-path boot-tool --scratch-path $(BUILD)/host \
	  --product boot-tool --disable-build-manifest-caching
	@echo "$(BUILD)/host/release/boot-tool"

prepush: ensure-test ## Lint, and test the packages that differ from origin/main (under a minute)
	@$(PYTHON) integration/checks/lint.py
	@$(PYTHON) integration/testing/test_host.py --changed

ci: ## Exactly what CI runs
	@.ci/run

clean: ## Delete everything that was built
	rm -rf $(BUILD)

ensure-base:
	@$(ENSURE) swift git python3

ensure-binaries: ensure-base
	@$(ENSURE) binutils

ensure-test: ensure-base
	@$(ENSURE) binutils gcc 'python3-cryptography?'
