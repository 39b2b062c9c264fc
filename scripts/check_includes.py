#!/usr/bin/env python3
"""Checks that #include goes only where the design allows, file by file.

Each rule is (who, what he may include); the first rule whose pattern fits the including file
counts. A file may always include its own folder's headers as the rule says, never by "../".
"""

import fnmatch
import glob
import os
import re
import sys

COMPILER = "std{int,def,bool,arg}.h"
MM_PUBLIC = "mm/{types,bits,list,frame,slab,pagecache,aspace}.h"

# who: the files; may: patterns of root-relative headers; system: patterns of <headers>.
RULES = [
    # mm alone compiles for the host: it asks the outside only through mm/port.h.
    ("mm/test/*", ["mm/*"], ["*"]),
    ("mm/*", ["mm/*"], ["std{int,def,bool}.h"]),
    # The kernel's tests include what they test, and stand on mm's.
    ("kernel/test/*", ["kernel/*", "mm/*", "boot/*"], ["*"]),
    ("kernel/mm_port.c", ["kernel/*", "boot/{sbi,fdt}.h", MM_PUBLIC, "mm/port.h"], [COMPILER]),
    # The boot as a list: the one file that calls boot's steps.
    ("kernel/main.c", ["kernel/*", "boot/{sbi,fdt,boot}.h", MM_PUBLIC], [COMPILER]),
    ("kernel/abi*.h", ["kernel/abi*.h"], [COMPILER]),
    ("kernel/*", ["kernel/*", "boot/{sbi,fdt}.h", MM_PUBLIC], [COMPILER]),
    # Boot makes the other harts and gives its own memory back, so it knows what a hart, its first
    # task and the kernel's space are; what the kernel does with them later it does not.
    ("boot/*", ["boot/*", "kernel/{layout,hart,kspace,task,time,print,poweroff,string}.h", MM_PUBLIC],
     [COMPILER]),
    # Programs know the kernel by its ABI alone, and each other by the library.
    ("user/*", ["user/*", "kernel/abi*.h"], ["*"]),
]

INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]', re.M)


def expand(pattern):
    """a/{b,c}.h -> a/b.h, a/c.h"""
    m = re.search(r"\{([^}]*)\}", pattern)
    if not m:
        return [pattern]
    return [pattern[:m.start()] + word + pattern[m.end():] for word in m[1].split(",")]


def allowed(name, patterns):
    return any(fnmatch.fnmatch(name, p) for pattern in patterns for p in expand(pattern))


def check_file(path):
    """The include lines of one file that its rule does not allow."""
    _, may, system = next(rule for rule in RULES if fnmatch.fnmatch(path, rule[0]))
    with open(path, encoding="utf-8", errors="replace") as f:
        text = f.read()
    problems = []
    for m in INCLUDE.finditer(text):
        line = text.count("\n", 0, m.start(2)) + 1
        name = m[2]
        if m[1] == "<":
            if not allowed(name, system):
                problems.append(f"{path}:{line}: <{name}> is not for this folder")
            continue
        if not os.path.exists(name):
            beside = os.path.normpath(os.path.join(os.path.dirname(path), name))
            hint = f'; write "{beside}"' if os.path.exists(beside) else ""
            problems.append(f'{path}:{line}: "{name}" does not start at the top of the tree{hint}')
        elif not allowed(name, may):
            problems.append(f'{path}:{line}: "{name}" is not for this folder')
    return problems


def check_all():
    paths = [p for folder in ("boot", "kernel", "mm", "user") for p in
             glob.glob(folder + "/**/*.[chS]", recursive=True)]
    return [problem for path in sorted(paths) for problem in check_file(path)]


if __name__ == "__main__":
    found = check_all()
    print("\n".join(found), end="\n" if found else "")
    sys.exit(bool(found))
