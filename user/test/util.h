/*
 * What the tests here share beside the checks of tap.h: which system this is, raw system calls,
 * small questions about memory, waiting; lines of /proc (procfs.h), files (scratch.h). Header only.
 */
#ifndef USER_TEST_UTIL_H
#define USER_TEST_UTIL_H

#include "user/test/tap.h"

#include <fcntl.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <time.h>

#define PAGE 4096UL
#define MIB (1UL << 20)
#define GIB (1UL << 30)
#define COUNT_OF(a) (sizeof(a) / sizeof((a)[0]))
#define UNUSED_OK __attribute__((unused))

/* Flags that an older <sys/mman.h> may not name. */
#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif
#ifndef MAP_SHARED_VALIDATE
#define MAP_SHARED_VALIDATE 3
#endif
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)
#define RW (PROT_READ | PROT_WRITE)
#define RX (PROT_READ | PROT_EXEC)

/* ---- which system ---- */

UNUSED_OK static bool on_xv39(void)
{
	static int known = -1;
	struct utsname u;

	if (known < 0)
		known = uname(&u) == 0 && strstr(u.version, "xv39");
	return known;
}

/* A riscv64 program on Linux: here that means qemu-riscv64, whose memory calls are imitations. */
UNUSED_OK static bool on_qemu_user(void)
{
#ifdef __riscv
	return !on_xv39();
#else
	return false;
#endif
}

/* For errors where qemu-user answers by itself, and not as Linux does. */
#define fails_with_not_qemu(expr, err) do {				\
	if (on_qemu_user())						\
		skip(1, "qemu-user answers this by itself");		\
	else								\
		fails_with_as(expr, err, #expr, #err);			\
} while (0)

/* The first address beyond the user half, 0 when unknown. */
UNUSED_OK static uintptr_t user_end(void)
{
#ifdef __x86_64__
	return 0x7ffffffff000UL;
#else
	return on_xv39() ? 1UL << 38 : 0;
#endif
}

/* ---- raw system calls: past the library's own checks; -1 and errno on failure ---- */

