#!/usr/bin/env python3
"""Prints a table of all system calls: number, name, the file that serves it, and the first
sentence of the comment there, if it has one. Made from kernel/syscalls.def and the sources, so it
is always right; `make calls`."""

import glob
import re

CALL = re.compile(r"^CALL\((\w+)\)", re.M)
NUMBER = re.compile(r"^#define\s+SYS_(\w+)\s+(\d+)", re.M)
SERVED = re.compile(r"(?:/\*((?:[^*]|\*(?!/))*)\*/\n)?long sys_(\w+)\(")


def read(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


def sentence(comment):
    text = " ".join(re.sub(r"^\s*\*", "", line).strip() for line in comment.splitlines())
    return re.split(r"(?<=\.)\s", text.strip())[0]


def table():
    """[(number, name, file, note)], in the order of the numbers."""
    numbers = dict(NUMBER.findall(read("kernel/abi_call.h")))
    places = {}
    for path in sorted(glob.glob("kernel/**/*.c", recursive=True)):
        if "/test/" not in path:
            for comment, name in SERVED.findall(read(path)):
                places[name] = (path, sentence(comment))
    return sorted((int(numbers[name]), name, *places[name])
                  for name in CALL.findall(read("kernel/syscalls.def")))


if __name__ == "__main__":
    rows = table()
    for row in rows:
        print("%4d  %-24s %-24s %s" % row)
    print(f"{len(rows)} calls; any other number is ENOSYS")
