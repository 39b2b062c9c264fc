# shellcheck shell=sh disable=SC2034
# Finding the tools: sourced by doctor, setup and find-toolchain. POSIX sh only, because on a
# fresh machine there may be nothing else. Not a program of its own, and it only looks:
# installing is scripts/setup's work.

PREFIXES="riscv64-linux-gnu- riscv64-unknown-elf- riscv64-elf- riscv64-unknown-linux-gnu-"
QEMU=${QEMU:-qemu-system-riscv64}

# The kernel's own flags, so that a compiler that passes here builds the kernel.
PROBE_FLAGS="-march=rv64imac_zicsr_zifencei -mabi=lp64 -mcmodel=medany -ffreestanding -nostdlib
	-static -fno-pie -no-pie"

# What each purpose needs. "make" builds, "make qemu" also runs, "make check" also tests.
NEED_build="toolchain python3 cpio"
NEED_run="$NEED_build qemu opensbi"
NEED_check="$NEED_run pexpect hostcc glibc"
NEED_gdb="$NEED_run gdb"
NEED_oracle="$NEED_check qemu-user c++ fortran"
NEED_plot="$NEED_run gnuplot"
OPTIONAL="gdb clang-format gnuplot qemu-user c++ fortran"

have() {
	command -v "$1" >/dev/null 2>&1
}

# ---- Looking for one thing ----------------------------------------------------------------------

# Can the compiler with prefix $1 link a small rv64 program, and are its companions there? If not,
# says why.
prefix_links() {
	for tool in gcc ld ar nm objcopy objdump; do
		have "$1$tool" || { echo "no $1$tool on PATH"; return 1; }
	done
	tmp=$(mktemp -d "${TMPDIR:-/tmp}/xv39-probe.XXXXXX") || return 1
	cat >"$tmp/t.c" <<-'EOF'
		#include <stdint.h>
		uint64_t n;
		void _start(void) { __asm__ volatile("csrr %0, sstatus\n fence.i" : "=r"(n)); }
	EOF
	# shellcheck disable=SC2086  # the flags are meant to be split
	"$1gcc" $PROBE_FLAGS -o "$tmp/t" "$tmp/t.c" >"$tmp/log" 2>&1
	status=$?
	[ $status -eq 0 ] || echo "$1gcc cannot link a small rv64 program: $(head -n 1 "$tmp/log")"
	rm -rf "$tmp"
	return $status
}

# Sets PREFIX, or WHY it cannot. $TOOLPREFIX, when set, is the only prefix tried.
find_prefix() {
	PREFIX='' WHY=''
	for p in ${TOOLPREFIX-$PREFIXES}; do
		if reason=$(prefix_links "$p"); then
			PREFIX=$p
			return 0
		fi
		WHY="$WHY${WHY:+; }$reason"
	done
	return 1
}

# A Python that is new enough and, if there is one, has pexpect (the console test needs it).
# Distributions put pexpect beside /usr/bin/python3, which need not be the first on PATH.
find_python() {
	first=
	for py in python3 /usr/bin/python3; do
		have "$py" || continue
		"$py" -c 'import sys; sys.exit(sys.version_info < (3, 9))' 2>/dev/null || continue
		first=${first:-$py}
		if "$py" -c 'import pexpect' 2>/dev/null; then
			echo "$py"
			return 0
		fi
	done
	[ -n "$first" ] && echo "$first"
}

