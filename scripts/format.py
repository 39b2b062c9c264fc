#!/usr/bin/env python3
"""The layout of the C sources: clang-format decides it, within limits.

    format.py [FILE...]           rewrite
    format.py --check [FILE...]   print the lines that would change; exit 1 if there are any

Some things stay their author's: the blanks inside a line (columns of macro values, field comments,
tables), where a statement that does not fit one line is broken and how far the rest is indented,
macros of several lines, and whether a short function, list, struct or row of case labels stands
on one line. What is decided: indentation, braces, one statement a line, lines much over 100
columns, blank lines.
"""

import glob
import os
import re
import subprocess
import sys

REFERENCE = 14  # the major version whose output counts
COLUMNS = 104  # clang-format breaks lines at 100; a few more are the author's choice
FOLDERS = ["boot", "kernel", "mm", "user"]


def version():
    """clang-format's major version."""
    text = subprocess.run(["clang-format", "--version"], capture_output=True, text=True,
                          check=True).stdout
    return int(re.search(r"version (\d+)", text)[1])


def all_files():
    """What git tracks: a file of one's own is laid out as its author likes, until it is added."""
    listed = subprocess.run(["git", "ls-files", "--", *FOLDERS], capture_output=True, text=True,
                            check=False)
    if listed.returncode == 0:
        return sorted(p for p in listed.stdout.splitlines() if p.endswith((".c", ".h")) and
                      os.path.exists(p))
    return sorted(p for folder in FOLDERS for p in
                  glob.glob(folder + "/**/*.[ch]", recursive=True))


def squeezed(lines):
    """The characters that are no layout."""
    return "".join(re.sub(r"\s+", "", re.sub(r"\\$", "", line.rstrip())) for line in lines)


def indent(line):
    return re.match(r"\s*", line)[0].expandtabs(8)


def blocks(ours, theirs):
    """Cuts both texts, which differ in layout only, into the shortest pieces that hold the same
    characters: [(first line of ours, our lines, their lines)]. Blank lines lead their piece."""
    a = b = 0
    while a < len(ours) or b < len(theirs):
        start_a, start_b, seen_a, seen_b = a, b, 0, 0
        while seen_a == 0 or seen_a != seen_b:
            if (seen_a <= seen_b and a < len(ours)) or b >= len(theirs):
                if a >= len(ours):
                    break
                seen_a += len(squeezed(ours[a:a + 1]))
                a += 1
            else:
                seen_b += len(squeezed(theirs[b:b + 1]))
                b += 1
        yield start_a, ours[start_a:a], theirs[start_b:b]


def braces(lines):
    """How the lines use braces: two layouts that differ in this are not the same choice."""
    words = [re.sub(r"\s+", "", line) for line in lines]
    return [(w.startswith("}"), w.endswith("{"), w == "{") for w in words
            if w.startswith("}") or w.endswith("{")]


def blank_lines(lines):
    return next((i for i, line in enumerate(lines) if line.strip()), len(lines))


def continues(before):
    """Is the line behind this one the rest of a statement or of a list?"""
    line = re.sub(r"/\*.*?\*/|//.*", "", before).strip()
    return bool(line) and not line.endswith((";", "{", "}", ":", "*/")) and line[0] not in "#*"


def is_choice(before, ours, theirs):
    """Do we differ only in what is the author's? before: the line above."""
    if any(len(line.expandtabs(8)) > COLUMNS or line != line.rstrip() for line in ours):
        return False
    if blank_lines(ours) != blank_lines(theirs):
        return False
    ours, theirs = ours[blank_lines(ours):], theirs[blank_lines(theirs):]
    if not ours or not theirs or before.endswith("\\") or ours[0].endswith("\\"):
        return True
    if any(re.match(r"\s*(if|else|while|switch)\b.*[;}]$", line) for line in ours) \
            and len(ours) != len(theirs):
        return False
    if indent(ours[0]) != indent(theirs[0]) and not continues(before):
        return False
    if re.search(r"\b(struct|union|enum)\b[^;]*\{", ours[0]) and len(ours) < len(theirs):
        return True
    if all(re.match(r"\s*(case .*|default):$", line) for line in theirs):
        return True
    one_line = len(ours) == 1 and "{" in ours[0] and ours[0].count("{") == ours[0].count("}")
    if one_line:
        return True
    if any(line.endswith(";") for line in theirs[:-1]):
        return False
    return braces(ours) == braces(theirs) or continues(before)


def pieces(path, text):
    """[(line number, ours, wanted)]: wanted is ours where the choice is the author's."""
    out = subprocess.run(["clang-format", "--style=file", "--assume-filename=" + path], input=text,
                         capture_output=True, text=True, check=True).stdout
    before, found = "", []
    for at, ours, theirs in blocks(text.splitlines(), out.splitlines()):
        found.append((at + 1, ours, ours if is_choice(before, ours, theirs) else theirs))
        before = ours[-1] if ours else before
    return found


def formatted(path, text):
    return "".join(line + "\n" for _, _, want in pieces(path, text) for line in want)


def problems(paths):
    """"FILE:LINE: should read: ..." for each place that is laid out otherwise."""
    found = []
    for path in paths:
        with open(path, encoding="utf-8") as f:
            text = f.read()
        for at, ours, want in pieces(path, text):
            if ours != want:
                line = next((line.strip() for line in want if line.strip()), "(no blank line)")
                found.append(f"{path}:{at + blank_lines(ours)}: should read: {line}")
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
