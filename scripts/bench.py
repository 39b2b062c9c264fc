#!/usr/bin/env python3
"""Runs user/bench on xv39 where one instruction is one nanosecond, and compares.

    bench.py --build DIR --bench ELF [--exec ELF] [--check | --update] [ROW...]
    bench.py --build DIR --bench ELF --profile ROW

Prints each operation's instructions beside Linux's figure and the estimated floor (both from
user/bench/linux-6.1.tsv). --check compares with user/bench/baseline.tsv instead and fails when a
row has risen by more than 5 %; --update writes that table. Either way the limits of bench_limits.py
follow. --profile tells which functions of the kernel a row's instructions are spent in, or those of
the boot.
"""

import argparse
import os
import socket
import subprocess
import sys
import tempfile
import textwrap

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import bench_limits  # noqa: E402
import blocks  # noqa: E402
import guest  # noqa: E402
import report  # noqa: E402

TABLES = os.path.join(guest.TOP, "user/bench")
RISE = 1.05  # what --check lets pass: another compiler's code, not another algorithm
# These depend on how the frames in the hart's cache happen to lie when the row begins, and that on
# the size of the initrd: blocks of 16 go back to the free lists whole, or in pieces.
VARIES = {"munmap_per_resident_page": 1.5, "madvise_dontneed_per_page": 1.5}
LIMIT = 600  # guest seconds; a whole run takes about two


def read_table(name):
    """{operation: {column: text}} of a table with tabs, comments and a line of headings."""
    path = os.path.join(TABLES, name)
    if not os.path.exists(path):
        return {}
    with open(path, encoding="ascii") as f:
        lines = [line.rstrip("\n").split("\t") for line in f if line[:1] not in "#\n"]
    return {words[0]: dict(zip(lines[0], words)) for words in lines[1:]}


def number(row, column):
    """A figure of a table's row, or None."""
    text = (row or {}).get(column, "-")
    return float(text) if text != "-" else None


class Machine:
    """One boot that runs the benchmark and switches off."""

    def __init__(self, args, words, extra=(), on_begin=None):
        self.on_begin = on_begin
        self.tmp = tempfile.TemporaryDirectory(prefix="xv39-bench.")
        options = guest.Options(args.build, harts=1, memory="512M", icount=True)
        initrd = os.path.join(self.tmp.name, "initrd.cpio")
        files = [("/run/bench", args.bench)]
        command = ["/run/bench"] + (["-w"] if on_begin else [])
        if args.exec and os.path.getsize(args.exec) > 0:
            files.append(("/run/program", args.exec))
            command += ["-e", "/run/program"]
        job = guest.job([command + words], limit=LIMIT, typed=bool(on_begin))
        guest.pack(args.build, initrd, job, files)
        self.guest = guest.Guest(options.command(initrd, append="quiet") + list(extra),
                                 seconds=LIMIT, stdin=subprocess.PIPE)

    def run(self):
        """=> what the benchmark printed, and its status."""
        out, status = b"", None
        for event in self.guest.events():
            if event[0] == "begin":
                if self.on_begin:
                    self.on_begin()
                    self.guest.process.stdin.write(b"\n")
                    self.guest.process.stdin.flush()
            elif event[0] == "out":
                out += event[1]
            elif event[0] == "end":
                status = event[1]
        if status is None:
            sys.stdout.buffer.write(out)
            guest.say_and_exit("the kernel stopped before the benchmark ended", 1)
        return out.decode(), status


def parse(text):
    """({operation: instructions}, [(operation, what failed)])"""
    figures, failed = {}, []
    for line in text.splitlines():
        name, _, value = line.partition("\t")
        if value.isdigit():
            figures[name] = int(value)
        elif value.startswith("skipped"):
            print(f"{name}: {value}")
        else:
            failed.append((name, value))
    return figures, failed


def missing(rows, text):
    """=> what to say of the rows that the benchmark does not have; None if it has all."""
    said = {line.partition("\t")[0] for line in text.splitlines()}
    wrong = [row for row in rows if row not in said]
    known = textwrap.fill(" ".join(read_table("baseline.tsv")), 100, break_on_hyphens=False)
    return f"no row {' '.join(wrong)}; there are, and boot for PROFILE:\n{known}" if wrong else None


# ---- The table ----------------------------------------------------------------------------------


