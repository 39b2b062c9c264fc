/*
 * sched.c - one run queue, first come first served, for all harts; wait queues; timed sleeps.
 *
 * sched_lock is held across switch_to and released by the task that comes next, so nobody can run
 * a task before it has left its stack. A task that sleeps is on a wait queue (guarded by that
 * queue's lock) and maybe in the heap of deadlines (guarded by sched_lock); whoever wakes it takes
 * it off the one, and it takes itself off the other.
 */
#include "kernel/sched.h"

#include "boot/fdt.h"
#include "boot/sbi.h"
#include "kernel/hart.h"
#include "kernel/itimer.h"
#include "kernel/poll.h"
#include "kernel/print.h"
#include "kernel/signal.h"
#include "kernel/task.h"
#include "kernel/time.h"
#include "kernel/vm.h"

#define SLICES_PER_SEC	100

extern struct task *switch_to(struct task *prev, struct task *next);
extern void fp_save(uint64_t *fp);
extern void fp_restore(const uint64_t *fp);

static struct spinlock sched_lock;
static struct list run_queue = LIST_INIT(run_queue);
static struct deadline_heap sleepers;		/* struct task via wake_up */
static unsigned idle_harts;			/* how many wait in wfi */

static const uint64_t fp_zeros[33];

/* Arm this hart's timer for whatever comes first: every arming covers all known deadlines. */
static void arm_timer(uint64_t slice_end)
{
	uint64_t deadline = deadline_first(&sleepers), expiry = itimer_next();

	if (expiry < deadline)
		deadline = expiry;
	timer_set(deadline < slice_end ? deadline : slice_end);
}

void sched_arm_timer(void)
{
	spin_lock(&sched_lock);
	arm_timer(this_hart()->slice_end);
	spin_unlock(&sched_lock);
}

static bool may_run_on(const struct task *task, const struct hart *hart)
{
	return task->allowed_harts >> hart->id & 1;
}

/* Note whether the hart waits in wfi; what it has been idle so far counts. sched_lock is held. */
static void set_idling(struct hart *hart, bool idling)
{
	uint64_t now;

	if (hart->idling == idling)
		return;
	now = time_now();
	hart->idling = idling;
	idle_harts += idling ? 1 : -1;
	hart->idle->run_ticks += now - hart->idle->run_since;
	hart->idle->run_since = now;
}

/* One that may run the task. */
static void wake_an_idle_hart(const struct task *task)
{
	for (unsigned i = 0; idle_harts > 0 && i < harts_online; i++) {
		if (!harts[i].idling || !may_run_on(task, &harts[i]))
			continue;
		set_idling(&harts[i], false);
		if (&harts[i] != this_hart())
			sbi_send_ipi(1, harts[i].hartid);
		return;
	}
}

/* On some hart, now. sched_lock is held. */
static bool is_running(const struct task *task)
{
	return task->state == TASK_READY && list_is_empty(&task->run_link);
}

static void make_ready(struct task *task)
{
	task->state = TASK_READY;
	list_append(&run_queue, &task->run_link);
	if (idle_harts > 0)
		wake_an_idle_hart(task);
}

/*
 * Floating-point registers: saved when dirty, loaded when those in the hart are someone else's. A
 * task that has not used them since exec (FS initial) must find zeros, never another's values.
 */
static void switch_fp(struct task *prev, struct task *next)
{
	struct hart *hart = prev->hart;

	if (prev != hart->idle)
		fp_sync(prev);
	if (next == hart->idle || (hart->fp_owner == next && next->hart == hart))
		return;
	if ((next->frame.status & SSTATUS_FS) != SSTATUS_FS_INITIAL) {
		hart->fp_owner = next;
		csr_set(sstatus, SSTATUS_FS);
		fp_restore(next->fp);
	} else if (hart->fp_owner) {
		fp_clear();
	}
}

/* Bring task->fp up to date with the hart's registers; the task runs here. */
void fp_sync(struct task *task)
{
	if ((task->frame.status & SSTATUS_FS) != SSTATUS_FS)
		return;
	csr_set(sstatus, SSTATUS_FS);
	fp_save(task->fp);
	task->frame.status = (task->frame.status & ~SSTATUS_FS) | SSTATUS_FS_CLEAN;
	this_hart()->fp_owner = task;	/* the registers hold values: no longer known to be zero */
}

