# User programs made of Swift packages: $(BOOT_OUT)/<name>.elf, with an unstripped .debug.elf beside
# it. boot.mk has the variables and the rule that strips.

PROGRAM_PACKAGE := integration/testprograms
PROGRAM_LIBRARIES := lib-memory lib-bytes lib-capabi lib-handoff lib-ipc lib-sys lib-runtime

$(BOOT_ARCHIVES)/lib%.a: $(call boot_sources,$(PROGRAM_PACKAGE) $(PROGRAM_LIBRARIES))
	$(call boot_archive,$(PROGRAM_PACKAGE),$*)

# $(call program,NAME,PRODUCT): a program made of one product of the package.
define program
$(BOOT_OUT)/$(1).debug.elf: $(BOOT_ARCHIVES)/lib$(2).a integration/linker/program.ld
	@$$(BOOT_LD) $$(BOOT_LINK_PIE) -T integration/linker/program.ld -o $$@ $$(filter %.a,$$^)
endef

$(eval $(call program,tests,RootTests))
$(eval $(call program,adversary,Adversary))
$(eval $(call program,bench,Bench))
