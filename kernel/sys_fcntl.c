/*
 * sys_fcntl.c - fcntl, ioctl and flock: what is asked of an open file or told to it.
 */
#include "kernel/fs/files.h"
#include "kernel/fs/lockf.h"
#include "kernel/process.h"
#include "kernel/signal.h"
#include "kernel/task.h"
#include "kernel/usercopy.h"

/* ---- flags ---- */

#define SETFL_MASK	(O_APPEND | O_NONBLOCK | O_DIRECT | O_NOATIME | O_ASYNC)

static void set_status_flags(struct file *file, unsigned flags)
{
	uint32_t old = __atomic_load_n(&file->flags, __ATOMIC_RELAXED);

	while (!__atomic_compare_exchange_n(&file->flags, &old,
					    (old & ~SETFL_MASK) | (flags & SETFL_MASK), false,
					    __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		;
}

/* ---- locks ---- */

static bool is_of_open_file(int cmd)
{
	return cmd == F_OFD_GETLK || cmd == F_OFD_SETLK || cmd == F_OFD_SETLKW;
}

/* From l_whence, l_start and l_len to a range. -EINVAL, -EOVERFLOW. */
static int lock_range(struct file *file, const struct flock *fl, struct lockf *want)
{
	int64_t base = 0, last = INT64_MAX;

	if (fl->l_whence == SEEK_CUR)
		base = (int64_t)file->pos;
	else if (fl->l_whence == SEEK_END)
		base = (int64_t)inode_size(file->inode);
	else if (fl->l_whence != SEEK_SET)
		return -EINVAL;
	if (__builtin_add_overflow(base, fl->l_start, &base))
		return -EOVERFLOW;
	if (base < 0)
		return -EINVAL;
	if (fl->l_len > 0 && __builtin_add_overflow(base, fl->l_len - 1, &last))
		return -EOVERFLOW;
	if (fl->l_len < 0) {
		last = base - 1;
		base += fl->l_len;
		if (base < 0)
			return -EINVAL;
	}
	want->start = (uint64_t)base;
	want->last = (uint64_t)last;
	return 0;
}

static int read_lock(struct file *file, int cmd, vaddr_t user, struct flock *fl,
		     struct lockf *want)
{
	if (copy_from_user(fl, user, sizeof(*fl)))
		return -EFAULT;
	*want = (struct lockf){ .owner = current->files, .kind = LOCK_OF_RANGE,
			       .type = fl->l_type,
			       .pid = current->process->pid};
	if (is_of_open_file(cmd)) {
		want->owner = file;
		want->pid = -1;
	}
	if (fl->l_type != F_RDLCK && fl->l_type != F_WRLCK && fl->l_type != F_UNLCK)
		return -EINVAL;
	return lock_range(file, fl, want);
}

static int get_lock(struct file *file, int cmd, vaddr_t user)
{
	struct lockf want, found;
	struct flock fl;
	int err = read_lock(file, cmd, user, &fl, &want);

	if (!err && (fl.l_type == F_UNLCK || (is_of_open_file(cmd) && fl.l_pid)))
		err = -EINVAL;
	if (err)
		return err;
	fl.l_type = F_UNLCK;
	if (lockf_find(file->inode, &want, &found))
		fl = (struct flock){
			.l_type = (int16_t)found.type, .l_whence = SEEK_SET,
			.l_start = (int64_t)found.start, .l_pid = found.pid,
			.l_len = found.last == LOCKF_LAST ? 0
							  : (int64_t)(found.last - found.start + 1),
		};
	return copy_to_user(user, &fl, sizeof(fl));
}

static int set_lock(int fd, struct file *file, int cmd, vaddr_t user)
{
	struct lockf want;
	struct file *now;
	struct flock fl;
	int err = read_lock(file, cmd, user, &fl, &want);

	if (err)
		return err;
	if (fl.l_type == F_RDLCK && !file_can_read(file))
		return -EBADF;
	if (fl.l_type == F_WRLCK && !file_can_write(file))
		return -EBADF;
	if (is_of_open_file(cmd) && fl.l_pid)
		return -EINVAL;
	err = lockf_set(file->inode, &want, cmd == F_SETLKW || cmd == F_OFD_SETLKW);
	if (err || fl.l_type == F_UNLCK || is_of_open_file(cmd))
		return err;
	/* Who shares the table may have closed the descriptor before there was a lock to end. */
	now = file_get_any(fd);
	file_put(now);
	if (now == file)
		return 0;
	lockf_release(file->inode, current->files);
	return -EBADF;
}

long sys_flock(long fd, long op)
{
	struct lockf want = { .kind = LOCK_OF_FILE, .last = LOCKF_LAST, .pid = -1 };
	struct lockf found, none;
	struct file *file;
	int err = 0;

	switch ((int)op & ~LOCK_NB) {
	case LOCK_SH:
		want.type = F_RDLCK;
		break;
	case LOCK_EX:
		want.type = F_WRLCK;
		break;
	case LOCK_UN:
		want.type = F_UNLCK;
		break;
	default:
		return -EINVAL;
	}
	file = file_get((int)fd);
	if (!file)
		return -EBADF;
	want.owner = file;
	none = want;
	none.type = F_UNLCK;
	if (want.type != F_UNLCK && !file_can_read(file) && !file_can_write(file))
		err = -EBADF;
	/* Who has to wait gives up what he has first: two who want more would wait for each other. */
	if (!err && want.type != F_UNLCK && lockf_find(file->inode, &want, &found))
		err = lockf_set(file->inode, &none, false);
	if (!err)
		err = lockf_set(file->inode, &want, !(op & LOCK_NB));
	file_put(file);
	return err;
}

/* ---- fcntl ---- */

static int set_signal_owner(struct file *file, struct f_owner_ex owner)
{
	struct task *task;
	int err = 0;

	if (owner.pid && owner.type == F_OWNER_PGRP) {
		err = signal_group(owner.pid, 0, SI_KERNEL);
	} else if (owner.pid) {
		task = task_find(owner.pid);
		err = task ? 0 : -ESRCH;
		task_put(task);
	}
	if (!err)
		file->signal_owner = owner;
	return err;
}

/* Negative: a process group, as for kill. */
static int set_owner(struct file *file, int who)
{
	if (who == INT32_MIN)
		return -EINVAL;
	if (who < 0)
		return set_signal_owner(file, (struct f_owner_ex){ F_OWNER_PGRP, -who });
	return set_signal_owner(file, (struct f_owner_ex){ F_OWNER_PID, who });
}

static int set_owner_ex(struct file *file, vaddr_t user)
{
	struct f_owner_ex owner;

	if (copy_from_user(&owner, user, sizeof(owner)))
		return -EFAULT;
	if (owner.type < F_OWNER_TID || owner.type > F_OWNER_PGRP)
		return -EINVAL;
	return set_signal_owner(file, owner);
}

static int get_owner(const struct file *file)
{
	const struct f_owner_ex *owner = &file->signal_owner;

	return owner->type == F_OWNER_PGRP ? -owner->pid : owner->pid;
}

static long duplicate(struct file *file, long from, enum fd_flags flags)
{
	return fd_add(file_ref(file), from < 0 || from > FILES_MAX ? -1 : (int)from, flags);
}

/* What only looks at the descriptor is allowed for O_PATH too. */
static bool is_for_descriptor(int cmd)
{
	return cmd == F_DUPFD || cmd == F_DUPFD_CLOEXEC || cmd == F_GETFD || cmd == F_SETFD ||
	       cmd == F_GETFL;
}

static long do_fcntl(int fd, struct file *file, int cmd, uint64_t arg)
{
	const struct inode_ops *ops = file->inode->ops;

	switch (cmd) {
	case F_DUPFD:
		return duplicate(file, (long)arg, FD_KEEP);
	case F_DUPFD_CLOEXEC:
		return duplicate(file, (long)arg, FD_CLOSE_ON_EXEC);
	case F_GETFD:
		return fd_get_flags(fd);
	case F_SETFD:
		return fd_set_flags(fd, arg & FD_CLOEXEC ? FD_CLOSE_ON_EXEC : FD_KEEP);
	case F_GETFL:
		return file->flags;
	case F_SETFL:
		set_status_flags(file, (unsigned)arg);
		return 0;
	case F_GETOWN:
		return get_owner(file);
	case F_SETOWN:
		return set_owner(file, (int)arg);
	case F_GETOWN_EX:
		return copy_to_user(arg, &file->signal_owner, sizeof(file->signal_owner));
	case F_SETOWN_EX:
		return set_owner_ex(file, arg);
	case F_GETLK:
	case F_OFD_GETLK:
		return get_lock(file, cmd, arg);
	case F_SETLK:
	case F_SETLKW:
	case F_OFD_SETLK:
	case F_OFD_SETLKW:
		return set_lock(fd, file, cmd, arg);
	default:
		return ops->fcntl ? ops->fcntl(file, cmd, arg) : -EINVAL;
	}
}

long sys_fcntl(long fd, long cmd, long arg)
{
	struct file *file = file_get_any((int)fd);
	long result = -EBADF;

	if (!file)
		return -EBADF;
	if (!(file->flags & O_PATH) || is_for_descriptor((int)cmd))
		result = do_fcntl((int)fd, file, (int)cmd, (uint64_t)arg);
	file_put(file);
	return result;
}

/* ---- ioctl ---- */

static int ioctl_fionbio(struct file *file, vaddr_t arg)
{
	int on;

	if (copy_from_user(&on, arg, sizeof(on)))
		return -EFAULT;
	set_status_flags(file, on ? file->flags | O_NONBLOCK : file->flags & ~O_NONBLOCK);
	return 0;
}

long sys_ioctl(long fd, long cmd, vaddr_t arg)
{
	struct file *file = file_get((int)fd);
	const struct inode_ops *ops;
	long result;

	if (!file)
		return -EBADF;
	ops = file->inode->ops;
	if ((unsigned)cmd == FIOCLEX || (unsigned)cmd == FIONCLEX)
		result = fd_set_flags((int)fd,
				      (unsigned)cmd == FIOCLEX ? FD_CLOSE_ON_EXEC : FD_KEEP);
	else if ((unsigned)cmd == FIONBIO)
		result = ioctl_fionbio(file, arg);
	else if ((unsigned)cmd == FIONREAD && inode_is(file->inode, S_IFREG))
		result = copy_int_to_user(arg, (int)(inode_size(file->inode) - file->pos));
	else
		result = ops->ioctl ? ops->ioctl(file, (unsigned)cmd, arg) : -ENOTTY;
	file_put(file);
	return result;
}
