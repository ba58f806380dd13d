# Images, and what is done with them: run, debug, scenarios, bench, the two-folder check.
# boot.mk beside this file makes $(BUILD)/$(PROFILE)/{BOOTX64.EFI,kernel.elf}, programs.mk the rest.

PROFILE ?= dev
BUILD ?= build
PYTHON ?= python3 -B
ENSURE ?= integration/testing/ensure_tools.sh
MEM ?= 512
CPUS ?= 1
# A window needs a screen to be shown on.
HEADLESS ?= $(if $(DISPLAY)$(WAYLAND_DISPLAY),0,1)
ONLY ?= *
REPEAT ?= 1
POWER_ON ?=
LONG ?=
TIMEOUT_SCALE ?= 1
ACCEPT ?=
# SECURE_BOOT=1 also makes a disk whose loader is signed for firmware with Secure Boot; key and
# certificate are PEM files.
SECURE_BOOT ?=
SB_KEY ?=
SB_CERT ?=
# The root task: a program of boot.mk or programs.mk. Images of another than the usual one have its
# name in theirs: disk-tests.img.
ROOT ?= rootd
# The private key that signs release images; its public part stands in RELEASE_KEYS (boot.mk).
RELEASE_SIGNING_KEY ?=

comma := ,
IMAGE_OUT := $(BUILD)/$(PROFILE)
HARNESS := PYTHONPATH=integration $(PYTHON) -m harness
IMAGE_SUFFIX := $(if $(filter-out rootd,$(ROOT)),-$(ROOT))
IMAGE_DISK_FILE := $(IMAGE_OUT)/disk$(IMAGE_SUFFIX).img
IMAGE_DISKS := $(IMAGE_DISK_FILE) $(if $(filter 1,$(SECURE_BOOT)),$(IMAGE_OUT)/disk-secure.img)
IMAGE_KEY := $(if $(filter release,$(PROFILE)),$(RELEASE_SIGNING_KEY),integration/keys/dev.key)
# Scenarios need a release image; they sign it with a stand-in that everybody can make.
TEST_KEYS := $(BUILD)/test-keys
TEST_RELEASE := RELEASE_KEYS=$(TEST_KEYS)/release.pub RELEASE_SIGNING_KEY=$(TEST_KEYS)/release.key

ifeq ($(filter dev release smoke,$(PROFILE)),)
$(error PROFILE is '$(PROFILE)'; it must be dev, release or smoke)
endif

.PHONY: image run debug debug-check scenarios stress bench reproducible authority recording ensure-image ensure-emulator

image: ensure-image $(IMAGE_DISKS) ## Build a bootable disk (PROFILE=dev|smoke|release SECURE_BOOT=1)
	@echo '$(IMAGE_DISKS)'

$(BOOT_TOOL): $(call boot_sources,boot-tool $(BOOT_LIBRARIES))
	@$(MAKE) tools
	@touch $@

# The description with whole paths, which also tells when the signing key changed.
IMAGE_DESCRIPTION := integration/images/$(if $(IMAGE_SUFFIX),root-task,$(PROFILE)).json
# The programs that a description names beside the root task.
IMAGE_SERVICES := $(if $(IMAGE_SUFFIX),,$(patsubst %,$(PROGRAM_OUT)/%.elf,$(filter-out rootd,$(SERVICES)) $(DRIVERS)))

$(IMAGE_OUT)/image$(IMAGE_SUFFIX).json: $(IMAGE_DESCRIPTION) FORCE
	@test -n '$(IMAGE_KEY)' || { echo 'RELEASE_SIGNING_KEY=FILE is missing: the private key of release images' >&2; exit 1; }
	@mkdir -p $(@D)
	@sed -e 's#"\.\./\.\./build/#"$(abspath $(BUILD))/#' -e 's#"\.\./#"$(CURDIR)/integration/#' \
	  -e 's#/root-task\.elf"#/$(ROOT).elf"#' \
	  -e '1s#{#{ "key": "$(abspath $(IMAGE_KEY))",#' $< >$@.new
	@cmp -s $@.new $@ && rm $@.new || mv $@.new $@

# The whole system's configuration is the same in every profile but for the profile's name, and for
# the way in which a smoke image ends.
$(IMAGE_OUT)/system.json: integration/boot-config/system.json
	@mkdir -p $(@D)
	@sed '2s/"profile": "dev",/"profile": "$(PROFILE)",$(if $(filter smoke,$(PROFILE)), "switches": {"debugExit": true}$(comma))/' $< >$@

$(IMAGE_OUT)/boot$(IMAGE_SUFFIX).img: $(IMAGE_OUT)/image$(IMAGE_SUFFIX).json $(IMAGE_KEY) $(IMAGE_OUT)/kernel.elf \
  $(PROGRAM_OUT)/$(ROOT).elf $(IMAGE_SERVICES) $(IMAGE_OUT)/system.json integration/boot-config/smoke.json $(BOOT_TOOL)
	@$(BOOT_TOOL) build --description $< -o $@

IMAGE_DISK = $(HARNESS).disk --loader $< --boot-image $(IMAGE_OUT)/boot$(IMAGE_SUFFIX).img --output $@

