/*
 * mlock and its relatives fill what they lock; process_vm_readv and process_vm_writev reach into
 * another process. Catches memory that is not there after it was locked, a hole or a forbidden page
 * that goes unnoticed, and a copy that respects no permission or stops without saying where.
 */
#include "user/test/util.h"

#include <sys/uio.h>

#ifndef SYS_mlock2
#define SYS_mlock2 284
#endif
#ifndef MLOCK_ONFAULT
#define MLOCK_ONFAULT 1
#endif
#ifndef MCL_ONFAULT
#define MCL_ONFAULT 4
#endif

static void ranges(void)
{
	char *p = map_anon(8 * PAGE, RW), *none = map_anon(PAGE, PROT_NONE);

	is(mlock(p + PAGE + 5, PAGE), 0, "mlock from the middle of a page to the middle of one");
	is(resident(p, 8 * PAGE), 2, "both are there");
	is(sys(SYS_mlock2, p, 8 * PAGE, MLOCK_ONFAULT), 0, "mlock2 on fault");
	is(resident(p, 8 * PAGE), 2, "fills nothing");
	is(sys(SYS_mlock2, p, 3 * PAGE, 0), 0, "mlock2");
	is(resident(p, 8 * PAGE), 3, "does");
	fails_with(sys(SYS_mlock2, p, PAGE, 2), EINVAL);
	is(mlock(p, 0), 0, "mlock of nothing");
	is(sys(SYS_mlock, p, -1L), 0, "nor of a size that wraps to nothing");
	fails_with(sys(SYS_mlock, p, -PAGE), EINVAL);
	fails_with(sys(SYS_munlock, p, -PAGE), EINVAL);
	fails_with(mlock(NULL, PAGE), ENOMEM);
	fails_with(mlock(none, PAGE), ENOMEM);
	is(munlock(p, 8 * PAGE), 0, "munlock");
	munmap(p + 4 * PAGE, PAGE);
	fails_with(mlock(p, 8 * PAGE), ENOMEM);
	fails_with(munlock(p, 8 * PAGE), ENOMEM);
	munlock(p, 4 * PAGE);
	munmap(p, 8 * PAGE);
	munmap(none, PAGE);
}

static void read_only(void)
{
	char *p = map_anon(2 * PAGE, RW);
	int fd = make_file("f", "file", 4);
	char *f = mmap(NULL, 2 * PAGE, PROT_READ, MAP_SHARED, fd, 0);

	mprotect(p, 2 * PAGE, PROT_READ);
	is(mlock(p, 2 * PAGE), 0, "memory that is only read");
	is(resident(p, 2 * PAGE), 2, "is filled too");
	is(mlock(f, PAGE), 0, "so is a file");
	fails_with(mlock(f, 2 * PAGE), ENOMEM);
	munmap(p, 2 * PAGE);
	munmap(f, 2 * PAGE);
	close(fd);
}

static void everything(void)
{
	char *p = map_anon(4 * PAGE, RW), *q;

	fails_with(mlockall(0), EINVAL);
	fails_with(mlockall(8), EINVAL);
	fails_with(mlockall(MCL_ONFAULT), EINVAL);
	is(mlockall(MCL_FUTURE), 0, "mlockall of what comes");
	is(resident(p, 4 * PAGE), 0, "leaves what is");
	q = map_anon(4 * PAGE, RW);
	is(resident(q, 4 * PAGE), 4, "what comes is filled");
	munmap(q, 4 * PAGE);
	is(mlockall(MCL_CURRENT), 0, "mlockall of what is");
	is(resident(p, 4 * PAGE), 4, "fills it");
	q = map_anon(4 * PAGE, RW);
	is(resident(q, 4 * PAGE), 0, "and nothing that comes");
	is(mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT), 0, "all of it on faults");
	is(resident(q, 4 * PAGE), 0, "fills nothing");
	is(munlockall(), 0, "munlockall");
	munmap(p, 4 * PAGE);
	munmap(q, 4 * PAGE);
}

