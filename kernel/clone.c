/*
 * clone.c - new tasks: fork, vfork and threads are one call that shares more or less.
 */
#include "kernel/abi.h"
#include "kernel/fs/vfs.h"
#include "kernel/hart.h"
#include "kernel/pid.h"
#include "kernel/process.h"
#include "kernel/signal.h"
#include "kernel/string.h"
#include "kernel/task.h"
#include "kernel/usercopy.h"
#include "kernel/vm.h"

/* What there is nothing of to share or to be apart in: a parent's I/O context, its System V
 * semaphores, a tracer; and how threads were said to be nobody's children once. */
#define IGNORED_FLAGS	(CLONE_IO | CLONE_SYSVSEM | CLONE_PTRACE | CLONE_UNTRACED | CLONE_DETACHED)
#define FLAGS	(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_VFORK | CLONE_PARENT | \
		 CLONE_THREAD | CLONE_SETTLS | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID |	  \
		 CLONE_CHILD_SETTID | CLONE_CLEAR_SIGHAND | IGNORED_FLAGS)

/* Who waits until its child no longer uses the shared address space: on its stack. */
struct vfork {
	struct waitq released;
	bool done;
};

static bool all(uint64_t flags, uint64_t set)
{
	return (flags & set) == set;
}

/* Linux's rules, but for namespaces and descriptors of processes: there are none. */
static int check_flags(uint64_t flags)
{
	if (flags & ~FLAGS)
		return -EINVAL;
	if ((flags & CLONE_THREAD) && !(flags & CLONE_SIGHAND))
		return -EINVAL;
	if ((flags & CLONE_SIGHAND) && !(flags & CLONE_VM))
		return -EINVAL;
	if (all(flags, CLONE_SIGHAND | CLONE_CLEAR_SIGHAND))
		return -EINVAL;
	if ((flags & CLONE_PARENT) && current->process == init_process)
		return -EINVAL;
	return 0;
}

/* The first thing a child does, in its own address space. */
static void child_starts(void)
{
	if (current->tid_out)
		copy_int_to_user(current->tid_out, current->tid);	/* a bad address is no error */
	if (current->work.any)
		trap_do_work(&current->frame);
}

static struct signal_actions *share_actions(uint64_t flags)
{
	struct signal_actions *own = current->process->actions, *copy;

	if (flags & CLONE_SIGHAND)
		return signal_actions_ref(own);
	copy = signal_actions_clone(own);
	if (copy && (flags & CLONE_CLEAR_SIGHAND))
		signal_actions_reset(copy);
	return copy;
}

static int share_process(struct task *child, const struct clone_args *a)
{
	if (a->flags & CLONE_THREAD) {
		child->process = process_get(current->process);
		return 0;
	}
	child->process = process_create();
	if (!child->process)
		return -ENOMEM;
	process_inherit(child->process);
	child->process->exit_signal = (int)a->exit_signal;
	child->process->actions = share_actions(a->flags);
	return child->process->actions ? 0 : -ENOMEM;
}

/* Give the child its own or the same; on failure task_release_shares takes back what was given. */
static int share(struct task *child, const struct clone_args *a)
{
	struct task *parent = current;
	uint64_t flags = a->flags;
	int err = share_process(child, a);

	if (err)
		return err;
	child->files = flags & CLONE_FILES ? files_ref(parent->files) : files_clone(parent->files);
	child->fs = flags & CLONE_FS ? fs_context_ref(parent->fs) : fs_context_clone(parent->fs);
	if (!child->files || !child->fs)
		return -ENOMEM;
	if (!(flags & CLONE_VM))
		return vm_clone(parent->vm, &child->vm);
	child->vm = vm_get(parent->vm);
	return 0;
}

static void copy_state(struct task *child, const struct clone_args *a)
{
	struct trap_frame *frame = &child->frame;

	memcpy(child->name, current->name, sizeof(child->name));
	child->signal_blocked = current->signal_blocked;
	child->allowed_harts = current->allowed_harts;
	if (!(a->flags & CLONE_VM) || (a->flags & CLONE_VFORK))
		child->alternate_stack = current->alternate_stack;
	child->tid_out = a->flags & CLONE_CHILD_SETTID ? a->child_tid : 0;
	child->tid_clear = a->flags & CLONE_CHILD_CLEARTID ? a->child_tid : 0;
	fp_sync(current);
	if ((current->frame.status & SSTATUS_FS) != SSTATUS_FS_INITIAL)	/* else zeros: it has those */
		memcpy(child->fp, current->fp, sizeof(child->fp));
	*frame = current->frame;
	frame->reg[REG_A0] = 0;
	if (a->stack)
		frame->reg[REG_SP] = a->stack;
	if (a->flags & CLONE_SETTLS)
		frame->reg[REG_TP] = a->tls;
}

