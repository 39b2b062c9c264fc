/*
 * What a process sets for itself: users and groups, capabilities, names, prctl's odds and ends.
 * Catches a value that is lost in fork or exec, one that anybody may set, and a wrong errno.
 */
#include "user/test/util.h"

#include <signal.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#ifndef PR_SET_NO_NEW_PRIVS
#define PR_SET_NO_NEW_PRIVS 38
#define PR_GET_NO_NEW_PRIVS 39
#endif
#ifndef PR_GET_PDEATHSIG
#define PR_GET_PDEATHSIG 2
#endif

static const char *self;

static bool users_are(unsigned real, unsigned effective, unsigned saved)
{
	unsigned r, e, s;

	if (sys(SYS_getresuid, &r, &e, &s) < 0)
		return false;
	if (r != real || e != effective || s != saved)
		diag("  users are %u %u %u", r, e, s);
	return r == real && e == effective && s == saved && sys(SYS_getuid) == (long)real &&
		sys(SYS_geteuid) == (long)effective;
}

static int users(void)
{
	if (!users_are(0, 0, 0))
		return 1;
	if (sys(SYS_setresuid, -1, -1, 5) || !users_are(0, 0, 5))
		return 2;
	if (sys(SYS_setfsuid, 7) != 0 || sys(SYS_setfsuid, -1) != 7)
		return 3;
	if (sys(SYS_setreuid, 3, 4) || !users_are(3, 4, 4) || sys(SYS_setfsuid, -1) != 4)
		return 4;
	if (sys(SYS_setuid, 9) == 0 || errno != EPERM || sys(SYS_setresuid, 3, 9, 4) == 0)
		return 5;
	if (sys(SYS_setreuid, 4, 3) || !users_are(4, 3, 3))
		return 6;
	if (sys(SYS_setuid, 4) || !users_are(4, 4, 3) || sys(SYS_setfsuid, 0) != 4 ||
	    sys(SYS_setfsuid, -1) != 4)
		return 7;
	return sys(SYS_setgid, 1) == 0 || sys(SYS_setgroups, 0, 0) == 0 ? 8 : 0;
}

static int back_to_root(void)
{
	if (sys(SYS_setresuid, -1, 5, -1) || !users_are(0, 5, 0))
		return 1;
	if (sys(SYS_setresuid, 7, -1, -1) == 0)
		return 2;
	if (sys(SYS_setuid, 0) || !users_are(0, 0, 0))
		return 3;
	return sys(SYS_setuid, 12) || !users_are(12, 12, 12) ? 4 : 0;
}

static int groups(void)
{
	unsigned g[3] = { 3, 1, 2 }, r, e, s;

	if (sys(SYS_setgroups, 3, g) || sys(SYS_getgroups, 0, 0) != 3 ||
	    sys(SYS_getgroups, 3, g) != 3 || g[0] != 1 || g[1] != 2 || g[2] != 3)
		return 1;
	if (sys(SYS_setresgid, 10, 11, 12) || sys(SYS_getresgid, &r, &e, &s) || r != 10 ||
	    e != 11 || s != 12 || sys(SYS_getgid) != 10 || sys(SYS_getegid) != 11)
		return 2;
	if (sys(SYS_setregid, -1, 20) || sys(SYS_getresgid, &r, &e, &s) || r != 10 || e != 20 ||
	    s != 20 || sys(SYS_setfsgid, 3) != 20 || sys(SYS_setfsgid, -1) != 3)
		return 3;
	return sys(SYS_setgid, 30) || sys(SYS_getresgid, &r, &e, &s) || r != 30 || s != 30 ? 4 : 0;
}

