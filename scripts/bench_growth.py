#!/usr/bin/env python3
"""How costs grow: user/bench with -n, on xv39 where one instruction is one nanosecond.

    bench_growth.py --build DIR --bench ELF [ROW...]

For each operation a table of instructions beside sizes, and between its ends the exponent of the
power of n that it grows like: log(cost ratio) / log(size ratio). Fails where that is clearly more
than is promised. All of it is drawn, too, into DIR/bench-growth.svg, if there is a gnuplot.
"""

import argparse
import math
import os
import shutil
import subprocess
import sys
import tempfile

import guest

MEMORY = "4G"  # for a million pages
HOST_SECONDS = 1800  # for one command

# Row: what n counts, and the sizes.
SIZES = {
    "areas": ("areas", [10, 100, 1000, 10000, 100000]),
    "pages": ("resident pages", [1, 10, 100, 1000, 10000, 100000, 1000000]),
    "processes": ("sleeping processes", [1, 10, 100, 1000, 5000]),
    "pipes": ("open pipes", [1, 10, 100, 1000]),
    "addresses": ("MiB of untouched addresses", [1, 16, 256, 4096, 65536, 204800]),
}

# What is promised; the first letters of an operation's name tell. Addresses without a page cost as
# many levels of page tables as they span. The margin: a scan of what should not be looked at has an
# exponent of 0.3 and more at these sizes, a tree's depth one of 0.1.
PROMISES = {
    "area_": "O(log n)",
    "resident_": "O(n)",
    "virtual_": "O(log n)",
    "processes_": "O(1)",
    "pipes_": "O(1)",
}
EXPONENT = {"O(1)": 0.08, "O(log n)": 0.15, "O(n)": 1.1}


def promise_for(name):
    return next(promise for start, promise in PROMISES.items() if name.startswith(start))


def exponent(points):
    """Of the power of n that the cost grows like, from the first size to the last."""
    (n0, cost0), (n1, cost1) = points[0], points[-1]
    return math.log(cost1 / cost0) / math.log(n1 / n0)


def name_growth(e):
    for promise in EXPONENT:
        if e <= EXPONENT[promise]:
            return promise
    return f"O(n^{e:.1f})"


def measure(args, rows):
    """=> ({row: {operation: [(n, cost)]}}, what failed)"""
    commands = [["/run/bench", "-n", str(n), row] for row in rows for n in SIZES[row][1]]
    figures, failed = {row: {} for row in rows}, []
    options = guest.Options(args.build, harts=1, memory=MEMORY, icount=True)
    for words, text, status in guest.run_commands(options, commands, [("/run/bench", args.bench)],
                                                  HOST_SECONDS):
        for line in text.splitlines():
            fields = line.split("\t")
            if len(fields) == 3:
                figures[words[3]].setdefault(fields[0], []).append(
                    (int(fields[1]), int(fields[2])))
            else:
                failed.append(f"{words[3]} of {words[2]}: {line}")
        if status != 0:
            failed.append(f"{words[3]} of {words[2]}: status {status}")
    return figures, failed


def print_table(row, operations):
    """=> the operations that break their promise."""
    unit, sizes = SIZES[row]
    print(f"\n{unit:22}" + "".join(f"{n:>13,}" for n in sizes) + "   grows      promised")
    broken = []
    for name, points in operations.items():
        costs = dict(points)
        line = f"{name:22}" + "".join(f"{costs[n]:>13,}" if n in costs else f"{'-':>13}"
                                      for n in sizes)
        if len(points) > 1:
            e, promise = exponent(points), promise_for(name)
            line += f"   {name_growth(e):9}  {promise:8}  (exponent {e:.2f})"
            if e > EXPONENT[promise]:
                line += "  BROKEN"
                broken.append(f"{name} grows like {name_growth(e)}, not {promise}")
        print(line)
    return broken


# ---- The plot -----------------------------------------------------------------------------------

HEAD = """set terminal svg size 1100,{height} font "sans,12" background "white"
set output "{out}"
set multiplot layout {rows},2 title "Instructions per operation"
set logscale xy
set format xy "10^{{%T}}"
set key left top
set grid
"""


def plot_text(figures, out):
    """gnuplot's commands: a field for each row, both axes logarithmic."""
    height = (len(figures) + 1) // 2
    text = HEAD.format(height=360 * height, rows=height, out=out)
    for row, operations in figures.items():
        names = [name for name in operations if operations[name]]
        if not names:
            continue
        for i, name in enumerate(names):
            text += f"$data{i} << END\n"
            text += "".join(f"{n} {cost}\n" for n, cost in operations[name]) + "END\n"
        curves = [f'$data{i} with linespoints linewidth 2 title "{name}" noenhanced'
                  for i, name in enumerate(names)]
        text += f'set xlabel "{SIZES[row][0]}"\nplot [][1e2:] ' + ", ".join(curves) + "\n"
    return text


def draw(figures, out):
    if not shutil.which("gnuplot"):
        print(f"\n{out} not drawn: no gnuplot here (scripts/setup plot)")
        return
    with tempfile.NamedTemporaryFile("w", prefix="xv39-plot.", encoding="ascii") as f:
        f.write(plot_text(figures, out))
        f.flush()
        done = subprocess.run(["gnuplot", f.name], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, check=False)
    print(f"\n{out} drawn" if done.returncode == 0 else
          f"\n{out} not drawn: gnuplot says {done.stdout.decode().strip()}")


def main():
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("--build", required=True, help="the kernel's build")
    p.add_argument("--bench", required=True, help="user/bench as a program")
    p.add_argument("rows", nargs="*", metavar="ROW", help=", ".join(SIZES))
    args = p.parse_args()
    unknown = [row for row in args.rows if row not in SIZES]
    if unknown:
        p.error(f"no row {unknown[0]}: it is one of {', '.join(SIZES)}")
    figures, failed = measure(args, args.rows or list(SIZES))
    for row, operations in figures.items():
        failed += print_table(row, operations)
    draw(figures, os.path.join(args.build, "bench-growth.svg"))
    for text in failed:
        print(text)
    return 1 if failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except guest.Error as error:
        guest.say_and_exit(str(error), 1)
