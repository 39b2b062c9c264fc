/*
 * sys_ids.c - the calls about users, groups and capabilities (see ids.h for what they mean here).
 */
#include "kernel/ids.h"

#include "kernel/abi.h"
#include "kernel/process.h"
#include "kernel/task.h"
#include "kernel/usercopy.h"

#define SAME		UINT32_MAX	/* an argument of -1: leave it */
#define CAP_SETGID	6
#define CAP_SETUID	7

static struct ids *my_ids(void)
{
	return &current->process->ids;
}

void ids_exec(struct ids *ids)
{
	bool root = ids->user.real == 0 || ids->user.effective == 0;

	ids->user.saved = ids->user.fs = ids->user.effective;
	ids->group.saved = ids->group.fs = ids->group.effective;
	ids->cap_permitted = root ? CAP_FULL : 0;
	ids->cap_effective = ids->user.effective == 0 ? CAP_FULL : 0;
}

static bool is_root_in(const struct id_set *set)
{
	return set->real == 0 || set->effective == 0 || set->saved == 0;
}

/* Capabilities follow root: gone with the last 0, in force while the effective user is 0. */
static void change_user(struct ids *ids, const struct id_set *new)
{
	if (is_root_in(&ids->user) && !is_root_in(new))
		ids->cap_permitted = ids->cap_effective = 0;
	if (ids->user.effective == 0 && new->effective != 0)
		ids->cap_effective = 0;
	if (ids->user.effective != 0 && new->effective == 0)
		ids->cap_effective = ids->cap_permitted;
	ids->user = *new;
}

enum whose { USER, GROUP };

static bool may_set_any(const struct ids *ids, enum whose whose)
{
	return ids->cap_effective >> (whose == USER ? CAP_SETUID : CAP_SETGID) & 1;
}

static void commit(struct ids *ids, enum whose whose, const struct id_set *new)
{
	if (whose == USER)
		change_user(ids, new);
	else
		ids->group = *new;
}

static bool is_one_of(uint32_t id, const struct id_set *set)
{
	return id == SAME || id == set->real || id == set->effective || id == set->saved;
}

static long set_three(enum whose whose, uint32_t real, uint32_t effective, uint32_t saved)
{
	struct ids *ids = my_ids();
	struct id_set new;
	long err = -EPERM;

	spin_lock(&task_lock);
	new = whose == USER ? ids->user : ids->group;
	if (may_set_any(ids, whose) || (is_one_of(real, &new) && is_one_of(effective, &new) &&
					is_one_of(saved, &new))) {
		new.real = real == SAME ? new.real : real;
		new.effective = effective == SAME ? new.effective : effective;
		new.saved = saved == SAME ? new.saved : saved;
		new.fs = new.effective;
		commit(ids, whose, &new);
		err = 0;
	}
	spin_unlock(&task_lock);
	return err;
}

/* The saved one follows when the real one is set, or the effective to other than the real. */
static long set_two(enum whose whose, uint32_t real, uint32_t effective)
{
	struct ids *ids = my_ids();
	struct id_set old, new;
	long err = -EPERM;

	spin_lock(&task_lock);
	old = new = whose == USER ? ids->user : ids->group;
	if (may_set_any(ids, whose) ||
	    ((real == SAME || real == old.real || real == old.effective) &&
	     is_one_of(effective, &old))) {
		new.real = real == SAME ? old.real : real;
		new.effective = effective == SAME ? old.effective : effective;
		if (real != SAME || (effective != SAME && effective != old.real))
			new.saved = new.effective;
		new.fs = new.effective;
		commit(ids, whose, &new);
		err = 0;
	}
	spin_unlock(&task_lock);
	return err;
}

/* Who may set any sets all three. */
static long set_one(enum whose whose, uint32_t id)
{
	struct ids *ids = my_ids();
	struct id_set new;
	long err = 0;

	if (id == SAME)
		return -EINVAL;
	spin_lock(&task_lock);
	new = whose == USER ? ids->user : ids->group;
	if (may_set_any(ids, whose))
		new.real = new.saved = id;
	else if (id != new.real && id != new.saved)
		err = -EPERM;
	new.effective = new.fs = id;
	if (!err)
		commit(ids, whose, &new);
	spin_unlock(&task_lock);
	return err;
}

