/*
 * sys_time.c - the calls about time.
 */
#include "kernel/abi.h"
#include "kernel/process.h"
#include "kernel/task.h"
#include "kernel/time.h"
#include "kernel/usercopy.h"

static uint64_t own_run_ticks(void)
{
	uint64_t ticks;

	spin_lock(&task_lock);
	ticks = process_run_ticks(current->process);
	spin_unlock(&task_lock);
	return ticks;
}

/* There is no battery-backed clock: the time of day counts from 1970 at boot. */
static int clock_now(int clock, uint64_t *ticks)
{
	switch (clock) {
	case CLOCK_REALTIME:
	case CLOCK_MONOTONIC:
	case CLOCK_MONOTONIC_RAW:
	case CLOCK_REALTIME_COARSE:
	case CLOCK_MONOTONIC_COARSE:
	case CLOCK_BOOTTIME:
	case CLOCK_TAI:
		*ticks = time_now();
		return 0;
	case CLOCK_PROCESS_CPUTIME_ID:
		*ticks = own_run_ticks();
		return 0;
	case CLOCK_THREAD_CPUTIME_ID:
		*ticks = sched_run_ticks(current);
		return 0;
	default:
		return -EINVAL;
	}
}

long sys_clock_gettime(long clock, vaddr_t out)
{
	struct timespec time;
	uint64_t now;
	int err = clock_now((int)clock, &now);

	if (err)
		return err;
	time = time_spec(now);
	return copy_to_user(out, &time, sizeof(time));
}

long sys_clock_getres(long clock, vaddr_t out)
{
	struct timespec resolution = time_spec(1);
	uint64_t now;
	int err = clock_now((int)clock, &now);

	if (err || !out)
		return err;
	return copy_to_user(out, &resolution, sizeof(resolution));
}

long sys_gettimeofday(vaddr_t time_out, vaddr_t zone_out)
{
	uint64_t ns = time_to_ns(time_now());
	struct timeval time = { ns / NSEC_PER_SEC, ns % NSEC_PER_SEC / 1000 };
	int32_t zone[2] = { 0, 0 };

	if (time_out && copy_to_user(time_out, &time, sizeof(time)))
		return -EFAULT;
	return zone_out ? copy_to_user(zone_out, zone, sizeof(zone)) : 0;
}

/* Sleep until `deadline`; what is left in *left when a signal came first. */
static long sleep_until(uint64_t deadline, uint64_t *left)
{
	struct spinlock lock = SPINLOCK_INIT;
	struct waitq nobody;
	uint64_t now;
	int err = 0;

	waitq_init(&nobody);
	spin_lock(&lock);
	while ((now = time_now()) < deadline && err != -EINTR)
		err = waitq_sleep_until(&nobody, &lock, deadline);
	spin_unlock(&lock);
	*left = now < deadline ? deadline - now : 0;
	return now < deadline ? -EINTR : 0;
}

int time_read_user(vaddr_t from, uint64_t *ns)
{
	struct timespec time;

	if (copy_from_user(&time, from, sizeof(time)))
		return -EFAULT;
	if (time.tv_sec < 0 || time.tv_nsec < 0 || time.tv_nsec >= (int64_t)NSEC_PER_SEC)
		return -EINVAL;
	if (__builtin_mul_overflow((uint64_t)time.tv_sec, NSEC_PER_SEC, ns) ||
	    __builtin_add_overflow(*ns, (uint64_t)time.tv_nsec, ns))
		*ns = UINT64_MAX;
	return 0;
}

int time_read_deadline(vaddr_t from, uint64_t *deadline)
{
	uint64_t ns;
	int err;

	*deadline = UINT64_MAX;
	if (!from)
		return 0;
	err = time_read_user(from, &ns);
	if (!err)
		*deadline = ns ? time_after(ns) : 0;
	return err;
}

/* A sleep that goes on after a stop, no handler having run, keeps its end. */
static long sleep_for(uint64_t ns, vaddr_t left_out)
{
	uint64_t deadline = current->sleep_deadline, left;
	long err;

	if (!deadline)
		deadline = time_after(ns);
	err = sleep_until(deadline, &left);
	current->sleep_deadline = err ? deadline : 0;
	if (err && left_out) {
		struct timespec time = time_spec(left);

		if (copy_to_user(left_out, &time, sizeof(time)))
			return -EFAULT;
	}
	return err;
}

long sys_nanosleep(vaddr_t duration, vaddr_t left_out)
{
	uint64_t ns;
	int err = time_read_user(duration, &ns);

	return err ? err : sleep_for(ns, left_out);
}

long sys_clock_nanosleep(long clock, long flags, vaddr_t duration, vaddr_t left_out)
{
	uint64_t ns, now, left;
	int err = clock_now((int)clock, &now);

	if (err || (int)clock == CLOCK_THREAD_CPUTIME_ID)
		return -EINVAL;
	if ((int)clock != CLOCK_REALTIME && (int)clock != CLOCK_MONOTONIC &&
	    (int)clock != CLOCK_BOOTTIME && (int)clock != CLOCK_TAI)
		return -EOPNOTSUPP;
	err = time_read_user(duration, &ns);
	if (err)
		return err;
	if (flags & TIMER_ABSTIME)
		return sleep_until(time_from_ns(ns), &left);
	return sleep_for(ns, left_out);
}

/* In clock ticks of 1/100 s. All time a task runs counts as its own. */
long sys_times(vaddr_t out)
{
	struct tms times = { 0 };

	times.tms_utime = time_to_centis(own_run_ticks());
	times.tms_cutime = time_to_centis(current->process->children_ticks);
	if (out && copy_to_user(out, &times, sizeof(times)))
		return -EFAULT;
	return time_to_centis(time_now());
}
