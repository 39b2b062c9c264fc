#!/usr/bin/env python3
"""Packs an initrd: a newc archive, made by the stock cpio, with the files' contents moved to pages.

    mkinitrd.py OUT < LIST

Each line of LIST is "GUEST-PATH SOURCE". The same files give the same archive, byte for byte:
names are sorted, owner and times fixed, modes reduced to "executable or not".
scripts/run imports this to pack an archive with a user's files added.

The kernel need not copy contents that begin at a multiple of 4096 bytes, so they are moved there by
zeros behind the name that stands before them. Every reader of newc archives skips those.
"""

import os
import shutil
import subprocess
import sys
import tempfile

# Directories that are there even when nothing is packed into them.
FOLDERS = ["bin", "test", "etc", "tmp", "dev", "proc", "lib"]


class Error(Exception):
    """The initrd cannot be packed; the text says why."""


def stage(root, guest, source):
    """Copies one file, link or directory of the host to its guest path under root."""
    target = os.path.normpath(root + "/" + guest)
    if not target.startswith(root + "/"):
        raise Error(f"{guest!r} is not a path for a file in the guest")
    if "\n" in guest:
        raise Error(f"{guest!r}: a name with a line break cannot be packed")
    try:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        if os.path.isdir(source):
            shutil.copytree(source, target, symlinks=True, dirs_exist_ok=True)
        else:
            if os.path.isdir(target) or os.path.islink(target):
                raise Error(f"{guest} is packed twice, as two kinds of file")
            shutil.copyfile(source, target)
            os.chmod(target, 0o755 if os.access(source, os.X_OK) else 0o644)
    except (OSError, shutil.Error) as e:
        raise Error(f"cannot pack {source} as {guest}: {e}") from e


def names_of(root):
    """Every name below root, relative, sorted, with times and modes made plain."""
    names = []
    for folder, folders, files in os.walk(root):
        for name in folders + files:
            path = os.path.join(folder, name)
            if not os.path.islink(path):
                os.chmod(path, 0o755 if os.access(path, os.X_OK) else 0o644)
            os.utime(path, (0, 0), follow_symlinks=False)
            names.append(os.path.relpath(path, root))
    return sorted(names)


# ---- Contents at pages --------------------------------------------------------------------------

PAGE = 4096
NAME_MAX = 4096  # bytes of a name with its zeros, as Linux has it
HEADER = 110
SIZE_FIELD, NAME_FIELD = 6 + 6 * 8, 6 + 11 * 8  # where in a header


def round4(n):
    return -n % 4 + n


def align_contents(archive):
    """The archive with the contents of all files of a page or more at multiples of PAGE; a file
    whose name would become longer than NAME_MAX stays where it comes to lie."""
    out = bytearray()
    at = 0
    while archive[at:at + 6] == b"070701":
        header = bytearray(archive[at:at + HEADER])
        size, length = (int(header[field:field + 8], 16) for field in (SIZE_FIELD, NAME_FIELD))
        data = round4(at + HEADER + length)
        name = archive[at + HEADER:at + HEADER + length]
        pad = -(len(out) + HEADER + length) % PAGE
        if size >= PAGE and length + pad <= NAME_MAX:
            name += bytes(pad)
        header[NAME_FIELD:NAME_FIELD + 8] = b"%08X" % len(name)
        out += header + name
        out += bytes(-len(out) % 4) + archive[data:data + size]
        out += bytes(-len(out) % 4)
        at = round4(data + size)
    return bytes(out + bytes(-len(out) % 512))


# ---- Packing ------------------------------------------------------------------------------------


def gnu_cpio():
    text = subprocess.run(["cpio", "--version"], capture_output=True, text=True, check=False)
    return "GNU" in text.stdout


def pack(out, entries):
    """Writes the archive of [(guest path, source)]; the file appears whole or not at all."""
    with tempfile.TemporaryDirectory(prefix="xv39-initrd.") as tmp:
        root = os.path.join(os.path.realpath(tmp), "root")
        for folder in FOLDERS:
            os.makedirs(os.path.join(root, folder))
        for guest, source in entries:
            stage(root, guest, source)
        names = "".join(name + "\n" for name in names_of(root))
        command = ["cpio", "-o", "-H", "newc", "-R", "0:0", "--quiet"]
        if gnu_cpio():
            command.append("--reproducible")
        done = subprocess.run(command, input=os.fsencode(names), cwd=root, capture_output=True,
                              check=False)
        if done.returncode != 0:
            raise Error("cpio: " + done.stderr.decode(errors="replace").strip())
        with open(out + ".new", "wb") as f:
            f.write(align_contents(done.stdout))
    os.replace(out + ".new", out)


def read_list(lines):
    return [tuple(line.split(maxsplit=1)) for line in map(str.strip, lines) if line]


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    try:
        pack(sys.argv[1], read_list(sys.stdin))
    except Error as e:
        sys.exit(f"mkinitrd: {e}")


if __name__ == "__main__":
    main()
