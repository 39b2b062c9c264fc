"""Tests of scripts/run itself: what it passes in, what it prints, and its exit statuses; and, with
it, a stock Linux program."""

import os
import re
import subprocess
import tempfile

import guest
import mkinitrd

RUN = os.path.join(guest.TOP, "scripts/run")
HOST_LIMIT = 120  # seconds for one run
INIT_LIMIT = 30  # and for test_init.c, which takes one


class Run:
    """One call of scripts/run, and what it should have done."""

    def __init__(self, setup, words, stdin=None, typed=None):
        command = [RUN, "-b", setup.build, *words]
        if typed is not None:
            feed = {"input": typed}
        else:
            feed = {"stdin": stdin or subprocess.DEVNULL}
        try:
            done = subprocess.run(command, capture_output=True, timeout=HOST_LIMIT, check=False,
                                  **feed)
            self.status, self.out, self.err = done.returncode, done.stdout, done.stderr
        except subprocess.TimeoutExpired as e:
            self.status, self.out, self.err = "nothing: it hangs", e.stdout or b"", e.stderr or b""
        self.problems = []

    def expect(self, status, out=None, err=None):
        if self.status != status:
            self.problems.append(f"exit status {self.status}, not {status}")
        if out is not None and self.out != out:
            self.problems.append(f"printed {self.out!r}, not {out!r}")
        if err is not None and not re.search(err, self.err):
            self.problems.append(f"said {self.err!r} on stderr, which lacks {err!r}")
        if self.problems:
            self.problems.append("stderr: " + self.err.decode(errors="replace")[-400:])
        return self.problems


def program(setup, name):
    return os.path.join(setup.build, "user/bin", name)


def shell(setup, line, *options):
    return [*options, program(setup, "sh"), "-c", line]


def words(setup):
    run = Run(setup, ["-e", "COLOUR=light blue", program(setup, "sh"), "-c",
                      'echo "$0|$1|$2|$3|$COLOUR"', "zero", "a  b", "", "'\"\\"])
    return run.expect(0, b"zero|a  b||'\"\\|light blue\n")


def statuses(setup):
    return (Run(setup, [program(setup, "true")]).expect(0, b"")
            + Run(setup, shell(setup, "exit 7")).expect(7, b"")
            + Run(setup, shell(setup, "kill -9 $$")).expect(128 + 9)
            + Run(setup, shell(setup, "kill -11 $$")).expect(128 + 11))


def compiled(setup, source, directory, *flags):
    """Compiles scripts/SOURCE for the guest; the program, or None and what the compiler said."""
    exe = os.path.join(directory, source[:-2])
    done = subprocess.run([setup.prefix + "gcc", "-static", "-O1", *flags, "-o", exe,
                           os.path.join(guest.TOP, "scripts", source)], capture_output=True,
                          text=True, check=False)
    return (exe, None) if done.returncode == 0 else (None, done.stderr.splitlines())


def has_linux_libc(setup):
    """gcc prints the bare name of a file it does not have."""
    done = subprocess.run([setup.prefix + "gcc", "-print-file-name=libc.a"], capture_output=True,
                          text=True, check=False)
    return "linux" in setup.prefix and os.path.isabs(done.stdout.strip())


def crash(setup):
    """What a fault kills keeps its output apart from the kernel's record, which -v shows."""
    with tempfile.TemporaryDirectory() as tmp:
        exe, said = compiled(setup, "test_crash.c", tmp, "-nostdlib", "-march=rv64gc",
                             "-mabi=lp64d")
        if not exe:
            return said
        problems = Run(setup, [exe]).expect(128 + 11, b"before\n")
        shown = Run(setup, ["-v", exe])
        if b"test_crash" not in shown.out or b"store page fault" not in shown.out:
            problems.append(f"-v does not show the record: {shown.out[-300:]!r}")
        return problems + shown.expect(128 + 11)


def time_limit(setup):
    return Run(setup, ["-t", "2", program(setup, "sleep"), "1000"]).expect(
        124, b"", rb"(?s)sleep .* sleeps in .*nanosleep.*still running after 2 s")