$(IMAGE_DISK_FILE): $(IMAGE_OUT)/BOOTX64.EFI $(IMAGE_OUT)/boot$(IMAGE_SUFFIX).img \
  $(wildcard integration/harness/*.py)
	@$(IMAGE_DISK)

$(IMAGE_OUT)/disk-secure.img: $(IMAGE_OUT)/signed/BOOTX64.EFI $(IMAGE_OUT)/boot$(IMAGE_SUFFIX).img
	@$(IMAGE_DISK)

# Always made anew: no file time tells that another key was named.
$(IMAGE_OUT)/signed/BOOTX64.EFI: $(IMAGE_OUT)/BOOTX64.EFI FORCE
	@test -n '$(SB_KEY)' -a -n '$(SB_CERT)' || { echo 'SB_KEY=FILE or SB_CERT=FILE is missing' >&2; exit 1; }
	@$(ENSURE) sbsigntool
	@$(HARNESS).secure_boot --key $(SB_KEY) --certificate $(SB_CERT) --input $< --output $@

run: image ensure-emulator ## Boot to the console on this terminal (MEM=512 CPUS=1 HEADLESS=1); Ctrl-A X ends
	@$(HARNESS).console --disk $(IMAGE_DISK_FILE) --memory $(MEM) --cpus $(CPUS) \
	  $(if $(filter 1,$(HEADLESS)),--headless)

debug: image ensure-emulator ## Boot halted, with gdb attached and the kernel's symbols loaded
	@$(ENSURE) gdb
	@$(HARNESS).console --disk $(IMAGE_DISK_FILE) --memory $(MEM) --cpus $(CPUS) \
	  --headless --symbols $(IMAGE_OUT)/kernel.debug.elf $(GDB_OPTIONS)

debug-check: image ensure-emulator ## Let gdb run to the kernel by itself and show where it is
	@$(ENSURE) gdb
	@PYTHONPATH=integration timeout 300 $(PYTHON) -m harness.console --disk $(IMAGE_DISK_FILE) --memory $(MEM) --headless \
	  --symbols $(IMAGE_OUT)/kernel.debug.elf --gdb-option=-batch \
	  --gdb-option=-x --gdb-option=integration/debug/check.gdb </dev/null >$(IMAGE_OUT)/gdb.log 2>&1 \
	  || { cat $(IMAGE_OUT)/gdb.log; exit 1; }
	@grep 'in _start () at .*entry\.S' $(IMAGE_OUT)/gdb.log || { cat $(IMAGE_OUT)/gdb.log; exit 1; }

scenarios: ensure-image ensure-emulator ## Boot every scenario and judge it (ONLY=pattern REPEAT=n POWER_ON=1)
	@$(ENSURE) sbsigntool openssl
	@$(HARNESS).test_keys --folder $(TEST_KEYS)
	@$(MAKE) tools
	@$(MAKE) programs
	@$(MAKE) -j2 scenario-dev scenario-release scenario-smoke
	@$(HARNESS) $(LONG) --build $(BUILD) --only '$(ONLY)' --repeat $(REPEAT) --timeout-scale $(TIMEOUT_SCALE) \
	  $(if $(filter 1,$(POWER_ON)),--power-on)

stress: ## The scenarios that take many minutes, a thousand restarts of each service (ONLY=pattern)
	@$(MAKE) scenarios LONG=--long

# Most of a build runs on one processor, so two profiles at a time take little longer than one.
.PHONY: scenario-dev scenario-release scenario-smoke
scenario-dev:
	@$(MAKE) image PROFILE=dev

scenario-release:
	@$(MAKE) image PROFILE=release $(TEST_RELEASE)

# Also the images with a root task that tests the kernel, as the scenarios name them.
scenario-smoke:
	@$(MAKE) image PROFILE=smoke
	@$(MAKE) $(BUILD)/smoke/BOOTX64-release-policy.EFI PROFILE=smoke
	@$(HARNESS) --images | while read -r profile root; do \
	  $(MAKE) $(BUILD)/$$profile/boot-$$root.img PROFILE=$$profile ROOT=$$root </dev/null || exit 1; \
	done

bench: ensure-image ensure-emulator ## Count instructions against limits and other kernels' (ACCEPT=1: new thresholds)
	@$(MAKE) image PROFILE=smoke
	$(if $(wildcard integration/bench/kernel.json),@$(MAKE) image PROFILE=smoke ROOT=bench)
	@$(HARNESS).bench --build $(BUILD) --timeout-scale $(TIMEOUT_SCALE) \
	  $(if $(filter 1,$(ACCEPT)),--accept)

reproducible: ensure-image ## Build twice in two folders and compare every byte
	@$(HARNESS).reproducible

authority: $(BOOT_TOOL) ## Draw who may do what, as integration/boot-config/system.json declares it
	@$(BOOT_TOOL) inspect --authority integration/boot-config/system.json >docs/authority.svg.new
	@mv docs/authority.svg.new docs/authority.svg
	@echo 'docs/authority.svg'

recording: image ensure-emulator ## Record a session at the console as docs/session.svg
	@$(HARNESS).recording --disk $(IMAGE_DISK_FILE) --script integration/recording.json \
	  --output docs/session.svg --text $(IMAGE_OUT)/session.txt
	@echo 'docs/session.svg $(IMAGE_OUT)/session.txt'

ensure-image:
	@$(ENSURE) swift git python3

ensure-emulator:
	@$(ENSURE) python3 qemu-system-x86 ovmf
