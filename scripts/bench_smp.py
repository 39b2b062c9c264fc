#!/usr/bin/env python3
"""What a second hart is worth: user/bench with -n under multi-threaded TCG.

    bench_smp.py --build DIR --bench ELF [--rounds N] [ROW...]

Each worker does the same fixed work, one worker at one hart and two at two; throughput is work by
time. The host is shared and has moods: the boots with one and two harts alternate, and the best of
each kind counts. A ratio is only held against the kernel where the host had two free processors.
"""

import argparse
import os
import sys

import guest

HARTS = (1, 2)
MEMORY = "512M"
HOST_SECONDS = 300  # for one command

# Row: what two harts must be worth.
PROMISES = {"separate_faults": 1.8, "shared_faults": 1.5, "fork_storms": 1.8, "pipe_pairs": 1.8}


def boot(args, rows, harts):
    """One run of all rows: ({row: (operation, count per second)}, what failed)."""
    options = guest.Options(args.build, harts=harts, memory=MEMORY,
                            extra=["-accel", "tcg,thread=multi"])
    commands = [["/run/bench", "-n", str(harts), row] for row in rows]
    rates, failed = {}, []
    for words, text, status in guest.run_commands(options, commands, [("/run/bench", args.bench)],
                                                  HOST_SECONDS):
        fields = text.strip().split("\t")
        if status == 0 and len(fields) == 3:
            rates[words[3]] = fields[0], int(fields[1]) * 1e9 / int(fields[2])
        else:
            failed.append(f"{words[3]} at {harts} harts: status {status}: {text.strip()}")
    return rates, failed


def measure(args, rows):
    """=> ({(row, harts): (operation, best rate)}, what failed)"""
    best, failed = {}, []
    for _ in range(args.rounds):
        for harts in HARTS:
            rates, problems = boot(args, rows, harts)
            failed += problems
            for row, rate in rates.items():
                best[row, harts] = max(best.get((row, harts), rate), rate)
    return best, failed


def print_table(best, rows):
    """=> the rows where two harts are not worth what they should be."""
    print(f"{'per second':28}{'1 hart':>12}{'2 harts':>12}{'ratio':>8}{'promised':>10}")
    below = []
    for row in rows:
        if not all((row, harts) in best for harts in HARTS):
            continue
        (name, one), (_, two) = (best[row, harts] for harts in HARTS)
        ratio, promise = two / one, PROMISES[row]
        below += [row] if ratio < promise else []
        print(f"{name:28}{one:>12,.0f}{two:>12,.0f}{ratio:>8.2f}{promise:>10.1f}"
              f"{'  BELOW' if ratio < promise else ''}")
    return below


def why_not_to_judge(load):
    processors = len(os.sched_getaffinity(0))
    if processors < 2:
        return f"this machine has {processors} processor"
    if load > processors - 1.5:
        return f"the load was {load:.1f} on {processors} processors before this began"
    return None


def main():
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("--build", required=True, help="the kernel's build")
    p.add_argument("--bench", required=True, help="user/bench as a program")
    p.add_argument("--rounds", type=int, default=5, help="boots of each kind (5)")
    p.add_argument("rows", nargs="*", metavar="ROW", help=", ".join(PROMISES))
    args = p.parse_args()
    unknown = [row for row in args.rows if row not in PROMISES]
    if unknown:
        p.error(f"no row {unknown[0]}: it is one of {', '.join(PROMISES)}")
    load = os.getloadavg()[0]
    rows = args.rows or list(PROMISES)
    best, failed = measure(args, rows)
    below = print_table(best, rows)
    for text in failed:
        print(text)
    excuse = why_not_to_judge(load)
    if excuse:
        print(f"The ratios say little: {excuse}.")
    return 1 if failed or (below and not excuse) else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except guest.Error as error:
        guest.say_and_exit(str(error), 1)
