#!/usr/bin/env python3
"""The table of the kernel's functions that backtraces read.

    nm -n kernel.tmp | ksyms.py table > ksyms.S     the table, as assembly
    nm -n kernel.elf | ksyms.py check ksyms.S       is it still true of the final kernel?

The assembly defines, in .rodata.ksyms: ksym_count (u64), ksym_addrs (ascending u64 each),
ksym_names (for each a u32 offset into ksym_strings), ksym_strings (NUL-terminated names).
With no input the table is empty: the first link uses that.
"""

import re
import sys


def functions(lines):
    """[(address, name)] of the text symbols, ascending, one for each address."""
    found = {}
    for line in lines:
        fields = line.split()
        if len(fields) != 3 or fields[1] not in "tTwW":
            continue
        address, name = int(fields[0], 16), fields[2]
        if name.startswith((".L", "$")):  # labels and mapping symbols
            continue
        # A global name says more than a local one at the same address.
        if address not in found or fields[1] == "T":
            found[address] = name
    return sorted(found.items())


def table(symbols):
    out = [
        "# Written by scripts/ksyms.py.",
        '\t.section .rodata.ksyms, "a"',
        "\t.globl ksym_count, ksym_addrs, ksym_names, ksym_strings",
        "\t.balign 8",
        "ksym_count:",
        f"\t.quad {len(symbols)}",
        "ksym_addrs:",
    ]
    out += [f"\t.quad {address:#x}\t# {name}" for address, name in symbols]
    out.append("ksym_names:")
    offset = 0
    for _, name in symbols:
        out.append(f"\t.word {offset}")
        offset += len(name) + 1
    out.append("ksym_strings:")
    out += [f'\t.asciz "{name}"' for _, name in symbols]
    out += ["\t.byte 0", '\t.section .note.GNU-stack, "", @progbits']
    return "\n".join(out) + "\n"


def check(symbols, path):
    """Compares the final kernel's functions with the table that is linked into it."""
    with open(path, encoding="ascii") as f:
        said = re.findall(r"^\t\.quad (0x[0-9a-f]+)\t# (.*)$", f.read(), re.M)
    said = [(int(address, 16), name) for address, name in said]
    for real, was in zip(symbols, said):
        if real != was:
            sys.exit(f"ksyms: {was[1]} was at {was[0]:#x}; the second link has {real[1]} at "
                     f"{real[0]:#x}. The table must lie behind the text (boot/kernel.ld).")
    if len(symbols) != len(said):
        sys.exit(f"ksyms: {len(said)} functions in the table, {len(symbols)} in the kernel")


def main():
    if sys.argv[1:] == ["table"]:
        sys.stdout.write(table(functions(sys.stdin)))
    elif len(sys.argv) == 3 and sys.argv[1] == "check":
        check(functions(sys.stdin), sys.argv[2])
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
