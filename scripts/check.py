#!/usr/bin/env python3
"""Runs the tests; `make check` calls it with what was built (see --help there).

The last line is "N passed, N failed", with ", N skipped" if some were; each test's name stands
on a line of its own with OK, FAILED or SKIPPED and the reason. Exits 1 if any failed.
"""

import argparse
import os
import sys
import time

import check_console
import check_gdb
import check_guest
import check_host
import check_run
import check_tree
import guest
import mkinitrd
import oracle_vm
from report import Report


class Setup:
    """What was built, for which machine, and which tests there are."""

    def __init__(self, args):
        self.build = args.build
        self.prefix = args.prefix
        self.mm_sources = args.mm_sources.split()
        self.host_tests = args.host_tests.split()
        self.guest_tests = sorted(os.path.basename(p) for p in args.guest_tests.split())
        self.options = guest.Options(args.build, args.cpus, args.mem)
        self.logs = os.path.join(args.build, "check")


PARTS = (check_tree, check_host, check_guest, oracle_vm, check_console, check_run, check_gdb)


def arguments():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--build", required=True, help="the folder with kernel.elf")
    p.add_argument("--prefix", default="", help="of the toolchain")
    p.add_argument("--cpus", type=int, default=2)
    p.add_argument("--mem", default="256M")
    p.add_argument("--mm-sources", default="", help="mm/*.c")
    p.add_argument("--host-tests", default="", help="test programs for this machine")
    p.add_argument("--guest-tests", default="", help="user/test programs")
    p.add_argument("--test", default="", help="the tests to run: names, patterns, beginnings")
    p.add_argument("--known", action="store_true", help="only say which of --host-tests these are, "
                   "or what names no test")
    return p.parse_args()


def main():
    began = time.monotonic()
    args = arguments()
    os.chdir(guest.TOP)
    setup = Setup(args)
    report = Report([name for part in PARTS for name in part.names(setup)], args.test, setup.logs)
    if args.known:
        print("\n".join(report.unknown) or " ".join(check_host.wanted(report, setup)))
        return 2 if report.unknown else 0
    os.makedirs(setup.logs, exist_ok=True)
    for part in PARTS:
        part.run(report, setup)
    return report.close(time.monotonic() - began)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (guest.Error, mkinitrd.Error) as error:
        sys.exit(f"check: {error}")
    except BrokenPipeError:
        os._exit(1)  # who read our lines has had enough
