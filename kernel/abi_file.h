/*
 * Files: how they are opened, named, described, listed, polled.
 */
#ifndef KERNEL_ABI_FILE_H
#define KERNEL_ABI_FILE_H

#define O_RDONLY		00
#define O_WRONLY		01
#define O_RDWR			02
#define O_ACCMODE		03
#define O_CREAT			0100
#define O_EXCL			0200
#define O_NOCTTY		0400
#define O_TRUNC			01000
#define O_APPEND		02000
#define O_NONBLOCK		04000
#define O_NDELAY		O_NONBLOCK
#define O_DSYNC			010000
#define O_ASYNC			020000
#define O_DIRECT		040000
#define O_LARGEFILE		0100000
#define O_DIRECTORY		0200000
#define O_NOFOLLOW		0400000
#define O_NOATIME		01000000
#define O_CLOEXEC		02000000
#define O_SYNC			04010000
#define O_RSYNC			O_SYNC
#define O_PATH			010000000
#define O_TMPFILE		020200000

#define AT_FDCWD		(-100)
#define AT_SYMLINK_NOFOLLOW	0x100
#define AT_EACCESS		0x200
#define AT_REMOVEDIR		0x200
#define AT_SYMLINK_FOLLOW	0x400
#define AT_NO_AUTOMOUNT		0x800
#define AT_EMPTY_PATH		0x1000

#define SEEK_SET		0
#define SEEK_CUR		1
#define SEEK_END		2
#define SEEK_DATA		3
#define SEEK_HOLE		4

#define F_OK			0
#define X_OK			1
#define W_OK			2
#define R_OK			4

#define F_DUPFD			0
#define F_GETFD			1
#define F_SETFD			2
#define F_GETFL			3
#define F_SETFL			4
#define F_GETLK			5
#define F_SETLK			6
#define F_SETLKW		7
#define F_SETOWN		8
#define F_GETOWN		9
#define F_SETOWN_EX		15
#define F_GETOWN_EX		16
#define F_OFD_GETLK		36
#define F_OFD_SETLK		37
#define F_OFD_SETLKW		38
#define F_DUPFD_CLOEXEC		1030
#define F_ADD_SEALS		1033
#define F_GET_SEALS		1034
#define FD_CLOEXEC		1
#define F_RDLCK			0
#define F_WRLCK			1
#define F_UNLCK			2

#define F_SEAL_SEAL		0x0001
#define F_SEAL_SHRINK		0x0002
#define F_SEAL_GROW		0x0004
#define F_SEAL_WRITE		0x0008
#define F_SEAL_FUTURE_WRITE	0x0010

#define LOCK_SH			1
#define LOCK_EX			2
#define LOCK_NB			4
#define LOCK_UN			8

#define RENAME_NOREPLACE	1
#define RENAME_EXCHANGE		2
#define RENAME_WHITEOUT		4

#define FALLOC_FL_KEEP_SIZE	1
#define FALLOC_FL_PUNCH_HOLE	2
#define FALLOC_FL_COLLAPSE_RANGE 8
#define FALLOC_FL_ZERO_RANGE	16
#define FALLOC_FL_INSERT_RANGE	32

#define POSIX_FADV_NORMAL	0
#define POSIX_FADV_RANDOM	1
#define POSIX_FADV_SEQUENTIAL	2
#define POSIX_FADV_WILLNEED	3
#define POSIX_FADV_DONTNEED	4
#define POSIX_FADV_NOREUSE	5
#define SYNC_FILE_RANGE_WAIT_BEFORE	1
#define SYNC_FILE_RANGE_WRITE		2
#define SYNC_FILE_RANGE_WAIT_AFTER	4

#define CLOSE_RANGE_CLOEXEC	4

#define EFD_SEMAPHORE		1
#define EFD_NONBLOCK		O_NONBLOCK
#define EFD_CLOEXEC		O_CLOEXEC

#define STATX_TYPE		0x001
#define STATX_MODE		0x002
#define STATX_NLINK		0x004
#define STATX_UID		0x008
#define STATX_GID		0x010
#define STATX_ATIME		0x020
#define STATX_MTIME		0x040
#define STATX_CTIME		0x080
#define STATX_INO		0x100
#define STATX_SIZE		0x200
#define STATX_BLOCKS		0x400
#define STATX_BASIC_STATS	0x7ff
#define STATX_BTIME		0x800
#define STATX__RESERVED		0x80000000
#define AT_STATX_FORCE_SYNC	0x2000
#define AT_STATX_DONT_SYNC	0x4000

#define RWF_HIPRI		1
#define RWF_DSYNC		2
#define RWF_SYNC		4
#define RWF_NOWAIT		8
#define RWF_APPEND		16

#define IOV_MAX			1024	/* buffers in one readv or writev */
#define PATH_MAX		4096	/* bytes of a path, its null byte included */
#define NAME_MAX		255	/* bytes of one name in it */
#define PIPE_BUF		4096	/* a write of so much is never torn */

#define S_IFMT			0170000
#define S_IFSOCK		0140000
#define S_IFLNK			0120000
#define S_IFREG			0100000
#define S_IFBLK			0060000
#define S_IFDIR			0040000
#define S_IFCHR			0020000
#define S_IFIFO			0010000
#define S_ISUID			04000
#define S_ISGID			02000
#define S_ISVTX			01000
#define S_IRWXU			0700
#define S_IRUSR			0400
#define S_IWUSR			0200
#define S_IXUSR			0100
#define S_IRWXG			0070
#define S_IRGRP			0040
#define S_IWGRP			0020
#define S_IXGRP			0010
#define S_IRWXO			0007
#define S_IROTH			0004
#define S_IWOTH			0002
#define S_IXOTH			0001

