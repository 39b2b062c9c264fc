/*
 * openat and what takes a path: flags and errors. Catches a flag that is ignored, an error that
 * is reported for the wrong reason, and a failed open that creates or empties a file.
 */
#include "user/test/util.h"

static char long_name[300], long_path[5000];

static void errors(void)
{
	fails_with(open("none", O_RDONLY), ENOENT);
	fails_with(open("", O_RDONLY), ENOENT);
	fails_with(open("none/x", O_RDWR | O_CREAT, 0644), ENOENT);
	fails_with(open("f/x", O_RDONLY), ENOTDIR);
	fails_with(open("f/", O_RDONLY), ENOTDIR);
	fails_with(open("f/.", O_RDONLY), ENOTDIR);
	fails_with(open("f/..", O_RDONLY), ENOTDIR);
	fails_with(open("f", O_RDONLY | O_DIRECTORY), ENOTDIR);
	fails_with(open("d", O_WRONLY), EISDIR);
	fails_with(open("d", O_RDWR), EISDIR);
	fails_with(open("d", O_RDONLY | O_CREAT, 0644), EISDIR);
	fails_with(open("new/", O_RDWR | O_CREAT, 0644), EISDIR);
	fails_with(open("f", O_RDWR | O_CREAT | O_EXCL, 0644), EEXIST);
	fails_with(open("d", O_RDWR | O_CREAT | O_EXCL, 0644), EEXIST);
	fails_with(open(".", O_RDONLY | O_CREAT | O_EXCL, 0644), EEXIST);
	fails_with(open("d/..", O_RDONLY | O_CREAT, 0644), EISDIR);
	fails_with(open("fifo", O_ACCMODE), EINVAL);
	fails_with(open("dangling", O_RDWR | O_CREAT | O_EXCL, 0644), EEXIST);
	fails_with(open("loop", O_RDONLY), ELOOP);
	fails_with(open("loop/x", O_RDONLY), ELOOP);
	fails_with(open("link", O_RDONLY | O_NOFOLLOW), ELOOP);
	fails_with(open("dangling", O_RDONLY), ENOENT);
	fails_with(open(long_name, O_RDONLY), ENAMETOOLONG);
	fails_with(open(long_path, O_RDONLY), ENAMETOOLONG);
	fails_with(openat(999, "f", O_RDONLY), EBADF);
	fails_with(sys(SYS_openat, AT_FDCWD, NULL, O_RDONLY), EFAULT);
}

static void relative_to_a_directory(void)
{
	int d = open("d", O_RDONLY | O_DIRECTORY), f = open("f", O_RDONLY), fd;

	fails_with(openat(f, "x", O_RDONLY), ENOTDIR);
	fd = openat(d, "inside", O_RDWR | O_CREAT, 0644);
	ok(fd >= 0, "openat below a directory");
	is(access("d/inside", F_OK), 0, "makes the file there");
	close(fd);
	fd = openat(999, scratch_path, O_RDONLY);
	ok(fd >= 0, "an absolute path does not look at the descriptor");
	close(fd);
	fd = openat(d, "../f", O_RDONLY);
	ok(fd >= 0, "..");
	close(fd);
	fails_with(read(d, long_name, 10), EISDIR);
	fails_with(write(d, "x", 1), EBADF);
	close(d);
	close(f);
}

static void flags(void)
{
	char c[8];
	int fd = open("new", O_WRONLY | O_CREAT | O_EXCL, 0640);
	struct stat st;

	ok(fd >= 0, "O_CREAT | O_EXCL makes a new file");
	is(write(fd, "abc", 3), 3, "which is empty and can be written");
	fails_with(read(fd, c, 1), EBADF);
	is(fstat(fd, &st), 0, "fstat");
	ok(S_ISREG(st.st_mode) && (st.st_mode & 0777) == 0640 && st.st_size == 3 &&
	   st.st_nlink == 1, "mode, size and links");
	close(fd);
	fd = open("new", O_RDONLY);
	fails_with(write(fd, "x", 1), EBADF);
	fails_with(ftruncate(fd, 0), EINVAL);
	close(fd);
	fd = open("new", O_RDWR | O_CREAT | O_APPEND, 0644);
	is(lseek(fd, 0, SEEK_SET), 0, "lseek");
	is(write(fd, "de", 2), 2, "a write with O_APPEND");
	is(lseek(fd, 0, SEEK_CUR), 5, "goes to the end and leaves the offset there");
	is(pread(fd, c, 8, 0), 5, "pread");
	ok(memcmp(c, "abcde", 5) == 0, "both parts");
	close(fd);
	fd = open("new", O_WRONLY | O_TRUNC);
	is(size_of("new"), 0, "O_TRUNC empties the file");
	close(fd);
	fd = open("dangling", O_WRONLY | O_CREAT, 0644);
	ok(fd >= 0 && access("missing", F_OK) == 0,
	   "O_CREAT through a symbolic link makes its target");
	close(fd);
	is(unlink("missing"), 0, "unlink");
}