def endless_loop(setup):
    return Run(setup, ["-t", "2", program(setup, "sh"), "-c", "while :; do :; done"]).expect(
        124, b"", rb"sh \(\d+\) runs at pc 0x\w+ \(\w+, \w+\.\w+:\d+\)")


def marks(_):
    """What follows the mark of a thread that was left: runinit's words, or a program's own."""
    told = [("3 S 101 0 sleep", "sleep (3) sleeps in nanosleep"), ("4 R running 16 ", " (4) runs at pc 0x10"),
            ("x", "still there: x")]
    said = [guest.describe_thread("mem_cow", mark) for mark, _ in told]
    return [f"{got!r}, not {want!r}" for got, (_, want) in zip(said, told) if got != want]


def idle(setup):
    """A command that only waits is ended long before its time is up; one that runs is not."""
    with tempfile.TemporaryDirectory() as tmp:
        initrd = os.path.join(tmp, "initrd.cpio")
        guest.pack(setup.build, initrd,
                   guest.job([["/bin/sleep", "1000"]], limit=60, idle=2) +
                   guest.job([["/bin/sh", "-c", "while :; do :; done"]], limit=4, idle=2))
        events = list(guest.Guest(setup.options.command(initrd)).events())
    ends = [event[1] for event in events if event[0] == "end"]
    left = [guest.describe_thread("sh", event[1]) for event in events if event[0] == "left"]
    if ends != ["idle", "timeout"] or "sleeps in" not in left[0] or "runs" not in left[1]:
        return [f"ended as {ends}, still there: {left}"]
    return []


def hang(setup):
    """A guest that is silent for too long: where its harts are is asked of QEMU."""
    with tempfile.TemporaryDirectory() as tmp:
        initrd = os.path.join(tmp, "initrd.cpio")
        guest.pack(setup.build, initrd, guest.job([["/bin/sleep", "1000"]]))
        machine = guest.Guest(setup.options.command(initrd), seconds=1)
        last = [event for event in machine.events()][-1]
        harts = guest.describe_harts(setup.options, machine)
    if last != ("stopped", "hang"):
        return [f"it is not said to hang: {last}"]
    if len(harts) != setup.options.harts or "was in sched_idle+" not in harts[0]:
        return [f"where the harts are: {harts}"]
    return []


def many_tasks(setup):
    """As many threads and processes as there can be, which wants one hart to be quick."""
    storm = os.path.join(setup.build, "user/test/storm_tasks")
    eager = ["eager"] if os.path.basename(setup.build) == "cow0" else []
    return Run(setup, ["-s", "1", storm, *eager]).expect(0)


def no_status(setup):
    return Run(setup, [program(setup, "poweroff")]).expect(125, None, b"without a status")


def no_boot(setup):
    """A machine too small to boot on says so, and is not mistaken for a program's failure."""
    return Run(setup, ["-m", "2M", program(setup, "true")]).expect(125, b"")


def files(setup):
    with tempfile.TemporaryDirectory() as tmp:
        os.makedirs(tmp + "/d/e")
        for name, text in (("one", "1\n"), ("d/two", "2\n"), ("d/e/three", "3\n")):
            with open(os.path.join(tmp, name), "w", encoding="ascii") as f:
                f.write(text)
        run = Run(setup, shell(setup, "cat /one /x/uno /d/two /d/e/three", "-f", tmp + "/one", "-f",
                               tmp + "/one:/x/uno", "-f", tmp + "/d"))
        return run.expect(0, b"1\n1\n2\n3\n")


def standard_input(setup):
    data = bytes(range(256)) * 300
    with tempfile.TemporaryFile() as f:
        f.write(data)
        f.seek(0)
        problems = Run(setup, [program(setup, "cat")], stdin=f).expect(0, data)
    run = Run(setup, [program(setup, "cat")], typed=b"one line\nand another\n")
    problems += run.expect(0, b"one line\nand another\n")
    # The shell edits lines in raw mode; the end is typed before it begins to.
    run = Run(setup, ["-t", "20", program(setup, "sh")], typed=b"uname -s\n")
    return problems + run.expect(0)