/*
 * Into the pid table, and the process or the family. Who is to end leaves nobody behind: what ends
 * it (exec in another thread, a signal to its group) was for the child too. So is any other signal
 * that came meanwhile for several processes, a stop for example: clone begins anew after it.
 */
static int enter(struct task *child, uint64_t flags, uint64_t sent_to_many)
{
	int err = -EINTR;

	spin_lock(&task_lock);
	if (!signal_is_fatal() &&
	    (sent_to_many == pid_sent_to_many() || !signal_is_pending()))
		err = pid_enter(child);
	if (!err) {
		if (!(flags & CLONE_THREAD))
			process_enter_family(child, flags & CLONE_PARENT);
		process_add_thread(child->process, child);
	}
	spin_unlock(&task_lock);
	return err;
}

static int create_child(const struct clone_args *a, struct task **out)
{
	uint64_t sent_to_many = pid_sent_to_many();
	struct task *child;
	int err;

	if (signal_is_pending())
		return -EINTR;		/* what came before is acted upon before */
	child = task_alloc(child_starts);
	if (!child)
		return -ENOMEM;
	err = share(child, a);
	if (!err) {
		copy_state(child, a);
		err = enter(child, a->flags, sent_to_many);
	}
	if (err) {
		task_release_shares(child);
		task_put(child);
	}
	*out = child;
	return err;
}

/* Only a signal that ends the parent ends its wait earlier. */
static void wait_for_release(struct task *child, struct vfork *vfork)
{
	int err = 0;

	spin_lock(&task_lock);
	while (!vfork->done && !err)
		err = waitq_sleep_killable(&vfork->released, &task_lock);
	child->vfork = NULL;
	spin_unlock(&task_lock);
}

void task_end_vfork(struct task *task)
{
	if (!task->vfork)
		return;
	task->vfork->done = true;
	waitq_wake_all(&task->vfork->released);
	task->vfork = NULL;
}

/* a->stack is the child's sp, or 0: where the caller's is. */
static long clone_task(const struct clone_args *a)
{
	struct vfork vfork = { .done = false };
	struct task *child;
	int32_t tid;
	int err = check_flags(a->flags);

	if (!err)
		err = create_child(a, &child);
	if (err)
		return err;
	tid = child->tid;
	if (a->flags & CLONE_PARENT_SETTID)
		copy_int_to_user(a->parent_tid, tid);	/* as in child_starts */
	if (!(a->flags & CLONE_VFORK)) {
		sched_start(child);	/* it may end and be gone at any time */
		return tid;
	}
	waitq_init(&vfork.released);
	child->vfork = &vfork;
	task_get(child);
	sched_start(child);
	wait_for_release(child, &vfork);
	task_put(child);
	return tid;
}

long sys_clone(unsigned long flags, uint64_t stack, vaddr_t parent_tid, uint64_t tls,
	       vaddr_t child_tid)
{
	const struct clone_args a = {
		.flags = (uint32_t)flags & ~CSIGNAL, .exit_signal = flags & CSIGNAL,
		.stack = stack, .tls = tls, .parent_tid = parent_tid, .child_tid = child_tid,
	};

	return clone_task(&a);
}

/* Linux's struct clone_args may grow: what is longer than ours must be zero. */
static int copy_args(struct clone_args *a, vaddr_t from, size_t size)
{
	uint64_t word;

	*a = (struct clone_args){ 0 };
	if (size > PAGE_SIZE)
		return -E2BIG;
	if (size < CLONE_ARGS_SIZE_VER0)
		return -EINVAL;
	for (size_t at = sizeof(*a); at < size; at += sizeof(word)) {
		word = 0;
		if (copy_from_user(&word, from + at,
				   size - at < sizeof(word) ? size - at : sizeof(word)))
			return -EFAULT;
		if (word)
			return -E2BIG;
	}
	return copy_from_user(a, from, size < sizeof(*a) ? size : sizeof(*a));
}

static int check_args(struct clone_args *a)
{
	if (a->set_tid || a->set_tid_size || a->exit_signal > SIGRTMAX)
		return -EINVAL;
	if (a->flags & (CLONE_DETACHED | CSIGNAL))
		return -EINVAL;
	if ((a->flags & (CLONE_THREAD | CLONE_PARENT)) && a->exit_signal)
		return -EINVAL;
	if (!a->stack != !a->stack_size || a->stack > USER_END ||
	    a->stack_size > USER_END - a->stack)
		return -EINVAL;
	a->stack += a->stack_size;
	return 0;
}

long sys_clone3(vaddr_t args, size_t size)
{
	struct clone_args a;
	int err = copy_args(&a, args, size);

	if (!err)
		err = check_args(&a);
	return err ? err : clone_task(&a);
}
