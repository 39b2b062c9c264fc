#!/usr/bin/env python3
"""Line and branch coverage of mm/*.c by mm's tests on this machine; `make coverage` calls it.

Builds mm and its tests with gcov's counters under build/coverage, with COW=1 and with COW=0, runs
every test, and prints a line per file, the lines and branches that nothing reached, and the totals. What is known not to be
reached stands with its reason in scripts/coverage.txt; a line there that is reached after all, or
is gone, is named. Exits 1 below 98 % of lines or 92 % of branches, or if a test fails."""

import gzip
import json
import os
import shutil
import subprocess
import sys

import hosttests

FOLDER = "build/coverage"
REASONS = "scripts/coverage.txt"
LINES, BRANCHES = 98.0, 92.0
LIMIT = 300  # seconds for one test


def build(folder, switch):
    """=> the test programs"""
    counted = hosttests.Builder(folder, [switch, "-O0", "--coverage", "-fprofile-update=atomic"])
    plain = hosttests.Builder(folder, [switch, "-O1"])
    mm, support, tests = hosttests.sources()
    objects = [counted.compile(f) for f in mm] + [plain.compile(f) for f in support]
    return [counted.link(t, [plain.compile(t), *objects]) for t in tests]


def run(programs):
    """=> names of the tests that failed"""
    failed = []
    for program in programs:
        done = subprocess.run([program], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                              timeout=LIMIT, check=False)
        if done.returncode:
            failed.append(os.path.basename(program))
    return failed


def counters(source, folder):
    """{line: (times run, [times each branch was taken])} of one file; headers are left out."""
    folder, base = os.path.join(folder, "mm"), os.path.basename(source)[:-2]
    subprocess.run(["gcov", "--json-format", "--branch-probabilities", base + ".gcda"],
                   cwd=folder, stdout=subprocess.DEVNULL, check=True)
    with gzip.open(os.path.join(folder, base + ".gcov.json.gz")) as f:
        data = json.load(f)
    lines = {}
    for entry in data["files"]:
        if os.path.normpath(entry["file"]) != source:
            continue
        for line in entry["lines"]:
            count, branches = lines.get(line["line_number"], (0, []))
            taken = [b["count"] for b in line["branches"] if not b.get("throw")]
            lines[line["line_number"]] = (count + line["count"], branches + taken)
    return lines


def add(one, other):
    """The counters of two builds; where a switch removed a branch, the fuller line counts."""
    both = dict(one)
    for number, (count, branches) in other.items():
        had, taken = both.get(number, (0, []))
        if len(taken) == len(branches):
            taken = [a + b for a, b in zip(taken, branches)]
        both[number] = (had + count, max(taken, branches, key=len))
    return both


def read_reasons():
    """{(file, text of the line): reason}: lines "FILE: TEXT", a reason indented below."""
    reasons, key = {}, None
    with open(REASONS, encoding="utf-8") as f:
        for line in f:
            if line[0] in "#\n":
                continue
            if line[0] not in " \t":
                name, text = line.split(":", 1)
                key = (name, text.strip())
                reasons[key] = ""
            else:
                reasons[key] = (reasons[key] + " " + line.strip()).strip()
    return reasons


def percent(part, whole):
    return 100.0 * part / whole if whole else 100.0


def show_gaps(source, lines, reasons, used):
    """Print what nothing reached; => how many such places have no reason."""
    with open(source, encoding="utf-8") as f:
        text = f.read().split("\n")
    unexplained = 0
    for number, (count, branches) in sorted(lines.items()):
        missing = sum(1 for b in branches if b == 0)
        if count and not missing:
            continue
        code = text[number - 1].strip()
        key = (source, code)
        what = "never run" if not count else f"{missing} of {len(branches)} branches never taken"
        print(f"    {source}:{number}: {what}: {code}")
        if key in reasons:
            used.add(key)
            print(f"        {reasons[key]}")
        else:
            unexplained += 1
    return unexplained


def totals_of(lines):
    branches = [b for _, all_of_line in lines.values() for b in all_of_line]
    return [sum(1 for c, _ in lines.values() if c), len(lines),
            sum(1 for b in branches if b), len(branches)]


def main():
    folders = [os.path.join(FOLDER, "cow1"), os.path.join(FOLDER, "cow0")]
    shutil.rmtree(FOLDER, ignore_errors=True)
    failed = run(build(folders[0], "-DCOW=1")) + run(build(folders[1], "-DCOW=0"))
    reasons, used, unexplained = read_reasons(), set(), 0
    total = [0, 0, 0, 0]
    for source in hosttests.sources()[0]:
        lines = add(counters(source, folders[0]), counters(source, folders[1]))
        some = totals_of(lines)
        total = [a + b for a, b in zip(total, some)]
        print(f"{percent(some[0], some[1]):6.2f} % of {some[1]:4} lines "
              f"{percent(some[2], some[3]):6.2f} % of {some[3]:4} branches  {source}")
        unexplained += show_gaps(source, lines, reasons, used)
    for name, text in sorted(set(reasons) - used):
        print(f"{REASONS}: reached after all, or gone: {name}: {text}")
    line_rate, branch_rate = percent(total[0], total[1]), percent(total[2], total[3])
    print(f"{line_rate:6.2f} % of {total[1]:4} lines {branch_rate:6.2f} % of {total[3]:4} branches"
          f"  in all; {unexplained} places without a reason")
    for name in failed:
        print(f"{name} failed")
    return 1 if failed or line_rate < LINES or branch_rate < BRANCHES else 0


if __name__ == "__main__":
    sys.exit(main())
