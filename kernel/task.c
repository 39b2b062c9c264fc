/*
 * task.c - the life of tasks: made by fork, ended by exit, reaped by wait.
 *
 * An ended task passes through three hands: task_exit gives up all it shares, the scheduler leaves
 * its stack for good and calls task_has_ended, which tells the parent, and the parent's task_wait
 * (or nobody, when the parent does not care) takes it out of the family and drops it.
 */
#include "kernel/task.h"

#include "kernel/fs/vfs.h"
#include "kernel/hart.h"
#include "kernel/kspace.h"
#include "kernel/print.h"
#include "kernel/signal.h"
#include "kernel/time.h"
#include "kernel/usercopy.h"
#include "kernel/vm.h"
#include "mm/frame.h"
#include "kernel/string.h"
#include "mm/slab.h"

#define PID_MAX		32768
#define PID_BUCKETS	256

/* What switch_to finds on a new task's stack: ra, then s0 to s11, and padding. */
struct switch_context {
	uint64_t ra;
	uint64_t s[12];
	uint64_t pad;
};

extern void task_first_run(void);

struct spinlock task_lock;
struct task boot_task;

static struct slab_cache task_cache = SLAB_CACHE_INIT(task_cache, "task", sizeof(struct task));
static struct list pid_table[PID_BUCKETS];
static struct task *init_task;
static int last_pid;
static size_t tasks;

/* ---- the pid table; task_lock is held ---- */

static struct list *bucket_of(int pid)
{
	struct list *bucket = &pid_table[pid % PID_BUCKETS];

	if (!bucket->next)
		list_init(bucket);
	return bucket;
}

static struct task *lookup(int pid)
{
	struct list *bucket = bucket_of(pid);
	struct task *task;

	list_for_each(task, bucket, pid_link) {
		if (task->pid == pid)
			return task;
	}
	return NULL;
}

static bool names_a_group(int pid)
{
	struct task *task;

	for (int b = 0; b < PID_BUCKETS; b++) {
		list_for_each(task, bucket_of(b), pid_link) {
			if (task->pgid == pid || task->sid == pid)
				return true;
		}
	}
	return false;
}

/* The next free number; the second time round, one that still names a group is not free. */
static int take_pid(struct task *task)
{
	static bool second_round;
	int pid = last_pid;

	do {
		if (++pid == PID_MAX) {
			pid = 2;
			second_round = true;
		}
		if (!lookup(pid) && !(second_round && names_a_group(pid))) {
			last_pid = pid;
			task->pid = task->tgid = pid;
			list_push(bucket_of(pid), &task->pid_link);
			return 0;
		}
	} while (pid != last_pid);
	return -EAGAIN;
}

struct task *task_get(struct task *task)
{
	__atomic_fetch_add(&task->refs, 1, __ATOMIC_RELAXED);
	return task;
}

void task_put(struct task *task)
{
	if (__atomic_sub_fetch(&task->refs, 1, __ATOMIC_ACQ_REL) > 0)
		return;
	signal_actions_put(task->actions);
	kstack_free(task->kernel_stack_top);
	slab_free(&task_cache, task);
}

struct task *task_find(int pid)
{
	struct task *task;

	spin_lock(&task_lock);
	task = pid > 0 ? lookup(pid) : NULL;
	if (task)
		task_get(task);
	spin_unlock(&task_lock);
	return task;
}

int task_next_pid(int after)
{
	int best = 0;

	spin_lock(&task_lock);
	for (int b = 0; b < PID_BUCKETS; b++) {
		struct task *task;

		list_for_each(task, bucket_of(b), pid_link) {
			if (task->pid > after && (best == 0 || task->pid < best))
				best = task->pid;
		}
	}
	spin_unlock(&task_lock);
	return best;
}

size_t task_count(void)
{
	return tasks;
}

struct vm *task_vm_get(struct task *task)
{
	struct vm *vm;

