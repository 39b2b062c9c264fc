/*
 * task.c - the life of tasks: made by clone, ended by exit.
 *
 * An ended task passes through three hands: task_exit gives up all it shares, the scheduler leaves
 * its stack for good and calls task_has_ended, which drops it. The last one of a process ends that:
 * its parent is told, and the parent's process_wait (or nobody, when the parent does not care)
 * takes it out of the family (wait.c). Until then the leader's task stays, to be found by number.
 */
#include "kernel/task.h"

#include "kernel/dev/console.h"
#include "kernel/fs/vfs.h"
#include "kernel/futex.h"
#include "kernel/hart.h"
#include "kernel/kspace.h"
#include "kernel/pid.h"
#include "kernel/print.h"
#include "kernel/process.h"
#include "kernel/signal.h"
#include "kernel/time.h"
#include "kernel/vm.h"
#include "mm/slab.h"

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

struct task *task_get(struct task *task)
{
	__atomic_fetch_add(&task->refs, 1, __ATOMIC_RELAXED);
	return task;
}

void task_put(struct task *task)
{
	if (!task || __atomic_sub_fetch(&task->refs, 1, __ATOMIC_ACQ_REL) > 0)
		return;
	process_put(task->process);
	if (task->kernel_stack_top)
		kstack_free(task->kernel_stack_top);
	slab_free(&task_cache, task);
}

/* ---- being made ---- */

static void task_init(struct task *task)
{
	*task = (struct task){ .refs = 1, .state = TASK_NEW, .allowed_harts = ~0ul };
	task->start_time = time_now();
	list_init(&task->run_link);
	list_init(&task->wait_link);
	list_init(&task->pid_link);
	list_init(&task->thread_link);
	pending_init(&task->pending);
}

struct task *task_alloc(void (*start)(void))
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
	task->frame.status = SSTATUS_SPIE | SSTATUS_FS_INITIAL;
	context = (struct switch_context *)task->kernel_stack_top - 1;
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
	struct process *process;

	if (!task)
		return -ENOMEM;
	process = task->process = process_create();
	task->files = files_create();
	task->fs = fs_context_create();
	if (!process || !task->files || !task->fs)
		return -ENOMEM;
	limits_init(&process->limits);
	ids_exec(&process->ids);
	process->actions = signal_actions_create();
	if (!process->actions)
		return -ENOMEM;
	spin_lock(&task_lock);
	pid_enter(task);
	process->pid = task->tid;
	process->leader = task;
	process_add_thread(process, task);
	process->pgid = process->sid = process->pid;
	spin_unlock(&task_lock);
	init_process = process;
	sched_start(task);
	return 0;
}

/*
 * What it held is visible to nobody from now on. The hart goes off the address space first: somebody
 * else (another thread, a reader of /proc) may be the one to drop it last.
 */
void task_release_shares(struct task *task)
{
	struct vm *vm = task->vm;
	struct files *files = task->files;
	struct fs_context *fs = task->fs;

	spin_lock(&task_lock);
	task->vm = NULL;
	task->files = NULL;
	task->fs = NULL;
	task_end_vfork(task);
	spin_unlock(&task_lock);
	files_put(files);
	fs_context_put(fs);
	if (task == current)
		vm_switch(NULL);
	vm_put(vm);
}

/* ---- ending ---- */

void task_exit(int status)
{
	struct task *task = current;
	struct process *process = task->process;
	bool last;

	futex_leave_robust();
	futex_wake_exit(task->tid_clear);
	task_release_shares(task);
	spin_lock(&task_lock);
	process_remove_thread(task);
	last = process->live == 0;
	if (last && !process->exiting)
		process->wait_status = status;
	if (process == init_process && last)
		panic("process 1 ended with wait status %#x", process->wait_status);
	spin_unlock(&task_lock);
	if (last && process->sid == process->pid)
		console_hang_up(process->sid);
	sched_exit();
}

void task_exit_process(int status)
{
	spin_lock(&task_lock);
	process_kill(current->process, status);
	spin_unlock(&task_lock);
	task_exit(status);
}

/*
 * A leader's task stays until its process is reaped, but its stack need not. All that a task had is
 * given back before its parent can learn of the end. Until the process has one task less, it is
 * there and has its leader.
 */
void task_has_ended(struct task *task)
{
	struct process *process = task->process;
	uint64_t ticks = task->run_ticks;
	bool drop_leader = false;

	kstack_free(task->kernel_stack_top);
	task->kernel_stack_top = 0;
	if (process->leader != task) {
		spin_lock(&task_lock);
		pid_leave(task);
		spin_unlock(&task_lock);
		task_put(task);
	}
	spin_lock(&task_lock);
	process->ended_ticks += ticks;
	if (--process->tasks == 0)
		drop_leader = process_has_ended(process);
	else if (process->execing)
		waitq_wake_all(&process->child_change);
	spin_unlock(&task_lock);
	if (drop_leader)
		task_put(process->leader);
}
