"""What has a limit rather than a comparison: the length of a boot, and memory. bench.py prints them
below its table. No command of its own.
"""

import os
import re
import subprocess
import tempfile

import blocks
import guest

FRAME = 4096
SMALL, LARGE = 256, 1024  # MiB: a boot's instructions for each frame, from the difference

# Figure: the most it may be, and what of.
LIMITS = {
    "boot": (3000000, "instructions from the kernel's entry to init's first, 256 MiB"),
    "boot_per_frame": (1, f"instructions more for each frame, {LARGE} MiB beside {SMALL}"),
    "memory_per_process": (40 * 1024, "bytes of a sleeping process, forked from a small one"),
    "memory_per_area": (96, "bytes of an area without a page"),
    "frame_table": (0.4, "per cent of RAM"),
    "kernel_text": (256 * 1024, "bytes of the kernel's code"),
}
FOOTPRINTS = {"process_footprint": 100, "area_footprint": 10000}


# ---- Booting ------------------------------------------------------------------------------------


def boot(build, megabytes):
    """Boots the standard initrd as far as init. => (instructions by block, the kernel's log)"""
    with tempfile.TemporaryDirectory(prefix="xv39-boot.") as tmp:
        log, serial = tmp + "/log", tmp + "/serial"
        os.mkfifo(log)
        options = guest.Options(build, harts=1, memory=f"{megabytes}M", icount=True,
                                extra=["-d", "in_asm,exec,nochain", "-D", log])
        command = options.command(os.path.join(build, "initrd.cpio"))
        command[command.index("stdio")] = "file:" + serial
        with subprocess.Popen(command, stdin=subprocess.DEVNULL) as qemu:
            with open(log, encoding="utf-8", errors="replace") as f:
                counted = blocks.count(f, begin=lambda a: a >= blocks.ENTRY,
                                       end=lambda a: a < blocks.FIRMWARE)
            qemu.kill()
        with open(serial, encoding="utf-8", errors="replace") as f:
            return counted, f.read()


def profile_boot(build):
    counted, _ = boot(build, SMALL)
    print(f"{sum(counted.values()):>12}  in all")
    blocks.print_functions(build, counted)


# ---- The figures --------------------------------------------------------------------------------


def boot_figures(build):
    small, log = boot(build, SMALL)
    large, _ = boot(build, LARGE)
    small, large = sum(small.values()), sum(large.values())
    table = int(re.search(r"table of frames (\d+) KiB", log)[1])
    return {"boot": small,
            "boot_per_frame": (large - small) / ((LARGE - SMALL) * 1024 * 1024 / FRAME),
            "frame_table": 100 * table / (SMALL * 1024)}


def footprints(build, bench):
    """What the rows of user/bench/footprint.c report; one that fails says why."""
    commands = [["/run/bench", "-n", str(n), row] for row, n in FOOTPRINTS.items()]
    options = guest.Options(build, harts=1, memory="512M", icount=True)
    figures = {}
    for _, text, _ in guest.run_commands(options, commands, [("/run/bench", bench)], 600):
        name, _, value = text.strip().partition("\t")
        if value.split()[-1:] and value.split()[-1].isdigit():
            figures[name] = int(value.split()[-1])
        else:
            print(text, end="")
    return figures


def size_of_text(build):
    """Bytes of the kernel's code: up to the symbol that kernel.ld puts behind it."""
    with open(os.path.join(build, "kernel.sym"), encoding="ascii") as f:
        symbols = dict(reversed(line.split()[::2]) for line in f)
    return int(symbols["text_end"], 16) - int(symbols["text_start"], 16)


def check(build, bench):
    """Prints the figures. => how many are over their limit, or were not measured"""
    figures = {**boot_figures(build), **footprints(build, bench),
               "kernel_text": size_of_text(build)}
    bad = 0
    for name, (limit, what) in LIMITS.items():
        value = figures.get(name)
        over = value is None or value > limit
        bad += over
        text = "-" if value is None else f"{value:.2f}" if isinstance(value, float) else value
        print(f"{name:32}{text:>10}{limit:>12}  {'OVER: ' if over else ''}{what}")
    return bad
