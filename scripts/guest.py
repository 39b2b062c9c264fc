"""A booted guest, as scripts/run and the test runner use it: what is packed into the initrd, how
QEMU is started, and how the console's bytes are told apart. No command of its own.

The guest's first program is user/runinit, which obeys /run/job and frames each command's output
with marks on the console (both are described in user/runinit/runinit.c). All that comes before
the first mark is firmware and kernel log.
"""

import functools
import os
import re
import select
import socket
import subprocess
import sys
import tempfile
import time

import mkinitrd

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
ANSWER_SECONDS = 5  # until QEMU's monitor has answered
LOG_KEPT = 4096  # bytes of the boot log
BOOT_SECONDS = 60  # host time until the first command starts; far more than it takes
MARK = re.compile(rb"\x1e(begin|end|fail|left) ([^\n]*?)(\r?)\n")
NAME_MAX = 15  # bytes of a thread's name
LEFT = re.compile(r"(\d+) (\S) (\S+) (\d+) (.*)")  # what runinit puts into these marks
END = re.compile(r"(\d+|timeout|idle) \d+ -?\d+")
MARK_MAX = 4096  # a mark is never longer; more than this behind an RS is a program's own


class Error(Exception):
    """The guest cannot be started; the text says why."""


def say_and_exit(text, status=2):
    print(f"{os.path.basename(sys.argv[0])}: {text}", file=sys.stderr)
    sys.exit(status)


# ---- The initrd ---------------------------------------------------------------------------------


def job(commands, environment=(), limit=0, stdin=None, typed=False, idle=0):
    """The text of /run/job for commands = [[path, word...]...]."""
    records = ["e" + setting for setting in environment]
    records += [f"l{limit}", f"n{idle}"]
    if typed:
        records.append("q")
    for words in commands:
        if stdin:
            records.append("i" + stdin)
        records += ["a" + word for word in words] + ["x"]
    for record in records:
        if "\0" in record:
            raise Error("an argument cannot contain NUL")
    return b"".join(os.fsencode(record) + b"\0" for record in records)


def pack(build, out, job_text, extra=()):
    """Writes the initrd: what `make` packs, runinit, the job, and extra = [(guest, source)]."""
    with open(os.path.join(build, "initrd.files"), encoding="utf-8") as f:
        entries = mkinitrd.read_list(f)
    with tempfile.NamedTemporaryFile(prefix="xv39-job.") as f:
        f.write(job_text)
        f.flush()
        entries += [("/init", os.path.join(build, "stripped/user/runinit/runinit")),
                    ("/run/job", f.name), *extra]
        mkinitrd.pack(out, entries)


# ---- QEMU ---------------------------------------------------------------------------------------


class Options:
    """What kind of machine: set by the command line of scripts/run or by make's variables."""

    def __init__(self, build=None, harts=2, memory="256M", icount=False, extra=()):
        self.build = build or os.path.join(TOP, "build")
        self.harts = harts
        self.memory = memory
        self.icount = icount
        self.extra = list(extra)  # more of QEMU's options
        self.qemu = os.environ.get("QEMU", "qemu-system-riscv64")

    def command(self, initrd, interactive=False, append=""):
        command = [self.qemu, "-machine", "virt", "-bios", "default",
                   "-kernel", os.path.join(self.build, "kernel.elf"), "-initrd", initrd,
                   "-m", self.memory, "-smp", str(self.harts), "-no-reboot"]
        if append:
            command += ["-append", append]
        if self.icount:
            command += ["-icount", "shift=0,sleep=off", "-seed", "1"]
        command += self.extra
        if interactive:
            return command + ["-nographic"]
        # Without the multiplexer that -nographic brings, Ctrl-A is a byte like any other.
        return command + ["-display", "none", "-monitor", "none", "-serial", "stdio"]

    def function_at(self, address):
        """function+offset in the kernel, or that it is none of its."""
        with open(os.path.join(self.build, "kernel.sym"), encoding="utf-8") as f:
            symbols = [line.split() for line in f]
        symbols = [(int(at, 16), name) for at, kind, name in symbols if kind in "tT"]
        below = [s for s in symbols if s[0] <= address]
        if address < 1 << 63 or not below:
            return f"a program at {address:#x}"
        return f"{below[-1][1]}+{address - below[-1][0]:#x}"