/* Never an error: what it was before. */
static long set_fs(enum whose whose, uint32_t id)
{
	struct ids *ids = my_ids();
	struct id_set *set = whose == USER ? &ids->user : &ids->group;
	uint32_t old;

	spin_lock(&task_lock);
	old = set->fs;
	if (id != SAME && (may_set_any(ids, whose) || is_one_of(id, set)))
		set->fs = id;
	spin_unlock(&task_lock);
	return old;
}

static long get_three(const struct id_set *set, vaddr_t real, vaddr_t effective, vaddr_t saved)
{
	struct id_set now;

	spin_lock(&task_lock);
	now = *set;
	spin_unlock(&task_lock);
	if (copy_to_user(real, &now.real, sizeof(now.real)) ||
	    copy_to_user(effective, &now.effective, sizeof(now.effective)) ||
	    copy_to_user(saved, &now.saved, sizeof(now.saved)))
		return -EFAULT;
	return 0;
}

long sys_getuid(void)
{
	return my_ids()->user.real;
}

long sys_geteuid(void)
{
	return my_ids()->user.effective;
}

long sys_getgid(void)
{
	return my_ids()->group.real;
}

long sys_getegid(void)
{
	return my_ids()->group.effective;
}

long sys_setuid(long uid)
{
	return set_one(USER, (uint32_t)uid);
}

long sys_setgid(long gid)
{
	return set_one(GROUP, (uint32_t)gid);
}

long sys_setreuid(long real, long effective)
{
	return set_two(USER, (uint32_t)real, (uint32_t)effective);
}

long sys_setregid(long real, long effective)
{
	return set_two(GROUP, (uint32_t)real, (uint32_t)effective);
}

long sys_setresuid(long real, long effective, long saved)
{
	return set_three(USER, (uint32_t)real, (uint32_t)effective, (uint32_t)saved);
}

long sys_setresgid(long real, long effective, long saved)
{
	return set_three(GROUP, (uint32_t)real, (uint32_t)effective, (uint32_t)saved);
}

long sys_getresuid(vaddr_t real, vaddr_t effective, vaddr_t saved)
{
	return get_three(&my_ids()->user, real, effective, saved);
}

long sys_getresgid(vaddr_t real, vaddr_t effective, vaddr_t saved)
{
	return get_three(&my_ids()->group, real, effective, saved);
}

long sys_setfsuid(long uid)
{
	return set_fs(USER, (uint32_t)uid);
}

long sys_setfsgid(long gid)
{
	return set_fs(GROUP, (uint32_t)gid);
}

/* ---- supplementary groups ---- */

long sys_getgroups(long size, vaddr_t out)
{
	struct ids now;

	if ((int)size < 0)
		return -EINVAL;
	spin_lock(&task_lock);
	now = *my_ids();
	spin_unlock(&task_lock);
	if ((int)size == 0)
		return now.group_count;
	if (now.group_count > (unsigned)size)
		return -EINVAL;
	if (copy_to_user(out, now.groups, now.group_count * sizeof(now.groups[0])))
		return -EFAULT;
	return now.group_count;
}

long sys_setgroups(long size, vaddr_t in)
{
	uint32_t groups[GROUPS_MAX];
	unsigned n = size;
	struct ids *ids = my_ids();

	if (!may_set_any(ids, GROUP))
		return -EPERM;
	if (n > GROUPS_MAX)
		return -EINVAL;
	if (copy_from_user(groups, in, n * sizeof(groups[0])))
		return -EFAULT;
	spin_lock(&task_lock);
	for (unsigned i = 0; i < n; i++) {	/* in order, as Linux keeps them */
		unsigned at = i;

		for (; at > 0 && ids->groups[at - 1] > groups[i]; at--)
			ids->groups[at] = ids->groups[at - 1];
		ids->groups[at] = groups[i];
	}
	ids->group_count = n;
	spin_unlock(&task_lock);
	return 0;
}
