"""How results are printed and counted: one line for each test, its reasons below it when it
failed or was skipped, and the last line "N passed, N failed" (", N skipped" if any were)."""

import difflib
import fnmatch
import os
import textwrap

LOG_LINES = 30  # the last of a failed test's output are shown; all of it is in the log file
AROUND = 5  # and these on either side of its first failed check


def meant(word, names):
    """Those of the names (group/name) that a word of T= means: by either part or both, written out
    or as a shell's pattern; if that is none, by how one begins. A source file means its name."""
    parts = {name: (name, *name.split("/")) for name in names}
    if word.endswith(".c"):
        return {name for name in names if parts[name][-1] == os.path.basename(word)[:-2]}
    return ({name for name in names if any(fnmatch.fnmatchcase(p, word) for p in parts[name])}
            or {name for name in names if any(p.startswith(word) for p in parts[name])})


def nearest(word, names):
    """What to say when a word of T= means nothing: the names that are like it, or the groups."""
    plain = {name.split("/")[-1]: name for name in names}
    near = {plain[n] for n in difflib.get_close_matches(word.split("/")[-1], plain, 8, 0.5)}
    near |= {name for name in names if word in name}
    words = " ".join(sorted(near or {name.split("/")[0] for name in names}))
    start = "the nearest are:" if near else "the groups are:"
    return textwrap.fill(f"no test matches {word!r}; {start} {words}", 100,
                         subsequent_indent="  ", break_on_hyphens=False)


class Report:
    def __init__(self, names, wanted="", logs=None):
        self.logs = logs  # the folder for what failed tests printed
        self.passed = self.failed = self.skipped = self.checks = 0
        self.title = None
        words = {word: meant(word, names) for word in wanted.split()}
        self.chosen = set().union(*words.values()) if words else set(names)
        self.unknown = [nearest(word, names) for word, found in words.items() if not found]

    def wants(self, name):
        """Is this test (group/name) to be run?"""
        return name in self.chosen

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
            print("\n".join(self.unknown))
            return 2
        print(f"{self.checks} checks in {total} test{'s' if total > 1 else ''}, {seconds:.0f} s")
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        print(f"{self.passed} passed, {self.failed} failed{skipped}")
        return 1 if self.failed else 0
