# User programs made of Swift packages: $(BOOT_OUT)/<name>.elf, with an unstripped .debug.elf beside
# it. boot.mk has the variables and the rule that strips.

PROGRAM_PACKAGE := integration/testprograms
PROGRAM_LIBRARIES := lib-memory lib-bytes lib-capabi lib-handoff lib-ipc lib-sys lib-runtime

PROGRAM_ARCHIVES := $(patsubst %,$(BOOT_ARCHIVES)/lib%.a,RootTests Adversary Bench)

$(PROGRAM_ARCHIVES): $(BOOT_ARCHIVES)/lib%.a: $(call boot_sources,$(PROGRAM_PACKAGE) $(PROGRAM_LIBRARIES))
	$(call boot_archive,$(PROGRAM_PACKAGE),$*)

# Services: the package services/NAME has a product NameProgram.
SERVICES := rootd memd vspaced pagerd procd named timed logd crashd
SERVICE_LIBRARIES := $(PROGRAM_LIBRARIES) lib-bootstrap lib-crypto lib-elf lib-load lib-service lib-store

# $(call program,NAME,PRODUCT): a program made of one product of the package.
define program
$(BOOT_OUT)/$(1).debug.elf: $(BOOT_ARCHIVES)/lib$(2).a integration/linker/program.ld
	@$$(BOOT_LD) $$(BOOT_LINK_PIE) -T integration/linker/program.ld -o $$@ $$(filter %.a,$$^)
endef

# $(call service,NAME,PRODUCT): the program of a service.
define service
$(BOOT_ARCHIVES)/lib$(2).a: $(call boot_sources,services/$(1) $(SERVICE_LIBRARIES))
	$$(call boot_archive,services/$(1),$(2))
$(call program,$(1),$(2))
endef

service_product = $(shell python3 -c 'print("$(1)".capitalize() + "Program")')
$(foreach name,$(SERVICES),$(eval $(call service,$(name),$(call service_product,$(name)))))
$(eval $(call program,tests,RootTests))
$(eval $(call program,adversary,Adversary))
$(eval $(call program,bench,Bench))