#define S_ISSOCK(mode)		(((mode) & S_IFMT) == S_IFSOCK)
#define S_ISLNK(mode)		(((mode) & S_IFMT) == S_IFLNK)
#define S_ISREG(mode)		(((mode) & S_IFMT) == S_IFREG)
#define S_ISBLK(mode)		(((mode) & S_IFMT) == S_IFBLK)
#define S_ISDIR(mode)		(((mode) & S_IFMT) == S_IFDIR)
#define S_ISCHR(mode)		(((mode) & S_IFMT) == S_IFCHR)
#define S_ISFIFO(mode)		(((mode) & S_IFMT) == S_IFIFO)

/* d_type of a directory entry: the type bits of its mode, shifted */
#define DT_UNKNOWN		0
#define DT_FIFO			1
#define DT_CHR			2
#define DT_DIR			4
#define DT_BLK			6
#define DT_REG			8
#define DT_LNK			10
#define DT_SOCK			12

#define POLLIN			0x0001
#define POLLPRI			0x0002
#define POLLOUT			0x0004
#define POLLERR			0x0008
#define POLLHUP			0x0010
#define POLLNVAL		0x0020
#define POLLRDNORM		0x0040
#define POLLRDBAND		0x0080
#define POLLWRNORM		0x0100
#define POLLWRBAND		0x0200
#define POLLRDHUP		0x2000

#define TMPFS_MAGIC		0x01021994
#define PROC_SUPER_MAGIC	0x9fa0
#define PIPEFS_MAGIC		0x50495045
#define RAMFS_MAGIC		0x858458f6
#define SYSFS_MAGIC		0x62656572

/* mount */
#define MS_RDONLY		0x1
#define MS_NOSUID		0x2
#define MS_NODEV		0x4
#define MS_NOEXEC		0x8
#define MS_REMOUNT		0x20
#define MS_NOATIME		0x400
#define MS_BIND			0x1000
#define MS_MOVE			0x2000
#define MS_SILENT		0x8000
#define MS_RELATIME		0x200000
#define MS_STRICTATIME		0x1000000
#define MNT_FORCE		0x1
#define MNT_DETACH		0x2
#define MNT_EXPIRE		0x4
#define UMOUNT_NOFOLLOW		0x8

/* statfs.f_flags: those of mount, but for these */
#define ST_VALID		0x20
#define ST_RELATIME		0x1000

#ifndef __ASSEMBLER__

#include <stddef.h>
#include <stdint.h>
#include "kernel/abi_time.h"

struct stat {
	uint64_t st_dev;
	uint64_t st_ino;
	uint32_t st_mode;
	uint32_t st_nlink;
	uint32_t st_uid;
	uint32_t st_gid;
	uint64_t st_rdev;
	uint64_t __pad1;
	int64_t st_size;
	int32_t st_blksize;
	int32_t __pad2;
	int64_t st_blocks;		/* of 512 bytes */
	struct timespec st_atim;
	struct timespec st_mtim;
	struct timespec st_ctim;
	uint32_t __unused4;
	uint32_t __unused5;
};

/* The older names of the whole seconds. */
#define st_atime	st_atim.tv_sec
#define st_mtime	st_mtim.tv_sec
#define st_ctime	st_ctim.tv_sec

struct statx_timestamp {
	int64_t tv_sec;
	uint32_t tv_nsec;
	int32_t __pad;
};

struct statx {
	uint32_t stx_mask;		/* STATX_*: which fields are filled in */
	uint32_t stx_blksize;
	uint64_t stx_attributes;
	uint32_t stx_nlink;
	uint32_t stx_uid;
	uint32_t stx_gid;
	uint16_t stx_mode;
	uint16_t __pad1;
	uint64_t stx_ino;
	uint64_t stx_size;
	uint64_t stx_blocks;
	uint64_t stx_attributes_mask;
	struct statx_timestamp stx_atime;
	struct statx_timestamp stx_btime;
	struct statx_timestamp stx_ctime;
	struct statx_timestamp stx_mtime;
	uint32_t stx_rdev_major;
	uint32_t stx_rdev_minor;
	uint32_t stx_dev_major;
	uint32_t stx_dev_minor;
	uint64_t __spare[14];
};

struct open_how {
	uint64_t flags;
	uint64_t mode;
	uint64_t resolve;
};

struct statfs {
	int64_t f_type;
	int64_t f_bsize;
	int64_t f_blocks;
	int64_t f_bfree;
	int64_t f_bavail;
	int64_t f_files;
	int64_t f_ffree;
	struct {
		int32_t __val[2];
	} f_fsid;
	int64_t f_namelen;
	int64_t f_frsize;
	int64_t f_flags;
	int64_t f_spare[4];
};

/* getdents64 fills a buffer with these, each d_reclen bytes, a multiple of 8. */
struct linux_dirent64 {
	uint64_t d_ino;
	int64_t d_off;
	uint16_t d_reclen;
	uint8_t d_type;
	char d_name[];
};

struct iovec {
	void *iov_base;
	size_t iov_len;
};

struct pollfd {
	int32_t fd;
	int16_t events;
	int16_t revents;
};

#define F_OWNER_TID		0
#define F_OWNER_PID		1
#define F_OWNER_PGRP		2

struct f_owner_ex {
	int32_t type;			/* F_OWNER_* */
	int32_t pid;
};

struct flock {
	int16_t l_type;
	int16_t l_whence;
	int64_t l_start;
	int64_t l_len;
	int32_t l_pid;
};

#endif
#endif
