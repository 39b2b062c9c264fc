#!/usr/bin/env python3
"""Linux as the judge; `make oracle` calls it with what was built (see --help there).

Every program of user/test runs four times: built for this machine, built with glibc for riscv64
under qemu-riscv64, and in the guest built with user/lib and with glibc. Exit status and output
must be the same. Where qemu-riscv64, which imitates Linux's memory calls itself, says something
else than this machine's kernel, the kernel is right. With --seed it compares random programs of
memory calls instead (oracle_vm.py).

A check that one side skips compares as equal only if it has the same number there; the rest of
its line is the reason. Lines that begin with "#" are for a reader, and are not compared.
"""

import argparse
import itertools
import os
import re
import subprocess
import sys
import tempfile
import time

import check_guest
import guest
import mkinitrd
import oracle_vm
from report import Report

LIMIT = 120  # seconds for one program
CONTEXT = 3  # lines shown before the first that differs
COUNT = 2000
SKIP = re.compile(r"^(ok \d+) .*# SKIP|^(1\.\.)0 # SKIP")
CHECK = re.compile(r"^((?:not )?ok \d+)")


class Run:
    """What one program did on one side."""

    def __init__(self, side, status, text):
        self.side = side
        self.status = status
        self.lines = [line for line in text.replace("\r\n", "\n").splitlines()
                      if line and not line.startswith("#")]


def first_difference(one, other):
    """(lines compared, lines skipped, index of the first that differs or None)"""
    compared = skipped = 0
    for i, (a, b) in enumerate(itertools.zip_longest(one.lines, other.lines, fillvalue="")):
        if SKIP.match(a) or SKIP.match(b):
            left, right = CHECK.match(a), CHECK.match(b)
            if left and right and left[1] != right[1]:
                return compared, skipped, i
            if not (left and right) and not (a.startswith("1..") or b.startswith("1..")):
                return compared, skipped, i
            skipped += 1
        elif a != b:
            return compared, skipped, i
        else:
            compared += 1
    return compared, skipped, None


def show(one, other, at):
    """The lines around a difference, from both sides."""
    lines = [f"{one.side} and {other.side} differ in line {at + 1}:"]
    lines += ["  both  " + line for line in one.lines[max(0, at - CONTEXT):at]]
    for run in (one, other):
        text = run.lines[at] if at < len(run.lines) else "(the end)"
        lines.append(f"  {run.side}: {text}")
    return lines


def compare(one, other):
    """(problems, lines compared, lines skipped)"""
    compared, skipped, at = first_difference(one, other)
    problems = show(one, other, at) if at is not None else []
    if one.status != other.status:
        problems.append(f"exit status {one.status} by {one.side}, {other.status} by {other.side}")
    if not compared and not problems:
        problems.append(f"nothing could be compared between {one.side} and {other.side}")
    return problems, compared, skipped


# ---- Linux ----------------------------------------------------------------------------------------


def compile_test(compiler, flags, name, out):
    """None, or why it does not build."""
    source = os.path.join("user/test", name + ".c")
    done = subprocess.run([compiler, *flags, "-std=gnu11", "-O2", "-I.", "-o", out, source],
                          stderr=subprocess.PIPE, text=True, check=False)
    return done.stderr.strip().splitlines()[:3] if done.returncode else None


def run_here(side, command):
    # Memory's limits are the machine's, and no test may leave a core behind.
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, timeout=LIMIT, check=False,
                              start_new_session=True)
        status = done.returncode if done.returncode >= 0 else 128 - done.returncode
        return Run(side, status, done.stdout.decode(errors="replace"))
    except subprocess.TimeoutExpired as e:
        return Run(side, "timeout", (e.stdout or b"").decode(errors="replace"))


# ---- The guest --------------------------------------------------------------------------------------


def run_in_guest(options, programs):
    """{guest path: Run} of [(guest path, source or None)], one boot for as many as it bears."""
    runs, todo = {}, list(programs)
    extra = [(path, source) for path, source in programs if source]
    with tempfile.TemporaryDirectory(prefix="xv39-oracle.") as tmp:
        while todo:
            outcomes = check_guest.boot(options, [path for path, _ in todo], tmp, extra,
                                        append="quiet")
            for outcome in outcomes:
                text = outcome.output.decode(errors="replace")
                side = "xv39 (glibc)" if outcome.path.startswith("/glibc/") else "xv39"
                runs[outcome.path] = Run(side, outcome.status, text)
            if not outcomes[0].booted:
                break
            todo = todo[len(outcomes):]
    return runs


