"""Tests of what `make gdb PROG=name` gives gdb: it stops in that program's main, and not in
another's at the same address, and then knows its source and the kernel's."""

import os
import socket
import subprocess
import sys
import tempfile

import guest

LIMIT = 60  # seconds


def find_gdb():
    done = subprocess.run(["sh", "-c", ". scripts/tools.sh; find_gdb"], capture_output=True,
                          text=True, check=False, cwd=guest.TOP)
    return done.stdout.strip()


def free_port():
    with socket.socket() as s:
        s.bind(("localhost", 0))
        return s.getsockname()[1]


def session(gdb, setup, program, commands):
    """What gdb prints in a boot where it stops in the program's main; then come the commands."""
    port = free_port()
    init = subprocess.run([sys.executable, "scripts/gdbinit.py", setup.build, str(port),
                           setup.prefix + "nm", program], capture_output=True, text=True,
                          check=True).stdout
    machine = subprocess.Popen(
        setup.options.command(os.path.join(setup.build, "initrd.cpio"))
        + ["-S", "-gdb", f"tcp:localhost:{port}"], stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        with tempfile.NamedTemporaryFile("w", suffix=".gdb") as f:
            f.write(init + "".join(c + "\n" for c in ["continue", *commands, "kill"]))
            f.flush()
            done = subprocess.run([gdb, "-nx", "-q", "-batch", "-x", f.name,
                                   os.path.join(setup.build, "kernel.elf")], capture_output=True,
                                  text=True, timeout=LIMIT, check=False)
        return done.stdout + done.stderr
    except subprocess.TimeoutExpired as e:
        return (e.stdout or b"").decode(errors="replace") + "\ngdb did not come to an end"
    finally:
        machine.kill()
        machine.wait()


def stops_in_main(gdb, setup):
    """The shell is the second program of a boot, so the first one's main must be passed by."""
    text = session(gdb, setup, "sh", ["break trap_user", "continue"])
    return [f"gdb does not say {want!r}: {text[-500:]}" for want in
            ("main (argc=", "trap_user (frame=") if want not in text]


def names(_):
    return ["gdb/stops_in_main"]


def run(report, setup):
    if not report.wants("gdb/stops_in_main"):
        return
    gdb = find_gdb()
    report.heading("gdb")
    if gdb:
        report.result("gdb/stops_in_main", stops_in_main(gdb, setup))
    else:
        report.skip("gdb/stops_in_main", "no gdb for riscv64 here (make doctor tells the fix)")