void fp_load(struct task *task)
{
	csr_set(sstatus, SSTATUS_FS);
	fp_restore(task->fp);
	task->frame.status = (task->frame.status & ~SSTATUS_FS) | SSTATUS_FS_CLEAN;
	this_hart()->fp_owner = task;
}

void fp_clear(void)
{
	csr_set(sstatus, SSTATUS_FS);
	fp_restore(fp_zeros);
	this_hart()->fp_owner = NULL;
}

/* The hart goes over to `next`. sched_lock is held and passes to whatever runs there. */
static void switch_task(struct task *next)
{
	struct task *prev = current;
	struct hart *hart = prev->hart;
	uint64_t now = time_now();

	prev->work.resched = false;
	hart->slice_end = now + machine.timebase / SLICES_PER_SEC;
	arm_timer(next == hart->idle ? ~0ull : hart->slice_end);
	if (next == prev) {
		spin_unlock(&sched_lock);
		return;
	}
	prev->run_ticks += now - prev->run_since;
	next->run_since = now;
	switch_fp(prev, next);
	next->hart = hart;
	vm_switch(next->vm);
	sched_finish_switch(switch_to(prev, next));
}

void sched_finish_switch(struct task *prev)
{
	bool ended = prev->state == TASK_ZOMBIE;

	spin_unlock(&sched_lock);
	if (ended)
		task_has_ended(prev);
}

/* The first on the run queue that this hart may run; NULL: none. */
static struct task *first_for(const struct hart *hart)
{
	struct task *task;

	list_for_each(task, &run_queue, run_link) {
		if (may_run_on(task, hart))
			return task;
	}
	return NULL;
}

/* Run something else, or go on if there is nothing and the current task still can. Called with
 * sched_lock held; returns, when the current task runs again, with it released. */
static void schedule(void)
{
	struct task *next = first_for(current->hart);

	if (next)
		list_remove(&next->run_link);
	else
		next = is_running(current) ? current : current->hart->idle;
	switch_task(next);
}

void sched_start(struct task *task)
{
	spin_lock(&sched_lock);
	make_ready(task);
	spin_unlock(&sched_lock);
}

void sched_yield(void)
{
	spin_lock(&sched_lock);
	if (!may_run_on(current, current->hart))
		make_ready(current);
	else if (!list_is_empty(&run_queue))
		list_append(&run_queue, &current->run_link);
	schedule();
}

/* Whoever runs elsewhere leaves its hart when that next looks, which is at once. */
void sched_set_allowed(struct task *task, uint64_t allowed)
{
	bool leave;

	spin_lock(&sched_lock);
	task->allowed_harts = allowed;
	leave = is_running(task) && !may_run_on(task, task->hart);
	if (leave && task != current) {
		task->work.resched = true;
		sbi_send_ipi(1, task->hart->hartid);
	} else if (task->state == TASK_READY && !leave && idle_harts > 0) {
		wake_an_idle_hart(task);
	}
	spin_unlock(&sched_lock);
	if (leave && task == current)
		sched_yield();
}

bool sched_point(void)
{
	if (current->work.resched || time_now() >= current->hart->slice_end)
		sched_yield();
	return signal_is_fatal();
}

void sched_exit(void)
{
	spin_lock(&sched_lock);
	current->state = TASK_ZOMBIE;
	schedule();
	panic("an ended task ran again");
}

void sched_stop(struct spinlock *lock)
{
	spin_lock(&sched_lock);
	spin_unlock(lock);
	current->state = TASK_STOPPED;
	schedule();
}

void sched_continue(struct task *task)
{
	spin_lock(&sched_lock);
	if (task->state == TASK_STOPPED)
		make_ready(task);
	spin_unlock(&sched_lock);
}

/* ---- wait queues ---- */

void waitq_init(struct waitq *q)
{
	list_init(&q->sleepers);
	list_init(&q->watchers);
}

static void cancel_wake_up(struct task *task)
{
	spin_lock(&sched_lock);
	deadline_remove(&sleepers, &task->wake_up);
	spin_unlock(&sched_lock);
}

/* A signal has come that the task is to act on. */
static bool signals_end(const struct task *task, enum sleep how)
{
	return how == SLEEP_INTERRUPTIBLE ||
	       (how == SLEEP_KILLABLE && signal_is_fatal_for(task));
}

