"""Tests of the source tree itself: what may include what, that mm stands alone, what is tracked,
the layout of the text and the READMEs. Each returns its problems, or raises Skip."""

import fnmatch
import os
import re
import shutil
import subprocess

import calls
import check_includes
import format


class Skip(Exception):
    """The test cannot be made here; the text says why."""


def includes(_):
    return check_includes.check_all()


def mm_alone(setup):
    """Linked by itself, mm may want nothing but its port and what the compiler calls."""
    objects = [os.path.join(setup.build, "obj", p[:-2] + ".o") for p in setup.mm_sources]
    out = os.path.join(setup.build, "mm-alone.o")
    done = subprocess.run([setup.prefix + "ld", "-r", "-o", out, *objects], capture_output=True,
                          text=True, check=False)
    if done.returncode != 0:
        return done.stderr.splitlines()
    names = subprocess.run([setup.prefix + "nm", "-u", out], capture_output=True, text=True,
                           check=True).stdout.split()
    wrong = [n for n in names if n != "U" and not re.fullmatch("port_[a-z_0-9]+|memcpy|memset", n)]
    return [f"mm calls {name}, which is no part of mm/port.h" for name in wrong]


def tracked(_):
    """Nothing that is built is under version control."""
    done = subprocess.run(["git", "ls-files", "-z"], capture_output=True, check=False)
    if done.returncode != 0:
        raise Skip("not a git checkout")
    problems = []
    for path in os.fsdecode(done.stdout).split("\0"):
        if not os.path.isfile(path):
            continue
        with open(path, "rb") as f:
            head = f.read(6)
        if path.startswith("build/") or head[:4] == b"\x7fELF" or head == b"070701" \
                or head == b"!<arch":
            problems.append(f"{path} is a build product")
    return problems


def text_layout(_):
    if not shutil.which("clang-format"):
        raise Skip("no clang-format here")
    version = format.version()
    if version != format.REFERENCE:
        raise Skip(f"clang-format {version} here; the layout is defined by {format.REFERENCE}")
    problems = format.problems(format.all_files())
    return problems + ["`make format` mends this"] if problems else []


def readmes(_):
    """Every folder opens with a README of at most two screens."""
    problems = []
    for folder in [".", "boot", "kernel", "mm", "user", "scripts"]:
        path = os.path.join(folder, "README.md")
        if not os.path.isfile(path):
            problems.append(f"{path} is missing")
            continue
        with open(path, encoding="utf-8") as f:
            lines = sum(1 for _ in f)
        if lines > 100:
            problems.append(f"{path} has {lines} lines; two screens are 100")
    return problems


def named(_):
    """A folder's README names each of its files, so that a reader finds it."""
    problems = []
    for folder in ["boot", "kernel", "kernel/fs", "kernel/dev", "mm", "scripts"]:
        with open(os.path.join(folder, "README.md"), encoding="utf-8") as f:
            words = re.findall(r"[\w*]+\.[\w\[\]]+", f.read())
        for name in sorted(os.listdir(folder)):
            if name.endswith((".c", ".S", ".py")) and \
                    not any(fnmatch.fnmatch(name, word) for word in words):
                problems.append(f"{folder}/README.md does not name {name}")
    return problems


def call_table(_):
    return calls.problems()


TESTS = [("includes", includes), ("mm_alone", mm_alone), ("tracked", tracked),
         ("layout", text_layout), ("readmes", readmes), ("named", named),
         ("calls", call_table)]


def names(_):
    return ["tree/" + name for name, _ in TESTS]


def run(report, setup):
    report.heading("the tree")
    for name, test in TESTS:
        if not report.wants("tree/" + name):
            continue
        try:
            report.result("tree/" + name, test(setup))
        except Skip as e:
            report.skip("tree/" + name, str(e))