# ---- The console's bytes ------------------------------------------------------------------------


@functools.lru_cache(None)
def call_names():
    """{number: name} of the system calls"""
    with open(os.path.join(TOP, "kernel/abi_call.h"), encoding="utf-8") as f:
        return {number: name for name, number in re.findall(r"#define SYS_(\w+)\s+(\d+)", f.read())}


@functools.lru_cache(None)
def source_line(program, address):
    """ (function, file:line) of an instruction, as far as an ELF of this machine tells."""
    prefix = os.environ.get("TOOLPREFIX") or subprocess.run(
        [os.path.join(TOP, "scripts/find-toolchain")], capture_output=True, text=True,
        check=False).stdout.strip()
    try:
        said = subprocess.run([prefix + "addr2line", "-fse", program, hex(address)],
                              capture_output=True, text=True, check=False).stdout.splitlines()
    except OSError:
        said = []
    if not said or said[0] == "??":
        return ""
    return f" ({said[0]}, {said[-1].split(' (')[0]})"  # without the discriminator


def describe_thread(program, mark):
    """What runinit says of a thread, in words; program is the ELF of the command that was ended."""
    match = LEFT.fullmatch(mark)
    if not match:
        return f"still there: {mark}"  # the program's own words, or those of another runinit
    tid, state, call, address, name = match.groups()
    states = {"R": "runs", "S": "sleeps", "T": "is stopped", "Z": "has ended"}
    where = ""
    if call.isdigit():
        where = f" in {call_names().get(call, 'call ' + call)}"
    elif state == "R":
        own = name == os.path.basename(program)[:NAME_MAX]
        where = f" at pc {int(address):#x}{source_line(program, int(address)) if own else ''}"
    return f"{name} ({tid}) {states.get(state, 'is ' + state)}{where}"


def describe_harts(options, machine):
    """Where the harts of a machine that hung were, a line each."""
    return [f"hart {i} was in {options.function_at(pc)}" for i, pc in enumerate(machine.harts)]


class Scanner:
    """Cuts the console's stream into events:

    ("boot", bytes)  before the first command      ("begin", path)
    ("out", bytes)   a command's output            ("end", status, ms, free KiB)
    ("late", bytes)  after its end                 ("fail", text)
    ("left", text)   a thread that was still there when a command's time was up: describe_thread

    A status is "timeout" or "idle" where runinit has ended the command.
    """

    def __init__(self):
        self.held = b""
        self.state = "boot"
        self.strip_cr = False

    def feed(self, data):
        data = self.held + data
        self.held = b""
        events = []
        while True:
            mark = MARK.search(data)
            if not mark:
                break
            self._text(events, data[:mark.start()])
            self._mark(events, mark)
            data = data[mark.end():]
        cut = data.rfind(b"\x1e")
        if cut < 0 or len(data) - cut > MARK_MAX or b"\n" in data[cut:]:
            cut = len(data) - 1 if data.endswith(b"\r") else len(data)
        self._text(events, data[:cut])
        self.held = data[cut:]
        return events

    def close(self):
        """What was held back, in case it was the beginning of a mark."""
        events = []
        self._text(events, self.held)
        self.held = b""
        return events

    def _text(self, events, data):
        if self.strip_cr:
            data = data.replace(b"\r\n", b"\n")
        if data:
            events.append((self.state, data))

    def _mark(self, events, mark):
        kind, text = mark[1].decode(), mark[2].decode(errors="replace")
        if kind == "begin":
            # The console put CR before LF here, so it does everywhere.
            self.strip_cr = bool(mark[3])
            self.state = "out"
            events.append(("begin", text))
        elif kind == "fail":
            events.append(("fail", text))
        elif kind == "left":
            events.append(("left", text))
        elif END.fullmatch(text):
            status, ms, free = text.split()
            self.state = "late"
            events.append(("end", int(status) if status.isdigit() else status,
                           int(ms), int(free)))
        else:
            self._text(events, mark[0])  # a program's own


