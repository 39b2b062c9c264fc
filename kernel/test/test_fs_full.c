/*
 * test_fs_full.c - the file system on the host: running out of memory. Every allocation of
 * a long scenario fails once, and nothing may be lost.
 */
#include "kernel/test/fs_calls.h"

#define SPARE	(RAM / 4096 / 64 - 8)	/* frames; the table of frames is not counted */

static void test_full(void)
{
	long fd = open_("/big", O_WRONLY | O_CREAT), n;
	size_t before = test_free_frames(), total = 0;

	while ((n = sys_write(fd, USER_BUF, 1 << 20)) > 0)
		total += (size_t)n;
	is(n, -ENOSPC, "a full file system");
	ok(total > 20 << 20, "after most of memory");
	ok(test_free_frames() >= SPARE, "leaves room for other things");
	is(mkdir_("/still"), -ENOSPC, "but not for names");
	is(sys_ftruncate(fd, 0), 0, "truncate");
	is(test_free_frames(), before, "gives every frame back");
	sys_close(fd);
	unlink_("/big");
}

static const char *numbered(const char *name, int n)
{
	static char text[32];

	snprintf(text, sizeof(text), "%s%d", name, n);
	return text;
}

/* Names and the texts of links stop where contents do, all of them by ENOSPC. */
static void test_full_of_names(void)
{
	static char target[4000];
	size_t before = test_free_frames();
	int n, made;
	long err;

	memset(target, 't', sizeof(target) - 1);
	for (made = 0; !(err = symlink_(target, numbered("/link", made))); made++)
		;
	is(err, -ENOSPC, "full of symbolic links");
	ok(test_free_frames() >= SPARE - 16, "some memory is left");
	for (n = 0; n < 1000 && !mkdir_(numbered("/dir", n)); n++)
		;	/* the call's own copy of the long text is free again */
	is(mkdir_("/d"), -ENOSPC, "no directory more");
	is(link_("/link0", "/hard"), -ENOSPC, "nor name");
	is(sys_mknodat(CWD, u("/fifo"), S_IFIFO | 0600, 0), -ENOSPC, "nor fifo");
	is(open_("/f", O_CREAT | O_RDWR), -ENOSPC, "nor file");
	while (n-- > 0)
		rmdir_(numbered("/dir", n));
	while (made-- > 0)
		unlink_(numbered("/link", made));
	ok(test_free_frames() + 16 >= before, "all can be removed");
	is(mkdir_("/d"), 0, "and there is room again");
	rmdir_("/d");
}

/* Whatever an open lacks memory for, it has neither made nor emptied a file then. */
static void test_open_failing(void)
{
	int bad = 0, failed = 0;
	long fd = -1;

	put("/old", "kept");
	for (unsigned n = 1; fd < 0; n++) {
		test_fail_nth(n);
		fd = open_("/old", O_RDWR | O_CREAT | O_TRUNC);
		test_fail_nth(0);
		failed += fd < 0;
		bad += fd < 0 && strcmp(text_of("/old"), "kept") != 0;
	}
	sys_close(fd);
	is_text(text_of("/old"), "", "O_TRUNC empties a file");
	unlink_("/old");
	fd = -1;
	for (unsigned n = 1; fd < 0; n++) {
		test_fail_nth(n);
		fd = open_("/new", O_RDWR | O_CREAT);
		test_fail_nth(0);
		failed += fd < 0;
		bad += fd < 0 && exists("/new");
	}
	sys_close(fd);
	unlink_("/new");
	ok(failed > 4, "opens failed for want of memory");
	is(bad, 0, "and changed nothing");
}

/* Everything once; each step may fail for lack of memory, and then it changed nothing. */
static void scenario(void)
{
	int *fds = host_user(USER_BUF);
	long fd;

	mkdir_("/d");
	fd = open_("/d/f", O_RDWR | O_CREAT);
	sys_pwrite64(fd, USER_BUF, 9000, 3000);
	sys_pwrite64(fd, USER_BUF, 1, 1ll << 40);
	sys_ftruncate(fd, 5000);
	symlink_("d/../d/../d/../d/../d/../d/../d/../d/../d/f", "/s");
	link_("/d/f", "/h");
	rename_("/h", "/d/h", 0);
	text_of("/s");
	text_of("/proc/self/status");
	sys_fcntl(fd, F_DUPFD, 200);
	sys_dup3(fd, 200, 0);
	sys_close(200);
	host_fork();
	if (sys_pipe2(USER_BUF, O_NONBLOCK) == 0) {
		int r = fds[0], w = fds[1];

		sys_write(w, USER_BUF, 5000);
		sys_read(r, USER_BUF, 5000);
		sys_close(r);
		sys_close(w);
	}
	sys_mknodat(CWD, u("/fifo"), S_IFIFO | 0600, 0);
	sys_close(open_("/fifo", O_RDWR));
	sys_chdir(u("/d"));
	count_entries("/d", 4096);
	cwd();
	sys_chdir(u("/"));
	sys_close(fd);
}

static void undo(void)
{
	test_fail_nth(0);
	sys_chdir(u("/"));
	for (int fd = 0; fd < 1024; fd++)
		sys_close(fd);
	unlink_("/d/f");
	unlink_("/d/h");
	unlink_("/h");
	unlink_("/s");
	unlink_("/fifo");
	rmdir_("/d");
}

#define REPEATS	136	/* so often must an object of 32 bytes be lost to cost a frame */

/* Each allocation of the scenario fails in turn. => how many there are */
static unsigned fail_each(void)
{
	unsigned n = 0, seen;

	do {
		test_fail_nth(++n);
		scenario();
		seen = test_allocations();
		undo();
	} while (seen >= n);
	return n - 1;
}

static void test_failing(void)
{
	unsigned count = fail_each();
	size_t before = test_free_frames();

	for (int i = 0; i < REPEATS; i++)
		fail_each();
	printf("# %u allocations failed, one at a time\n", count);
	ok(count > 50, "many allocations failed");
	is(test_free_frames(), before, "and nothing was lost");
}

int main(void)
{
	host_boot(RAM, RAM);
	test_full();
	test_full_of_names();
	test_open_failing();
	test_failing();
	host_task_ends();
	return host_done();
}
