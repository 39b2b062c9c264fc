#!/usr/bin/env python3
"""Linux as the judge; `make oracle` calls it with what was built (see --help there).

Every program of user/test runs in the guest, built with user/lib and once more with glibc. Both
must say and end as the same source does that is built for this machine, line by line. The rule:

- This machine's Linux decides.
- A check that the program skips there (RISC-V's own, mostly) is decided by qemu-riscv64, running
  the very ELF that runs in the guest with glibc. It imitates Linux's memory calls itself and is
  never asked about more.
- What is skipped there too nobody but xv39 can answer: it is counted. A program that is nothing
  but such checks stands in user/oracle/alone.txt, with the reason.

Lines that begin with "#" are for a reader, and are not compared. Then the programs of
user/oracle/real (oracle_real.py) and random programs of memory calls (oracle_vm.py); with --seed
or --count only these.
"""

import argparse
import concurrent.futures
import functools
import os
import re
import signal
import subprocess
import sys
import tempfile
import time

import check_guest
import guest
import mkinitrd
import oracle_real
import oracle_vm
from report import Report

LIMIT = 60  # seconds for one program
COUNT = 2000
SHOWN = 12  # lines of what differs in one program
ALONE = "user/oracle/alone.txt"
SKIP_ALL = re.compile(r"^1\.\.0\b")
CHECK = re.compile(r"^(?:not )?ok (\d+)(.*)$")


class Run:
    """What one program did on one side: its checks by number, and all else it said."""

    def __init__(self, side, status, text):
        self.side = side
        self.status = status
        self.checks, self.skips, self.other = {}, set(), []
        for line in text.replace("\r\n", "\n").splitlines():
            check = CHECK.match(line)
            if check:
                self.checks[int(check[1])] = line
                if "# SKIP" in check[2]:
                    self.skips.add(int(check[1]))
            elif line and not line.startswith("#"):
                self.other.append(line)
        self.skips_all = any(SKIP_ALL.match(line) for line in self.other)

    def answers(self, number):
        return not self.skips_all and number not in self.skips


class Verdict:
    """What became of one program's comparison: problems, or how many lines who answered."""

    def __init__(self):
        self.problems = []
        self.by = {}  # side: lines

    def count(self, side):
        self.by[side] = self.by.get(side, 0) + 1

    def compared(self):
        return sum(n for side, n in self.by.items() if side != NOBODY)


NOBODY = "nobody"


def compare(guest_run, linux, emulated):
    """emulated() runs the program under qemu-riscv64: only if it is asked."""
    verdict, other = Verdict(), None
    for number in sorted(guest_run.checks.keys() | linux.checks.keys()):
        judge = linux
        if not linux.answers(number):
            other = other or emulated()
            judge = other
        if not judge.answers(number) or number in guest_run.skips:
            verdict.count(NOBODY)
            continue
        ours, theirs = guest_run.checks.get(number), judge.checks.get(number)
        verdict.count(judge.side)
        if ours != theirs:
            verdict.problems += [f"{guest_run.side}: {ours or '(nothing)'}",
                                 f"{judge.side}: {theirs or '(nothing)'}"]
    judge = other if linux.skips_all and other else linux
    if judge.answers(0):
        for ours, theirs in zip(guest_run.other, judge.other):
            if ours != theirs:
                verdict.problems.append(f"{guest_run.side}: {ours}; {judge.side}: {theirs}")
        if len(guest_run.other) != len(judge.other):
            verdict.problems.append(f"{guest_run.side} has {len(guest_run.other)} other lines, "
                                    f"{judge.side} {len(judge.other)}")
    if guest_run.status != judge.status:
        verdict.problems.append(f"exit status {guest_run.status} by {guest_run.side}, "
                                f"{judge.status} by {judge.side}")
    return verdict