	spin_lock(&task_lock);
	vm = task->vm ? vm_get(task->vm) : NULL;
	spin_unlock(&task_lock);
	return vm;
}

struct files *task_files_get(struct task *task)
{
	struct files *files;

	spin_lock(&task_lock);
	files = task->files ? files_ref(task->files) : NULL;
	spin_unlock(&task_lock);
	return files;
}

/* ---- being made ---- */

static void task_init(struct task *task)
{
	*task = (struct task){ .refs = 1, .state = TASK_NEW, .start_time = time_now() };
	list_init(&task->run_link);
	list_init(&task->timer_link);
	list_init(&task->wait_link);
	list_init(&task->children);
	list_init(&task->sibling);
	list_init(&task->pid_link);
	waitq_init(&task->child_change);
}

/* A task with a kernel stack on which its first switch_to runs `start` and then enters user mode. */
static struct task *task_alloc(void (*start)(void))
{
	struct task *task = slab_alloc(&task_cache);
	struct switch_context *context;

	if (!task)
		return NULL;
	task_init(task);
	if (kstack_alloc(&task->kernel_stack_top)) {
		slab_free(&task_cache, task);
		return NULL;
	}
	*task_frame(task) = (struct trap_frame){ .status = SSTATUS_SPIE | SSTATUS_FS_INITIAL };
	context = (struct switch_context *)task_frame(task) - 1;
	*context = (struct switch_context){ .ra = (uint64_t)task_first_run,
					    .s[1] = (uint64_t)start };
	task->kernel_sp = (uint64_t)context;
	return task;
}

struct task *task_create_idle(struct hart *hart)
{
	struct task *task = task_alloc(NULL);

	if (task) {
		task->state = TASK_IDLE;
		task->hart = hart;
	}
	return task;
}

int task_create_init(void (*start)(void))
{
	struct task *task = task_alloc(start);

	if (!task)
		return -ENOMEM;
	task->actions = signal_actions_create();
	task->files = files_create();
	task->fs = fs_context_create();
	if (!task->actions || !task->files || !task->fs)
		return -ENOMEM;
	spin_lock(&task_lock);
	take_pid(task);
	tasks++;
	task->pgid = task->sid = task->pid;
	spin_unlock(&task_lock);
	init_task = task;
	sched_start(task);
	return 0;
}

/* The first thing a child does, in its own address space. */
static void fork_return(void)
{
	int32_t pid = current->pid;

	if (current->tid_out)
		copy_to_user(current->tid_out, &pid, sizeof(pid));	/* a bad address is no error */
}

/* Give the child its own copies; on failure what was given is taken back by release_shares. */
static int copy_shares(struct task *child)
{
	struct task *parent = current;

	child->actions = signal_actions_clone(parent->actions);
	child->files = files_clone(parent->files);
	child->fs = fs_context_clone(parent->fs);
	if (!child->actions || !child->files || !child->fs)
		return -ENOMEM;
	return vm_clone(parent->vm, &child->vm);
}

/*
 * Drop what a task shares with others; what it held is visible to nobody from now on. The hart goes
 * off the address space first: somebody else (a reader of /proc) may be the one to drop it last.
 */
static void release_shares(struct task *task)
{
	struct vm *vm = task->vm;
	struct files *files = task->files;
	struct fs_context *fs = task->fs;

	spin_lock(&task_lock);
	task->vm = NULL;
	task->files = NULL;
	task->fs = NULL;
	spin_unlock(&task_lock);
	if (files)
		files_put(files);
	if (fs)
		fs_context_put(fs);
	if (task == current)
		vm_switch(NULL);
	vm_put(vm);
}

static void copy_registers(struct task *child, uint64_t stack)
{
	struct trap_frame *frame = task_frame(child);

	fp_sync(current);
	memcpy(child->fp, current->fp, sizeof(child->fp));
	*frame = *task_frame(current);
	frame->reg[REG_A0] = 0;
	if (stack)
		frame->reg[REG_SP] = stack;
}

