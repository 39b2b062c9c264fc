"""How results are printed and counted: one line for each test, its reasons below it when it
failed or was skipped, and the last line "N passed, N failed" (", N skipped" if any were)."""

import difflib
import os
import textwrap

LOG_LINES = 30  # the last of a failed test's output are shown; all of it is in the log file
AROUND = 5  # and these on either side of its first failed check


class Report:
    def __init__(self, wanted="", logs=None):
        self.wanted = wanted
        self.logs = logs  # the folder for what failed tests printed
        self.passed = self.failed = self.skipped = self.checks = 0
        self.names = []
        self.title = None

    def wants(self, name):
        """Is this test (group/name) to be run? T= names one, by either part or both."""
        self.names.append(name)
        return not self.wanted or self.wanted in (name, *name.split("/"))

    def heading(self, text):
        """Printed above the next result, if there is one."""
        self.title = text

    def ok(self, name, seconds=None, checks=1, skips=()):
        self.passed += 1
        self.checks += checks
        note = f"  ({checks} checks)" if checks > 1 else ""
        self._line("OK", name, seconds, note)
        for reason in dict.fromkeys(reason for _, reason in skips):
            which = [what for what, why in skips if why == reason]
            print(f"            not checked: {', '.join(which)}: {reason}")

    def skip(self, name, reason):
        self.skipped += 1
        self._line("SKIPPED", name, None, f"  {reason}")

    def fail(self, name, problems, seconds=None, output=""):
        self.failed += 1
        self._line("FAILED", name, seconds)
        for problem in problems:
            print(f"            {problem}")
        lines = output.splitlines()
        if lines and self.logs:
            path = os.path.join(self.logs, name.replace("/", "-") + ".log")
            with open(path, "w", encoding="utf-8") as f:
                f.write(output)
            print(f"            what it printed ({path}):")
        elif lines:
            print("            what it printed:")
        tail = max(0, len(lines) - LOG_LINES)
        first = next((i for i, line in enumerate(lines) if line.startswith("not ok")), tail)
        shown = 0
        for i, line in enumerate(lines):
            if i < tail and abs(i - first) > AROUND:
                continue
            if i > shown:
                print(f"            | ... {i - shown} lines more")
            print(f"            | {line}")
            shown = i + 1

    def result(self, name, problems, seconds=None, output=""):
        """A test that is one check: passed unless there are problems."""
        if problems:
            self.fail(name, problems, seconds, output)
        else:
            self.ok(name, seconds)

    def tap(self, name, result, seconds, output):
        """A test that spoke TAP (scripts/tap.py)."""
        if result.problems:
            self.checks += result.checks
            self.fail(name, result.problems, seconds, output)
        elif result.all_skipped or (result.checks and len(result.skips) == result.checks):
            self.skip(name, result.all_skipped or result.skips[0][1])
        else:
            self.ok(name, seconds, result.checks - len(result.skips), result.skips)

    def knows(self, names):
        """Is T= one of these, or nothing? If it is not, it says which are like it."""
        known = [self.wants(name) for name in names]
        if not any(known):
            print(self._nearest())
        return any(known)

    def _nearest(self):
        """What to say when T= names nothing: the names that are like it, or all."""
        plain = {name.split("/")[-1]: name for name in self.names}
        near = {plain[n] for n in difflib.get_close_matches(self.wanted, plain, 8, 0.5)}
        near |= {name for name in self.names if self.wanted in name}
        words = " ".join(sorted(near or set(self.names)))
        start = "the nearest are:" if near else "there are:"
        return textwrap.fill(f"no test is called {self.wanted!r}; {start} {words}", 100,
                             subsequent_indent="  ", break_on_hyphens=False)

    def _line(self, word, name, seconds, note=""):
        if self.title:
            print(f"== {self.title}")
            self.title = None
        time = f"{seconds:7.2f} s" if seconds is not None else " " * 9
        print(f"{word:<8} {time}  {name}{note}", flush=True)

    def close(self, seconds):
        """Prints the last lines; the exit status."""
        total = self.passed + self.failed + self.skipped
        if not total:
            print(self._nearest())
            return 2
        print(f"{self.checks} checks in {total} test{'s' if total > 1 else ''}, {seconds:.0f} s")
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        print(f"{self.passed} passed, {self.failed} failed{skipped}")
        return 1 if self.failed else 0
