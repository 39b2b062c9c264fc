/*
 * itimer.c - timers that send signals, when they expire.
 *
 * Those that run by the clock are in one heap; the hart whose timer interrupt comes first after the
 * earliest of them sends what is due. Those that run by the time a process has run are looked at on
 * the ticks of that process: they are as exact as a time slice. The calls are in sys_timer.c.
 */
#include "kernel/itimer.h"

#include "kernel/hart.h"
#include "kernel/pid.h"
#include "kernel/process.h"
#include "kernel/signal.h"
#include "kernel/task.h"
#include "kernel/time.h"
#include "mm/slab.h"

#define REPEATS_PER_SEC	1000	/* a timer interrupts no more often; what it misses, it counts */

static struct deadline_heap heap;	/* struct timer via expiry; guarded by task_lock */
static uint64_t next_expiry = ~0ull;	/* the earliest of it; read without */

static struct slab_cache timer_cache =
	SLAB_CACHE_INIT(timer_cache, "timer", sizeof(struct created_timer));

void itimers_init(struct itimers *timers, struct process *process)
{
	*timers = (struct itimers){ .real.process = process };
	list_init(&timers->created);
}

uint64_t itimer_next(void)
{
	return __atomic_load_n(&next_expiry, __ATOMIC_RELAXED);
}

static void note_next(void)
{
	__atomic_store_n(&next_expiry, deadline_first(&heap), __ATOMIC_RELAXED);
}

void timer_arm(struct timer *timer, uint64_t due, uint64_t interval)
{
	deadline_remove(&heap, &timer->expiry);
	timer->due = due;
	timer->interval = interval;
	if (due != ~0ull)
		deadline_add(&heap, &timer->expiry, due);
	note_next();
	sched_arm_timer();
}

uint64_t timer_left(const struct timer *timer)
{
	uint64_t now = time_now();

	if (!deadline_is_set(&timer->expiry))
		return 0;
	return timer->due > now ? timer->due - now : 1;
}

struct created_timer *timer_create(struct itimers *timers)
{
	struct created_timer *timer = NULL;

	if (timers->count < TIMERS_MAX)
		timer = slab_alloc(&timer_cache);
	if (!timer)
		return NULL;
	*timer = (struct created_timer){ .timer.process = timers->real.process };
	timer->id = timers->next_id++;
	timer->signal.of_timer = true;
	list_init(&timer->signal.link);
	list_append(&timers->created, &timer->link);
	timers->count++;
	return timer;
}

/* Where its signal goes: a thread, or NULL for any. false: that thread is no more. */
static bool find_thread(const struct created_timer *timer, struct task **thread)
{
	*thread = NULL;
	if (timer->notify != (SIGEV_SIGNAL | SIGEV_THREAD_ID))
		return true;
	*thread = pid_lookup(timer->tid);
	return *thread && (*thread)->process == timer->timer.process;
}

void timer_drop(struct created_timer *timer)
{
	deadline_remove(&heap, &timer->timer.expiry);
	note_next();
	if (!list_is_empty(&timer->signal.link))
		pending_remove(&timer->signal);
	list_remove(&timer->link);
	timer->timer.process->timers.count--;
	slab_free(&timer_cache, timer);
}

void itimers_drop_created(struct itimers *timers)
{
	struct created_timer *timer, *next;

	list_for_each_safe(timer, next, &timers->created, link)
		timer_drop(timer);
}

void itimers_end(struct itimers *timers)
{
	itimers_drop_created(timers);
	timers->cpu[0].due = timers->cpu[1].due = 0;
	deadline_remove(&heap, &timers->real.expiry);
	note_next();
}

/* ---- expiring ---- */

/* The next time after `now` that is a whole number of intervals after *due; => how many times were
 * passed over, not counting *due itself. */
static uint64_t advance(uint64_t *due, uint64_t interval, uint64_t now)
{
	uint64_t missed = (now - *due) / interval;

	if (__builtin_add_overflow(*due + missed * interval, interval, due))
		*due = ~0ull - 1;
	return missed;
}

/* One signal is on its way at a time; expiries meanwhile are counted in it. */
static void send(struct created_timer *timer, uint64_t missed)
{
	siginfo_t *info = &timer->signal.info;
	bool waits = !list_is_empty(&timer->signal.link);
	uint64_t overrun = waits ? (uint64_t)info->si_overrun + missed + 1 : missed;
	struct task *thread;

	info->si_overrun = overrun < INT32_MAX ? (int32_t)overrun : INT32_MAX;
	if (timer->notify != SIGEV_NONE && !waits && find_thread(timer, &thread))
		signal_send_queued(timer->timer.process, thread, &timer->signal);
}

static void send_from_kernel(struct process *process, int sig)
{
	siginfo_t info = { .si_signo = sig, .si_code = SI_KERNEL };

	signal_send(process, &info);
}

static void expire(struct timer *timer, uint64_t now)
{
	uint64_t soonest = now + time_from_ns(NSEC_PER_SEC / REPEATS_PER_SEC), missed = 0;

	deadline_remove(&heap, &timer->expiry);
	if (timer->interval) {
		missed = advance(&timer->due, timer->interval, now);
		deadline_add(&heap, &timer->expiry, timer->due > soonest ? timer->due : soonest);
	}
	if (timer == &timer->process->timers.real)
		send_from_kernel(timer->process, SIGALRM);
	else
		send(container_of(timer, struct created_timer, timer), missed);
}

static void expire_cpu(struct process *process)
{
	static const int signals[2] = { SIGVTALRM, SIGPROF };
	uint64_t now = process_run_ticks(process);

	for (int i = 0; i < 2; i++) {
		struct cpu_timer *timer = &process->timers.cpu[i];

		if (!timer->due || now < timer->due)
			continue;
		if (timer->interval)
			advance(&timer->due, timer->interval, now);
		else
			timer->due = 0;
		send_from_kernel(process, signals[i]);
	}
}

static bool has_cpu_timer(const struct process *process)
{
	return process && (process->timers.cpu[0].due || process->timers.cpu[1].due);
}

void itimer_tick(uint64_t now)
{
	if (now < itimer_next() && !has_cpu_timer(current->process))
		return;
	spin_lock(&task_lock);
	while (deadline_first(&heap) <= now)
		expire(container_of(heap.first, struct timer, expiry), now);
	note_next();
	if (has_cpu_timer(current->process))
		expire_cpu(current->process);
	spin_unlock(&task_lock);
}
