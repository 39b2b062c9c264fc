"""How often each block of code ran, and how many instructions that is, by function: out of the log
that QEMU writes with -d in_asm,exec,nochain. No command of its own.
"""

import bisect
import collections
import os
import re

RAN = re.compile(r"Trace \d+: \S+ \[[0-9a-f]+/([0-9a-f]+)/")
CODE = re.compile(r"0x([0-9a-f]+):  ")
FIRMWARE = 0x80000000  # and below it, user programs
KERNEL = 0xffffffff80200000  # where it is linked,
ENTRY = 0x80200000  # and where it is loaded


def count(lines, begin=lambda address: True, end=lambda address: False):
    """A Counter {block's address: instructions run there}, from the first block that begin() wants
    to the one that end() wants, without that one."""
    times, length = collections.Counter(), {}
    address, begun = None, False
    for line in lines:
        match = RAN.match(line)
        if match:
            ran = int(match[1], 16)
            begun = begun or begin(ran)
            if begun and end(ran):
                break
            times[ran] += begun
        elif line.startswith("IN:"):
            address, instructions = None, 0
        else:
            match = CODE.match(line)
            if match:
                address = address or int(match[1], 16)
                instructions += 1
                # The same block is also translated cut short, before a timer's turn.
                length[address] = max(instructions, length.get(address, 0))
    return collections.Counter({a: n * length.get(a, 0) for a, n in times.items()})


def symbols_of(build):
    """(addresses, names) of the kernel's functions, ascending."""
    pairs = []
    with open(os.path.join(build, "kernel.sym"), encoding="ascii") as f:
        for line in f:
            address, kind, name = line.split()
            if kind in "tT":
                pairs.append((int(address, 16), name))
    pairs.sort()
    return [a for a, _ in pairs], [n for _, n in pairs]


def print_functions(build, counted, most=30):
    """The functions that most instructions ran in."""
    addresses, names = symbols_of(build)
    spent = collections.Counter()
    for address, instructions in counted.items():
        if ENTRY <= address < ENTRY + (1 << 22):  # before paging is on
            address += KERNEL - ENTRY
        if address >= addresses[0]:
            where = names[bisect.bisect(addresses, address) - 1]
        else:
            where = "(firmware)" if address >= FIRMWARE else "(user)"
        spent[where] += instructions
    total = sum(spent.values())
    for where, instructions in spent.most_common(most):
        print(f"{instructions:>12}  {100 * instructions / total:>5.1f} %  {where}")
