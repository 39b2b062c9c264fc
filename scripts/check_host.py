"""The tests that run on this machine, under ASan and UBSan: mm's, and what else of the kernel can
be tried without one. Each is a program that speaks TAP."""

import os
import subprocess
import time

import tap

LIMIT = 120  # seconds for one program
ENVIRONMENT = {"ASAN_OPTIONS": "abort_on_error=0:exitcode=99:detect_leaks=1",
               "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1"}


def name_of(path):
    """build/host/mm/test/test_area -> mm/area"""
    parts = path.split("/")
    folder = parts[parts.index("host") + 1]
    return folder + "/" + parts[-1][len("test_"):]


def run_one(path):
    """(TAP result, seconds, output)"""
    began = time.monotonic()
    try:
        done = subprocess.run([path], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=LIMIT, check=False,
                              env={**os.environ, **ENVIRONMENT})
        text, status = done.stdout, done.returncode
    except subprocess.TimeoutExpired as e:
        text, status = e.stdout or b"", "timeout"
    text = text.decode(errors="replace")
    if status != "timeout" and status < 0:
        status = 128 - status
    return tap.parse(text, status), time.monotonic() - began, text


def names(setup):
    return [name_of(path) for path in setup.host_tests]


def wanted(report, setup):
    return [path for path in setup.host_tests if report.wants(name_of(path))]


def run(report, setup):
    report.heading("on this machine")
    for path in wanted(report, setup):
        report.tap(name_of(path), *run_one(path))