static int kept(void)
{
	const char *const args[] = { "ids", NULL };
	unsigned g = 77;
	pid_t pid;

	sys(SYS_setgroups, 1, &g);
	sys(SYS_setresgid, 8, 9, 10);
	sys(SYS_setresuid, 1, 2, 3);
	pid = tap_fork();
	if (pid == 0) {
		if (!users_are(1, 2, 3))
			_exit(1);
		exec_self(self, args, (char *[]){ NULL });
		_exit(2);
	}
	return tap_wait(pid) >> 8;
}

/* After exec the saved ones are the effective ones. */
static int new_program(void)
{
	unsigned g = 0, r, e, s;

	if (!users_are(1, 2, 2) || sys(SYS_getgroups, 1, &g) != 1 || g != 77)
		return 3;
	return sys(SYS_getresgid, &r, &e, &s) || r != 8 || e != 9 || s != 9 ? 4 : 0;
}

static void bad_ids(void)
{
	fails_with(sys(SYS_setuid, -1), EINVAL);
	fails_with(sys(SYS_setgid, -1), EINVAL);
	fails_with(sys(SYS_getgroups, -1, 0), EINVAL);
	fails_with(sys(SYS_setgroups, 65537, 0), EINVAL);
	fails_with(sys(SYS_setgroups, 1, 8), EFAULT);
	fails_with(sys(SYS_getresuid, 8, 8, 8), EFAULT);
}

/* ---- capabilities ---- */

static void capabilities(void)
{
	uint32_t header[2] = { 0x20080522, 0 }, data[6];

	is(sys(SYS_capget, header, data), 0, "capget");
	ok(data[0] & 1 << 7 && data[1] & 1 << 7, "root may set its user");
	is(sys(SYS_capset, header, data), 0, "capset of what there is");
	header[0] = 1;
	is(sys(SYS_capget, header, NULL), 0, "capget asks for the version");
	ok(header[0] == 0x20080522, "and is told");
	header[0] = 1;
	fails_with(sys(SYS_capget, header, data), EINVAL);
	fails_with(sys(SYS_capget, 8, data), EFAULT);
	header[1] = (uint32_t)-1;
	fails_with(sys(SYS_capget, header, data), EINVAL);
	header[1] = 0x3fffffff;
	fails_with(sys(SYS_capget, header, data), ESRCH);
	header[1] = 1;
	fails_with(sys(SYS_capset, header, data), EPERM);
}

static int give_up_capabilities(void)
{
	uint32_t header[2] = { 0x20080522, 0 }, data[6] = { 0 };

	if (sys(SYS_capset, header, data))
		return 1;
	data[0] = data[1] = 1 << 7;
	if (sys(SYS_capset, header, data) == 0 || errno != EPERM)
		return 2;
	return sys(SYS_setuid, 5) == 0 ? 3 : 0;
}

/* ---- prctl ---- */

static void name(void)
{
	char text[16] = "";

	is(prctl(PR_SET_NAME, "a name that is too long"), 0, "PR_SET_NAME");
	is(prctl(PR_GET_NAME, text), 0, "PR_GET_NAME");
	ok(strcmp(text, "a name that is ") == 0, "keeps fifteen characters");
	fails_with(sys(SYS_prctl, PR_SET_NAME, 8), EFAULT);
	fails_with(sys(SYS_prctl, PR_GET_NAME, 8), EFAULT);
}