class Oracle:
    def __init__(self, args, report, tmp):
        self.args = args
        self.report = report
        self.tmp = tmp
        self.options = guest.Options(args.build, args.cpus, args.mem)

    def build(self, name):
        """{side: program} and why others are missing"""
        built, problems = {}, []
        for side, compiler, flags in (("Linux", self.args.hostcc, ["-pthread"]),
                                      ("glibc", self.args.prefix + "gcc", ["-static", "-pthread"])):
            out = os.path.join(self.tmp, f"{name}.{side}")
            why = compile_test(compiler, flags, name, out)
            if why:
                problems += [f"does not build for {side}:", *why]
            else:
                built[side] = out
        return built, problems

    def judge(self, name, built, guest_runs):
        """Linux's own kernel against the guest; qemu-riscv64 for what needs a riscv64 program."""
        linux = run_here("Linux", [built["Linux"]])
        problems, notes = [], []
        for path in ("/test/" + name, "/glibc/" + name):
            if path not in guest_runs:
                problems.append(f"{path} did not run")
                continue
            wrong, compared, skipped = compare(linux, guest_runs[path])
            if wrong and "glibc" in built:
                emulated = run_here("qemu-riscv64", ["qemu-riscv64", built["glibc"]])
                other, compared, skipped = compare(emulated, guest_runs[path])
                wrong = wrong + ["and qemu-riscv64:"] + other if other else []
            problems += wrong
            notes.append((compared, skipped))
        return problems, notes

    def tests(self):
        names = sorted(os.path.basename(p) for p in self.args.guest_tests.split())
        wanted = [n for n in names if self.report.wants("oracle/" + n)]
        built, broken, programs = {}, {}, []
        for name in wanted:
            built[name], broken[name] = self.build(name)
            programs.append(("/test/" + name, None))
            if "glibc" in built[name]:
                programs.append(("/glibc/" + name, built[name]["glibc"]))
        runs = run_in_guest(self.options, programs) if programs else {}
        for name in wanted:
            began = time.monotonic()
            problems, notes = list(broken[name]), []
            if "Linux" in built[name]:
                wrong, notes = self.judge(name, built[name], runs)
                problems += wrong
            if problems:
                again = f"make oracle T={name} CPUS={self.options.harts}"
                self.report.fail("oracle/" + name, [*problems, "to repeat: " + again])
                continue
            compared, skipped = notes[0]
            self.report.ok("oracle/" + name, time.monotonic() - began, compared,
                           [(f"{skipped} lines", "skipped on one side")] if skipped else [])

    def random(self):
        oracle = oracle_vm.Oracle(self.options, oracle_vm.build_native(self.tmp, self.args.hostcc),
                                  self.args.seed or oracle_vm.BATCH[0])
        wrong, compared = oracle.compare(self.args.count or COUNT)
        problems = []
        if wrong:
            problems = [f"{len(wrong)} of {compared} random programs differ",
                        *oracle.explain(wrong[0])]
            self.report.fail("oracle/vm", problems)
        else:
            self.report.ok("oracle/vm", checks=compared)


def arguments():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--build", required=True, help="the folder with kernel.elf")
    p.add_argument("--prefix", required=True, help="of the toolchain")
    p.add_argument("--hostcc", default="gcc")
    p.add_argument("--cpus", type=int, default=2)
    p.add_argument("--mem", default="256M")
    p.add_argument("--guest-tests", default="", help="user/test programs")
    p.add_argument("--test", default="", help="the one program to compare")
    p.add_argument("--seed", type=int, help="random programs, from this seed")
    p.add_argument("--count", type=int, help="so many random programs")
    return p.parse_args()


def main():
    began = time.monotonic()
    args = arguments()
    os.chdir(guest.TOP)
    report = Report(args.test)
    report.heading(f"on Linux and in the guest: {args.cpus} harts, {args.mem}")
    with tempfile.TemporaryDirectory(prefix="xv39-oracle.") as tmp:
        oracle = Oracle(args, report, tmp)
        if args.seed is None and args.count is None:
            oracle.tests()
        if report.wants("oracle/vm"):
            oracle.random()
    return report.close(time.monotonic() - began)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (guest.Error, mkinitrd.Error, oracle_vm.Problem) as error:
        sys.exit(f"oracle: {error}")