UNUSED_OK static long sys6(long n, long a, long b, long c, long d, long e, long f)
{
	long ret;
#ifdef __riscv
	register long a0 __asm__("a0") = a;
	register long a1 __asm__("a1") = b;
	register long a2 __asm__("a2") = c;
	register long a3 __asm__("a3") = d;
	register long a4 __asm__("a4") = e;
	register long a5 __asm__("a5") = f;
	register long a7 __asm__("a7") = n;

	__asm__ volatile("ecall" : "+r"(a0)
			 : "r"(a1), "r"(a2), "r"(a3), "r"(a4), "r"(a5), "r"(a7) : "memory");
	ret = a0;
#else
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;

	__asm__ volatile("syscall" : "=a"(ret)
			 : "a"(n), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
#endif
	if (ret < 0 && ret > -4096) {
		errno = (int)-ret;
		return -1;
	}
	return ret;
}

#define SYS_ARGS_(n, a, b, c, d, e, f, ...)				\
	sys6((n), (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))
#define sys(...) SYS_ARGS_(__VA_ARGS__, 0, 0, 0, 0, 0, 0, 0)

UNUSED_OK static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* Does the kernel check all of its structures after every memory call and fault (DEBUG=1)? */
UNUSED_OK static bool checks_everything(void)
{
	struct utsname u;

	return uname(&u) == 0 && strstr(u.version, "DEBUG=1");
}

/* ---- this program, again ---- */

/*
 * Replace this process by a new run of its own program; args end with NULL. Returns only on
 * failure. argv[0] must be an absolute path or the program be found through /proc/self/exe.
 */
UNUSED_OK static int exec_self(const char *self, const char *const *args, char *const *env)
{
	const char *argv[16], *path = self[0] == '/' ? self : "/proc/self/exe";
	int n = 0;

	if (on_qemu_user()) {
		path = "/usr/bin/qemu-riscv64";
		argv[n++] = path;
	}
	argv[n++] = self;
	while (*args && n < 15)
		argv[n++] = *args++;
	argv[n] = NULL;
	return execve(path, (char *const *)argv, env);
}

/* ---- memory ---- */

UNUSED_OK static char *map_anon(size_t len, int prot)
{
	void *p = mmap(NULL, len, prot, ANON, -1, 0);

	if (p == MAP_FAILED)
		bail_out("mmap of %zu bytes: errno %d", len, errno);
	return p;
}

/* Pages that parent and children see alike. */
UNUSED_OK static void *map_shared(size_t len)
{
	void *p = mmap(NULL, len, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		bail_out("shared mmap of %zu bytes: errno %d", len, errno);
	return p;
}

/* Does the kernel, reading for this process, accept the byte? No signal is involved. */
UNUSED_OK static bool can_read(const void *p)
{
	static int fds[2] = { -1, -1 };
	char c;

	if (fds[0] < 0 && pipe(fds) < 0)
		bail_out("pipe: errno %d", errno);
	if (write(fds[1], p, 1) != 1)
		return false;
	return read(fds[0], &c, 1) == 1;
}

/* Does the kernel accept a store of the byte that is there already? */
UNUSED_OK static bool can_write(void *p)
{
	int fds[2];
	bool can;

	if (pipe(fds) < 0)
		bail_out("pipe: errno %d", errno);
	can = write(fds[1], p, 1) == 1 && read(fds[0], p, 1) == 1;
	close(fds[0]);
	close(fds[1]);
	return can;
}

__attribute__((noipa, unused)) static int load_byte(void *p)
{
	return *(volatile unsigned char *)p & 0;
}

__attribute__((noipa, unused)) static int store_byte(void *p)
{
	*(volatile unsigned char *)p = 1;
	return 0;
}

__attribute__((noipa, unused)) static int call_code(void *p)
{
	((void (*)(void))p)();
	return 0;
}

/* A load, store or jump by the program itself, in a child: the signal that killed it, 0 for none. */
UNUSED_OK static int signal_of(int (*access)(void *), volatile void *p)
{
	int status = child_status_arg(access, (void *)p);

	if (WIFSIGNALED(status))
		return WTERMSIG(status);
	return WEXITSTATUS(status) ? -WEXITSTATUS(status) : 0;
}

#define load_signal(p) signal_of(load_byte, (p))
#define store_signal(p) signal_of(store_byte, (p))
#define call_signal(p) signal_of(call_code, (p))

UNUSED_OK static bool all_bytes(const volatile char *p, size_t n, char want)
{
	for (size_t i = 0; i < n; i++) {
		if (p[i] != want) {
			diag("  byte %zu is 0x%x, expected 0x%x", i, p[i] & 255, want & 255);
			return false;
		}
	}
	return true;
}

/* Pages of the range that are resident, -1 on a hole. */
UNUSED_OK static long resident(void *p, size_t len)
{
	unsigned char vec[64];
	long n = 0;

	for (size_t done = 0; done < len; done += sizeof(vec) * PAGE) {
		size_t part = len - done < sizeof(vec) * PAGE ? len - done : sizeof(vec) * PAGE;

		if (mincore((char *)p + done, part, vec) < 0)
			return -1;
		for (size_t i = 0; i < (part + PAGE - 1) / PAGE; i++)
			n += vec[i] & 1;
	}
	return n;
}

/* ---- waiting without sleeping ---- */

struct gate {
	int fd[2];
};

UNUSED_OK static void gate_make(struct gate *g)
{
	if (pipe(g->fd) < 0)
		bail_out("pipe: errno %d", errno);
}

UNUSED_OK static void gate_open(struct gate *g)
{
	if (write(g->fd[1], "g", 1) != 1)
		bail_out("gate: errno %d", errno);
}

/* Blocks until some process opened it; each opening lets one through. */
UNUSED_OK static void gate_wait(struct gate *g)
{
	char c;

	if (read(g->fd[0], &c, 1) != 1)
		bail_out("gate: errno %d", errno);
}

UNUSED_OK static void gate_close(struct gate *g)
{
	close(g->fd[0]);
	close(g->fd[1]);
}

#include "user/test/procfs.h"
#include "user/test/scratch.h"

#endif
