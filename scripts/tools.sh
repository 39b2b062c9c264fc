# Finding the tools: sourced by scripts/doctor and scripts/setup, POSIX sh only, because on a
# fresh machine there may be nothing else. Not a program of its own.
#
# Everything here only looks. Installing is scripts/setup's work.

PREFIXES="riscv64-linux-gnu- riscv64-unknown-elf- riscv64-elf- riscv64-unknown-linux-gnu-"

# The kernel's own flags, so that a compiler that passes here builds the kernel.
PROBE_FLAGS="-march=rv64imac_zicsr_zifencei -mabi=lp64 -mcmodel=medany -ffreestanding -nostdlib
	-static -fno-pie -no-pie"

have() {
	command -v "$1" >/dev/null 2>&1
}

# First line of "$1 --version", or nothing.
version_of() {
	"$1" --version 2>/dev/null | head -n 1
}

# Can the compiler with this prefix link a small rv64 program, and are its companions there?
# The reason for a no is left in $WHY.
prefix_links() {
	WHY=
	for tool in gcc ld ar nm objcopy objdump; do
		if ! have "$1$tool"; then
			WHY="no $1$tool on PATH"
			return 1
		fi
	done
	probe=$(mktemp -d "${TMPDIR:-/tmp}/xv39-probe.XXXXXX") || return 1
	cat >"$probe/t.c" <<-'EOF'
		#include <stdint.h>
		uint64_t n;
		void _start(void) { __asm__ volatile("csrr %0, sstatus\n fence.i" : "=r"(n)); }
	EOF
	# shellcheck disable=SC2086
	"$1gcc" $PROBE_FLAGS -o "$probe/t" "$probe/t.c" >"$probe/log" 2>&1
	status=$?
	[ $status -eq 0 ] || WHY="$1gcc cannot link a small rv64 program: $(head -n 1 "$probe/log")"
	rm -rf "$probe"
	return $status
}

# Prints the toolchain prefix that works; $TOOLPREFIX, when set, is the only one tried.
find_prefix() {
	for p in ${TOOLPREFIX-$PREFIXES}; do
		if prefix_links "$p"; then
			echo "$p"
			return 0
		fi
	done
	return 1
}

# Prints a Python that is new enough and, if there is one, has pexpect (the console test needs
# it). Distributions put pexpect beside /usr/bin/python3, which need not be first on PATH.
find_python() {
	first=
	for p in python3 /usr/bin/python3; do
		have "$p" || continue
		"$p" -c 'import sys; sys.exit(sys.version_info < (3, 9))' 2>/dev/null || continue
		first=${first:-$p}
		if "$p" -c 'import pexpect' 2>/dev/null; then
			echo "$p"
			return 0
		fi
	done
	[ -n "$first" ] && echo "$first"
}

# Prints the OpenSBI image that QEMU's "-bios default" loads; fails when there is none.
find_opensbi() {
	"$QEMU" -L help 2>/dev/null | while read -r dir; do
		if [ -f "$dir/opensbi-riscv64-generic-fw_dynamic.bin" ]; then
			echo "$dir/opensbi-riscv64-generic-fw_dynamic.bin"
		fi
	done | grep . | head -n 1
}

find_gdb() {
	for g in gdb-multiarch riscv64-linux-gnu-gdb riscv64-unknown-elf-gdb riscv64-elf-gdb gdb; do
		have "$g" || continue
		if "$g" -nx -batch -ex 'set architecture riscv:rv64' 2>&1 | grep -q riscv:rv64; then
			echo "$g"
			return 0
		fi
	done
	return 1
}

# The package manager of this machine, by name.
package_manager() {
	for m in apt-get dnf pacman zypper apk brew nix-env; do
		if have "$m"; then
			echo "$m"
			return
		fi
	done
	echo unknown
}
