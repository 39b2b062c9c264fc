/*
 * sys_vmcopy.c - process_vm_readv and process_vm_writev: copy between this process's memory and
 * another's. All processes are root's, so any may.
 */
#include "kernel/abi.h"
#include "kernel/fs/uio.h"
#include "kernel/task.h"
#include "kernel/vm.h"
#include "mm/slab.h"

enum way { FROM_OTHER, TO_OTHER };

/* At most a page, through a buffer: no lock is held while this process's memory is touched.
 * => bytes copied; fewer than n: what comes next cannot be. */
static size_t copy_piece(struct vm *other, vaddr_t va, struct uio *here, char *buf, size_t n,
			 enum way way)
{
	size_t done = 0;

	if (way == TO_OTHER)
		n = uio_take(here, buf, n);
	vm_lock(other);
	if (way == TO_OTHER)
		aspace_write(&other->as, va, buf, n, &done);
	else
		aspace_read(&other->as, va, buf, n, &done);
	vm_unlock(other);
	return way == TO_OTHER ? done : uio_put(here, buf, done);
}

static long copy_all(struct vm *other, const struct iovec *there, long count, struct uio *here,
		     enum way way)
{
	char *buf = kmalloc(PAGE_SIZE);
	size_t total = 0;

	if (!buf)
		return -ENOMEM;
	for (long i = 0; i < count && here->left; i++) {
		vaddr_t va = (vaddr_t)there[i].iov_base;
		size_t left = there[i].iov_len;

		while (left && here->left) {
			size_t n = left < PAGE_SIZE ? left : PAGE_SIZE, done;

			if (n > here->left)
				n = here->left;
			done = copy_piece(other, va, here, buf, n, way);
			total += done;
			va += done;
			left -= done;
			if (done < n || sched_point()) {
				kfree(buf);
				return total ? (long)total : -EFAULT;
			}
		}
	}
	kfree(buf);
	return (long)total;
}

static long copy_other(int pid, const struct iovec *there, long count, struct uio *here,
		       enum way way)
{
	struct task *task = task_find(pid);
	struct vm *other = task ? task_vm_get(task) : NULL;
	long n = other ? copy_all(other, there, count, here, way) : -ESRCH;

	vm_put(other);
	task_put(task);
	return n;
}

static long copy(long pid, vaddr_t here, long here_count, vaddr_t there, long there_count,
		 unsigned long flags, enum way way)
{
	struct iovec *here_list = NULL, *there_list = NULL;
	struct uio here_uio, there_uio;
	long n;

	if (flags)
		return -EINVAL;
	n = uio_user_list(&here_uio, here, here_count, &here_list);
	if (!n && here_uio.left) {
		n = uio_user_list(&there_uio, there, there_count, &there_list);
		if (!n && there_uio.left)
			n = copy_other((int)pid, there_list, there_count, &here_uio, way);
	}
	kfree(here_list);
	kfree(there_list);
	return n;
}

long sys_process_vm_readv(long pid, vaddr_t here, long here_count, vaddr_t there,
			  long there_count, unsigned long flags)
{
	return copy(pid, here, here_count, there, there_count, flags, FROM_OTHER);
}

long sys_process_vm_writev(long pid, vaddr_t here, long here_count, vaddr_t there,
			   long there_count, unsigned long flags)
{
	return copy(pid, here, here_count, there, there_count, flags, TO_OTHER);
}
