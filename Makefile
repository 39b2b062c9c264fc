# xv39: everything is built, run and checked from here; `make help` says how.
#
# One Makefile for the whole tree, nothing built outside build/. A source file is compiled because
# it is there: to add one, put it in its folder.

#: make                 build the kernel and the initrd
#: make qemu            boot to a shell (installs the tools that are missing); Ctrl-A X leaves
#: make check           run every test; make check T=name runs one, T=guest or T=mm a group,
#:                      T='mem_*' or T=mem_ those called so, T="mem_cow sh" several
#: make grade           make check, under the name that graders expect
#: make check-mm        only mm's tests on this machine
#: make tsan            mm's tests with threads under ThreadSanitizer
#: make coverage        lines and branches of mm that its tests reach
#: make fuzz SECONDS=60   random calls on address spaces against a model
#: make mutants         is every one of scripts/mutants.txt noticed by mm's tests?
#: make oracle          is Linux's answer the same? T=... some of it; SEED=n COUNT=m random programs
#: make bench           instructions per operation, beside Linux's; ROWS="fork mmap" only these,
#:                      PROFILE=row the functions it spends them in
#: make bench-check     none has grown; make bench-update writes what is to be compared with
#: make bench-growth    what costs grow like with areas, pages, processes, pipes, addresses; a plot
#: make bench-smp       what a second hart is worth
#: make run PROG=user/test/foo.c ARGS="..."    one program; scripts/run -h tells more
#: make qemu-gdb        boot and wait for gdb; then, in another window:
#: make gdb             debug the kernel; PROG=name stops in that program's main
#: make listings        .asm and .sym beside every binary
#: make doctor          which tools are here, and how to get the others; make setup installs
#: make calls           write kernel/CALLS.md, the table of all system calls
#: make loc             lines per folder, against the budget
#: make format          lay out the C sources; make check-format only tells
#: make clean           remove build/
#:
#: CPUS=1..8 (2)  MEM=size (256M)  COW=0|1 (1)  DEBUG=0|1 (0)  WERROR=0|1 (0)  V=0|1 (0)
#: TOOLPREFIX=prefix of the cross compiler  QEMU=program  HOSTCC=gcc  GDBPORT=port

.DEFAULT_GOAL := all
MAKEFLAGS += --no-builtin-rules -j$(shell nproc 2>/dev/null || echo 2)
.SUFFIXES:
.DELETE_ON_ERROR:

# ---- What can be set on the command line -------------------------------------------------------

QEMU    ?= qemu-system-riscv64
CPUS    ?= 2
MEM     ?= 256M
COW     ?= 1
DEBUG   ?= 0
WERROR  ?= 0
V       ?= 0
HOSTCC  ?= gcc
GDBPORT ?= $(shell expr `id -u` % 5000 + 25000)

# name, value, allowed values
one_of = $(if $(and $(filter 1,$(words $(2))),$(filter $(3),$(2))),,\
	$(error $(1)=$(2) makes no sense: $(1) is one of $(3)))
$(call one_of,CPUS,$(CPUS),1 2 3 4 5 6 7 8)
$(call one_of,COW,$(COW),0 1)
$(call one_of,DEBUG,$(DEBUG),0 1)
$(call one_of,WERROR,$(WERROR),0 1)
$(call one_of,V,$(V),0 1)
ifneq ($(MEM),256M)
$(if $(shell echo '$(MEM)' | grep -E '^([0-9]+M|[0-9]+G)$$'),,\
	$(error MEM=$(MEM) makes no sense: a size such as 64M, 256M or 4G))
$(if $(shell echo '$(MEM)' | grep -E '^(0*1?[0-9]M|0+G)$$'),\
	$(error MEM=$(MEM) is too small: firmware, kernel and the initrd of all tests want 20M))
endif

# A prefix that was not given is found by linking a small program, once, when first needed.
ifeq ($(origin TOOLPREFIX),undefined)
TOOLPREFIX = $(eval TOOLPREFIX := $(shell scripts/find-toolchain))$(TOOLPREFIX)
else
export TOOLPREFIX
endif
export QEMU
CC       = $(TOOLPREFIX)gcc
AR       = $(TOOLPREFIX)ar
LD       = $(TOOLPREFIX)ld
NM       = $(TOOLPREFIX)nm
OBJCOPY  = $(TOOLPREFIX)objcopy
OBJDUMP  = $(TOOLPREFIX)objdump
PYTHON   = $(eval PYTHON := $(shell . scripts/tools.sh; find_python))$(PYTHON)
GDB      = $(eval GDB := $(shell . scripts/tools.sh; find_gdb))$(GDB)