static void mode_bits(void)
{
	mode_t old = umask(027);
	struct stat st;

	close(open("masked", O_WRONLY | O_CREAT, 0777));
	is(umask(0), 027, "umask returns the one before");
	ok(stat("masked", &st) == 0 && (st.st_mode & 07777) == 0750, "umask clears bits");
	mkdir("maskedd", 0777);
	ok(stat("maskedd", &st) == 0 && (st.st_mode & 0777) == 0777, "a mask of 0 clears none");
	is(umask(07777), 0, "umask again");
	is(umask(old), 0777, "umask keeps nine bits");
}

static void access_calls(void)
{
	is(access("f", F_OK), 0, "access F_OK");
	is(access("f", R_OK | W_OK), 0, "access R_OK | W_OK");
	is(access("d", X_OK), 0, "a directory can be searched");
	fails_with(access("f", X_OK), EACCES);
	fails_with(access("none", F_OK), ENOENT);
	fails_with(access("f/x", F_OK), ENOTDIR);
	fails_with(sys(SYS_faccessat, AT_FDCWD, "f", 8), EINVAL);
	fails_with(sys(SYS_faccessat, 999, "f", 0), EBADF);
}

static void stat_calls(void)
{
	struct stat st, st2;
	int fd = open("f", O_RDONLY);

	fails_with(stat("none", &st), ENOENT);
	fails_with(stat("", &st), ENOENT);
	fails_with(fstat(999, &st), EBADF);
	fails_with(fstatat(AT_FDCWD, "f", &st, 0x40000000), EINVAL);
	ok(stat("f", &st) == 0 && fstat(fd, &st2) == 0 && st.st_ino == st2.st_ino &&
	   st.st_dev == st2.st_dev, "stat and fstat agree");
	ok(fstatat(fd, "", &st2, AT_EMPTY_PATH) == 0 && st.st_ino == st2.st_ino,
	   "AT_EMPTY_PATH is the descriptor");
	ok(lstat("link", &st2) == 0 && S_ISLNK(st2.st_mode) && st2.st_size == 1, "lstat of a link");
	ok(stat("link", &st2) == 0 && st.st_ino == st2.st_ino, "stat follows it");
	ok(stat("d", &st2) == 0 && S_ISDIR(st2.st_mode) && st2.st_nlink >= 2, "a directory");
	ok(stat("d/.", &st) == 0 && st.st_ino == st2.st_ino, "and its dot");
	is(st.st_blksize, 4096, "the block size");
	close(fd);
}

int main(void)
{
	memset(long_name, 'n', 256);
	for (int i = 0; i < 4998; i += 2)
		memcpy(long_path + i, "./", 2);
	long_path[4998] = 'f';
	scratch_enter();
	umask(022);
	close(make_file("f", "hello", 5));
	mkdir("d", 0755);
	mknod("fifo", S_IFIFO | 0600, 0);
	if (symlink("f", "link") || symlink("missing", "dangling") || symlink("loop", "loop"))
		bail_out("symlink: errno %d", errno);
	errors();
	ok(access("new", F_OK) < 0 && access("missing", F_OK) < 0 && size_of("f") == 5,
	   "an open that fails creates and empties nothing");
	long_name[255] = '\0';
	ok(open(long_name, O_RDWR | O_CREAT, 0644) >= 0, "a name of 255 bytes is fine");
	relative_to_a_directory();
	flags();
	mode_bits();
	access_calls();
	stat_calls();
	return done_testing();
}
