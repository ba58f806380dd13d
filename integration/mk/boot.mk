# The programs of the boot chain: $(BUILD)/$(PROFILE)/{BOOTX64.EFI,kernel.elf}, each with an
# unstripped .debug.elf beside it. Two clean builds in different folders give the same bytes:
# paths are cut from the debug information, and the images carry none.

PROFILE ?= dev
BUILD ?= build
PYTHON ?= python3 -B
BOOT_TOOL ?= $(BUILD)/host/release/boot-tool
# Images below this version are refused by the loader (rollback protection).
MINIMUM_VERSION ?= 1
# Public keys of release images, as boot-tool keygen writes them.
RELEASE_KEYS ?=

BOOT_OUT := $(BUILD)/$(PROFILE)
BOOT_TRIPLE := x86_64-unknown-none-elf
# All packages of a profile are built in one folder, so that each library is compiled once.
BOOT_SCRATCH := $(BOOT_OUT)/target
BOOT_ARCHIVES := $(BOOT_SCRATCH)/$(BOOT_TRIPLE)/release
BOOT_TOOLSET := integration/toolsets/freestanding.json
# The linker and objcopy that belong to the compiler.
SWIFT_BIN := $(dir $(realpath $(shell command -v swift)))
BOOT_LD := $(SWIFT_BIN)ld.lld
BOOT_CLANG := $(SWIFT_BIN)clang --target=$(BOOT_TRIPLE)
BOOT_STRIP := $(SWIFT_BIN)llvm-objcopy --strip-all
# No image leaves the linker with a symbol or an instruction that it may not have.
BOOT_SYMBOLS := $(PYTHON) integration/checks/symbols.py
BOOT_PROFILE_FLAG := ERIX_PROFILE_$(if $(filter dev,$(PROFILE)),DEV)$(if $(filter release,$(PROFILE)),RELEASE)$(if $(filter smoke,$(PROFILE)),SMOKE)
BOOT_MAP := $(CURDIR)=.
BOOT_DEBUG := -Xswiftc -gline-tables-only -Xswiftc -file-prefix-map -Xswiftc $(BOOT_MAP) \
  -Xswiftc -file-compilation-dir -Xswiftc . -Xcc -ffile-prefix-map=$(BOOT_MAP) \
  -Xcc -fdebug-compilation-dir=.
BOOT_LINK := -z max-page-size=4096 -z separate-loadable-segments --gc-sections --build-id=none
BOOT_LINK_PIE := -pie --no-dynamic-linker $(BOOT_LINK)

# Every file that a build of a package reads.
boot_sources = $(shell find $(1) -type f \( -name '*.swift' -o -name '*.S' -o -name '*.h' \
  -o -name '*.modulemap' \) -not -path '*/Tests/*' 2>/dev/null) $(BOOT_TOOLSET)
BOOT_LIBRARIES := lib-memory lib-bytes lib-capabi lib-crypto lib-elf lib-bootimg lib-handoff lib-bootstrap lib-ipc

# $(call swift_archive,PACKAGE,PRODUCT,SCRATCH,FLAGS): a static library with everything the package
# needs.
define swift_archive
	@$(PYTHON) integration/testing/stale.py $(3)
	@swift build -c release --triple $(BOOT_TRIPLE) --toolset $(BOOT_TOOLSET) \
	  --package-path $(1) --scratch-path $(3) --product $(2) \
	  --disable-build-manifest-caching $(BOOT_DEBUG) $(4)
	@touch $@
endef

# $(call boot_archive,PACKAGE,PRODUCT): one that depends on the profile.
boot_archive = $(call swift_archive,$(1),$(2),$(BOOT_SCRATCH),-Xswiftc -D$(BOOT_PROFILE_FLAG) -Xcc -D$(BOOT_PROFILE_FLAG))

$(BOOT_ARCHIVES)/libBootloader.a: $(call boot_sources,bootloader $(BOOT_LIBRARIES))
	$(call boot_archive,bootloader,Bootloader)

$(BOOT_ARCHIVES)/libKernel.a: $(call boot_sources,kernel $(BOOT_LIBRARIES))
	$(call boot_archive,kernel,Kernel)

# The trust anchor: keys and accepted profiles of the loader. A release loader takes its keys by path.
BOOT_KEYS := $(if $(filter release,$(PROFILE)),$(RELEASE_KEYS),integration/keys/dev.pub)
boot_trust = $(PYTHON) integration/mk/trust_anchor.py --minimum-version $(MINIMUM_VERSION)

$(BOOT_OUT)/trust.S: integration/mk/trust_anchor.py $(BOOT_KEYS) FORCE
	@test -n '$(BOOT_KEYS)' || { echo 'RELEASE_KEYS=FILE is missing: the public keys of release images' >&2; exit 1; }
	@mkdir -p $(@D)
	@$(boot_trust) --keys $(BOOT_KEYS) --accept $(PROFILE) -o $@.new
	@cmp -s $@.new $@ && rm $@.new || mv $@.new $@

# For the negative boots: the smoke loader with the policy of a release loader. It takes release images
# only, and the development key may not sign those.
$(BOOT_OUT)/trust-release-policy.S: integration/mk/trust_anchor.py integration/keys/dev.pub
	@mkdir -p $(@D)
	@$(boot_trust) --keys integration/keys/dev.pub --accept release -o $@

$(BOOT_OUT)/%.o: $(BOOT_OUT)/%.S
	@$(BOOT_CLANG) -c $< -o $@

$(BOOT_OUT)/BOOTX64%debug.elf: $(BOOT_OUT)/trust%o \
  $(BOOT_ARCHIVES)/libBootloader.a integration/linker/loader.ld
	@$(BOOT_LD) $(BOOT_LINK_PIE) -T integration/linker/loader.ld -o $@ $(filter %.o %.a,$^)
	@$(BOOT_SYMBOLS) loader $@

$(BOOT_OUT)/BOOTX64%EFI: $(BOOT_OUT)/BOOTX64%debug.elf $(BOOT_TOOL)
	@$(BOOT_STRIP) $< $@.elf
	@$(BOOT_TOOL) elf2efi $@.elf -o $@
	@rm $@.elf

$(BOOT_OUT)/kernel.debug.elf: $(BOOT_ARCHIVES)/libKernel.a integration/linker/kernel.ld
	@$(BOOT_LD) -static $(BOOT_LINK) -T integration/linker/kernel.ld -o $@ $(filter %.a,$^)
	@$(BOOT_SYMBOLS) --profile $(PROFILE) kernel $@

$(BOOT_OUT)/%.elf: $(BOOT_OUT)/%.debug.elf
	@$(BOOT_STRIP) $< $@

.PHONY: FORCE
FORCE:
# A file whose check failed must not pass for made the next time.
.DELETE_ON_ERROR:
.PRECIOUS: $(BOOT_OUT)/%.debug.elf $(BOOT_OUT)/%.o $(BOOT_OUT)/BOOTX64%debug.elf