def print_table(figures):
    reference = read_table("linux-6.1.tsv")
    print(f"{'operation':32}{'xv39':>10}{'Linux 6.1':>12}{'ratio':>7}{'floor':>10}{'ratio':>7}")
    missed = near = 0
    for name, value in figures.items():
        row = reference.get(name)
        line = f"{name:32}{value:>10}"
        if row:
            linux, floor = number(row, "linux"), number(row, "floor")
            over = value > linux * number(row, "bar")
            missed += over
            near += value <= 1.5 * floor
            line += (f"{linux:>12.0f}{value / linux:>7.2f}{floor:>10.0f}{value / floor:>7.1f}"
                     f"{'  over ' + row['bar'] + ' of Linux' if over else ''}")
        print(line)
    print(f"{missed} over their bar; {near} within 1.5 times the floor")


def check(figures):
    """=> the number of rows that are dearer than the committed table allows."""
    baseline = read_table("baseline.tsv")
    worse = 0
    for name, row in baseline.items():
        before = number(row, "instructions")
        if name not in figures:
            print(f"{name}: not measured")
            worse += 1
        elif figures[name] > before * VARIES.get(name, RISE):
            rise = 100 * (figures[name] / before - 1)
            print(f"{name}: {figures[name]} instructions, {rise:.1f} % more than {before:.0f}")
            worse += 1
    print(f"{len(baseline)} rows compared with user/bench/baseline.tsv, {worse} worse")
    return worse


def update(figures):
    with open(os.path.join(TABLES, "baseline.tsv"), "w", encoding="ascii") as f:
        f.write("# What `make bench-check` compares with; `make bench-update` writes it.\n"
                "operation\tinstructions\n")
        f.writelines(f"{name}\t{value}\n" for name, value in figures.items())


# ---- Profiles -----------------------------------------------------------------------------------


def profile(args):
    """QEMU logs every block it runs, from the benchmark's start on."""
    with tempfile.TemporaryDirectory(prefix="xv39-profile.") as tmp:
        log, monitor = tmp + "/log", tmp + "/monitor"


        def start_log():
            with socket.socket(socket.AF_UNIX) as s:
                s.connect(monitor)
                with s.makefile("rw", newline="\n") as f:
                    f.write("log in_asm,exec,nochain\ninfo name\n")
                    f.flush()
                    while "info name" not in f.readline():
                        pass
        text, _ = Machine(args, [args.profile], [
            "-d", "in_asm", "-D", log, "-monitor", f"unix:{monitor},server=on,wait=off"],
            start_log).run()
        if missing([args.profile], text):
            raise guest.Error(missing([args.profile], text))
        with open(log, encoding="utf-8", errors="replace") as f:
            counted = blocks.count(f)
    total = sum(counted.values())
    print(f"{total:>12}  in all")
    print(text, end="")
    blocks.print_functions(args.build, counted)


def main():
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("--build", required=True, help="the kernel's build")
    p.add_argument("--bench", required=True, help="user/bench as a program")
    p.add_argument("--exec", help="a large program for the row that executes one")
    p.add_argument("--check", action="store_true", help="compare with baseline.tsv")
    p.add_argument("--update", action="store_true", help="write baseline.tsv")
    p.add_argument("--profile", metavar="ROW", help="where a row's instructions are spent")
    p.add_argument("rows", nargs="*", metavar="ROW")
    args = p.parse_args()
    if args.profile == "boot":
        bench_limits.profile_boot(args.build)
        return 0
    if args.profile:
        profile(args)
        return 0
    known = read_table("baseline.tsv")
    rows = [row for word in args.rows for row in report.meant(word, known) or [word]]
    text, status = Machine(args, rows).run()
    if missing(rows, text):
        raise guest.Error(missing(rows, text))
    figures, failed = parse(text)
    if args.check:
        failed += [("", "")] * check(figures)
    elif args.update:
        update(figures)
    else:
        print_table(figures)
    if not args.rows and not args.update:
        failed += [("", "")] * bench_limits.check(args.build, args.bench)
    for name, why in failed:
        if name:
            print(f"{name}: {why}")
    return 1 if failed or status else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except guest.Error as error:
        guest.say_and_exit(str(error), 1)
    except BrokenPipeError:
        os._exit(1)  # who read our lines has had enough
