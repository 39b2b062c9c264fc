"""Reads a test's TAP strictly: a test that cannot be counted has failed.

A plan must be there, once, before or behind all checks; the checks must be numbered 1, 2, 3 ...
up to it; the program must end with status 0. Lines that are no TAP are the log's.
"""

import re

CHECK = re.compile(r"^(not )?ok\b ?(\d*)(.*)$")
PLAN = re.compile(r"^1\.\.(\d+)\s*(?:#\s*(.*))?$")
SKIP = re.compile(r"#\s*skip\b:?\s*(.*)$", re.I)


class Result:
    """What one test said."""

    def __init__(self):
        self.checks = 0
        self.problems = []  # why it failed: failed checks and broken rules
        self.skips = []  # (check, reason)
        self.all_skipped = None  # the reason, when the plan was 1..0
        self.plan = None
        self.plan_at = None  # how many checks came before the plan

    def _check(self, match):
        self.checks += 1
        number, text = match[2], match[3].strip(" -")
        if number and int(number) != self.checks:
            self.problems.append(f"check {self.checks} is numbered {number}")
        if match[1]:
            self.problems.append(f"not ok {self.checks} {text}")
            return
        skip = SKIP.search(text)
        if skip:
            self.skips.append((text[:skip.start()].strip() or str(self.checks), skip[1]))

    def _plan(self, match):
        if self.plan is not None:
            self.problems.append("two plans")
        self.plan, self.plan_at = int(match[1]), self.checks
        if self.plan == 0:
            reason = match[2] or ""
            self.all_skipped = re.sub(r"^skip\b:?\s*", "", reason, flags=re.I) or "no reason given"

    def _finish(self, status):
        if self.plan is None:
            self.problems.append("no plan: it did not say that it was done")
        elif self.plan != self.checks:
            self.problems.append(f"planned {self.plan} checks and made {self.checks}")
        elif self.plan_at not in (0, self.checks):
            self.problems.append("the plan stands between the checks")
        if status != 0:
            self.problems.append(describe(status))


def describe(status):
    """An exit status, as the shell numbers it, in words."""
    if status == "timeout":
        return "its time was up"
    if status == "idle":
        return "it hangs: hardly anything has run any more"
    if status > 128:
        return f"killed by signal {status - 128}"
    return f"exit status {status}"


def parse(text, status):
    result = Result()
    for line in text.splitlines():
        line = line.rstrip("\r")
        check, plan = CHECK.match(line), PLAN.match(line)
        if check:
            result._check(check)
        elif plan:
            result._plan(plan)
        elif line.startswith("Bail out!"):
            result.problems.append(line)
    result._finish(status)
    return result