def counted(setup):
    """With -i a run is the same every time, to the instruction."""
    line = "cat /proc/uptime; ls /bin; cat /proc/uptime"
    runs = [Run(setup, shell(setup, line, "-i")) for _ in range(2)]
    return runs[0].expect(0) + runs[1].expect(0, runs[0].out)


def seed(setup):
    """What is random differs with the seed in the device tree, and with -i with nothing else."""
    command = ["/bin/head", "-c", "16", "/dev/random"]
    said = []
    for extra in ([], [], ["-seed", "2"]):
        options = guest.Options(setup.build, 1, icount=True, extra=extra)
        said += [out for _, out, _ in guest.run_commands(options, [command])]
    return [] if said[0] == said[1] != said[2] else [f"/dev/random: {said}"]


def usage(setup):
    problems = []
    for wrong, text in ((["-s", "9", "x"], b"from 1 to 8"), ([], b"no program"),
                        (["/no/such/file"], b"no such file"), (["-m", "lots", "x"], b"a size"),
                        (["-t", "-1", "x"], b"from 1 to"), (["-z"], b"-z")):
        problems += Run(setup, wrong).expect(2, b"", text)
    return problems


def glibc(setup, source, arguments, status, out, typed=None):
    """A program that a stock compiler has linked with Linux's C library; problems, why not run."""
    if not has_linux_libc(setup):
        return None, f"no static Linux C library for {setup.prefix}gcc"
    with tempfile.TemporaryDirectory() as tmp:
        exe, said = compiled(setup, source, tmp, "-pthread")
        if not exe:
            return said, None
        run = Run(setup, ["-t", "60", exe, *arguments], typed=typed)
        return run.expect(status, out), None


def glibc_hello(setup):
    return glibc(setup, "test_hello.c", ["a", "b"], 7,
                 b"hello from /run/test_hello, 2 words, x\nchild: a pipe 0.333\n"
                 b"parent: status 42\n")


def glibc_pieces(setup):
    """A typed line goes into as many buffers as it fills."""
    return glibc(setup, "test_hello.c", ["pieces"], 0, b"10 bytes: 1234 5678 9\n..\n",
                 b"123456789\nmore\n")


def glibc_pthread(setup):
    return glibc(setup, "test_pthread.c", [], 9,
                 b"mutex, condition, thread-local\nrobust mutex\ncancellation\nsem_timedwait\n"
                 b"C11 threads\nthe last thread\n")


def process_1(setup):
    """A boot whose init wants memory that there is not."""
    if not has_linux_libc(setup):
        return None, f"no static Linux C library for {setup.prefix}gcc"
    with tempfile.TemporaryDirectory() as tmp:
        exe, said = compiled(setup, "test_init.c", tmp)
        if not exe:
            return said, None
        initrd = os.path.join(tmp, "initrd.cpio")
        mkinitrd.pack(initrd, [("/init", exe)])
        options = guest.Options(setup.build, setup.options.harts, "64M")
        machine = guest.Guest(options.command(initrd), boot_seconds=INIT_LIMIT)
        said = list(machine.events())
        if said[-1][1] == "exit" and machine.process.returncode == 7:
            return [], None
        harts = guest.describe_harts(options, machine)
        return [f"{said[-1][1]}, QEMU's status {machine.process.returncode}", machine.stage(),
                *harts], None


STOCK = [glibc_hello, glibc_pieces, glibc_pthread, process_1]  # these may be skipped
TESTS = [words, statuses, crash, time_limit, endless_loop, marks, idle, hang, many_tasks, no_status,
         no_boot, files, standard_input, counted, seed, usage]


def names(_):
    return ["run/" + test.__name__ for test in TESTS + STOCK]


def run(report, setup):
    report.heading("scripts/run")
    for test in TESTS:
        name = "run/" + test.__name__
        if report.wants(name):
            report.result(name, test(setup))
    for test in STOCK:
        name = "run/" + test.__name__
        if not report.wants(name):
            continue
        problems, reason = test(setup)
        if reason:
            report.skip(name, reason)
        else:
            report.result(name, problems)