def alone():
    """{program: why nobody but xv39 can answer}"""
    with open(ALONE, encoding="utf-8") as f:
        lines = [line.split(None, 1) for line in f if line.strip() and line[0] != "#"]
    return {name: why.strip() for name, why in lines}


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
        self.totals = {}

    def builds(self):
        """(side, compiler, flags) of the two Linux programs made of one source"""
        return (("Linux", self.args.hostcc, ["-pthread"]),
                ("glibc", self.args.prefix + "gcc", ["-static", "-pthread"]))

    def build(self, name):
        """({side: program}, why others are missing)"""
        built, problems = {}, []
        for side, compiler, flags in self.builds():
            out = os.path.join(self.tmp, f"{name}.{side}")
            why = compile_test(compiler, flags, name, out)
            if why:
                problems += [f"does not build for {side}:", *why]
            else:
                built[side] = out
        return built, problems

    def judge(self, built, guest_runs):
        """Linux against both forms in the guest; what is wrong, and the counts of both."""
        linux = run_here("Linux", [built["Linux"]])
        emulated = functools.lru_cache(None)(
            lambda: run_here("qemu-riscv64", ["qemu-riscv64", built["glibc"]]))
        verdicts = [compare(run, linux, emulated) for run in guest_runs]
        return [p for v in verdicts for p in v.problems], verdicts

    def compare_test(self, name, built, broken, runs):
        began = time.monotonic()
        there = [runs[path] for path in ("/test/" + name, "/glibc/" + name) if path in runs]
        problems, verdicts = list(broken), []
        if not broken and len(there) < 2:
            problems.append("the machine stopped before it had run")
        if not problems:
            problems, verdicts = self.judge(built, there)
        if not problems and not any(v.compared() for v in verdicts):
            problems.append(f"nothing could be compared, and it is not in {ALONE}")
        if problems:
            again = f"make oracle T={name} CPUS={self.options.harts}"
            self.report.fail("oracle/" + name, [*problems[:SHOWN], "to repeat: " + again])
            return
        for side, lines in ((s, n) for v in verdicts for s, n in v.by.items()):
            self.totals[side] = self.totals.get(side, 0) + lines
        unanswered = verdicts[0].by.get(NOBODY, 0)
        self.report.ok("oracle/" + name, time.monotonic() - began,
                       sum(v.compared() for v in verdicts),
                       [(f"{unanswered} lines", "xv39 alone answers")] if unanswered else [])

    def tests(self):
        names = sorted(os.path.basename(p) for p in self.args.guest_tests.split())
        wanted = [n for n in names if self.report.wants("oracle/" + n)]
        lonely = alone()
        for name in (n for n in wanted if n in lonely):
            self.report.skip("oracle/" + name, lonely[name])
        wanted = [n for n in wanted if n not in lonely]
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            built = dict(zip(wanted, pool.map(self.build, wanted)))
        programs = []
        for name in wanted:
            programs.append(("/test/" + name, None))
            if "glibc" in built[name][0]:
                programs.append(("/glibc/" + name, built[name][0]["glibc"]))
        runs = run_in_guest(self.options, programs) if programs else {}
        for name in wanted:
            self.compare_test(name, *built[name], runs)
        if len(wanted) > 1:
            print("lines decided by " + ", ".join(f"{side}: {n}" for side, n in
                                                  sorted(self.totals.items())))

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
    p.add_argument("--prefix", default="", help="of the toolchain")
    p.add_argument("--hostcc", default="gcc")
    p.add_argument("--cpus", type=int, default=2)
    p.add_argument("--mem", default="256M")
    p.add_argument("--guest-tests", default="", help="user/test programs")
    p.add_argument("--test", default="", help="the programs to compare: as for make check")
    p.add_argument("--known", action="store_true", help="only say what of --test is none")
    p.add_argument("--seed", type=int, help="random programs, from this seed")
    p.add_argument("--count", type=int, help="so many random programs")
    return p.parse_args()


def names(args):
    return (["oracle/" + os.path.basename(path) for path in args.guest_tests.split()]
            + ["real/" + program.name for program in oracle_real.PROGRAMS] + ["oracle/vm"])


def main():
    began = time.monotonic()
    args = arguments()
    os.chdir(guest.TOP)
    # What nohup or a shell's & ignores would be ignored by the programs, too; what is handled is not.
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT):
        if signal.getsignal(number) == signal.SIG_IGN:
            signal.signal(number, lambda *_: None)
    report = Report(names(args), args.test)
    if args.known:
        print("\n".join(report.unknown))
        return 2 if report.unknown else 0
    report.heading(f"on Linux and in the guest: {args.cpus} harts, {args.mem}")
    with tempfile.TemporaryDirectory(prefix="xv39-oracle.") as tmp:
        os.chmod(tmp, 0o755)  # for programs that become somebody else
        oracle = Oracle(args, report, tmp)
        if args.seed is None and args.count is None:
            oracle.tests()
            oracle_real.Real(args.prefix, args.hostcc, oracle.options, tmp).run(report)
        if report.wants("oracle/vm"):
            report.heading("random programs of memory calls")
            oracle.random()
    return report.close(time.monotonic() - began)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (guest.Error, mkinitrd.Error, oracle_vm.Problem) as error:
        sys.exit(f"oracle: {error}")
