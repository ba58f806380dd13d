# User programs made of Swift packages: $(PROGRAM_OUT)/<name>.elf, with an unstripped .debug.elf
# beside it. They are the same in every profile. boot.mk has the variables.

PROGRAM_OUT := $(BUILD)/programs
# `make target` builds in the same folder with the same flags, so each library is compiled once.
PROGRAM_SCRATCH := $(PROGRAM_OUT)/target
PROGRAM_FILES := $(PROGRAM_SCRATCH)/$(BOOT_TRIPLE)/release
PROGRAM_PACKAGE := integration/testprograms
PROGRAM_LIBRARIES := lib-memory lib-bytes lib-capabi lib-handoff lib-ipc lib-sys lib-runtime

# Processes of scenarios under rootd: one program, which does what its role says.
TEST_SERVICES := $(PROGRAM_FILES)/libTestServices.a

$(TEST_SERVICES): $(call boot_sources,integration/testservices $(PROGRAM_LIBRARIES) lib-bootstrap lib-service lib-store)
	$(call swift_archive,integration/testservices,TestServices,$(PROGRAM_SCRATCH))

PROGRAM_ARCHIVES := $(patsubst %,$(PROGRAM_FILES)/lib%.a,RootTests Adversary Bench)

$(PROGRAM_ARCHIVES): $(PROGRAM_FILES)/lib%.a: $(call boot_sources,$(PROGRAM_PACKAGE) $(PROGRAM_LIBRARIES))
	$(call swift_archive,$(PROGRAM_PACKAGE),$*,$(PROGRAM_SCRATCH))

# Services: the package services/NAME has a product NameProgram.
SERVICES := rootd memd vspaced pagerd procd named timed logd crashd irqd deviced probed hotplugd shell crash-test seriald
SERVICE_LIBRARIES := $(PROGRAM_LIBRARIES) lib-bootstrap lib-crypto lib-device lib-elf lib-load lib-service lib-store lib-terminal

# Drivers: the package drivers/NAME, of the same shape.
DRIVERS := drv-serial

# $(call program,NAME,PRODUCT): a program made of one product of the package.
define program
$(PROGRAM_OUT)/$(1).debug.elf: $(PROGRAM_FILES)/lib$(2).a integration/linker/program.ld
	@$$(BOOT_LD) $$(BOOT_LINK_PIE) -T integration/linker/program.ld -o $$@ $$(filter %.a,$$^)
endef

# $(call service,NAME,PRODUCT,FOLDER): the program of a service or driver.
define service
$(PROGRAM_FILES)/lib$(2).a: $(call boot_sources,$(3)/$(1) $(SERVICE_LIBRARIES))
	$$(call swift_archive,$(3)/$(1),$(2),$(PROGRAM_SCRATCH))
$(call program,$(1),$(2))
endef

service_product = $(shell python3 -c 'print("$(1)".title().replace("-", "") + "Program")')
$(foreach name,$(SERVICES),$(eval $(call service,$(name),$(call service_product,$(name)),services)))
$(foreach name,$(DRIVERS),$(eval $(call service,$(name),$(call service_product,$(name)),drivers)))
$(eval $(call program,tests,RootTests))
$(eval $(call program,testservice,TestServices))
$(eval $(call program,adversary,Adversary))
$(eval $(call program,bench,Bench))

$(PROGRAM_OUT)/%.elf: $(PROGRAM_OUT)/%.debug.elf
	@$(BOOT_STRIP) $< $@

.PHONY: programs
programs: $(patsubst %,$(PROGRAM_OUT)/%.elf,$(SERVICES) $(DRIVERS) testservice)
