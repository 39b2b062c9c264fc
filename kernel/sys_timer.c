/*
 * sys_timer.c - setitimer and getitimer; timer_create, timer_settime and the others of them.
 */
#include "kernel/abi.h"
#include "kernel/hart.h"
#include "kernel/itimer.h"
#include "kernel/pid.h"
#include "kernel/process.h"
#include "kernel/task.h"
#include "kernel/time.h"
#include "kernel/usercopy.h"

static uint64_t later(uint64_t now, uint64_t ticks)
{
	return ticks < ~0ull - 1 - now ? now + ticks : ~0ull - 1;
}

/* ---- setitimer ---- */

static int read_micros(const struct timeval *time, uint64_t *ticks)
{
	uint64_t ns;

	if (time->tv_sec < 0 || time->tv_usec < 0 || time->tv_usec >= 1000000)
		return -EINVAL;
	if (__builtin_mul_overflow((uint64_t)time->tv_sec, NSEC_PER_SEC, &ns) ||
	    __builtin_add_overflow(ns, (uint64_t)time->tv_usec * 1000, &ns))
		ns = UINT64_MAX;
	*ticks = time_from_ns(ns);
	return 0;
}

/* A timer that is armed never shows 0. */
static struct timeval micros_of(uint64_t ticks)
{
	uint64_t micros = time_to_ns(ticks) / 1000;

	if (ticks && !micros)
		micros = 1;
	return (struct timeval){ micros / 1000000, micros % 1000000 };
}

static void get_itimer(int which, struct itimerval *out)
{
	struct process *process = current->process;
	struct itimers *timers = &process->timers;
	struct cpu_timer *cpu;
	uint64_t now, left;

	if (which == ITIMER_REAL) {
		out->it_interval = micros_of(timers->real.interval);
		out->it_value = micros_of(timer_left(&timers->real));
		return;
	}
	cpu = &timers->cpu[which - ITIMER_VIRTUAL];
	now = process_run_ticks(process);
	left = cpu->due > now ? cpu->due - now : 1;
	out->it_interval = micros_of(cpu->interval);
	out->it_value = micros_of(cpu->due ? left : 0);
}

/* Changes to what a tick of another thread reads are made under task_lock. */
static void set_itimer(int which, uint64_t value, uint64_t interval)
{
	struct process *process = current->process;
	struct cpu_timer *cpu;

	if (which == ITIMER_REAL) {
		timer_arm(&process->timers.real, value ? later(time_now(), value) : ~0ull,
			  interval);
		return;
	}
	cpu = &process->timers.cpu[which - ITIMER_VIRTUAL];
	cpu->interval = interval;
	cpu->due = value ? later(process_run_ticks(process), value) : 0;
}

/* Without a new value the timer is disarmed, as on Linux. */
long sys_setitimer(long which, vaddr_t new, vaddr_t old)
{
	struct itimerval before, after = { 0 };
	uint64_t value, interval;

	if (new && copy_from_user(&after, new, sizeof(after)))
		return -EFAULT;
	if (read_micros(&after.it_value, &value) || read_micros(&after.it_interval, &interval))
		return -EINVAL;
	if ((int)which < ITIMER_REAL || (int)which > ITIMER_PROF)
		return -EINVAL;
	spin_lock(&task_lock);
	get_itimer((int)which, &before);
	set_itimer((int)which, value, interval);
	spin_unlock(&task_lock);
	return old ? copy_to_user(old, &before, sizeof(before)) : 0;
}

long sys_getitimer(long which, vaddr_t out)
{
	struct itimerval now;

	if ((int)which < ITIMER_REAL || (int)which > ITIMER_PROF)
		return -EINVAL;
	spin_lock(&task_lock);
	get_itimer((int)which, &now);
	spin_unlock(&task_lock);
	return copy_to_user(out, &now, sizeof(now));
}

/* ---- timer_create and those that take its numbers ---- */

/* With task_lock, unless there is no such timer. */
static struct created_timer *lock_timer(int id)
{
	struct created_timer *timer;

	spin_lock(&task_lock);
	list_for_each(timer, &current->process->timers.created, link) {
		if (timer->id == id)
			return timer;
	}
	spin_unlock(&task_lock);
	return NULL;
}

long sys_timer_delete(long id)
{
	struct created_timer *timer = lock_timer((int)id);

	if (!timer)
		return -EINVAL;
	timer_drop(timer);
	spin_unlock(&task_lock);
	return 0;
}