class Guest:
    """One run of QEMU. events() yields what Scanner does and, at last, ("stopped", reason):
    "exit" when QEMU ended by itself, "boot" or "hang" when a host deadline passed. Then
    harts says where each hart is: [address]."""

    def __init__(self, command, stdin=subprocess.DEVNULL, seconds=None,
                 boot_seconds=BOOT_SECONDS):
        self.seconds = seconds  # host time that may pass without a mark, once booted
        self.boot_seconds = boot_seconds
        self.boot_log = b""  # its end
        self.harts = []
        self.scanner = Scanner()
        self.monitor, theirs = socket.socketpair()
        fd = theirs.fileno()
        if "none" in command:       # QEMU's monitor is not on the console
            command = command + ["-chardev", f"socket,id=ask,fd={fd}", "-mon", "chardev=ask"]
        try:
            with theirs:
                self.process = subprocess.Popen(command, stdin=stdin, stdout=subprocess.PIPE,
                                                stderr=subprocess.STDOUT, pass_fds=[fd])
        except OSError as e:
            raise Error(f"cannot start {command[0]}: {e.strerror} (make doctor tells more)") from e

    def events(self):
        deadline = time.monotonic() + self.boot_seconds
        fd = self.process.stdout.fileno()
        try:
            while True:
                wait = None if deadline is None else deadline - time.monotonic()
                if wait is not None and wait <= 0:
                    self.harts = self._ask_harts()
                    yield "stopped", "boot" if self.scanner.state == "boot" else "hang"
                    return
                if not select.select([fd], [], [], wait)[0]:
                    continue
                data = os.read(fd, 65536)
                for event in self.scanner.feed(data) if data else self.scanner.close():
                    if event[0] in ("begin", "end"):
                        deadline = self.seconds and time.monotonic() + self.seconds
                    elif event[0] == "boot":
                        self.boot_log = (self.boot_log + event[1])[-LOG_KEPT:]
                    yield event
                if not data:
                    yield "stopped", "exit"
                    return
        finally:
            self.kill()

    def _ask_harts(self):
        """Where each hart is, says QEMU's monitor; [] if it does not answer."""
        said = b""
        try:
            self.monitor.settimeout(ANSWER_SECONDS)
            self.monitor.sendall(b"info registers -a\n")
            while said.count(b"(qemu) ") < 2:  # before the command, and behind its answer
                said += self.monitor.recv(65536) or b"(qemu) "
        except OSError:
            pass
        return [int(pc, 16) for pc in re.findall(rb"\bpc\s+([0-9a-f]{8,16})\b", said)]

    def stage(self):
        """The last line of the boot log: where a boot that never ended got to."""
        lines = self.boot_log.decode(errors="replace").split("\n")
        return next((line.strip() for line in reversed(lines) if line.strip()),
                    "nothing was printed")

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.monitor.close()


def run_commands(options, commands, files=(), seconds=None):
    """One boot that runs the commands, as in job(), and switches off; files = [(guest, source)].
    Yields (the command, what it printed, its status: None if the machine stopped)."""
    with tempfile.TemporaryDirectory(prefix="xv39-commands.") as tmp:
        initrd = os.path.join(tmp, "initrd.cpio")
        pack(options.build, initrd, job(commands), files)
        left, out = list(commands), b""
        for event in Guest(options.command(initrd, append="quiet"), seconds=seconds).events():
            if event[0] == "out":
                out += event[1]
            elif event[0] == "end":
                yield left.pop(0), out.decode(errors="replace"), event[1]
                out = b""
        if left:
            yield left[0], out.decode(errors="replace"), None
