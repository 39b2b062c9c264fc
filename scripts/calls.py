#!/usr/bin/env python3
"""The table of all system calls, kernel/CALLS.md: number, name, the file that serves it, and what
is worth knowing of it: the comment behind the call in kernel/syscalls.def. `make calls` writes
the table; `make check` compares."""

import glob
import re
import sys

TABLE = "kernel/CALLS.md"
CALL = re.compile(r"^CALL\((\w+)\)(?:\s*/\* (.*) \*/)?$", re.M)
NUMBER = re.compile(r"^#define\s+SYS_(\w+)\s+(\d+)", re.M)
SERVED = re.compile(r"^long sys_(\w+)\(", re.M)
HEAD = """# System calls

{} calls; any other number is ENOSYS. Made by `make calls` from syscalls.def and the sources. Numbers,
structures and errors are Linux's for riscv64; the notes say what a call is for and where it ends.

| number | call | file | |
| ---: | --- | --- | --- |
"""


def read(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


def rows():
    """[(number, name, file, note)], in the order of the numbers; a note may be missing: ""."""
    numbers = dict(NUMBER.findall(read("kernel/abi_call.h")))
    places = {}
    for path in sorted(glob.glob("kernel/**/*.c", recursive=True)):
        if "/test/" not in path:
            for name in SERVED.findall(read(path)):
                places[name] = path.replace("kernel/", "", 1)
    return sorted((int(numbers[name]), name, places[name], note)
                  for name, note in CALL.findall(read("kernel/syscalls.def")))


def text():
    table = rows()
    lines = ["| %d | %s | %s | %s |\n" % row for row in table]
    return HEAD.format(len(table)) + "".join(lines)


def problems():
    """Why the table in the tree is not the one that the sources make."""
    wrong = [f"CALL({name}) has no note: /* in a few words */ behind it in kernel/syscalls.def"
             for _, name, _, note in rows() if not note]
    try:
        is_same = read(TABLE) == text()
    except FileNotFoundError:
        is_same = False
    return wrong if is_same else wrong + [f"{TABLE} is not up to date: `make calls`"]


if __name__ == "__main__":
    with open(TABLE, "w", encoding="utf-8") as out:
        out.write(text())
    sys.exit("\n".join(problems()) or 0)
