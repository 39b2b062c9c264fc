#!/usr/bin/env python3
"""The layout of the C sources: clang-format decides it, within limits.

    format.py [FILE...]           rewrite
    format.py --check [FILE...]   print the lines that would change; exit 1 if there are any

Some things stay their author's: the blanks inside a line (columns of macro values, field comments,
tables), where a statement that does not fit one line is broken and how far the rest is indented,
macros of several lines, and whether a short function or list stands on one line. What is decided:
indentation, braces, one statement a line, no more than 100 columns, blank lines.
"""

import difflib
import glob
import re
import subprocess
import sys

REFERENCE = 14  # the major version whose output counts
COLUMNS = 100
FOLDERS = ["boot", "kernel", "mm", "user"]


def version():
    """clang-format's major version."""
    text = subprocess.run(["clang-format", "--version"], capture_output=True, text=True,
                          check=True).stdout
    return int(re.search(r"version (\d+)", text)[1])


def all_files():
    return sorted(p for folder in FOLDERS for p in
                  glob.glob(folder + "/**/*.[ch]", recursive=True))


def plain(line):
    """A line without what its author may choose: blanks behind the first word."""
    body = line.lstrip("\t ")
    indent = line[:len(line) - len(body)].expandtabs(8)
    return indent + re.sub(r"\s+", "", body)


def squeezed(lines):
    return "".join(re.sub(r"[\s\\]+", "", line) for line in lines)


def continues(before):
    """Is the line behind this one the rest of a statement?"""
    line = before.strip()
    return bool(line) and not line.endswith((";", "{", "}", ":", "*/")) and line[0] != "#"


def braces(lines):
    """How the lines use braces: two layouts that differ in this are not the same choice."""
    words = [re.sub(r"\s+", "", line) for line in lines]
    return [(w.startswith("}"), w.endswith("{")) for w in words
            if w.startswith("}") or w.endswith("{")]


def is_choice(before, ours, theirs):
    """Do we differ only in what is the author's? before: the line above."""
    if not ours or squeezed(ours) != squeezed(theirs) or not ours[0].strip():
        return False
    if any(len(line.rstrip("\n").expandtabs(8)) > COLUMNS for line in ours):
        return False
    if ours[0].rstrip().endswith("\\") or before.rstrip().endswith("\\"):
        return True
    if any(re.match(r"\s*(if|else|while|switch)\b.*[;}]$", line.rstrip()) for line in ours):
        return False
    if len(ours) == 1 and "{" in ours[0] and ours[0].count("{") == ours[0].count("}"):
        return True
    if braces(ours) != braces(theirs):
        return False
    same_indent = plain(ours[0])[:1] == plain(theirs[0])[:1] and \
        re.match(r"\s*", ours[0])[0].expandtabs(8) == re.match(r"\s*", theirs[0])[0].expandtabs(8)
    return same_indent or continues(before)


def formatted(path, text):
    """The text as it should be."""
    out = subprocess.run(["clang-format", "--style=file", "--assume-filename=" + path], input=text,
                         capture_output=True, text=True, check=True).stdout
    ours, theirs = text.splitlines(True), out.splitlines(True)
    match = difflib.SequenceMatcher(None, [plain(x) for x in ours], [plain(x) for x in theirs],
                                    autojunk=False)
    lines = []
    for kind, a, b, c, d in match.get_opcodes():
        keep = kind == "equal" or is_choice(
            ours[a - 1] if a else "", ours[a:b], theirs[c:d])
        lines += ours[a:b] if keep else theirs[c:d]
    return "".join(lines)


def problems(paths):
    """"FILE:LINE: has: ..." for each place that is laid out otherwise."""
    found = []
    for path in paths:
        with open(path, encoding="utf-8") as f:
            text = f.read()
        ours, want = text.splitlines(), formatted(path, text).splitlines()
        match = difflib.SequenceMatcher(None, ours, want, autojunk=False)
        for kind, a, _, c, _ in match.get_opcodes():
            if kind != "equal":
                line = want[c].strip() if c < len(want) else "(nothing)"
                found.append(f"{path}:{a + 1}: should read: {line}")
    return found


def main():
    args = sys.argv[1:]
    check = args[:1] == ["--check"]
    paths = args[1:] if check else args
    paths = paths or all_files()
    if check:
        found = problems(paths)
        print("\n".join(found), end="\n" if found else "")
        sys.exit(bool(found))
    for path in paths:
        with open(path, encoding="utf-8") as f:
            text = f.read()
        want = formatted(path, text)
        if want != text:
            print(f"  FORMAT  {path}")
            with open(path, "w", encoding="utf-8") as f:
                f.write(want)


if __name__ == "__main__":
    main()
