"""Types at the shell of an ordinary boot, as a person does, and reads the screen (pexpect).

What is typed never contains what is expected: the console echoes it.
"""

import os
import time

try:
    import pexpect
except ImportError:
    pexpect = None

BOOT_LIMIT = 60
LIMIT = 20  # seconds for what a person would see at once
PROMPT = r"\$ "
EOL = r"\r*\n"  # the guest sends CR LF, and the terminal may add a CR
CTRL_C, CTRL_D, CTRL_U, CTRL_Z, BACKSPACE, UP = "\x03", "\x04", "\x15", "\x1a", "\x7f", "\x1b[A"


class Screen:
    """The console of a booted machine."""

    def __init__(self, options):
        command = options.command(os.path.join(options.build, "initrd.cpio"), interactive=True)
        self.child = pexpect.spawn(command[0], command[1:], timeout=LIMIT, encoding="utf-8",
                                   codec_errors="replace", dimensions=(25, 200))
        self.child.delaybeforesend = None
        self.seen = ""

    def expect(self, pattern, timeout=LIMIT):
        try:
            self.child.expect(pattern, timeout=timeout)
        finally:
            text = self.child.after if isinstance(self.child.after, str) else ""
            self.seen += (self.child.before or "") + text

    def type(self, text):
        self.child.send(text)

    def line(self, text, answer):
        """Types a line; the answer must be the start of a line, and then the prompt return."""
        self.type(text + "\r")
        self.expect(r"\n" + answer + EOL)
        self.expect(PROMPT)


def prompt(screen):
    screen.expect(PROMPT, BOOT_LIMIT)


def typing(screen):
    screen.line("echo he'll'o", "hello")


def backspace(screen):
    screen.line(f"echo ab'x'yz{BACKSPACE * 2}{BACKSPACE * 2}{BACKSPACE}'c'd", "abcd")


def kill_line(screen):
    screen.line(f"no-such-program {CTRL_U}echo cl'e'an", "clean")


def pipeline(screen):
    screen.line("echo one two three | cat | wc -w", r"\s*3")


def not_found(screen):
    screen.line("no-such-program", r"[^\r\n]*not found")
    screen.line("echo status $?", "status 127")


def long_line(screen):
    """A line longer than the terminal keeps, behind one that nobody has read yet."""
    screen.type("sleep 2; cat | wc -l\r")
    screen.expect("wc -l" + EOL)
    screen.type("x\r" + "a" * 6000 + "\rlast\r" + CTRL_D)
    screen.expect(r"\n\s*3" + EOL)
    screen.expect(PROMPT)


def interrupt(screen):
    """^C ends what runs in the foreground, not the shell. It may come before sleep has started,
    so it is typed until the prompt is back."""
    screen.line("echo re'ad'y", "ready")
    screen.type("sleep 1000\r")
    screen.expect("sleep 1000" + EOL)
    for _ in range(20):
        screen.type(CTRL_C)
        try:
            screen.expect(PROMPT, 0.5)
            break
        except pexpect.TIMEOUT:
            continue
    screen.type("\r")
    screen.expect(PROMPT)
    screen.line("echo st'il'l here", "still here")


def key(screen, line, key_typed, answer):
    """Types a line that runs on, and then the key until it has the answer: it may come too early."""
    screen.type(line + "\r")
    screen.expect(EOL)
    for _ in range(20):
        screen.type(key_typed)
        try:
            screen.expect(answer, 0.5)
            break
        except pexpect.TIMEOUT:
            continue
    if answer != PROMPT:
        screen.expect(PROMPT)
    screen.line("echo in st'e'p", "in step")


