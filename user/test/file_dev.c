/*
 * Devices, and calls about the machine: /dev/null, zero and random, ioctl, uname, sysinfo, times,
 * getrandom. Catches a device that transfers the wrong count, randomness that repeats, and
 * numbers about memory or time that contradict each other.
 */
#include "user/test/util.h"

#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/sysinfo.h>
#include <sys/times.h>
#include <termios.h>

static char buf[3 * PAGE];

static void null_and_zero(void)
{
	int null = open("/dev/null", O_RDWR), zero = open("/dev/zero", O_RDWR);
	struct stat st;
	char *p;

	ok(null >= 0 && zero >= 0, "both open");
	is(read(null, buf, 10), 0, "/dev/null is empty");
	is(lseek(null, 5, SEEK_CUR), 0, "it has no positions");
	fails_with(lseek(null, 5, 77), EINVAL);
	is(write(null, buf, sizeof(buf)), sizeof(buf), "and takes everything");
	memset(buf, 'x', sizeof(buf));
	is(read(zero, buf, sizeof(buf)), sizeof(buf), "/dev/zero gives as much as is asked");
	ok(all_bytes(buf, sizeof(buf), 0), "of zeroes");
	is(write(zero, buf, 10), 10, "and takes everything");
	ok(fstat(null, &st) == 0 && S_ISCHR(st.st_mode), "a character device");
	is(lseek(null, 0, SEEK_SET), 0, "lseek on /dev/null");
	fails_with(ioctl(null, TCGETS, buf), ENOTTY);
	is(open("/dev/null", O_WRONLY | O_TRUNC) >= 0, 1, "O_TRUNC does not matter to a device");
	fails_with(open("/dev/null/x", O_RDONLY), ENOTDIR);
	p = mmap(NULL, PAGE, RW, MAP_PRIVATE, zero, 0);
	ok(p != MAP_FAILED && p[0] == 0, "a private mapping of /dev/zero is memory");
	fails_with(mmap(NULL, PAGE, RW, MAP_PRIVATE, null, 0), ENODEV);
	close(null);
	close(zero);
}

static void random_bytes(void)
{
	int fd = open("/dev/random", O_RDONLY), differs = 0;
	unsigned char a[256], b[256], count[256] = { 0 };

	is(read(fd, a, sizeof(a)), sizeof(a), "/dev/random gives as much as is asked");
	is(getrandom(b, sizeof(b), 0), sizeof(b), "so does getrandom");
	for (int i = 0; i < 256; i++) {
		differs += a[i] != b[i];
		count[a[i]] = count[b[i]] = 1;
	}
	ok(differs > 200, "they differ in most of 256 bytes");
	differs = 0;
	for (int i = 0; i < 256; i++)
		differs += count[i];
	ok(differs > 150, "and are spread over many values");
	is(getrandom(b, 0, 0), 0, "getrandom of nothing");
	is(getrandom(b, 16, GRND_NONBLOCK), 16, "GRND_NONBLOCK");
	fails_with(sys(SYS_getrandom, b, 16, 0x100), EINVAL);
	fails_with(sys(SYS_getrandom, NULL, 16, 0), EFAULT);
	close(fd);
}

static void no_terminal(void)
{
	int fd = make_file("f", "x", 1), p[2];
	struct winsize ws;

	if (pipe(p) < 0)
		bail_out("pipe: errno %d", errno);
	fails_with(ioctl(fd, TCGETS, buf), ENOTTY);
	fails_with(ioctl(fd, TIOCGWINSZ, &ws), ENOTTY);
	fails_with(ioctl(p[0], TCGETS, buf), ENOTTY);
	fails_with(sys(SYS_ioctl, 999, TCGETS, buf), EBADF);
	is(isatty(fd), 0, "a file is no terminal");
	close(fd);
}

static void terminal(void)
{
	int fd = open("/dev/console", O_RDWR);
	struct termios t;
	struct winsize ws;

	if (!on_xv39() || fd < 0) {
		skip(5, "needs xv39's console");
		return;
	}
	is(isatty(fd), 1, "the console is a terminal");
	is(sys(SYS_ioctl, fd, TCGETS, &t), 0, "TCGETS");
	ok((t.c_lflag & (ICANON | ECHO | ISIG)) == (ICANON | ECHO | ISIG) && t.c_cc[VINTR] == 3 &&
	   t.c_cc[VEOF] == 4, "line editing, echo, ^C and ^D");
	is(sys(SYS_ioctl, fd, TIOCGWINSZ, &ws), 0, "TIOCGWINSZ");
	fails_with(sys(SYS_ioctl, fd, TCGETS, 8), EFAULT);
	close(fd);
}

static void machine(void)
{
	struct utsname u;
	struct sysinfo s;
	struct tms t1, t2;
	long total, mem_free;

	is(uname(&u), 0, "uname");
	ok(strcmp(u.sysname, "Linux") == 0, "claims to be %s, as programs built for it ask",
	   u.sysname);
	ok(u.release[0] && u.version[0] && u.machine[0] && u.nodename[0], "it has names");
	diag("%s %s on %s", u.release, u.version, u.machine);
#ifdef __riscv
	ok(strcmp(u.machine, "riscv64") == 0, "machine");
#else
	skip(1, "another machine");
#endif
	is(sysinfo(&s), 0, "sysinfo");
	total = proc_number("/proc/meminfo", "MemTotal:");
	mem_free = free_kib();
	is(s.totalram * s.mem_unit / 1024, total, "sysinfo and /proc/meminfo agree on all memory");
	ok(mem_free > 0 && mem_free < total, "some of it is free");
	ok(s.procs > 0 && s.uptime >= 0, "processes, and a time since boot");
	ok(times(&t1) >= 0, "times");
	for (volatile int i = 0; i < 20000000;)
		i = i + 1;
	ok(times(&t2) >= 0 && t2.tms_utime >= t1.tms_utime && t2.tms_stime >= t1.tms_stime,
	   "time spent never goes back");
	ok(times(NULL) >= 0, "times(NULL)");
	fails_with(sys(SYS_times, 8), EFAULT);
	fails_with(sys(SYS_uname, NULL), EFAULT);
	fails_with(sys(SYS_sysinfo, 8), EFAULT);
	fails_with(sys(SYS_reboot, 1, 2, 3, 0), EINVAL);
}

int main(void)
{
	scratch_enter();
	null_and_zero();
	random_bytes();
	no_terminal();
	terminal();
	machine();
	return done_testing();
}