# Each configuration has a folder of its own, so switching back and forth rebuilds nothing.
O := build$(if $(filter 0,$(COW)),/cow0)$(if $(filter 1,$(DEBUG)),/debug)

# `$(Q)command` is silent unless V=1; `$(call say,CC,file)` is what stands for it (not under -s).
Q   := $(if $(filter 1,$(V)),,@)
mute := $(filter 1,$(V))$(findstring s,$(filter-out --%,$(firstword -$(MAKEFLAGS))))
say  = $(if $(mute),:,printf '  %-7s %s\n' $(1) $(2))

# ---- Flags -------------------------------------------------------------------------------------

WARN     := -Wall -Wextra -Wvla $(if $(filter 1,$(WERROR)),-Werror)
SWITCHES := -DCOW=$(COW) $(if $(filter 1,$(DEBUG)),-DDEBUG=1) \
	-DVERSION='"xv39 COW=$(COW) DEBUG=$(DEBUG)"'
DEPS      = -MMD -MP

# The kernel uses no floating point, no C library and no libgcc.
KARCH   := -march=rv64imac_zicsr_zifencei -mabi=lp64 -mcmodel=medany
KFLAGS  := $(KARCH) -std=gnu11 -O2 -g -I. -ffreestanding -fno-omit-frame-pointer \
	-fno-stack-protector -fno-pie -fno-common -fno-strict-aliasing \
	-Wframe-larger-than=2048 $(WARN) $(SWITCHES)
KLINK   := $(KARCH) -nostdlib -static -no-pie -Wl,-z,max-page-size=4096 -Wl,--build-id=none \
	-Wl,--no-warn-rwx-segments -T boot/kernel.ld

# Programs see the headers in user/include and the compiler's own, and nothing of the host's.
UARCH   := -march=rv64gc -mabi=lp64d
UFLAGS   = $(UARCH) -std=gnu11 -O2 -g -I. -nostdinc -isystem user/include -isystem $(CCINC) \
	-fno-stack-protector -fno-pie -fno-common -ftls-model=local-exec $(WARN)
LIBFLAGS := -ffreestanding -fno-tree-loop-distribute-patterns
ULINK   := $(UARCH) -nostdlib -static -no-pie -Wl,-z,max-page-size=4096 -Wl,--build-id=none \
	-T user/lib/user.ld
CCINC    = $(eval CCINC := $(shell $(CC) -print-file-name=include))$(CCINC)

# The flags a folder's files are compiled with.
flags_for = $(if $(filter user/%,$(1)),$(UFLAGS) $(if $(filter user/lib/% user/bench/%,$(1)),$(LIBFLAGS)),$(KFLAGS))

# ---- What there is to build --------------------------------------------------------------------

find     = $(sort $(shell find $(1) -name '*.[cS]' 2>/dev/null))
# trap.c and trap.S may stand side by side: their objects lie in obj/ and asm/.
objects  = $(patsubst %.c,$(O)/obj/%.o,$(filter %.c,$(1))) \
	$(patsubst %.S,$(O)/asm/%.o,$(filter %.S,$(1)))

KSRC    := $(filter-out mm/test/% kernel/test/%,$(call find,boot kernel mm))
KOBJ    := $(call objects,$(KSRC))
CRT0    := $(O)/asm/user/lib/crt0.o
LIBOBJ  := $(filter-out $(CRT0),$(call objects,$(call find,user/lib)))

