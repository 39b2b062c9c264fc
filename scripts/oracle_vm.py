"""Random programs of memory calls, here on Linux and in the guest: the same digest from both?

The programs are user/oracle/vm's, made from a seed and a number. The first that differs is made
shorter by leaving steps out for as long as it differs, and printed as calls with both answers.
No command of its own: `make check` runs a batch, `make oracle SEED=n COUNT=m` any.
"""

import os
import re
import subprocess
import tempfile

import guest

BATCH = (39, 2000)  # the seed and the number of programs of `make check`
LINE = re.compile(r"^(\d+)/([0-9a-f]+) ([0-9a-f]{16} \d+ -?\d+)$", re.M)
ALL = (1 << 64) - 1
GUEST_PATH = "/run/vm"
PIECE = 2000  # programs of one command in the guest
SECONDS = 900  # host time for a piece


class Problem(Exception):
    """The programs could not be compared; the text says why."""


def build_native(folder, compiler="gcc"):
    """user/oracle/vm for this machine; the path of the program."""
    out = os.path.join(folder, "vm-native")
    source = os.path.join(guest.TOP, "user/oracle/vm")
    files = [os.path.join(source, f) for f in sorted(os.listdir(source)) if f.endswith(".c")]
    done = subprocess.run([compiler, "-O2", "-I.", "-o", out, *files], cwd=guest.TOP,
                          stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise Problem("it does not build here: " + done.stderr.strip().splitlines()[0])
    return out


def on_linux(native, words):
    done = subprocess.run([native, *words], stdout=subprocess.PIPE, text=True, check=False)
    return done.stdout


def in_guest(options, commands):
    """The output of each command, a list of words for vm, in one boot."""
    program = os.path.join(options.build, "stripped/user/oracle/vm/vm")
    outputs = []
    with tempfile.TemporaryDirectory(prefix="xv39-oracle.") as tmp:
        initrd = os.path.join(tmp, "initrd.cpio")
        guest.pack(options.build, initrd,
                   guest.job([[GUEST_PATH, *words] for words in commands],
                             stdin="/dev/null"), [(GUEST_PATH, program)])
        machine = guest.Guest(options.command(initrd), seconds=SECONDS)
        ended = 0
        for event in machine.events():
            if event[0] == "begin":
                outputs.append(b"")
            elif event[0] in ("out", "late") and outputs:
                outputs[-1] += event[1]
            elif event[0] == "end":
                ended += 1
        if ended < len(commands):
            tail = (outputs[-1] if outputs else b"it does not boot").decode(errors="replace")
            raise Problem("the machine stopped; its last words:\n" + tail[-2000:])
    return [text.decode(errors="replace").replace("\r\n", "\n") for text in outputs]


def digests(text):
    """{(number, mask): what it came to}"""
    return {(int(m[1]), int(m[2], 16)): m[3] for m in LINE.finditer(text)}


class Oracle:
    def __init__(self, options, native, seed):
        self.options = options
        self.native = native
        self.seed = str(seed)

    def compare(self, count):
        """The numbers below count whose digests differ, and how many were compared."""
        ranges = [f"{n}-{min(n + PIECE, count) - 1}" for n in range(0, count, PIECE)]
        here = digests(on_linux(self.native, ["digest2", self.seed, *ranges]))
        there = {}
        for text in in_guest(self.options, [["digest", self.seed, r] for r in ranges]):
            there.update(digests(text))
        if len(here) != count:
            raise Problem(f"on Linux {count - len(here)} of {count} programs gave no digest")
        return sorted(n for n, mask in here if there.get((n, mask)) != here[n, mask]), len(here)

    def differing(self, number, masks):
        """Those of the masks with which the program differs."""
        words = [f"{number}/{mask:x}" for mask in masks]
        here = digests(on_linux(self.native, ["digest", self.seed, *words]))
        there = digests(in_guest(self.options, [["digest", self.seed, *words]])[0])
        return [m for m in masks if here.get((number, m)) != there.get((number, m))]

    def shrink(self, number):
        """The mask with the fewest steps that still differs; None if it no longer does."""
        mask = (1 << 40) - 1
        if not self.differing(number, [mask]):
            return None
        size = 20
        while size:
            bits = [i for i in range(40) if mask >> i & 1]
            parts = [bits[i:i + size] for i in range(0, len(bits), size)]
            tries = [mask & ~sum(1 << b for b in part) for part in parts]
            found = [m for m in self.differing(number, tries) if m]
            if found:
                mask = min(found, key=lambda m: bin(m).count("1"))
            else:
                size //= 2
        return mask

    def explain(self, number):
        """The shortest program that differs, as lines: its calls with both answers."""
        mask = self.shrink(number)
        again = f"make oracle SEED={self.seed} COUNT={number + 1}"
        if mask is None:
            return [f"program {number} differed once and then no more; again: {again}"]
        words = ["trace", self.seed, f"{number}/{mask:x}"]
        here = on_linux(self.native, words).splitlines()
        there = in_guest(self.options, [words])[0].splitlines()
        lines = [f"program {number} differs; w, b are places in memory, p, q, r chosen mappings"]
        for ours, theirs in zip(here, there):
            if ours == theirs:
                lines.append("  both   " + ours)
            else:
                lines += ["  Linux  " + ours, "  xv39   " + theirs]
                break
        return lines + ["to repeat: " + again]


def names(_):
    return ["oracle/vm"]


def run(report, setup):
    """The batch of `make check`."""
    if not report.wants("oracle/vm"):
        return
    report.heading("the same on Linux")
    seed, count = BATCH
    try:
        with tempfile.TemporaryDirectory(prefix="xv39-oracle.") as tmp:
            oracle = Oracle(setup.options, build_native(tmp), seed)
            wrong, compared = oracle.compare(count)
            problems = []
            if wrong:
                problems = [f"{len(wrong)} of {compared} random programs differ",
                            *oracle.explain(wrong[0])]
    except Problem as e:
        problems = str(e).splitlines()
    if problems:
        report.fail("oracle/vm", problems)
    else:
        report.ok("oracle/vm", checks=compared)