static void options(void)
{
	int sig = 0;

	is(sys(SYS_prctl, PR_GET_DUMPABLE), 1, "dumpable at first");
	is(sys(SYS_prctl, PR_SET_DUMPABLE, 0), 0, "PR_SET_DUMPABLE");
	is(sys(SYS_prctl, PR_GET_DUMPABLE), 0, "PR_GET_DUMPABLE");
	fails_with(sys(SYS_prctl, PR_SET_DUMPABLE, 2), EINVAL);
	is(sys(SYS_prctl, PR_SET_DUMPABLE, 1), 0, "and back");
	fails_with(sys(SYS_prctl, PR_SET_NO_NEW_PRIVS, 0), EINVAL);
	fails_with(sys(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 1), EINVAL);
	is(sys(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1), 0, "PR_SET_NO_NEW_PRIVS");
	is(sys(SYS_prctl, PR_GET_NO_NEW_PRIVS), 1, "PR_GET_NO_NEW_PRIVS");
	fails_with(sys(SYS_prctl, PR_GET_NO_NEW_PRIVS, 1), EINVAL);
	fails_with(sys(SYS_prctl, PR_SET_PDEATHSIG, 65), EINVAL);
	is(sys(SYS_prctl, PR_SET_PDEATHSIG, SIGTERM), 0, "PR_SET_PDEATHSIG");
	is(sys(SYS_prctl, PR_GET_PDEATHSIG, &sig), 0, "PR_GET_PDEATHSIG");
	is(sig, SIGTERM, "is what was set");
	sys(SYS_prctl, PR_SET_PDEATHSIG, 0);
	fails_with(sys(SYS_prctl, 9999), EINVAL);
}

/* A child asks for a signal when its parent ends: the pipe it holds open closes. */
static void death_signal(void)
{
	struct gate ready;
	pid_t pid;
	char c;

	gate_make(&ready);
	pid = tap_fork();
	if (pid == 0) {
		if (tap_fork() == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			gate_open(&ready);
			for (;;)
				pause();
		}
		gate_wait(&ready);
		_exit(0);
	}
	close(ready.fd[1]);
	is(tap_wait(pid), 0, "a parent ends");
	is(read(ready.fd[0], &c, 1), 0, "and its child by the signal it asked for");
	close(ready.fd[0]);
}

/* ---- the machine ---- */

static int new_names(void)
{
	struct utsname before, after;

	uname(&before);
	if (sys(SYS_sethostname, "host", 4) || sys(SYS_setdomainname, "a.domain", 8))
		return errno == EPERM ? 0 : 1;
	uname(&after);
	sys(SYS_sethostname, before.nodename, strlen(before.nodename));
	sys(SYS_setdomainname, before.domainname, strlen(before.domainname));
	if (strcmp(after.domainname, "a.domain"))
		return 2;
	return strcmp(after.nodename, "host") ? 3 : 0;
}

static void machine(void)
{
	char buf[16];

	fails_with(sys(SYS_sethostname, "x", -1), EINVAL);
	fails_with(sys(SYS_sethostname, "x", 65), EINVAL);
	fails_with(sys(SYS_sethostname, 8, 4), EFAULT);
	fails_with(sys(SYS_setdomainname, 8, 65), EINVAL);
	is(sys(SYS_personality, 0xffffffff), 0, "personality");
	is(sys(SYS_personality, 0), 0, "is Linux's");
	fails_with(sys(SYS_getrandom, buf, 4, 8), EINVAL);
	fails_with(sys(SYS_getrandom, buf, 4, 6), EINVAL);
	is(sys(SYS_getrandom, buf, 4, 1), 4, "getrandom without waiting");
	fails_with(sys(SYS_syslog, 99, 0, 0), EINVAL);
	fails_with(sys(SYS_syslog, 3, 0, 10), EINVAL);
	fails_with(sys(SYS_syslog, 3, buf, -1), EINVAL);
	fails_with(sys(SYS_syslog, 8, 0, 9), EINVAL);
	ok(sys(SYS_syslog, 10, 0, 0) >= 0, "syslog has a size");
}

int main(int argc, char **argv)
{
	self = argv[0];
	if (argc > 1)
		return new_program();
	if (on_qemu_user())
		skip_all("qemu-user answers some of this by itself");
	if (getuid() != 0)
		skip_all("this is about root");
	exits_with(users, 0);
	exits_with(back_to_root, 0);
	exits_with(groups, 0);
	exits_with(kept, 0);
	bad_ids();
	capabilities();
	exits_with(give_up_capabilities, 0);
	name();
	options();
	death_signal();
	exits_with(new_names, 0);
	machine();
	return done_testing();
}