/* ---- another process's memory ---- */

static long copy(long nr, pid_t pid, void *here, size_t n, void *there, size_t m)
{
	struct iovec local = { here, n }, remote = { there, m };

	return sys6(nr, pid, (long)&local, 1, (long)&remote, 1, 0);
}

static void between(void)
{
	char *p = map_anon(4 * PAGE, RW), *lazy = map_anon(PAGE, RW), buf[64] = { 0 };
	struct iovec here[2] = { { buf, 3 }, { buf + 10, 4 } };
	struct iovec there[3] = { { p, 2 }, { p, 0 }, { p + 2, 100 } };
	struct gate ready, never;
	pid_t pid;

	gate_make(&ready);
	gate_make(&never);
	pid = tap_fork();
	if (pid == 0) {
		memcpy(p, "child's data", 13);
		mprotect(p + PAGE, PAGE, PROT_READ);
		mprotect(p + 2 * PAGE, PAGE, PROT_NONE);
		gate_open(&ready);
		gate_wait(&never);	/* until it is killed */
		_exit(1);
	}
	gate_wait(&ready);
	is(copy(SYS_process_vm_readv, pid, buf, 13, p, 13), 13, "read a child's memory");
	ok(strcmp(buf, "child's data") == 0 && p[0] == 0, "its own, not what is here there");
	is(sys6(SYS_process_vm_readv, pid, (long)here, 2, (long)there, 3, 0), 7, "lists");
	ok(!memcmp(buf, "chi", 3) && !memcmp(buf + 10, "ld's", 4), "in order");
	is(copy(SYS_process_vm_writev, pid, (char *)"CHILD", 5, p, 5), 5, "write it");
	is(copy(SYS_process_vm_readv, pid, buf, 8, p, 8), 8, "and read it again");
	ok(memcmp(buf, "CHILD's ", 8) == 0, "changed");
	is(copy(SYS_process_vm_readv, pid, buf, 4, lazy, 4), 4, "a page nobody touched");
	ok(all_bytes(buf, 4, 0), "is zero");
	fails_with(copy(SYS_process_vm_writev, pid, buf, 4, p + PAGE, 4), EFAULT);
	fails_with(copy(SYS_process_vm_readv, pid, buf, 4, p + 2 * PAGE, 4), EFAULT);
	fails_with(copy(SYS_process_vm_readv, pid, buf, 4, NULL, 4), EFAULT);
	is(copy(SYS_process_vm_readv, pid, buf, 8, p + 2 * PAGE - 5, 8), 5, "up to the bad page");
	is(copy(SYS_process_vm_readv, pid, buf, 0, NULL, 8), 0, "nothing is wanted");
	is(copy(SYS_process_vm_readv, getpid(), buf, 4, (void *)"self", 4), 4, "from oneself");
	fails_with(copy(SYS_process_vm_readv, 0x3fffffff, buf, 4, p, 4), ESRCH);
	fails_with(sys6(SYS_process_vm_readv, pid, (long)here, 1, (long)there, 1, 1), EINVAL);
	fails_with(sys6(SYS_process_vm_readv, pid, (long)here, 1025, (long)there, 1, 0), EINVAL);
	fails_with(sys6(SYS_process_vm_readv, pid, 8, 1, (long)there, 1, 0), EFAULT);
	fails_with(sys6(SYS_process_vm_readv, pid, (long)here, 1, 8, 1, 0), EFAULT);
	kill(pid, SIGKILL);
	tap_wait(pid);
	gate_close(&ready);
	gate_close(&never);
	munmap(p, 4 * PAGE);
	munmap(lazy, PAGE);
}

int main(void)
{
	if (on_qemu_user())
		skip_all("qemu-user has its own idea of locked memory");
	scratch_enter();
	ranges();
	read_only();
	everything();
	between();
	return done_testing();
}
