#!/usr/bin/env python3
"""Are mm's tests worth their name? Changes mm one place at a time and wants a test to go red.

`make mutants` calls it; scripts/mutants.txt lists the changes and says how. Each is made in a copy
under build/mutants, built without sanitizers, and tried on one test after the other, those named
like the file first, until one fails. Prints killed/total and what survived. Exits 1 if something
survived that the list does not explain, or was killed that it says survives.

    scripts/mutants.py [WORD...]    only those whose file, reason or text has one of the words"""

import concurrent.futures
import os
import re
import resource
import shutil
import subprocess
import sys

import hosttests

LIST = "scripts/mutants.txt"
FOLDER = "build/mutants"
FLAGS = ["-O1", "-w"]
LIMIT = 200  # seconds for one test,
LIMIT_CPU = 60  # of the processor: a change that makes a test spin is soon found out
JOBS = 2


class Mutant:
    """One change: in `file`, the text `old`, which is there once, becomes `new`."""

    def __init__(self, line, file, reason):
        self.line, self.file, self.reason = line, file, reason
        self.old, self.new, self.survives = [], [], ""
        self.flags = []

    def name(self):
        return f"{LIST}:{self.line}: {self.file}: {self.reason}"

    def text(self):
        """The changed file. Lines are compared whole, but for the white space in front of them."""
        with open(self.file, encoding="utf-8") as f:
            lines = f.read().split("\n")
        bare = [line.lstrip() for line in lines]
        n = len(self.old)
        places = [i for i in range(len(bare)) if bare[i:i + n] == self.old]
        if n == 0 or len(places) != 1:
            raise SystemExit(f"{self.name()}: its text is in the file {len(places)} times, "
                             "not once:\n" + "\n".join(self.old))
        return "\n".join(lines[:places[0]] + self.new + lines[places[0] + n:])


def read_list():
    mutants = []
    with open(LIST, encoding="utf-8") as f:
        for number, line in enumerate(f, 1):
            line = line.rstrip("\n")
            if not line or line[0] == "#":
                continue
            kind, rest = line[0], line[1:]
            if kind == "@":
                file, reason = rest.strip().split(": ", 1)
                mutants.append(Mutant(number, file, reason))
            elif kind == "-":
                mutants[-1].old.append(rest.strip())
            elif kind == "+":
                mutants[-1].new.append(rest.strip())
            elif kind == "=":
                mutants[-1].survives += rest.strip() + " "
            elif kind == "!":
                mutants[-1].flags += rest.split()
            else:
                raise SystemExit(f"{LIST}:{number}: a line begins with @ - + = ! or #")
    return mutants


def ordered(tests, file):
    """The tests of that name first, then the others by their names; random ones last."""
    stem = re.split(r"[_.]", os.path.basename(file))[0]
    return sorted(tests, key=lambda t: ("fuzz" in t, stem not in t, "random" in t or "model" in t
                                        or "sweep" in t or "failures" in t, t))


def set_limits():
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (LIMIT_CPU, LIMIT_CPU))
    os.nice(10)


def passes(program):
    try:
        done = subprocess.run([program], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL, timeout=LIMIT, check=False,
                              preexec_fn=set_limits)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


class Base:
    """The objects of the unchanged tree, by the switches they are compiled with."""

    def __init__(self):
        self.mm, self.support, self.tests = hosttests.sources()
        self.objects = {}

    def prepare(self, flags):
        """Compile everything once and see that every test passes as it is."""
        key = tuple(flags)
        if key in self.objects:
            return
        builder = hosttests.Builder(os.path.join(FOLDER, "base" + "".join(flags)), FLAGS + flags)
        objects = {f: builder.compile(f) for f in self.mm + self.support + self.tests}
        shared = [objects[f] for f in self.mm + self.support]
        for test in self.tests:
            if not passes(builder.link(test, [objects[test], *shared])):
                raise SystemExit(f"{test} fails without any change")
        self.objects[key] = objects


def try_mutant(mutant, base):
    """=> the test that killed it, None, or "NOTHING" and why"""
    folder = os.path.join(FOLDER, f"line{mutant.line}")
    shutil.rmtree(folder, ignore_errors=True)
    changed = os.path.join(folder, mutant.file)
    os.makedirs(os.path.dirname(changed))
    with open(changed, "w", encoding="utf-8") as f:
        f.write(mutant.text())
    # A changed header is found first, and by mm alone: the tests stay as they are.
    builder = hosttests.Builder(folder, [f"-I{folder}", *FLAGS, *mutant.flags])
    objects = dict(base.objects[tuple(mutant.flags)])
    header = mutant.file.endswith(".h")
    try:
        for source in base.mm if header else [mutant.file]:
            objects[source] = builder.compile(source, None if header else changed)
        shared = [objects[f] for f in base.mm + base.support]
        for test in ordered(base.tests, mutant.file):
            if not passes(builder.link(test, [objects[test], *shared])):
                return os.path.basename(test)[:-2]
        return None
    except hosttests.BuildError as e:
        return f"NOTHING: it does not build\n{e}"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main():
    words = sys.argv[1:]
    mutants = [m for m in read_list() if not words or
               any(w in "\n".join([m.file, m.reason, *m.old]) for w in words)]
    for mutant in mutants:
        mutant.text()  # all must match before the long part begins
    base = Base()
    for mutant in mutants:
        base.prepare(mutant.flags)
    killed, unexplained = 0, []
    with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        for mutant, by in zip(mutants, pool.map(lambda m: try_mutant(m, base), mutants)):
            broken = by is not None and by.startswith("NOTHING")
            killed += by is not None and not broken
            if by:
                print(f"killed by {by:26} {mutant.file}: {mutant.reason}", flush=True)
            else:
                print(f"SURVIVED {mutant.name()}\n         {mutant.survives or 'unexplained'}",
                      flush=True)
            if broken or bool(by) == bool(mutant.survives):
                unexplained.append(mutant)
    print(f"{killed}/{len(mutants)} killed")
    for mutant in unexplained:
        print(("killed, though the list says that it survives: " if mutant.survives else
               "neither killed nor explained: ") + mutant.name())
    return 1 if unexplained else 0


if __name__ == "__main__":
    sys.exit(main())
