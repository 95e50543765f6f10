# mdstatic: one Makefile, no recursion. `make help` lists the targets.
#
# Each set of flags has a build folder of its own: build/ for the plain one, build-address,undefined/ for
# SAN=address,undefined, build-cov/ for COV=1. A change of flags within one folder rebuilds it (the stamp below).

VERSION  = 0.1.0
PREFIX   = /usr/local
DESTDIR  =
SAN      =
CC       = gcc
AR       = gcc-ar
OBJCOPY  = objcopy
PKG_CONFIG = pkg-config
WARN     = -Wall -Wextra -Wshadow -Wconversion -Wsign-conversion -Wstrict-prototypes -Wmissing-prototypes \
           -Wpointer-arith -Wcast-qual -Wformat=2 -Wvla -Werror
OPT      = $(if $(SAN),-O1 -g1,-O2 -g)
CFLAGS   =
LDFLAGS  =

BUILD   := build$(if $(SAN),-$(SAN))
SANFLAGS = $(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer -DARENA_DEBUG)
CPPFLAGS_ALL = -Igenerator -I. -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -DMDSTATIC_VERSION='"$(VERSION)"' $(PKG_CFLAGS) $(CPPFLAGS)
# PIC and hidden names, because objects of the device library end up in the shared libraries of apps; sections, so that it sheds what it does not use.
CFLAGS_ALL   = -std=c11 -fPIC -fvisibility=hidden -ffunction-sections -fdata-sections $(WARN) $(OPT) $(SANFLAGS) $(CFLAGS)
LDFLAGS_ALL  = $(SANFLAGS) $(LDFLAGS)

PKGS       = libgit2 libcrypto libzstd libarchive jansson inih libpcre2-8 libutf8proc zlib libqrencode expat
PKG_CFLAGS = $(shell $(PKG_CONFIG) --cflags $(PKGS) 2>/dev/null)
PKG_LIBS   = $(shell $(PKG_CONFIG) --libs $(PKGS) 2>/dev/null) -lm -pthread

# Folders in the order of the include rule (tests/includes): a folder links with those before it that it may include.
FOLDERS  = base model source defs plan format inspect pack build sign emit report convert resolve cmd
USE_base    = base
USE_model   = model base
USE_source  = source base
USE_defs    = defs model base
USE_plan    = plan model base
USE_format  = format base
USE_inspect = inspect format base
USE_pack    = pack inspect format base
USE_build   = build pack inspect plan format model base
USE_sign    = sign format base
USE_emit    = emit format base
USE_report  = report build pack inspect plan format model base
USE_convert = convert defs model base
USE_resolve = resolve inspect format base
USE_cmd     = cmd report convert resolve emit sign build pack inspect plan defs source format model base

