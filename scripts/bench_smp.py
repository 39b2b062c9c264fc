#!/usr/bin/env python3
"""What a second hart is worth: user/bench with -n under multi-threaded TCG.

    bench_smp.py --build DIR --bench ELF [--rounds N] [ROW...]

Each worker does the same fixed work, one worker at one hart and two at two; throughput is work by
time. The host is shared and has moods, so the boots with one and two harts alternate, each row is
short, and the best of each kind counts. While a row runs, QEMU's thread for a hart has a processor
to itself: it is bound to one and, where that is allowed (root), in a real-time class. How long those
threads waited for a processor all the same is read from /proc: a row that lost more than LOST of its
time so is not counted, and a ratio is only held against the kernel if there were rows that did not.
"""

import argparse
import glob
import os
import sys
import tempfile
import time

import guest

HARTS = (1, 2)
MEMORY = "256M"
HOST_SECONDS = 300  # for one command
LOST = 0.03  # of a row's time

# Row: what two harts must be worth.
PROMISES = {"separate_faults": 1.8, "shared_faults": 1.5, "fork_storms": 1.8, "pipe_pairs": 1.8}


class Harts:
    """QEMU's threads for the harts of one guest; by name, thanks to debug-threads=on."""

    def __init__(self, pid):
        self.threads = []
        for task in sorted(glob.glob(f"/proc/{pid}/task/*")):
            with open(task + "/comm", encoding="ascii") as f:
                if f.read().startswith("CPU "):
                    self.threads.append(task)

    def hurry(self):
        """A processor for each, if there are as many."""
        processors = sorted(os.sched_getaffinity(0))
        for task, processor in zip(self.threads, processors):
            thread = int(os.path.basename(task))
            os.sched_setaffinity(thread, {processor})
            try:
                os.sched_setscheduler(thread, os.SCHED_RR, os.sched_param(1))
            except PermissionError:
                pass

    def waited(self):
        """The seconds the one that waited most for a processor has."""
        seconds = []
        for task in self.threads:
            with open(task + "/schedstat", encoding="ascii") as f:
                seconds.append(int(f.read().split()[1]) / 1e9)
        return max(seconds, default=0)


def stolen():
    """The seconds that all processors of this machine, if it is a virtual one, did not get."""
    with open("/proc/stat", encoding="ascii") as f:
        return int(f.readline().split()[8]) / os.sysconf("SC_CLK_TCK")


def boot(args, rows, harts):
    """One run of all rows: [(row, operation, count per second, share of time lost)], what failed"""
    options = guest.Options(args.build, harts=harts, memory=MEMORY,
                            extra=["-accel", "tcg,thread=multi", "-name", "xv39,debug-threads=on",
                                   "-mem-prealloc"])  # the host clears no page meanwhile
    commands = [["/run/bench", "-n", str(harts), row] for row in rows]
    commands.append(["/bin/sleep", "9"])  # QEMU is still there when the last row has ended
    left, out, rates, failed = list(rows), b"", [], []
    with tempfile.TemporaryDirectory(prefix="xv39-smp.") as tmp:
        initrd = os.path.join(tmp, "initrd.cpio")
        guest.pack(options.build, initrd, guest.job(commands), [("/run/bench", args.bench)])
        machine = guest.Guest(options.command(initrd, append="quiet"), seconds=HOST_SECONDS)
        events = machine.events()
        for event in events:
            if event[0] == "begin":
                threads = Harts(machine.process.pid)
                threads.hurry()
                began, lost = time.monotonic(), threads.waited() + stolen()
            elif event[0] == "out":
                out += event[1]
            elif event[0] == "end":
                lost = (threads.waited() + stolen() - lost) / (time.monotonic() - began)
                row, text, out = left.pop(0), out.decode(errors="replace").strip(), b""
                fields = text.split("\t")
                if event[1] == 0 and len(fields) == 3:
                    rates.append((row, fields[0], int(fields[1]) * 1e9 / int(fields[2]), lost))
                else:
                    failed.append(f"{row} at {harts} harts: status {event[1]}: {text}")
                if not left:
                    break
        events.close()
    failed += [f"{row} at {harts} harts: the machine stopped" for row in left]
    return rates, failed


def measure(args, rows):
    """=> ({(row, harts): (operation, best rate)}, {(row, harts): how many counted}, what failed)"""
    best, quiet, failed = {}, dict.fromkeys([(r, h) for r in rows for h in HARTS], 0), []
    for _ in range(args.rounds):
        for harts in HARTS:
            rates, problems = boot(args, rows, harts)
            failed += problems
            for row, name, rate, lost in rates:
                if args.verbose:
                    print(f"{row:18}{harts} {rate:>12,.0f}  {100 * lost:5.1f} % of the time lost")
                if lost <= LOST:
                    quiet[row, harts] += 1
                    best[row, harts] = max(best.get((row, harts), ("", 0)), (name, rate))
    return best, quiet, failed


def print_table(best, quiet, rows):
    """=> the rows where two harts are not worth what they should be."""
    print(f"{'per second':28}{'1 hart':>12}{'2 harts':>12}{'ratio':>8}{'promised':>10}{'counted':>10}")
    below = []
    for row in rows:
        counted = "{}, {}".format(*(quiet[row, harts] for harts in HARTS))
        if not all((row, harts) in best for harts in HARTS):
            print(f"{row:70}{counted:>10}  the host was too busy to tell")
            continue
        (name, one), (_, two) = (best[row, harts] for harts in HARTS)
        ratio, promise = two / one, PROMISES[row]
        below += [row] if ratio < promise else []
        print(f"{name:28}{one:>12,.0f}{two:>12,.0f}{ratio:>8.2f}{promise:>10.1f}{counted:>10}"
              f"{'  BELOW' if ratio < promise else ''}")
    return below


def main():
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("--build", required=True, help="the kernel's build")
    p.add_argument("--bench", required=True, help="user/bench as a program")
    p.add_argument("--rounds", type=int, default=12, help="boots of each kind (12)")
    p.add_argument("--verbose", action="store_true", help="each row of each boot")
    p.add_argument("rows", nargs="*", metavar="ROW", help=", ".join(PROMISES))
    args = p.parse_args()
    unknown = [row for row in args.rows if row not in PROMISES]
    if unknown:
        p.error(f"no row {unknown[0]}: it is one of {', '.join(PROMISES)}")
    if len(os.sched_getaffinity(0)) < max(HARTS):
        guest.say_and_exit("this machine has one processor: two harts are worth no more than one", 0)
    rows = args.rows or list(PROMISES)
    best, quiet, failed = measure(args, rows)
    below = print_table(best, quiet, rows)
    for text in failed:
        print(text)
    return 1 if failed or below else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except guest.Error as error:
        guest.say_and_exit(str(error), 1)
