# User programs made of Swift packages: $(BOOT_OUT)/<name>.elf, with an unstripped .debug.elf beside
# it. boot.mk has the variables and the rule that strips.

PROGRAM_PACKAGE := integration/testprograms
PROGRAM_LIBRARIES := lib-memory lib-bytes lib-capabi lib-handoff lib-ipc lib-sys lib-runtime
PROGRAM_ARCHIVES := $(BOOT_OUT)/testprograms/$(BOOT_TRIPLE)/release

$(PROGRAM_ARCHIVES)/lib%.a: $(call boot_sources,$(PROGRAM_PACKAGE) $(PROGRAM_LIBRARIES))
	@$(PYTHON) integration/testing/stale.py $(BOOT_OUT)/testprograms
	@swift build -c release --triple $(BOOT_TRIPLE) --toolset $(BOOT_TOOLSET) \
	  --package-path $(PROGRAM_PACKAGE) --scratch-path $(BOOT_OUT)/testprograms --product $* \
	  --disable-build-manifest-caching -Xswiftc -D$(BOOT_PROFILE_FLAG) $(BOOT_DEBUG)
	@touch $@

$(BOOT_OUT)/tests.debug.elf: $(PROGRAM_ARCHIVES)/libRootTests.a integration/linker/program.ld
	@$(BOOT_LD) $(BOOT_LINK_PIE) -T integration/linker/program.ld -o $@ $(filter %.a,$^)