src  = $(sort $(wildcard generator/$(1)/*.c))
obj  = $(patsubst generator/%.c,$(BUILD)/obj/%.o,$(call src,$(1)))
libs = $(foreach f,$(USE_$(1)),$(if $(call src,$(f)),$(BUILD)/lib/$(f).a))

all: $(BUILD)/mdstatic $(BUILD)/mdstatic-publish $(BUILD)/libmdresolve.a ## the programs and the device library
.PHONY: all
.DELETE_ON_ERROR:
.SECONDARY:

# --- flags stamp: rebuilt objects when flags change -------------------------------------------------------------------
$(BUILD)/flags: FORCE
	@mkdir -p $(@D); echo '$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) $(LDFLAGS_ALL) $(VERSION)' | cmp -s - $@ || \
	echo '$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) $(LDFLAGS_ALL) $(VERSION)' > $@
FORCE:
.PHONY: FORCE

# `make V=1` shows the commands whole.
Q    = $(if $(V),,@)
note = $(if $(V),,@printf '  %-5s %s\n' $(1) $(2))

$(BUILD)/obj/%.o: generator/%.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call note,CC,$<)
	$(Q)$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -MMD -MP -c -o $@ $<

define folder_rule
$(BUILD)/lib/$(1).a: $(call obj,$(1))
	@mkdir -p $$(@D); rm -f $$@
	$(Q)$(AR) rcs $$@ $$^
endef
$(foreach f,$(FOLDERS),$(eval $(call folder_rule,$(f))))

# Files embedded in the program: those of templates/starter and templates/ci and the JSON Schemas for `mdstatic init`, the pages for build/.
STARTER = $(shell find templates/starter -type f)
SCHEMAS = $(sort $(wildcard schemas/*.schema.json))
SCRIPTS = $(addprefix templates/ci/,comment deploy install keys refresh)
$(BUILD)/gen/starter.c: templates/embed $(STARTER) $(SCHEMAS) $(SCRIPTS) $(wildcard templates/ci/*.yml)
	@mkdir -p $(@D)
	$(Q)templates/embed cmd/starter.h starter_files templates/starter $(foreach s,$(SCHEMAS),.mdstatic/$(s)=$(s)) \
		$(foreach s,$(SCRIPTS),.mdstatic/ci/$(notdir $(s))=$(s)) \
		.github/workflows/definitions.yml=templates/ci/github.yml .gitlab-ci.yml=templates/ci/gitlab.yml > $@
$(BUILD)/gen/hooks.c: templates/embed $(wildcard templates/ci/hooks/*) templates/ci/deploy
	@mkdir -p $(@D)
	$(Q)templates/embed cmd/starter.h hook_files templates/ci/hooks mdstatic-deploy=templates/ci/deploy > $@
$(BUILD)/gen/page_files.c: templates/embed $(wildcard templates/pages/*)
	@mkdir -p $(@D)
	$(Q)templates/embed build/template.h page_files templates/pages > $@
$(BUILD)/obj/gen/%.o: $(BUILD)/gen/%.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -MMD -MP -c -o $@ $<
$(BUILD)/lib/build.a: $(BUILD)/obj/gen/page_files.o

$(BUILD)/mdstatic: $(BUILD)/obj/main.o $(BUILD)/obj/gen/starter.o $(BUILD)/obj/gen/hooks.o $(call libs,cmd)
	$(call note,LINK,$@)
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $^ $(PKG_LIBS)

# --- publish/: the only program that uses a network; it links none of what reads definitions or keys ----------------------
USE_publish  = publish emit format base
PUBLISH_OBJ  = $(patsubst %.c,$(BUILD)/obj/%.o,$(filter-out publish/main.c,$(sort $(wildcard publish/*.c))))
PUBLISH_LIBS = $(shell $(PKG_CONFIG) --libs libcurl libcrypto jansson expat zlib 2>/dev/null) -lm -pthread
$(BUILD)/obj/publish/%.o: publish/%.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call note,CC,$<)
	$(Q)$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -MMD -MP -c -o $@ $<
$(BUILD)/lib/publish.a: $(PUBLISH_OBJ)
	@mkdir -p $(@D); rm -f $@
	$(Q)$(AR) rcs $@ $^
publish_libs = $(foreach f,$(USE_publish),$(BUILD)/lib/$(f).a)
$(BUILD)/mdstatic-publish: $(BUILD)/obj/publish/main.o $(publish_libs)
	$(call note,LINK,$@)
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $^ $(PUBLISH_LIBS) $(PKG_LIBS)

# --- the device library: one object in which mdr_* are the only names, so that none can meet one of the app's ------------
# Its entry points are what the header declares; what they do not reach is dropped. Sources that need a library which devices do not
# have, or files or threads, are left out from the start, so that a cross build needs no more than DEVICE_PKGS.
#   make CC=aarch64-linux-android21-clang LD=ld.lld AR=llvm-ar OBJCOPY=llvm-objcopy OPT=-Os BUILD=build-arm64 build-arm64/libmdresolve.a
DEVICE_PKGS = libcrypto jansson libpcre2-8 libzstd zlib
DEVICE_SRC  = $(shell grep -LE '^\#[ \t]*include <(archive|archive_entry|expat|ini|fcntl|pthread|signal|locale)\.h>' $(foreach f,$(USE_resolve),$(call src,$(f))))
$(BUILD)/mdresolve.names: generator/resolve/mdresolve.h
	@mkdir -p $(@D)
	$(Q)$(CC) -E -P -x c $< | grep -oE '\<mdr_[a-z0-9_]+\(' | tr -d '(' | sort -u > $@
$(BUILD)/mdresolve.o: $(DEVICE_SRC:generator/%.c=$(BUILD)/obj/%.o) $(BUILD)/mdresolve.names
	$(call note,LD,$@)
	$(Q)$(LD) -r --gc-sections $$(sed 's/^/-u /' $(BUILD)/mdresolve.names) -o $@ $(filter %.o,$^)
	$(Q)$(OBJCOPY) --wildcard --strip-unneeded-symbol='*' --keep-symbols=$(BUILD)/mdresolve.names --keep-global-symbols=$(BUILD)/mdresolve.names $@
$(BUILD)/libmdresolve.a: $(BUILD)/mdresolve.o
	@rm -f $@
	$(call note,AR,$@)
	$(Q)$(AR) rcs $@ $^

# --- examples/device: a program on the library and libcurl, as an app would be: it sees nothing but mdresolve.h ----------
DEVICE_LIBS = $(shell $(PKG_CONFIG) --libs $(DEVICE_PKGS) libcurl 2>/dev/null)
DEVICE_OBJ  = $(patsubst %.c,$(BUILD)/obj/%.o,$(sort $(wildcard examples/device/*.c)))
$(BUILD)/obj/examples/%.o: examples/%.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call note,CC,$<)
	$(Q)$(CC) -Igenerator/resolve -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 $(CPPFLAGS) $(CFLAGS_ALL) -MMD -MP -c -o $@ $<
$(BUILD)/device: $(DEVICE_OBJ) $(BUILD)/libmdresolve.a
	$(call note,LINK,$@)
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $^ $(DEVICE_LIBS)
device: $(BUILD)/device ## the example of a program on the device library
.PHONY: device

# --- unit tests: tests/unit/FOLDER/NOUN.c is one program, linked with what FOLDER may use ------------------------------
# Compiling the tests themselves is most of the work, and their own speed is none of it.
TEST_OPT = -O0 -g1
UNIT = $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(sort $(wildcard tests/unit/*/*.c)))
define unit_rule
$(BUILD)/unit/$(1)/%: tests/unit/$(1)/%.c $(BUILD)/flags $(call libs,$(1))
	@mkdir -p $$(@D)
	$$(call note,UNIT,$$@)
	$(Q)$$(CC) $$(CPPFLAGS_ALL) $$(CFLAGS_ALL) $$(TEST_OPT) -Wno-unused-parameter -MMD -MP -MF $$@.d $$(LDFLAGS_ALL) -o $$@ $$< $(call libs,$(1)) -lcmocka $$(PKG_LIBS)
