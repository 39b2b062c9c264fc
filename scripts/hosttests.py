"""Builds mm's tests for this machine with flags of one's own, away from what make builds.

For the scripts that need other objects than `make check-mm`: coverage.py and mutants.py."""

import glob
import os
import subprocess

# What mm's tests catch on its way between mm's files.
WRAP = ["@mm/test/wrap.flags"]
FLAGS = ["-std=gnu11", "-I.", "-pthread", "-DDEBUG=1"]


class BuildError(Exception):
    """The compiler's or the linker's complaint."""


def sources():
    """(files of mm, what every test is linked with, the tests)"""
    tests = sorted(glob.glob("mm/test/test_*.c"))
    support = [f for f in sorted(glob.glob("mm/test/*.c"))
               if not os.path.basename(f).startswith(("test_", "fuzz_"))]
    return sorted(glob.glob("mm/*.c")), support, tests


def call(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if done.returncode:
        raise BuildError(" ".join(command) + "\n" + done.stdout.decode(errors="replace"))


class Builder:
    """Objects and programs in one folder, all with the same flags."""

    def __init__(self, folder, flags, compiler="gcc"):
        self.folder = folder
        self.compiler = [compiler, *flags, *FLAGS]

    def object_of(self, source):
        return os.path.join(self.folder, source[:-2] + ".o")

    def compile(self, source, text_of=None):
        """Compile `source`, or the file text_of in its stead; => the object."""
        obj = self.object_of(source)
        os.makedirs(os.path.dirname(obj), exist_ok=True)
        call([*self.compiler, "-c", "-o", obj, text_of or source])
        return obj

    def link(self, test, objects):
        program = os.path.join(self.folder, os.path.basename(test)[:-2])
        call([*self.compiler, *WRAP, "-o", program, *objects])
        return program
