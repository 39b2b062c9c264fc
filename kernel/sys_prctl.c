/*
 * sys_prctl.c - odds and ends a process sets for itself: prctl, capget, capset, personality.
 */
#include "kernel/abi.h"
#include "kernel/process.h"
#include "kernel/string.h"
#include "kernel/task.h"
#include "kernel/usercopy.h"

static long set_name(vaddr_t from)
{
	char name[TASK_NAME_LEN];
	long len = strncpy_from_user(name, from, sizeof(name));

	if (len == -EFAULT)
		return len;
	name[sizeof(name) - 1] = '\0';		/* a long name is cut */
	spin_lock(&task_lock);
	strcopy(current->name, name, sizeof(current->name));
	spin_unlock(&task_lock);
	return 0;
}

static long get_name(vaddr_t to)
{
	char name[TASK_NAME_LEN] = "";

	spin_lock(&task_lock);
	strcopy(name, current->name, sizeof(name));
	spin_unlock(&task_lock);
	return copy_to_user(to, name, sizeof(name));
}

long sys_prctl(long option, unsigned long a, unsigned long b, unsigned long c, unsigned long d)
{
	struct process *process = current->process;

	switch ((int)option) {
	case PR_SET_NAME:
		return set_name(a);
	case PR_GET_NAME:
		return get_name(a);
	case PR_SET_PDEATHSIG:
		if (a > SIGRTMAX)
			return -EINVAL;
		process->death_signal = a;
		return 0;
	case PR_GET_PDEATHSIG:
		return copy_int_to_user(a, process->death_signal);
	case PR_SET_DUMPABLE:
		if (a > 1)
			return -EINVAL;
		process->dumpable = a;
		return 0;
	case PR_GET_DUMPABLE:
		return process->dumpable;
	case PR_SET_NO_NEW_PRIVS:
		if (a != 1 || b || c || d)
			return -EINVAL;
		process->no_new_privs = true;
		return 0;
	case PR_GET_NO_NEW_PRIVS:
		return a || b || c || d ? -EINVAL : process->no_new_privs;
	default:
		return -EINVAL;
	}
}

/* ---- capabilities ---- */

struct cap_header {
	uint32_t version;
	int32_t pid;
};

struct cap_data {
	uint32_t effective, permitted, inheritable;
};

#define CAP_VERSION_1	0x19980330u	/* 32 capabilities */
#define CAP_VERSION_2	0x20071026u	/* 64, in two of struct cap_data */
#define CAP_VERSION_3	0x20080522u

/* How many of struct cap_data the caller's version has; an unknown one is answered with ours. */
static int read_header(vaddr_t user, struct cap_header *header, unsigned *count)
{
	uint32_t ours = CAP_VERSION_3;

	if (copy_from_user(&header->version, user, sizeof(header->version)))
		return -EFAULT;
	*count = header->version == CAP_VERSION_1 ? 1 : 2;
	if (header->version != CAP_VERSION_1 && header->version != CAP_VERSION_2 &&
	    header->version != CAP_VERSION_3)
		return copy_to_user(user, &ours, sizeof(ours)) ? -EFAULT : -EINVAL;
	return copy_from_user(header, user, sizeof(*header)) ? -EFAULT : 0;
}

long sys_capget(vaddr_t user, vaddr_t out)
{
	struct cap_header header;
	struct cap_data data[2];
	struct task *task;
	struct ids ids;
	unsigned count;
	int err = read_header(user, &header, &count);

	if (err)
		return err == -EINVAL && !out ? 0 : err;
	if (header.pid < 0)
		return -EINVAL;
	task = task_find_or_self(header.pid);
	if (!task)
		return -ESRCH;
	spin_lock(&task_lock);
	ids = task->process->ids;
	spin_unlock(&task_lock);
	task_put(task);
	for (int i = 0; i < 2; i++)
		data[i] = (struct cap_data){ (uint32_t)(ids.cap_effective >> 32 * i),
					     (uint32_t)(ids.cap_permitted >> 32 * i),
					     (uint32_t)(ids.cap_inheritable >> 32 * i) };
	return out ? copy_to_user(out, data, count * sizeof(data[0])) : 0;
}

static uint64_t join(uint32_t low, uint32_t high)
{
	return (low | (uint64_t)high << 32) & CAP_FULL;
}

long sys_capset(vaddr_t user, vaddr_t in)
{
	struct ids *ids = &current->process->ids;
	struct cap_data data[2] = { { 0 } };
	uint64_t effective, permitted, inheritable;
	struct cap_header header;
	unsigned count;
	int err = read_header(user, &header, &count);

	if (err)
		return err;
	if (header.pid != 0 && header.pid != current->tid)
		return -EPERM;
	if (copy_from_user(data, in, count * sizeof(data[0])))
		return -EFAULT;
	effective = join(data[0].effective, data[1].effective);
	permitted = join(data[0].permitted, data[1].permitted);
	inheritable = join(data[0].inheritable, data[1].inheritable);
	spin_lock(&task_lock);
	if (permitted & ~ids->cap_permitted || effective & ~permitted) {
		err = -EPERM;
	} else {
		ids->cap_effective = effective;
		ids->cap_permitted = permitted;
		ids->cap_inheritable = inheritable;
	}
	spin_unlock(&task_lock);
	return err;
}

/* Only Linux's own way of doing things is there. */
long sys_personality(unsigned long wanted)
{
	return (uint32_t)wanted == UINT32_MAX || (uint32_t)wanted == 0 ? 0 : -EINVAL;
}