/* Into the pid table and the family. */
static int enter_family(struct task *child)
{
	struct task *parent = current;
	int err = -EAGAIN;

	spin_lock(&task_lock);
	if (tasks < frame_total() / 8)
		err = take_pid(child);
	if (!err) {
		tasks++;
		child->pgid = parent->pgid;
		child->sid = parent->sid;
		child->parent = parent;
		list_append(&parent->children, &child->sibling);
	}
	spin_unlock(&task_lock);
	return err;
}

long task_fork(uint64_t stack, vaddr_t tid_out)
{
	struct task *child = task_alloc(fork_return);
	int err, pid;

	if (!child)
		return -ENOMEM;
	memcpy(child->name, current->name, sizeof(child->name));
	child->signal_blocked = current->signal_blocked;
	child->tid_out = tid_out;
	err = copy_shares(child);
	if (err)
		goto drop;
	copy_registers(child, stack);
	err = enter_family(child);
	if (err)
		goto drop;
	pid = child->pid;	/* once started, it may end and be gone at any time */
	sched_start(child);
	return pid;

drop:
	release_shares(child);
	task_put(child);
	return err;
}

/* ---- ending ---- */

/* Children go to process 1; those that have ended already wait there. task_lock is held. */
static void orphan_children(struct task *task)
{
	struct list *link;

	if (list_is_empty(&task->children))
		return;
	while ((link = list_pop(&task->children)) != NULL) {
		struct task *child = container_of(link, struct task, sibling);

		child->parent = init_task;
		if (child->ended)
			list_push(&init_task->children, &child->sibling);
		else
			list_append(&init_task->children, &child->sibling);
	}
	waitq_wake_all(&init_task->child_change);
}

void task_exit(int status)
{
	struct task *task = current;

	if (task == init_task)
		panic("process 1 ended with wait status %#x", status);
	release_shares(task);
	spin_lock(&task_lock);
	task->wait_status = status;
	orphan_children(task);
	spin_unlock(&task_lock);
	sched_exit();
}

/* Take an ended task out of the family and the pid table; task_lock is held. The caller puts it. */
static void unlink_task(struct task *task)
{
	list_remove(&task->sibling);
	list_remove(&task->pid_link);
	tasks--;
}

void task_has_ended(struct task *task)
{
	struct task *parent;
	bool wanted;

	spin_lock(&task_lock);
	parent = task->parent;
	task->ended = true;
	wanted = signal_wants_children(parent);
	signal_send(parent, SIGCHLD);
	if (wanted) {	/* to the front: wait4(-1) finds it at once */
		list_remove(&task->sibling);
		list_push(&parent->children, &task->sibling);
	} else {
		parent->children_ticks += task->run_ticks + task->children_ticks;
		unlink_task(task);
	}
	waitq_wake_all(&parent->child_change);
	spin_unlock(&task_lock);
	if (!wanted)
		task_put(task);
}

/* ---- waiting ---- */

static bool is_waited_for(const struct task *child, int pid)
{
	if (pid > 0)
		return child->pid == pid;
	if (pid == -1)
		return true;
	return child->pgid == (pid == 0 ? current->pgid : -pid);
}

/* Has the child something to report that `options` ask for? If so fill *status. */
static bool has_news(struct task *child, int options, int *status)
{
	if (child->ended) {
		*status = child->wait_status;
		return true;
	}
	if ((options & WUNTRACED) && child->stop_signal && !child->stop_reported) {
		child->stop_reported = true;
		*status = child->stop_signal << 8 | 0x7f;
		return true;
	}
	if ((options & WCONTINUED) && child->continued) {
		child->continued = false;
		*status = 0xffff;
		return true;
	}
	return false;
}

/* A child with news, NULL when there is none; *any tells whether there is a child to wait for. */
static struct task *find_news(int pid, int options, int *status, bool *any)
{
	struct task *child;

