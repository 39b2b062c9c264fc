/*
 * sys_stat.c - the calls that show and change what a file is: stat, access, mode, owner, times, and
 * the file system's own figures.
 *
 * There is one user, who is root: permission bits are kept and shown, and they decide only whether
 * something may be executed.
 */
#include "kernel/fs/mount.h"
#include "kernel/fs/path.h"
#include "kernel/time.h"
#include "kernel/usercopy.h"

/* The inode that a call with these AT_ flags, of those allowed, is about. */
static int inode_at(long dirfd, vaddr_t user, long flags, int allowed, struct inode **inode)
{
	unsigned how = (unsigned)flags & PATH_EMPTY;

	if ((int)flags & ~(allowed | AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	if (!(flags & AT_SYMLINK_NOFOLLOW))
		how |= PATH_FOLLOW;
	return path_find_user((int)dirfd, user, how, inode);
}

/* Of an open file, whose reference is taken over; NULL: the descriptor was no such. */
static int inode_of(struct file *file, struct inode **inode)
{
	if (!file)
		return -EBADF;
	*inode = inode_ref(file->inode);
	file_put(file);
	return 0;
}

/* A call is over: with this result. */
static long done(struct inode *inode, long result)
{
	inode_put(inode);
	return result;
}

/* ---- stat ---- */

static int copy_stat(struct inode *inode, vaddr_t buf)
{
	struct stat st;

	inode_stat(inode, &st);
	return copy_to_user(buf, &st, sizeof(st));
}

long sys_fstat(long fd, vaddr_t buf)
{
	struct inode *inode;
	int err = inode_of(file_get_any((int)fd), &inode);

	return err ? err : done(inode, copy_stat(inode, buf));
}

long sys_newfstatat(long dirfd, vaddr_t user, vaddr_t buf, long flags)
{
	struct inode *inode;
	int err = inode_at(dirfd, user, flags, AT_NO_AUTOMOUNT, &inode);

	return err ? err : done(inode, copy_stat(inode, buf));
}

static struct statx_timestamp statx_time(struct timespec time)
{
	return (struct statx_timestamp){ .tv_sec = time.tv_sec, .tv_nsec = (uint32_t)time.tv_nsec };
}

static int copy_statx(struct inode *inode, vaddr_t buf)
{
	struct stat st;
	struct statx stx;

	inode_stat(inode, &st);
	stx = (struct statx){
		.stx_mask = STATX_BASIC_STATS, .stx_blksize = (uint32_t)st.st_blksize,
		.stx_nlink = st.st_nlink, .stx_uid = st.st_uid, .stx_gid = st.st_gid,
		.stx_mode = (uint16_t)st.st_mode, .stx_ino = st.st_ino,
		.stx_size = (uint64_t)st.st_size, .stx_blocks = (uint64_t)st.st_blocks,
		.stx_atime = statx_time(st.st_atim), .stx_mtime = statx_time(st.st_mtim),
		.stx_ctime = statx_time(st.st_ctim),
		.stx_rdev_major = (uint32_t)(st.st_rdev >> 8), .stx_rdev_minor = st.st_rdev & 255,
		.stx_dev_major = (uint32_t)(st.st_dev >> 8), .stx_dev_minor = st.st_dev & 255,
	};
	return copy_to_user(buf, &stx, sizeof(stx));
}

long sys_statx(long dirfd, vaddr_t user, long flags, long mask, vaddr_t buf)
{
	const int sync = AT_STATX_FORCE_SYNC | AT_STATX_DONT_SYNC;
	struct inode *inode;
	int err;

	if (((unsigned)mask & STATX__RESERVED) || (flags & sync) == sync)
		return -EINVAL;
	err = inode_at(dirfd, user, flags, AT_NO_AUTOMOUNT | sync, &inode);
	return err ? err : done(inode, copy_statx(inode, buf));
}

/* ---- access ---- */

long sys_faccessat2(long dirfd, vaddr_t user, long mode, long flags)
{
	struct inode *inode;
	int err;

	if ((int)mode & ~(R_OK | W_OK | X_OK))
		return -EINVAL;
	err = inode_at(dirfd, user, flags, AT_EACCESS, &inode);
	if (err)
		return err;
	if ((mode & X_OK) && !inode_is(inode, S_IFDIR) &&
	    !(inode->mode & (S_IXUSR | S_IXGRP | S_IXOTH)))
		err = -EACCES;
	inode_put(inode);
	return err;
}

long sys_faccessat(long dirfd, vaddr_t user, long mode)
{
	return sys_faccessat2(dirfd, user, mode, 0);
}

/* ---- mode and owner ---- */

static int change_mode(struct inode *inode, long mode)
{
	int err = mount_check_change(inode);

	if (!err && inode_is(inode, S_IFLNK))
		err = -EOPNOTSUPP;
	if (err)
		return err;
	inode->mode = (inode->mode & S_IFMT) | ((unsigned)mode & 07777);
	inode->ctime = clock_ns();
	return 0;
}

long sys_fchmod(long fd, long mode)
{
	struct inode *inode;
	int err = inode_of(file_get((int)fd), &inode);

	return err ? err : done(inode, change_mode(inode, mode));
}

long sys_fchmodat2(long dirfd, vaddr_t user, long mode, long flags)
{
	struct inode *inode;
	int err = inode_at(dirfd, user, flags, 0, &inode);

	return err ? err : done(inode, change_mode(inode, mode));
}

long sys_fchmodat(long dirfd, vaddr_t user, long mode)
{
	return sys_fchmodat2(dirfd, user, mode, 0);
}

/* -1 leaves an id as it is. */
static int change_owner(struct inode *inode, long uid, long gid)
{
	int err = mount_check_change(inode);

	if (err)
		return err;
	if ((uint32_t)uid != UINT32_MAX)
		inode->uid = (uint32_t)uid;
	if ((uint32_t)gid != UINT32_MAX)
		inode->gid = (uint32_t)gid;
	inode->ctime = clock_ns();
	return 0;
}

long sys_fchown(long fd, long uid, long gid)
{
	struct inode *inode;
	int err = inode_of(file_get((int)fd), &inode);

	return err ? err : done(inode, change_owner(inode, uid, gid));
}

long sys_fchownat(long dirfd, vaddr_t user, long uid, long gid, long flags)
{
	struct inode *inode;
	int err = inode_at(dirfd, user, flags, 0, &inode);

	return err ? err : done(inode, change_owner(inode, uid, gid));
}

/* ---- times ---- */

#define SEC_MAX	(INT64_MAX / (int64_t)NSEC_PER_SEC - 1)

/* One of utimensat's two times: into *ns, or left alone. */
static int new_time(const struct timespec *ts, int64_t now, int64_t *ns)
{
	int64_t sec = ts->tv_sec;

	if (ts->tv_nsec == UTIME_OMIT)
		return 0;
	if (ts->tv_nsec == UTIME_NOW) {
		*ns = now;
		return 0;
	}
	if (ts->tv_nsec < 0 || ts->tv_nsec >= (int64_t)NSEC_PER_SEC)
		return -EINVAL;
	if (sec > SEC_MAX)
		sec = SEC_MAX;
	if (sec < -SEC_MAX)
		sec = -SEC_MAX;
	*ns = sec * (int64_t)NSEC_PER_SEC + ts->tv_nsec;
	return 0;
}

static int change_times(struct inode *inode, const struct timespec times[2])
{
	int64_t now = clock_ns(), atime = inode->atime, mtime = inode->mtime;

	int err = mount_check_change(inode);

	if (err)
		return err;
	if (new_time(&times[0], now, &atime) || new_time(&times[1], now, &mtime))
		return -EINVAL;
	inode->atime = atime;
	inode->mtime = mtime;
	inode->ctime = now;
	return 0;
}

long sys_utimensat(long dirfd, vaddr_t user, vaddr_t user_times, long flags)
{
	struct timespec times[2] = { { 0, UTIME_NOW }, { 0, UTIME_NOW } };
	struct inode *inode;
	int err;

	if (user_times && copy_from_user(times, user_times, sizeof(times)))
		return -EFAULT;
	if (times[0].tv_nsec == UTIME_OMIT && times[1].tv_nsec == UTIME_OMIT)
		return 0;
	if (!user && (int)dirfd != AT_FDCWD)	/* futimens */
		err = flags ? -EINVAL : inode_of(file_get_any((int)dirfd), &inode);
	else
		err = inode_at(dirfd, user, flags, 0, &inode);
	return err ? err : done(inode, change_times(inode, times));
}

/* ---- the file system ---- */

static int copy_statfs(const struct inode *inode, vaddr_t buf)
{
	struct statfs st;

	mount_statfs(inode->mount, &st);
	return copy_to_user(buf, &st, sizeof(st));
}

long sys_statfs(vaddr_t user, vaddr_t buf)
{
	struct inode *inode;
	int err = path_find_user(AT_FDCWD, user, PATH_FOLLOW, &inode);

	return err ? err : done(inode, copy_statfs(inode, buf));
}

long sys_fstatfs(long fd, vaddr_t buf)
{
	struct inode *inode;
	int err = inode_of(file_get_any((int)fd), &inode);

	return err ? err : done(inode, copy_statfs(inode, buf));
}
