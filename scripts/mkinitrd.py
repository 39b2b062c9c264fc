#!/usr/bin/env python3
"""Packs an initrd: a newc archive, made by the stock cpio.

    mkinitrd.py OUT < LIST

Each line of LIST is "GUEST-PATH SOURCE". The same files give the same archive, byte for byte:
names are sorted, owner and times fixed, modes reduced to "executable or not".
scripts/run imports this to pack an archive with a user's files added.
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
            f.write(done.stdout)
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