/* Sleep on q; true if it was really a wake-up that took us off the queue. */
static bool sleep_on(struct waitq *q, struct spinlock *lock, enum sleep how, uint64_t deadline)
{
	struct task *task = current;
	bool woken;

	DEBUG_ASSERT(spin_is_mine(lock) && task->hart->spin_depth == 1);
	list_append(&q->sleepers, &task->wait_link);
	spin_lock(&sched_lock);
	spin_unlock(lock);
	if (signal_is_pending() && signals_end(task, how)) {
		spin_unlock(&sched_lock);
	} else {
		task->state = TASK_SLEEPING;
		task->sleep = how;
		if (deadline != ~0ull)
			deadline_add(&sleepers, &task->wake_up, deadline);
		schedule();
		if (deadline != ~0ull)
			cancel_wake_up(task);
	}
	spin_lock(lock);
	woken = list_is_empty(&task->wait_link);
	list_remove(&task->wait_link);
	return woken;
}

void waitq_sleep_always(struct waitq *q, struct spinlock *lock)
{
	sleep_on(q, lock, SLEEP_ALWAYS, ~0ull);
}

int waitq_sleep(struct waitq *q, struct spinlock *lock)
{
	return sleep_on(q, lock, SLEEP_INTERRUPTIBLE, ~0ull) ? 0 : -EINTR;
}

int waitq_sleep_killable(struct waitq *q, struct spinlock *lock)
{
	return sleep_on(q, lock, SLEEP_KILLABLE, ~0ull) ? 0 : -EINTR;
}

int waitq_sleep_until(struct waitq *q, struct spinlock *lock, uint64_t deadline)
{
	if (sleep_on(q, lock, SLEEP_INTERRUPTIBLE, deadline))
		return 0;
	return time_now() >= deadline ? -ETIMEDOUT : -EINTR;
}

void waitq_pause(struct waitq *q, struct spinlock *lock, uint64_t deadline)
{
	sleep_on(q, lock, SLEEP_KILLABLE, deadline);
}

static void wake(struct task *task)
{
	spin_lock(&sched_lock);
	if (task->state == TASK_SLEEPING)
		make_ready(task);
	spin_unlock(&sched_lock);
}

static void wake_watchers(struct waitq *q)
{
	struct watch *watch;

	list_for_each(watch, &q->watchers, link)
		poller_wake(watch->poller);
}

void waitq_wake_one(struct waitq *q)
{
	struct list *first = list_pop(&q->sleepers);

	wake_watchers(q);
	if (first)
		wake(container_of(first, struct task, wait_link));
}

void waitq_wake_all(struct waitq *q)
{
	struct list *first;

	wake_watchers(q);
	while ((first = list_pop(&q->sleepers)))
		wake(container_of(first, struct task, wait_link));
}

/* What runs finds its signals on its way back to user mode: out of that an interrupt brings it. */
void sched_interrupt(struct task *task)
{
	task->work.signals = true;
	spin_lock(&sched_lock);
	if (task->state == TASK_SLEEPING && signals_end(task, task->sleep))
		make_ready(task);
	else if (is_running(task) && task->hart != this_hart())
		sbi_send_ipi(1, task->hart->hartid);
	spin_unlock(&sched_lock);
}

/* ---- the timer, and idling ---- */

void sched_tick(void)
{
	struct hart *hart = this_hart();
	uint64_t now = time_now();

	itimer_tick(now);
	spin_lock(&sched_lock);
	while (deadline_first(&sleepers) <= now) {
		struct task *task = container_of(sleepers.first, struct task, wake_up);

		deadline_remove(&sleepers, &task->wake_up);
		if (task->state == TASK_SLEEPING)
			make_ready(task);
	}
	if (now >= hart->slice_end)
		current->work.resched = true;
	arm_timer(current->state == TASK_READY && !current->work.resched ? hart->slice_end : ~0ull);
	spin_unlock(&sched_lock);
}

void sched_idle(void)
{
	struct hart *hart = this_hart();

	current->state = TASK_IDLE;
	for (;;) {
		spin_lock(&sched_lock);
		set_idling(hart, !first_for(hart));
		schedule();

		/* wfi ends when an interrupt is pending, taken or not; then take it. */
		if (hart->idling)
			__asm__ volatile("wfi");
		csr_set(sstatus, SSTATUS_SIE);
		csr_clear(sstatus, SSTATUS_SIE);
	}
}

uint64_t sched_run_ticks(struct task *task)
{
	uint64_t ticks;

	spin_lock(&sched_lock);
	ticks = task->run_ticks;
	if (is_running(task) || (task->state == TASK_IDLE && task->hart->idling))
		ticks += time_now() - task->run_since;
	spin_unlock(&sched_lock);
	return ticks;
}