# The image that QEMU's "-bios default" loads.
find_opensbi() {
	"$QEMU" -L help 2>/dev/null | while read -r dir; do
		ls "$dir/opensbi-riscv64-generic-fw_dynamic.bin" 2>/dev/null
	done | grep .
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

# The image does not tell its version other than by booting.
opensbi_version() {
	log=$(mktemp "${TMPDIR:-/tmp}/xv39-opensbi.XXXXXX") || return 1
	"$QEMU" -machine virt -nographic </dev/null >"$log" 2>&1 &
	sleep 1
	kill $!
	wait $! 2>/dev/null
	sed -n 's/^\(OpenSBI v[^ ]*\).*/\1/p' "$log" | tr -d '\r'
	rm -f "$log"
}

# The C library for static Linux programs (the kernel runs them unchanged).
find_glibc() {
	find_prefix || return 1
	lib=$("${PREFIX}gcc" -print-file-name=libc.a)
	[ -f "$lib" ] && echo "$lib"
}

# find_cross NAME: the toolchain's compiler of another language, perhaps only with its version.
find_cross() {
	find_prefix || return 1
	command -v "$PREFIX$1" && return
	old_ifs=$IFS IFS=:
	for dir in $PATH; do
		for file in "$dir/$PREFIX$1"-[0-9]*; do
			[ -x "$file" ] && echo "$file" && IFS=$old_ifs && return
		done
	done
	IFS=$old_ifs
	return 1
}

# The host's compiler with the sanitizers that mm's tests run under.
find_hostcc() {
	tmp=$(mktemp -d "${TMPDIR:-/tmp}/xv39-probe.XXXXXX") || return 1
	echo '#include <stdio.h>
	int main(void) { return puts("") < 0; }' >"$tmp/t.c"
	"${HOSTCC:-gcc}" -fsanitize=address,undefined -o "$tmp/t" "$tmp/t.c" >/dev/null 2>&1
	status=$?
	rm -rf "$tmp"
	[ $status -eq 0 ] && command -v "${HOSTCC:-gcc}"
}

# probe NAME: sets FILE (where it is, empty if it is not), VERSION, PURPOSE and TRIED.
probe() {
	FILE='' VERSION='' TRIED=PATH
	case $1 in
	toolchain)
		PURPOSE="compiles the kernel and its programs"
		find_prefix && FILE=$(command -v "${PREFIX}gcc")
		TRIED=$WHY
		;;
	python3)
		PURPOSE="the scripts (3.9 or later)"
		TRIED="python3 and /usr/bin/python3"
		py=$(find_python) && FILE=$(command -v "$py")
		;;
	pexpect)
		PURPOSE="Python's pexpect: types at the shell in the console test"
		TRIED="importing it with python3 and /usr/bin/python3"
		py=$(find_python) && FILE=$("$py" -c 'import pexpect; print(pexpect.__file__)' 2>/dev/null)
		[ -n "$FILE" ] && VERSION=$("$py" -c 'import pexpect; print(pexpect.__version__)')
		return
		;;
	cpio) PURPOSE="packs the initrd"; FILE=$(command -v cpio) ;;
	qemu)
		PURPOSE="the machine: a RISC-V emulator"
		TRIED="$QEMU on PATH"
		FILE=$(command -v "$QEMU")
		;;
	opensbi)
		PURPOSE="the machine's firmware, which QEMU loads by itself"
		TRIED="opensbi-riscv64-generic-fw_dynamic.bin in QEMU's folders ($QEMU -L help)"
		FILE=$(find_opensbi | head -n 1)
		return
		;;
	hostcc)
		PURPOSE="runs mm's tests on this machine"
		TRIED="${HOSTCC:-gcc} -fsanitize=address,undefined"
		FILE=$(find_hostcc)
		;;
	glibc)
		PURPOSE="a stock static Linux program, run as a test"
		TRIED="libc.a of the toolchain"
		FILE=$(find_glibc)
		return
		;;
	c++ | fortran)
		PURPOSE="a stock program in that language, for make oracle"
		case $1 in c++) name=g++ ;; *) name=gfortran ;; esac
		TRIED="the toolchain's prefix and $name"
		FILE=$(find_cross "$name")
		;;
	gdb)
		PURPOSE="make gdb"
		TRIED="set architecture riscv:rv64"
		FILE=$(find_gdb) && FILE=$(command -v "$FILE")
		;;
	clang-format) PURPOSE="make format"; FILE=$(command -v clang-format) ;;
	gnuplot) PURPOSE="draws what make bench-growth measures"; FILE=$(command -v gnuplot) ;;
	qemu-user) PURPOSE="runs a user test on Linux's ABI, to compare"; FILE=$(command -v qemu-riscv64) ;;
	esac
	[ -n "$FILE" ] && VERSION=$("$FILE" --version 2>/dev/null | head -n 1)
}

# ---- What installs it ---------------------------------------------------------------------------