endef
$(foreach f,$(FOLDERS),$(eval $(call unit_rule,$(f))))
$(BUILD)/unit/publish/%: tests/unit/publish/%.c $(BUILD)/flags $(publish_libs)
	@mkdir -p $(@D)
	$(call note,UNIT,$@)
	$(Q)$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) $(TEST_OPT) -Wno-unused-parameter -MMD -MP -MF $@.d $(LDFLAGS_ALL) -o $@ $< $(publish_libs) -lcmocka $(PUBLISH_LIBS) $(PKG_LIBS)
unit: $(UNIT) ## build the unit tests
.PHONY: unit

# --- fuzz targets: tests/fuzz/NOUN.c, engine-neutral; replayed over tests/fuzz/corpus/NOUN by the driver beside them ----
FUZZ = $(patsubst tests/fuzz/%.c,$(BUILD)/fuzz/%,$(filter-out tests/fuzz/driver.c,$(sort $(wildcard tests/fuzz/*.c))))
fuzz_libs = $(BUILD)/lib/publish.a $(call libs,cmd)
$(BUILD)/fuzz/%: tests/fuzz/%.c tests/fuzz/driver.c $(BUILD)/flags $(fuzz_libs)
	@mkdir -p $(@D)
	$(call note,FUZZ,$@)
	$(Q)$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) $(TEST_OPT) -Wno-missing-prototypes -MMD -MP -MF $@.d $(LDFLAGS_ALL) -o $@ $< tests/fuzz/driver.c $(fuzz_libs) $(PUBLISH_LIBS) $(PKG_LIBS)
fuzz: $(FUZZ) ## build the fuzz targets
.PHONY: fuzz
# The same with clang's engine, which looks for new inputs: tests/fuzz/explore builds and runs them.
$(BUILD)/explore/%: tests/fuzz/%.c $(BUILD)/flags $(fuzz_libs)
	@mkdir -p $(@D)
	$(call note,FUZZ,$@)
	$(Q)$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -Wno-missing-prototypes -MMD -MP -MF $@.d $(LDFLAGS_ALL) -fsanitize=fuzzer -o $@ $< $(fuzz_libs) $(PUBLISH_LIBS) $(PKG_LIBS)

# --- programs that the scripts of tests/system drive: tests/system/NOUN.c ------------------------------------------------
$(BUILD)/tests/%: tests/system/%.c $(BUILD)/flags $(call libs,cmd)
	@mkdir -p $(@D)
	$(call note,TEST,$@)
	$(Q)$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -MMD -MP -MF $@.d $(LDFLAGS_ALL) -o $@ $< $(call libs,cmd) $(PKG_LIBS)

# --- benches: tests/bench/NOUN.c -----------------------------------------------------------------------------------------
BENCH = $(patsubst tests/bench/%.c,$(BUILD)/bench/%,$(sort $(wildcard tests/bench/*.c)))
$(BUILD)/bench/%: tests/bench/%.c $(BUILD)/flags $(call libs,cmd)
	@mkdir -p $(@D)
	$(call note,BENCH,$@)
	$(Q)$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -MMD -MP -MF $@.d $(LDFLAGS_ALL) -o $@ $< $(call libs,cmd) $(PKG_LIBS)

# The reference of publishing speaks HTTP.
$(BUILD)/bench/s3put: PKG_LIBS += $(PUBLISH_LIBS)

# That of the device library counts memory: the linker wraps the allocator of all that it can link statically.
$(BUILD)/bench/device: tests/bench/device.c $(BUILD)/flags $(BUILD)/libmdresolve.a
	@mkdir -p $(@D)
	$(call note,BENCH,$@)
	$(Q)$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -MMD -MP -MF $@.d $(LDFLAGS_ALL) $(foreach f,malloc calloc realloc free strdup,-Wl,--wrap=$(f)) \
		-o $@ $< $(BUILD)/libmdresolve.a -Wl,-Bstatic -ljansson -lpcre2-8 -lzstd -lz -Wl,-Bdynamic -lcrypto

# --- what a machine needs: installed through apt when run as root, else the one line to run ------------------------------
DEPS_BUILD = gcc make pkg-config libcurl4-openssl-dev libgit2-dev libssl-dev libzstd-dev libarchive-dev libjansson-dev libinih-dev libpcre2-dev libutf8proc-dev zlib1g-dev libqrencode-dev libexpat1-dev
DEPS_DEMO  = $(DEPS_BUILD) git ca-certificates nodejs npm
DEPS_SERVERS = radosgw ceph-mon ceph-osd ceph-common nginx-light swift-proxy swift-account swift-container swift-object memcached curl
DEPS_BENCH = rclone awscli time
DEPS_TEST  = $(DEPS_DEMO) libcmocka-dev g++ gcc-multilib valgrind cppcheck clang-tidy clang-format aapt apksigner openssl unzip zip zstd libplist-utils default-jdk-headless chromium zbar-tools softhsm2 opensc shellcheck jq

deps: ## install what building needs
	@tests/deps $(DEPS_BUILD)
deps-demo: ## install what the demo needs
	@tests/deps $(DEPS_DEMO)
deps-test: ## install what the tests need
	@tests/deps $(DEPS_TEST)
deps-servers: ## install what publishing is tested on; where that fails, those tests are skipped
	@tests/deps $(DEPS_SERVERS) || echo "going on without: tests that need them are skipped"
deps-bench:
	@tests/deps $(DEPS_BENCH) || echo "going on without: comparisons with them are skipped"
.PHONY: deps deps-demo deps-test deps-servers deps-bench

JOBS = -j$(shell nproc)
# pkg-config is asked when this file is read, so what comes after deps runs in a fresh make.
demo: deps-demo ## build, compile the example definitions with real packages, resolve eight devices, ask over HTTP
	@$(MAKE) $(JOBS) --no-print-directory all device
	@BUILD='$(abspath $(BUILD))' examples/demo.sh
test: deps-test deps-servers ## everything that CI runs
	@$(MAKE) $(JOBS) --no-print-directory all device
	@BUILD='$(abspath $(BUILD))' tests/run
bench: deps-test deps-servers deps-bench ## ratios to references measured in the same run
	@$(MAKE) $(JOBS) --no-print-directory all $(BENCH)
	@BUILD='$(abspath $(BUILD))' tests/bench/run
check-long: deps-test deps-servers ## what takes too long for CI
	@$(MAKE) $(JOBS) --no-print-directory all
	@BUILD='$(abspath $(BUILD))' tests/run long
lint: ## cppcheck and clang-tidy over the generator
	@tests/lint
.PHONY: demo test bench check-long lint

install: all ## into $(DESTDIR)$(PREFIX)
	install -d '$(DESTDIR)$(PREFIX)/bin' '$(DESTDIR)$(PREFIX)/lib/pkgconfig' '$(DESTDIR)$(PREFIX)/include' '$(DESTDIR)$(PREFIX)/share/mdstatic'
	install -m 755 $(BUILD)/mdstatic $(BUILD)/mdstatic-publish '$(DESTDIR)$(PREFIX)/bin/'
	install -m 644 $(BUILD)/libmdresolve.a '$(DESTDIR)$(PREFIX)/lib/libmdresolve.a'
	install -m 644 generator/resolve/mdresolve.h '$(DESTDIR)$(PREFIX)/include/mdresolve.h'
	install -m 644 schemas/* '$(DESTDIR)$(PREFIX)/share/mdstatic/'
	sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@VERSION@|$(VERSION)|' templates/mdresolve.pc > '$(DESTDIR)$(PREFIX)/lib/pkgconfig/mdresolve.pc'
.PHONY: install

clean: ## remove all build folders
	rm -rf build build-*
help: ## this list
	@grep -hE '^[a-z-]+:.*##' Makefile | sed -E 's/:[^#]*## */\t/' | awk -F'\t' '{printf "  %-12s %s\n", $$1, $$2}'
.PHONY: clean help

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