	*any = false;
	list_for_each(child, &current->children, sibling) {
		if (!is_waited_for(child, pid))
			continue;
		*any = true;
		if (has_news(child, options, status))
			return child;
		/* Children that have ended come first: the others can only have stopped. */
		if (pid > 0 || !(options & (WUNTRACED | WCONTINUED)))
			break;
	}
	return NULL;
}

long task_wait(int pid, int options, int *status, uint64_t *ticks)
{
	struct task *child;
	bool any, reap;
	long ret = 0;

	spin_lock(&task_lock);
	while ((child = find_news(pid, options, status, &any)) == NULL) {
		if (!any)
			ret = -ECHILD;
		else if (!(options & WNOHANG))
			ret = waitq_sleep(&current->child_change, &task_lock);
		if (ret || (options & WNOHANG)) {
			spin_unlock(&task_lock);
			return ret;
		}
	}
	ret = child->pid;
	reap = child->ended;
	*ticks = child->run_ticks + child->children_ticks;
	if (reap) {
		current->children_ticks += *ticks;
		unlink_task(child);
	}
	spin_unlock(&task_lock);
	if (reap)
		task_put(child);
	return ret;
}

/* ---- job control, and groups ---- */

void task_stop(int sig)
{
	struct task *task = current;

	spin_lock(&task_lock);
	task->stop_signal = sig;
	task->stop_reported = false;
	task->continued = false;
	signal_send(task->parent, SIGCHLD);
	waitq_wake_all(&task->parent->child_change);
	spin_unlock(&task_lock);
	sched_stop(&task_lock);
}

void task_note_continue(struct task *task, int sig)
{
	if (!task->stop_signal)
		return;
	task->stop_signal = 0;
	task->continued = sig == SIGCONT;
	sched_continue(task);
	if (task->continued)
		waitq_wake_all(&task->parent->child_change);
}

int signal_group(int pgid, int sig)
{
	int found = -ESRCH;

	spin_lock(&task_lock);
	for (int b = 0; b < PID_BUCKETS; b++) {
		struct task *task;

		list_for_each(task, bucket_of(b), pid_link) {
			if (task->pgid != pgid)
				continue;
			found = 0;
			signal_send(task, sig);
		}
	}
	spin_unlock(&task_lock);
	return found;
}

int task_parent_pid(struct task *task)
{
	int pid;

	spin_lock(&task_lock);
	pid = task->parent ? task->parent->pid : 0;
	spin_unlock(&task_lock);
	return pid;
}

static bool group_exists(int pgid, int sid)
{
	for (int b = 0; b < PID_BUCKETS; b++) {
		struct task *task;

		list_for_each(task, bucket_of(b), pid_link) {
			if (task->pgid == pgid && task->sid == sid)
				return true;
		}
	}
	return false;
}

/* setpgid's rules, in POSIX's words; task_lock is held. */
static long set_group(struct task *task, int pgid)
{
	if (!task || (task != current && task->parent != current))
		return -ESRCH;
	if (task != current && task->sid != current->sid)
		return -EPERM;
	if (task != current && task->execed)
		return -EACCES;
	if (task->sid == task->pid)
		return -EPERM;
	if (pgid != task->pid && !group_exists(pgid, current->sid))
		return -EPERM;
	task->pgid = pgid;
	return 0;
}

long task_set_group(int pid, int pgid)
{
	long ret;

	if (pgid < 0)
		return -EINVAL;
	if (pid == 0)
		pid = current->pid;
	spin_lock(&task_lock);
	ret = set_group(lookup(pid), pgid ? pgid : pid);
	spin_unlock(&task_lock);
	return ret;
}

long task_new_session(void)
{
	long ret = -EPERM;

	spin_lock(&task_lock);
	if (current->pgid != current->pid) {
		current->sid = current->pgid = current->pid;
		ret = current->pid;
	}
	spin_unlock(&task_lock);
	return ret;
}
