#!/usr/bin/env python3
"""Prints gdb's commands for `make gdb`: gdbinit.py BUILD PORT NM [PROGRAM]

With a program, its symbols are added and gdb stops in its main. All programs are linked at the
same address, so a breakpoint there asks whether the bytes are this program's. If they are not, or
are not in memory yet, gdb looks again after the next trap: a breakpoint is hit before the page
that it lies in has been faulted in, and gdb cannot step over what it cannot read.
"""

import os
import re
import struct
import subprocess
import sys

PROBE = 64  # bytes of main that tell one program from another, within one page

COMMON = """\
set confirm off
set pagination off
set architecture riscv:rv64
macro define current ((struct task *)$tp)
echo Connecting to port {port}; if that fails, run 'make qemu-gdb' first.\\n
target remote localhost:{port}
"""


STOP_IN_MAIN = """\
python
class Main(gdb.Breakpoint):
    def stop(self):
        try:
            if bytes(gdb.selected_inferior().read_memory({at:#x}, {size})) == {code!r}:
                later.enabled = self.enabled = False
                return True
        except gdb.MemoryError:
            pass
        self.enabled, later.enabled = False, True
        return False
class Later(gdb.Breakpoint):
    def stop(self):
        self.enabled, in_main.enabled = False, True
        return False
later = Later("trap_user")
later.enabled = False
in_main = Main("*{at:#x}")
end
echo Now 'continue' (c), then start {name} at the shell: gdb stops in its main, once.\\n
"""


def find(build, name):
    name = re.sub(r"\.c$", "", name)
    for path in (f"user/bin/{name}", f"user/test/{name}", name):
        if os.path.isfile(os.path.join(build, path)):
            return os.path.join(build, path)
    sys.exit(f"gdb: no program {name} in {build}/user/bin or {build}/user/test")


def address_of_main(nm, exe):
    names = subprocess.run([nm, exe], capture_output=True, text=True, check=True).stdout
    found = re.search(r"^([0-9a-f]+) T main$", names, re.M)
    if not found:
        sys.exit(f"gdb: {exe} has no main")
    return int(found[1], 16)


def bytes_at(exe, address, size):
    """What the program's ELF segments hold at an address."""
    with open(exe, "rb") as f:
        elf = f.read()
    table, = struct.unpack_from("<Q", elf, 32)
    entry, count = struct.unpack_from("<HH", elf, 54)
    for i in range(count):
        kind, _, offset, va, _, filed = struct.unpack_from("<IIQQQQ", elf, table + i * entry)
        if kind == 1 and va <= address < va + filed:
            start = offset + address - va
            return elf[start:start + min(size, va + filed - address)]
    sys.exit(f"gdb: main of {exe} is in no segment")


def main():
    if len(sys.argv) not in (4, 5):
        sys.exit(__doc__)
    build, port, nm = sys.argv[1:4]
    print(COMMON.format(port=port), end="")
    if len(sys.argv) == 4:
        return
    exe = find(build, sys.argv[4])
    at = address_of_main(nm, exe)
    code = bytes_at(exe, at, min(PROBE, 4096 - at % 4096))
    print(f"add-symbol-file {exe}")
    print(STOP_IN_MAIN.format(at=at, size=len(code), code=code, name=os.path.basename(exe)), end="")


if __name__ == "__main__":
    main()