package_manager() {
	for m in apt-get dnf pacman apk brew nix-shell; do
		if have "$m"; then
			echo "$m"
			return
		fi
	done
	echo none
}

# packages MANAGER NAME...: the packages that bring these tools, where they are known.
packages() {
	manager=$1
	shift
	for name; do
		case $manager/$name in
		apt-get/toolchain) echo gcc-riscv64-linux-gnu binutils-riscv64-linux-gnu ;;
		apt-get/python3 | dnf/python3 | apk/python3 | nix-shell/python3) echo python3 ;;
		apt-get/qemu) echo qemu-system-misc ;;
		apt-get/opensbi) echo opensbi ;;
		apt-get/pexpect | dnf/pexpect) echo python3-pexpect ;;
		apt-get/hostcc) echo gcc libc6-dev ;;
		apt-get/glibc) echo libc6-dev-riscv64-cross ;;
		apt-get/gdb) echo gdb-multiarch ;;
		apt-get/gnuplot) echo gnuplot-nox ;;
		apt-get/c++) echo g++-riscv64-linux-gnu ;;
		apt-get/fortran) echo gfortran-riscv64-linux-gnu ;;
		*/c++ | */fortran) ;;
		apt-get/qemu-user) echo qemu-user ;;
		dnf/toolchain) echo gcc-riscv64-linux-gnu binutils-riscv64-linux-gnu ;;
		dnf/qemu | dnf/opensbi) echo qemu-system-riscv ;;
		dnf/hostcc) echo gcc glibc-devel libasan libubsan ;;
		dnf/glibc) ;;
		dnf/qemu-user) echo qemu-user ;;
		dnf/clang-format) echo clang-tools-extra ;;
		pacman/toolchain) echo riscv64-linux-gnu-gcc riscv64-linux-gnu-binutils ;;
		pacman/python3) echo python ;;
		pacman/qemu | pacman/opensbi) echo qemu-system-riscv ;;
		pacman/pexpect) echo python-pexpect ;;
		pacman/hostcc) echo gcc ;;
		pacman/glibc) echo riscv64-linux-gnu-glibc ;;
		pacman/qemu-user) echo qemu-user ;;
		pacman/clang-format) echo clang ;;
		apk/toolchain) echo gcc-riscv-none-elf binutils-riscv-none-elf ;;
		apk/qemu | apk/opensbi) echo qemu-system-riscv64 opensbi ;;
		apk/pexpect) echo py3-pexpect ;;
		apk/hostcc) echo gcc musl-dev ;;
		apk/glibc) ;;
		brew/toolchain) echo riscv64-elf-gcc riscv64-elf-binutils ;;
		brew/python3) echo python ;;
		brew/qemu | brew/opensbi) echo qemu ;;
		brew/gdb) echo riscv64-elf-gdb ;;
		brew/pexpect | brew/hostcc | brew/glibc) ;;
		nix-shell/toolchain | nix-shell/glibc) echo pkgsCross.riscv64.buildPackages.gcc ;;
		nix-shell/pexpect) echo python3Packages.pexpect ;;
		nix-shell/qemu | nix-shell/opensbi) echo qemu ;;
		nix-shell/hostcc) echo gcc ;;
		nix-shell/clang-format) echo clang-tools ;;
		*) echo "$name" ;;
		esac
	done | tr ' ' '\n' | awk 'NF && !seen[$0]++' | tr '\n' ' ' | sed 's/ $//'
}

# install_command MANAGER NAME...: what a person types.
install_command() {
	list=$(packages "$@")
	sudo=
	[ "$(id -u)" = 0 ] || sudo='sudo '
	case $1 in
	apt-get) echo "${sudo}apt-get install $list" ;;
	dnf) echo "${sudo}dnf install $list" ;;
	pacman) echo "${sudo}pacman -S --needed $list" ;;
	apk) echo "${sudo}apk add $list" ;;
	brew) echo "brew install $list" ;;
	nix-shell) echo "nix-shell -p $list" ;;
	none)
		shift
		echo "(no package manager known here; on Debian it would be: $(packages apt-get "$@"))"
		;;
	esac
	case " $* " in *" brew "*" pexpect "*) echo "and: pip3 install pexpect" ;; esac
}