# A program is user/bin/NAME.c or a folder user/bin/NAME/ of C files; user/test is alike. The
# tests' own runner is the one program that lives elsewhere.
PROGS   := $(sort $(patsubst %.c,%,$(wildcard user/bin/*.c user/test/*.c)) \
	$(patsubst %/,%,$(dir $(wildcard user/bin/*/*.c user/test/*/*.c))))
PROGDIRS := user/bin user/test
RUNINIT := user/runinit/runinit
RANDOMVM := user/oracle/vm/vm
ETC     := $(sort $(shell find user/etc -type f ! -name '*~' ! -name README.md 2>/dev/null))

MMSRC   := $(wildcard mm/*.c)

# A test that does not build is left out of what boots, so that one keeps no other from running;
# `make` alone fails then, and `make check` says which it was.
.PHONY: all bootable tools FORCE
all: bootable
	@for t in $(filter user/test/%,$(PROGS)); do test -e $(O)/$$t || exit 1; done
bootable: $(O)/kernel.elf $(O)/initrd.cpio $(O)/$(RUNINIT) $(O)/$(RANDOMVM)
test_or  = $(if $(filter user/test/%,$(1)),|| $(2))
left_out = { rm -f $(O)/$(1) $(O)/stripped/$(1); \
	echo '$(1) does not build, as told above: it is left out until it does' >&2; }

# Commands that run something install what is missing; the others only say what it is.
goals    = $(filter $(1),$(MAKECMDGOALS))
purpose := $(if $(call goals,oracle),oracle,$(if $(call goals,check check-mm grade setup),check,$(if \
	$(call goals,gdb),gdb,$(if $(call goals,bench-growth),plot,$(if \
	$(call goals,qemu qemu-gdb run bench%),run,--check build)))))
tools:
	@scripts/setup $(purpose)

# A file that changes only when its text does: what depends on it is remade when the list of
# objects, the flags or the compiler is another.
define stamp
	@mkdir -p $(dir $@); printf '%s\n' '$(1)' | cmp -s - $@ || printf '%s\n' '$(1)' >$@
endef
$(O)/flags: FORCE | tools
	$(call stamp,$(CC) $(KFLAGS) / $(UFLAGS))
$(O)/kernel.list: FORCE
	$(call stamp,$(KOBJ))
$(O)/libc.list: FORCE
	$(call stamp,$(LIBOBJ))

$(O)/obj/%.o: %.c $(O)/flags
	@mkdir -p $(dir $@); $(call say,CC,$<)
	$(Q)$(CC) $(call flags_for,$<) $(DEPS) -c -o $@ $< $(call test_or,$<,rm -f $@)

$(O)/asm/%.o: %.S $(O)/flags
	@mkdir -p $(dir $@); $(call say,AS,$<)
	$(Q)$(CC) $(call flags_for,$<) $(DEPS) -c -o $@ $<

# ---- The kernel --------------------------------------------------------------------------------

# Linked twice: the second time with the table of its own functions, which backtraces read. The
# table comes last in rodata, behind the text, and scripts/ksyms.py checks that nothing moved.
$(O)/kernel.elf: $(KOBJ) $(O)/kernel.list boot/kernel.ld scripts/ksyms.py
	@$(call say,LINK,$@)
	$(Q)$(PYTHON) scripts/ksyms.py table </dev/null >$(O)/ksyms0.S
	$(Q)$(CC) $(KARCH) -c -o $(O)/ksyms0.o $(O)/ksyms0.S
	$(Q)$(CC) $(KLINK) -o $(O)/kernel.tmp $(KOBJ) $(O)/ksyms0.o
	$(Q)$(NM) -n $(O)/kernel.tmp | $(PYTHON) scripts/ksyms.py table >$(O)/ksyms.S
	$(Q)$(CC) $(KARCH) -c -o $(O)/ksyms.o $(O)/ksyms.S
	$(Q)$(CC) $(KLINK) -o $@ $(KOBJ) $(O)/ksyms.o
	$(Q)$(NM) -n $@ | $(PYTHON) scripts/ksyms.py check $(O)/ksyms.S
	$(Q)$(NM) -n $@ >$(O)/kernel.sym
	$(Q)$(OBJDUMP) -d $@ >$(O)/kernel.asm

# ---- User land ---------------------------------------------------------------------------------

$(O)/user/libc.a: $(LIBOBJ) $(O)/libc.list
	@mkdir -p $(dir $@); $(call say,AR,$@)
	$(Q)rm -f $@; $(AR) qcsD $@ $(LIBOBJ)

# The full ELF stays in build/; a copy without debug sections, but with its symbols, is packed.
define program
$(O)/$(1): $(CRT0) $(call objects,$(2)) $(O)/user/libc.a user/lib/user.ld
	@mkdir -p $$(dir $$@) $(O)/stripped/$(dir $(1)); $$(call say,LINK,$$@)
	$(Q)ls $(call objects,$(2)) >/dev/null 2>&1 && \
		$$(CC) $(ULINK) -o $$@ $(CRT0) $(call objects,$(2)) $(O)/user/libc.a && \
		$$(OBJCOPY) --strip-debug $$@ $(O)/stripped/$(1) $(call test_or,$(1),$(call left_out,$(1)))
endef
sources = $(sort $(wildcard $(1).c $(1)/*.c))
$(foreach p,$(PROGS),$(eval $(call program,$(p),$(call sources,$(p)))))
$(eval $(call program,$(RUNINIT),$(RUNINIT).c))
$(eval $(call program,$(RANDOMVM),$(sort $(wildcard $(dir $(RANDOMVM))*.c))))

# What the initrd holds, one "GUEST-PATH SOURCE" a line.
$(O)/initrd.list: FORCE
	$(call stamp,$(foreach p,$(PROGS),$(p:user/%=/%) $(O)/stripped/$(p)%)$(foreach \
		f,$(ETC),$(f:user/%=/%) $(f)%))

$(O)/initrd.cpio: $(addprefix $(O)/,$(PROGS)) $(ETC) $(O)/initrd.list scripts/mkinitrd.py
	@$(call say,CPIO,$@)
	$(Q)tr % "\n" <$(O)/initrd.list | while read path file; do \
		test ! -e "$$file" || echo "$$path $$file"; done >$(O)/initrd.files
	$(Q)$(PYTHON) scripts/mkinitrd.py $@ <$(O)/initrd.files

-include $(patsubst %.o,%.d,$(KOBJ) $(CRT0) $(LIBOBJ) \
	$(call objects,$(foreach p,$(PROGS) $(RUNINIT),$(call sources,$(p))) $(wildcard $(dir $(RANDOMVM))*.c)))

# ---- Tests on this machine ----------------------------------------------------------------------

# FOLDER/test/test_NAME.c is one program. mm's are linked with all of mm and what else lies in
# mm/test (fuzz targets have a main of their own and stay out); the kernel's take what they want
# from an archive of what can run here: the file system, its calls, mm and the stand-ins.
HOSTFLAGS := -std=gnu11 -O1 -g -I. -fno-omit-frame-pointer -fsanitize=address,undefined \
	-fno-sanitize-recover=all -pthread $(WARN) -DCOW=$(COW) -DDEBUG=1
# What mm's tests catch on its way between mm's files (mm/test/README.md).
HOSTWRAP  := @mm/test/wrap.flags
H         := build$(if $(filter 0,$(COW)),/cow0)/host
host       = $(patsubst %.c,$(H)/%.o,$(1))
MMHOST    := $(call host,$(MMSRC) $(filter-out mm/test/test_% mm/test/fuzz_%,$(wildcard mm/test/*.c)))
KHOST     := $(call host,$(filter-out kernel/test/test_%,$(wildcard kernel/test/*.c)) \
	$(wildcard kernel/fs/*.c) $(addprefix kernel/,random.c sys_copy.c sys_fcntl.c sys_file.c sys_path.c sys_rw.c sys_space.c sys_stat.c))
HOSTTESTS := $(patsubst %.c,$(H)/%,$(sort $(wildcard mm/test/test_*.c kernel/test/test_*.c)))
# mm's tests with threads once more under ThreadSanitizer, as tsan/NAME. It does not understand
# fences (-Wno-tsan), of which mm has one, in tlb_flush, for what the hardware reads.
TSANFLAGS := $(filter-out -fsanitize=% -fno-sanitize-recover=%,$(HOSTFLAGS)) -fsanitize=thread \
	-Wno-tsan
TSANTESTS := $(patsubst mm/test/%.c,$(H)/tsan/%,$(sort $(shell grep -lw test_threads \
	mm/test/test_*.c)))
MMTSAN    := $(MMHOST:$(H)/%=$(H)/tsan/%)
HOSTTESTS += $(TSANTESTS)

$(H)/flags: FORCE | tools
	$(call stamp,$(HOSTCC) $(HOSTFLAGS))
$(H)/kernel.list: FORCE
	$(call stamp,$(KHOST) $(MMHOST))

$(H)/%.o: %.c $(H)/flags
	@mkdir -p $(dir $@); $(call say,HOSTCC,$<)
	$(Q)$(HOSTCC) $(if $(filter kernel/%,$<),-Ikernel/test/shadow) $(HOSTFLAGS) $(DEPS) -c -o $@ $<

$(H)/mm/test/test_%: $(H)/mm/test/test_%.o $(MMHOST)
	@$(call say,LINK,$@)
	$(Q)$(HOSTCC) $(HOSTFLAGS) $(HOSTWRAP) -o $@ $^

$(H)/kernel.a: $(KHOST) $(MMHOST) $(H)/kernel.list
	$(Q)rm -f $@; ar qcsD $@ $(KHOST) $(MMHOST)

$(H)/kernel/test/test_%: $(H)/kernel/test/test_%.o $(H)/kernel.a
	@$(call say,LINK,$@)
	$(Q)$(HOSTCC) $(HOSTFLAGS) $(HOSTWRAP) -o $@ $^

$(H)/tsan/%.o: %.c $(H)/flags
	@mkdir -p $(dir $@); $(call say,TSANCC,$<)
	$(Q)$(HOSTCC) $(TSANFLAGS) $(DEPS) -c -o $@ $<

$(H)/tsan/test_%: $(H)/tsan/mm/test/test_%.o $(MMTSAN)
	@$(call say,LINK,$@)
	$(Q)$(HOSTCC) $(TSANFLAGS) $(HOSTWRAP) -o $@ $^

TSANOBJ := $(MMTSAN) $(TSANTESTS:$(H)/tsan/%=$(H)/tsan/mm/test/%.o)
.SECONDARY: $(MMHOST) $(KHOST) $(HOSTTESTS:%=%.o) $(TSANOBJ)
-include $(MMHOST:.o=.d) $(KHOST:.o=.d) $(HOSTTESTS:%=%.d) $(TSANOBJ:.o=.d)

# ---- The benchmark -------------------------------------------------------------------------------

# One program without a library, the same on xv39 and on Linux. The row that executes a large
# program is left out where there is no static Linux C library.
BENCH    := $(O)/user/bench/bench
BENCHOBJ := $(call objects,$(sort $(wildcard user/bench/*.c)) user/bench/start.S)
$(BENCH): $(BENCHOBJ)
	@mkdir -p $(dir $@); $(call say,LINK,$@)
	$(Q)$(CC) $(UARCH) -nostdlib -static -no-pie -Wl,-z,max-page-size=4096 -Wl,--build-id=none -s \
		-o $@ $^
-include $(BENCHOBJ:.o=.d)

BENCHEXE := $(O)/user/bench/large/large
$(BENCHEXE): user/bench/large/large.c
	@mkdir -p $(dir $@); $(call say,CC,$<)
	$(Q)$(CC) -static -O2 -o $@ $< 2>/dev/null || : >$@

RUNBENCH = $(PYTHON) scripts/bench.py --build $(O) --bench $(BENCH) --exec $(BENCHEXE)
.PHONY: bench bench-check bench-update
bench: bootable $(BENCH) $(BENCHEXE)
	$(Q)$(RUNBENCH) $(if $(PROFILE),--profile $(PROFILE),$(ROWS))
bench-check: bootable $(BENCH) $(BENCHEXE)
	$(Q)$(RUNBENCH) --check
bench-update: bootable $(BENCH) $(BENCHEXE)
	$(Q)$(RUNBENCH) --update

.PHONY: bench-growth bench-smp
bench-growth bench-smp: bootable $(BENCH)
	$(Q)$(PYTHON) scripts/$(subst -,_,$@).py --build $(O) --bench $(BENCH) $(ROWS)

# ---- Commands -----------------------------------------------------------------------------------

.PHONY: qemu qemu-gdb gdb run check check-mm grade tsan mutants coverage

QEMULINE = $(QEMU) -machine virt -bios default -kernel $(O)/kernel.elf -initrd $(O)/initrd.cpio \
	-m $(MEM) -smp $(CPUS) -nographic -no-reboot

qemu: bootable
	@echo "Booting with $(CPUS) harts and $(MEM). Ctrl-A X leaves QEMU."
	$(Q)$(QEMULINE)

qemu-gdb: bootable $(O)/gdbinit
	@echo "Waiting for gdb on port $(GDBPORT): run 'make gdb' in another window. Ctrl-A X leaves."
	$(Q)$(QEMULINE) -S -gdb tcp::$(GDBPORT)

$(O)/gdbinit: FORCE bootable
	$(Q)$(PYTHON) scripts/gdbinit.py $(O) $(GDBPORT) $(NM) $(PROG) >$@

gdb: bootable $(O)/gdbinit
	$(Q)$(GDB) -q -x $(O)/gdbinit $(O)/kernel.elf

# make run PROG=user/test/foo.c ARGS="a b": from the source, options of scripts/run in RUNFLAGS.
PROGNAME := $(patsubst %.c,%,$(PROG:%/=%))
RUNPROG  := $(firstword $(filter $(PROGNAME) user/bin/$(PROGNAME) user/test/$(PROGNAME),$(PROGS)))
ifneq ($(filter run,$(MAKECMDGOALS)),)
$(if $(PROG),,$(error which program? Name it, as in PROG=user/test/foo.c ARGS="a b"))
$(if $(RUNPROG),,$(error PROG=$(PROG): there is no $(if $(wildcard $(PROG)),program \
	of that name: they lie in user/bin and user/test,such file)))
endif
run: bootable $(O)/$(RUNPROG)
	$(Q)scripts/run -b $(O) -s $(CPUS) -m $(MEM) $(RUNFLAGS) $(O)/$(RUNPROG) $(ARGS)

CHECK = $(PYTHON) scripts/check.py --build $(O) --prefix '$(TOOLPREFIX)' --cpus $(CPUS) \
	--mem $(MEM) --mm-sources '$(MMSRC)' --host-tests '$(HOSTTESTS)' \
	--guest-tests '$(filter user/test/%,$(PROGS))'

# Which tests on this machine T= means. If it means none at all, that is told before anything is built.
judge  := $(if $(call goals,oracle),oracle,$(if $(call goals,check grade check-mm tsan),check))
wanted := $(if $(T),$(if $(judge),$(shell $(PYTHON) scripts/$(judge).py --build $(O) --test '$(T)' \
	--known --guest-tests '$(filter user/test/%,$(PROGS))' $(if $(filter check,$(judge)),\
	--host-tests '$(HOSTTESTS)'))),$(HOSTTESTS))
$(if $(filter no,$(firstword $(wanted))),$(error $(strip $(wanted))))

check grade: bootable $(wanted)
	$(Q)$(CHECK) --test '$(T)'

# Linux as the judge: user/test there and in the guest, and random programs of memory calls.
.PHONY: oracle
oracle: bootable
	$(Q)$(PYTHON) scripts/oracle.py --build $(O) --prefix '$(TOOLPREFIX)' --hostcc '$(HOSTCC)' \
		--cpus $(CPUS) --mem $(MEM) --guest-tests '$(filter user/test/%,$(PROGS))' \
		--test '$(T)' $(if $(SEED),--seed $(SEED)) $(if $(COUNT),--count $(COUNT))

check-mm: $(filter $(H)/mm/%,$(wanted))
	$(Q)$(CHECK) --test '$(or $(patsubst $(H)/mm/test/test_%,mm/%,$^),mm/$(T))'

# How good mm's tests are: races seen by another tool, lines they reach, changes they notice.
tsan: $(filter $(H)/tsan/%,$(wanted))
	$(Q)$(CHECK) --test '$(or $(patsubst $(H)/tsan/test_%,tsan/%,$^),tsan/$(T))'

coverage:
	$(Q)$(PYTHON) scripts/coverage.py

.PHONY: fuzz
fuzz: $(H)/mm/test/test_fuzz
	$(Q)mm/test/fuzz.sh $< $(or $(SECONDS),60) $(COW)

# Takes a quarter of an hour; WORDS="..." names some of scripts/mutants.txt.
mutants:
	$(Q)$(PYTHON) scripts/mutants.py $(WORDS)

.PHONY: listings loc format check-format setup doctor clean print-gdbport help

# Beside each program its disassembly and its symbols, as the kernel's are by default.
listings: all
	$(Q)for p in $(addprefix $(O)/,$(PROGS)); do \
		$(OBJDUMP) -dS $$p >$$p.asm && $(NM) -n $$p >$$p.sym || exit 1; done
	$(Q)$(OBJDUMP) -dS $(O)/kernel.elf >$(O)/kernel.asm

.PHONY: calls
calls:
	$(Q)$(PYTHON) scripts/calls.py && echo kernel/CALLS.md

loc:
	@$(PYTHON) scripts/loc.py

format:
	$(Q)$(PYTHON) scripts/format.py

check-format:
	$(Q)$(PYTHON) scripts/format.py --check

setup: tools

doctor:
	@scripts/doctor

clean:
	rm -rf build

print-gdbport:
	@echo $(GDBPORT)

help:
	@sed -n 's/^#: \{0,1\}//p' Makefile