static int check_clock(int clock)
{
	switch (clock) {
	case CLOCK_REALTIME:
	case CLOCK_MONOTONIC:
	case CLOCK_BOOTTIME:
	case CLOCK_TAI:
		return 0;		/* all of them count from boot here */
	case CLOCK_PROCESS_CPUTIME_ID:
	case CLOCK_THREAD_CPUTIME_ID:
	case CLOCK_MONOTONIC_RAW:
	case CLOCK_REALTIME_COARSE:
	case CLOCK_MONOTONIC_COARSE:
		return -EOPNOTSUPP;
	default:
		return -EINVAL;
	}
}

static bool is_thread_here(int tid)
{
	struct task *task = task_find(tid);
	bool here = task && task->process == current->process;

	task_put(task);
	return here;
}

static int check_event(const struct sigevent *event)
{
	int notify = event->sigev_notify;

	if (notify == SIGEV_NONE)
		return 0;
	if (notify != SIGEV_SIGNAL && notify != SIGEV_THREAD &&
	    notify != (SIGEV_SIGNAL | SIGEV_THREAD_ID))
		return -EINVAL;
	if ((notify & SIGEV_THREAD_ID) && !is_thread_here(event->sigev_notify_thread_id))
		return -EINVAL;
	return event->sigev_signo < 1 || event->sigev_signo > SIGRTMAX ? -EINVAL : 0;
}

long sys_timer_create(long clock, vaddr_t event_in, vaddr_t id_out)
{
	struct sigevent event = { .sigev_signo = SIGALRM, .sigev_notify = SIGEV_SIGNAL };
	struct created_timer *timer;
	int err = check_clock((int)clock), id = 0;

	if (!err && event_in)
		err = copy_from_user(&event, event_in, sizeof(event)) ? -EFAULT : check_event(&event);
	if (err)
		return err;
	spin_lock(&task_lock);
	timer = timer_create(&current->process->timers);
	if (timer) {
		id = timer->id;
		timer->notify = event.sigev_notify;
		timer->tid = event.sigev_notify_thread_id;
		timer->signal.info = (siginfo_t){ .si_signo = event.sigev_signo,
						  .si_code = SI_TIMER, .si_timerid = id };
		timer->signal.info.si_value = event.sigev_value;
		if (!event_in)
			timer->signal.info.si_value = (union sigval){ .sival_int = id };
	}
	spin_unlock(&task_lock);
	if (!timer)
		return -EAGAIN;
	if (copy_int_to_user(id_out, id)) {
		sys_timer_delete(id);
		return -EFAULT;
	}
	return 0;
}

static struct itimerspec state_of(const struct timer *timer)
{
	return (struct itimerspec){ .it_interval = time_spec(timer->interval),
				    .it_value = time_spec(timer_left(timer)) };
}

long sys_timer_settime(long id, long flags, vaddr_t new, vaddr_t old)
{
	uint64_t interval, value, due;
	struct created_timer *timer;
	struct itimerspec before;
	int err;

	if (!new)
		return -EINVAL;
	err = time_read_user(new + offsetof(struct itimerspec, it_interval), &interval);
	if (!err)
		err = time_read_user(new + offsetof(struct itimerspec, it_value), &value);
	if (err)
		return err;
	value = time_from_ns(value);
	timer = lock_timer((int)id);
	if (!timer)
		return -EINVAL;
	before = state_of(&timer->timer);
	due = flags & TIMER_ABSTIME ? later(0, value) : later(time_now(), value);
	timer->signal.overrun = 0;
	timer_arm(&timer->timer, value ? due : ~0ull, time_from_ns(interval));
	spin_unlock(&task_lock);
	return old ? copy_to_user(old, &before, sizeof(before)) : 0;
}

long sys_timer_gettime(long id, vaddr_t out)
{
	struct created_timer *timer = lock_timer((int)id);
	struct itimerspec now;

	if (!timer)
		return -EINVAL;
	now = state_of(&timer->timer);
	spin_unlock(&task_lock);
	return copy_to_user(out, &now, sizeof(now));
}

/* Of the signal that was taken last. */
long sys_timer_getoverrun(long id)
{
	struct created_timer *timer = lock_timer((int)id);
	long overrun;

	if (!timer)
		return -EINVAL;
	overrun = timer->signal.overrun;
	spin_unlock(&task_lock);
	return overrun;
}
