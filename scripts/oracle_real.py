"""Real software: programs of user/oracle/real, built by stock compilers against stock libraries, which
must say and do in the guest what they do under qemu-riscv64, or, where that knows too little, on
this machine. No command of its own: part of `make oracle`. What cannot be built for want of a compiler is skipped with the reason.
"""

import glob
import os
import shutil
import subprocess

import check_guest

SOURCES = "user/oracle/real"
LIMIT = 60  # seconds on Linux
# What dynamic programs ask for; those of these that the toolchain has go into the guest's /lib.
STOCK = ["ld-linux-riscv64-lp64d.so.1", "libc.so.6", "libm.so.6", "libgcc_s.so.1",
         "libstdc++.so.6", "libgfortran.so.5"]
SHOWN = 3  # lines before the first that differs


class Program:
    """How one is built: its language's compiler, its sources, and its libraries in the order in
    which they are linked with each other. `loaded` ones are not linked with: it is for dlopen.
    `here`: this machine's Linux is the judge."""

    def __init__(self, name, compiler, sources, libraries=(), loaded=(), flags=(),
                 here=False):
        self.name = name
        self.compiler = compiler
        self.sources = [os.path.join(SOURCES, s) for s in sources]
        self.libraries = [(lib, os.path.join(SOURCES, source)) for lib, source in libraries]
        self.loaded = [(lib, os.path.join(SOURCES, source)) for lib, source in loaded]
        self.flags = list(flags)
        self.here = here


PROGRAMS = [
    Program("libraries", "gcc", ["libraries/main.c"],
            [("libcounter.so", "libraries/counter.c"), ("libshape.so", "libraries/shape.c")],
            [("libplugin.so", "libraries/plugin.c")], ["-rdynamic", "-lm", "-pthread"]),
    Program("exceptions", "g++", ["exceptions/main.cc"],
            [("libthrower.so", "exceptions/thrower.cc")], flags=["-std=c++17", "-pthread"]),
    Program("sums", "gfortran", ["sums.f90"]),
    # qemu-riscv64 has no robust lists: who waits for a dead owner's lock waits for ever.
    Program("threads", "gcc", ["threads.c"], flags=["-static", "-pthread"], here=True),
]


class Skip(Exception):
    """It cannot be built or run here; the text says why."""


def find_compiler(prefix, name):
    """PREFIXg++, or one that has only a name with its version."""
    plain = shutil.which(prefix + name)
    if plain:
        return plain
    for folder in os.environ["PATH"].split(os.pathsep):
        found = sorted(glob.glob(os.path.join(folder, prefix + name + "-[0-9]*")))
        if found:
            return found[-1]
    raise Skip(f"no {prefix}{name} here (make doctor tells more)")


def compile_one(command):
    done = subprocess.run(command, stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise Skip("it does not build: " + (done.stderr.strip().splitlines() or ["?"])[0])


def build(program, prefix, folder):
    """[(name in /lib, file)] of our libraries, and the program's file."""
    compiler = find_compiler(prefix, program.compiler)
    ours = []
    for name, source in program.libraries + program.loaded:
        out = os.path.join(folder, name)
        compile_one([compiler, "-O2", "-shared", "-fPIC", "-Wl,-soname," + name, "-o", out, source,
                     *(file for lib, file in ours if (lib, source) not in program.loaded), "-lm"])
        ours.append((name, out))
    out = os.path.join(folder, program.name)
    linked = [os.path.join(folder, name) for name, _ in reversed(program.libraries)]
    compile_one([compiler, "-O2", "-o", out, *program.sources, *linked, *program.flags])
    return ours, out


def stock_libraries(prefix):
    """{name: file} of what the toolchain has; gcc prints the bare name of what it has not."""
    found = {}
    for name in STOCK:
        done = subprocess.run([prefix + "gcc", "-print-file-name=" + name], check=False,
                              stdout=subprocess.PIPE, text=True)
        path = done.stdout.strip()
        if os.path.isabs(path):
            found[name] = os.path.realpath(path)
    return found


def emulation(path, folder, stock):
    """The command that runs it under qemu-riscv64, with the same libraries."""
    emulator = shutil.which("qemu-riscv64")
    if not emulator:
        raise Skip("no qemu-riscv64 to compare with (make doctor tells more)")
    root = os.path.dirname(os.path.dirname(stock[STOCK[0]])) if STOCK[0] in stock else "/"
    return [emulator, "-L", root, "-E", "LD_LIBRARY_PATH=" + folder, path]


def on_linux(command):
    """(status, output)"""
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, timeout=LIMIT, check=False)
    except subprocess.TimeoutExpired:
        return "timeout", ""
    status = done.returncode if done.returncode >= 0 else 128 - done.returncode
    return status, done.stdout.decode(errors="replace")


def differences(linux, xv39):
    """Of two (status, lines)."""
    problems = []
    if linux[0] != xv39[0]:
        problems.append(f"exit status {xv39[0]} by xv39, {linux[0]} by Linux")
    ours, theirs = xv39[1], linux[1]
    if ours != theirs:
        at = next((i for i, (a, b) in enumerate(zip(ours, theirs)) if a != b),
                  min(len(ours), len(theirs)))
        problems += ["  both: " + line for line in ours[max(0, at - SHOWN):at]]
        problems += [f"  {side}: {lines[at] if at < len(lines) else '(the end)'}"
                     for side, lines in (("xv39", ours), ("Linux", theirs))]
    return problems


class Real:
    def __init__(self, prefix, hostcc, options, folder):
        self.prefix = prefix
        self.hostcc = hostcc
        self.options = options
        self.folder = folder
        self.stock = stock_libraries(prefix)

    def run(self, report):
        """Builds them, runs all in one boot, compares."""
        report.heading("real software, on Linux and in the guest")
        extra = [("/lib/" + name, path) for name, path in self.stock.items()]
        linux, paths = {}, []
        for program in (p for p in PROGRAMS if report.wants("real/" + p.name)):
            try:
                ours, path = build(program, self.prefix, self.folder)
                linux[program.name] = on_linux(self.judge(program, path))
            except Skip as e:
                report.skip("real/" + program.name, str(e))
                continue
            extra += [("/lib/" + name, file) for name, file in ours]
            extra.append(("/real/" + program.name, path))
            paths.append("/real/" + program.name)
        while paths:
            outcomes = check_guest.boot(self.options, paths, self.folder, extra, append="quiet")
            for outcome in outcomes:
                self.tell(report, outcome, linux)
            paths = paths[len(outcomes):]
            if not outcomes[0].booted:
                break

    def judge(self, program, path):
        """The command that does on Linux what the program at `path` does in the guest."""
        if not program.here:
            return emulation(path, self.folder, self.stock)
        native = path + ".native"
        compile_one([self.hostcc, "-O2", "-o", native, *program.sources, "-pthread"])
        return [native]

    def tell(self, report, outcome, linux):
        name = os.path.basename(outcome.path)
        status, text = linux[name]
        ours = outcome.output.decode(errors="replace").replace("\r\n", "\n")
        problems = outcome.problems + differences((status, text.splitlines()),
                                                  (outcome.status, ours.splitlines()))
        if problems:
            report.fail("real/" + name, problems, outcome.seconds)
        else:
            report.ok("real/" + name, outcome.seconds, len(text.splitlines()) + 1)
