"""The tests that run inside the kernel: one boot runs them all, each in a process of its own with
a limit in guest time. When the kernel panics or hangs, only the test that was running fails: the
next boot goes on behind it."""

import os
import re
import tempfile

import guest
import tap

LIMIT = 60  # guest seconds for one test, ten times what the slowest takes where nothing else runs
IDLE = 8  # and for which nothing may run: a test that waits so long does so for ever
HOST_LIMIT = LIMIT + 30  # and host seconds, should the guest's clock stand still


class Outcome:
    """What became of one test."""

    def __init__(self, path):
        self.path = path
        self.output = b""
        self.status = None  # exit status, "timeout", or None if the guest ended first
        self.seconds = None
        self.problems = []
        self.booted = True


def boot(options, paths, tmp, extra=(), append=""):
    """Runs the tests at these guest paths in one boot, as far as it gets; their outcomes.
    extra = [(guest path, source)] is packed beside what make packs; append goes to the kernel."""
    initrd = os.path.join(tmp, "initrd.cpio")
    debug = int(os.path.basename(options.build) == "debug")
    environment = ["PATH=/bin:/test", "HOME=/", "TERM=vt100", f"DEBUG_KERNEL={debug}"]
    guest.pack(options.build, initrd,
               guest.job([[path] for path in paths], environment, LIMIT, "/dev/null", idle=IDLE),
               extra)
    machine = guest.Guest(options.command(initrd, append=append), seconds=HOST_LIMIT)
    outcomes, log = [], b""
    for event in machine.events():
        if event[0] == "begin":
            outcomes.append(Outcome(event[1]))
        elif event[0] == "end":
            outcomes[-1].status, outcomes[-1].seconds = event[1], event[2] / 1000
        elif event[0] in ("out", "late") and outcomes:
            outcomes[-1].output += event[1]
        elif event[0] == "left":
            program = os.path.join(options.build, "user" + outcomes[-1].path)
            outcomes[-1].problems.append(guest.describe_thread(program, event[1]))
        elif event[0] == "boot":
            log += event[1]
        elif event[0] == "fail":
            log += event[1].encode() + b"\n"
        elif event[0] == "stopped":
            judge(outcomes, paths, event[1], machine, log)
            outcomes[-1].problems += guest.describe_harts(options, machine)
    return outcomes


def panic_in(output):
    """That the kernel panicked, and why; None if it did not."""
    panic = re.search(rb"^panic: (.*?)\r?$", output, re.M)
    return panic and ("the kernel panicked: " + panic[1].decode(errors="replace") +
                      " (make check T=mm names rules of mm that are broken)")


def judge(outcomes, paths, reason, machine, log):
    """The guest has stopped: whose fault was it, if it should not have?"""
    if not outcomes:
        outcomes.append(Outcome(paths[0]))
        outcomes[-1].output, outcomes[-1].booted = log, False
        how = "hangs" if reason != "exit" else "stops"
        outcomes[-1].problems.append(panic_in(log) or f"the machine {how} while booting; "
                                     f"last: {machine.stage()}")
        return
    last = outcomes[-1]
    finished = last.status is not None and len(outcomes) == len(paths)
    panic = panic_in(last.output)
    if panic:
        last.problems.append(panic)
    elif reason != "exit":
        last.problems.append("the kernel hangs")
    elif not finished:
        last.problems.append("the machine stopped")


def names(setup):
    return ["guest/" + name for name in setup.guest_tests]


def run(report, setup):
    wanted = [name for name in setup.guest_tests if report.wants("guest/" + name)]
    options = setup.options
    report.heading(f"in the guest: {options.harts} harts, {options.memory}")
    todo = []
    for name in wanted:
        if os.path.exists(os.path.join(setup.build, "user/test", name)):
            todo.append("/test/" + name)
        else:
            report.fail("guest/" + name, [f"user/test/{name} does not build: make says why"])
    with tempfile.TemporaryDirectory(prefix="xv39-check.") as tmp:
        while todo:
            outcomes = boot(options, todo, tmp)
            for outcome in outcomes:
                tell(report, outcome)
            todo = todo[len(outcomes):]
            if not outcomes[0].booted:
                break
    for path in todo:
        report.fail("guest/" + os.path.basename(path), ["the machine does not boot"])


def tell(report, outcome):
    text = outcome.output.decode(errors="replace").replace("\r\n", "\n")
    result = tap.parse(text, 0 if outcome.status is None else outcome.status)
    result.problems = outcome.problems + result.problems
    report.tap("guest/" + os.path.basename(outcome.path), result, outcome.seconds, text)
