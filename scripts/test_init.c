/*
 * Process 1 in want of memory: it writes from fresh pages while another process holds all memory, and
 * that one then waits for a lock that the write holds; a third kills it. Process 1 is never killed, and
 * its calls give up before long, so that the lock is free and the memory comes back. scripts/run's
 * tests boot this as /init; it switches the machine off with status 7, or it hangs.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/reboot.h>
#include <sys/sysinfo.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#define MIB	(1ul << 20)
#define PIECES	1000
#define PIECE	64

static struct shared {
	volatile int held, writes, wants_lock;
} *shared;

static unsigned long free_bytes(void)
{
	struct sysinfo info;

	sysinfo(&info);
	return info.freeram * info.mem_unit;
}

/* Holds all memory but 1 MiB; when that is used up, it wants the file's lock, too. */
static void hold(void)
{
	int file = open("/tmp/file", O_RDWR);

	while (free_bytes() > MIB)
		mmap(NULL, MIB / 4, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE,
		     -1, 0);
	shared->held = 1;
	while (!shared->writes || free_bytes() > 64 << 10)
		usleep(1000);
	shared->wants_lock = 1;
	ftruncate(file, PIECES);
	for (;;)
		pause();
}

static void kill_later(pid_t holder)
{
	while (!shared->wants_lock)
		usleep(1000);
	usleep(20000);
	kill(holder, SIGKILL);
	_exit(0);
}

/* Writes from a page in each of PIECES regions of 2 MiB: every one wants a page table. */
static void write_pieces(int file, char *memory)
{
	static struct iovec list[PIECES];

	for (int i = 0; i < PIECES; i++)
		list[i] = (struct iovec){ memory + i * 2 * MIB, PIECE };
	shared->writes = 1;
	pwritev(file, list, PIECES, 0);
}

int main(void)
{
	static char text[PIECES * PIECE];
	int file = open("/tmp/file", O_RDWR | O_CREAT, 0600), status = 0;
	char *memory = mmap(NULL, PIECES * 2 * MIB, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	pid_t holder, killer;

	write(file, text, sizeof(text));	/* so that nothing but the source is missing later */
	shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	holder = fork();
	if (holder == 0)
		hold();
	killer = fork();
	if (killer == 0)
		kill_later(holder);
	while (!shared->held)
		usleep(1000);
	write_pieces(file, memory);
	waitpid(holder, &status, 0);
	waitpid(killer, NULL, 0);
	for (int i = 0; i < PIECES; i++)
		memory[i * 2 * MIB] = 1;
	syscall(SYS_reboot, 0xfee1dead, 672274793, RB_POWER_OFF,
		WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL ? 7 : 1);
}