def stop_and_go(screen):
    """^Z stops the foreground, bg and fg let it go on, and ^C ends nothing but what is there."""
    key(screen, "sleep 1001", CTRL_Z, r"\[1\]\+  Stopped   sleep 1001" + EOL)
    screen.line("jobs", r"\[1\]\+  Stopped   sleep 1001")
    screen.line("bg", r"\[1\] sleep 1001 &")
    screen.line("jobs", r"\[1\]\+  Running   sleep 1001")
    key(screen, "sleep 1002 | cat", CTRL_Z, r"\[2\]\+  Stopped   sleep 1002 \| cat" + EOL)
    key(screen, "fg %2", CTRL_C, PROMPT)
    screen.line("jobs", r"\[1\]\+  Running   sleep 1001")
    key(screen, "fg %sle", CTRL_C, PROMPT)
    screen.line("jobs; echo no'n'e", "none")


def background_read(screen):
    """Who reads in the background stops; in the foreground it reads on, and sees the end."""
    screen.line("cat >/tmp/read &", r"\[1\] \d+")
    for _ in range(20):
        screen.type("jobs\r")
        if screen.child.expect([r"\[1\]\+  Stopped   cat", r"\[1\]\+  Running   cat"]) == 0:
            break
    screen.line("echo mi'n'e", "mine")
    screen.type("fg\r")
    screen.expect(r"\ncat[^\r\n]*" + EOL)
    screen.type("its words now\r" + CTRL_D)
    screen.expect(PROMPT)
    screen.line("wc -w /tmp/read", r"\s*3 /tmp/read")


def done(screen):
    """A job that has ended is told of before a prompt; wait and kill know jobs."""
    screen.line("sleep 0 &", r"\[1\] \d+")
    screen.line("sleep 1; echo", "")
    screen.line("sleep 1003 & kill %1; wait %1; echo ended $?", "ended 143")


def interrupt_line(screen):
    screen.type("echo not this" + CTRL_C)
    screen.expect(PROMPT)
    screen.line("echo bu't this'", "but this")


def history(screen):
    screen.line("echo tw'i'ce", "twice")
    screen.line(UP, "twice")


def end_of_file(screen):
    """^D ends the input of a program; then the program has read the line before it."""
    screen.type("cat >/tmp/typed\r")
    screen.expect("typed" + EOL)
    screen.type("some words\r")
    screen.expect("some words" + EOL)
    screen.type(CTRL_D)
    screen.expect(PROMPT)
    screen.line("wc -w /tmp/typed", r"\s*2 /tmp/typed")


def shell_ends(screen):
    """^D on an empty line ends the shell, and init starts another."""
    screen.type(CTRL_D)
    screen.expect("init: [^\r\n]*" + EOL)
    screen.expect(PROMPT)
    screen.line("echo a'ga'in", "again")


def power_off(screen):
    screen.type("poweroff 3\r")
    screen.expect(pexpect.EOF)
    screen.child.close()
    if screen.child.exitstatus != 3:
        raise AssertionError(f"QEMU's exit status is {screen.child.exitstatus}, not 3")


TESTS = [prompt, typing, backspace, kill_line, pipeline, not_found, long_line, interrupt, stop_and_go,
         background_read, done, interrupt_line, history, end_of_file, shell_ends, power_off]


def problem_of(error):
    """Why a step failed, in one line."""
    if isinstance(error, AssertionError):
        return str(error)
    if isinstance(error, pexpect.EOF):
        return "the machine stopped"
    return "what was expected did not come"


def names(_):
    return ["console/" + test.__name__ for test in TESTS]


def run(report, setup):
    wanted = [test for test in TESTS if report.wants("console/" + test.__name__)]
    if not wanted:
        return
    report.heading("the console")
    if pexpect is None:
        report.skip("console", "Python has no pexpect (make doctor tells the fix)")
        return
    screen = Screen(setup.options)
    if wanted[0] is not prompt:
        wanted.insert(0, prompt)
    for test in wanted:
        began, problems = time.monotonic(), []
        try:
            test(screen)
        except (AssertionError, pexpect.ExceptionPexpect) as e:
            problems = [problem_of(e)]
        report.result("console/" + test.__name__, problems, time.monotonic() - began, screen.seen)
        screen.seen = ""
    screen.child.close(force=True)
