/*
 * sigqueue.c - signals that have been sent and not yet been acted upon, with what they carry.
 *
 * The set says which are pending, the queue what they carry. A signal may be in the set alone: there
 * was no memory for the rest. Who may send and who acts is signal.c's.
 */
#include "kernel/sigqueue.h"

#include "mm/slab.h"

static struct slab_cache queued_cache =
	SLAB_CACHE_INIT(queued_cache, "queued_signal", sizeof(struct queued_signal));
static unsigned queued;		/* of that cache; guarded by task_lock */

void pending_init(struct pending *pending)
{
	pending->set = 0;
	list_init(&pending->queue);
}

static void set_bits(struct pending *pending, uint64_t set)
{
	__atomic_store_n(&pending->set, set, __ATOMIC_RELAXED);
}

void pending_add_bit(struct pending *pending, int sig)
{
	set_bits(pending, pending->set | SIGNAL_BIT(sig));
}

/* Only what a program has asked for counts against the limit: kill() of a standard signal, a fault
 * and what the kernel says of children must come through. */
static struct queued_signal *create(const siginfo_t *info, uint64_t limit)
{
	bool limited = info->si_signo >= SIGRTMIN || info->si_code < 0;
	struct queued_signal *signal;

	if (limited && queued >= limit)
		return NULL;
	signal = slab_alloc(&queued_cache);
	if (!signal)
		return NULL;
	queued++;
	*signal = (struct queued_signal){ .info = *info };
	return signal;
}

unsigned pending_count(void)
{
	return queued;
}

static void drop(struct queued_signal *signal)
{
	list_remove(&signal->link);
	if (signal->of_timer)
		return;
	queued--;
	slab_free(&queued_cache, signal);
}

void pending_add_queued(struct pending *pending, struct queued_signal *signal)
{
	signal->in = pending;
	list_append(&pending->queue, &signal->link);
	pending_add_bit(pending, signal->info.si_signo);
}

int pending_add(struct pending *pending, const siginfo_t *info, uint64_t limit)
{
	struct queued_signal *signal;

	if (info->si_signo < SIGRTMIN && (pending->set & SIGNAL_BIT(info->si_signo)))
		return 0;
	signal = create(info, limit);
	if (signal)
		pending_add_queued(pending, signal);
	else if (info->si_signo >= SIGRTMIN && info->si_code != SI_USER)
		return -EAGAIN;
	pending_add_bit(pending, info->si_signo);
	return 0;
}

/* The oldest one after `from` in the queue; NULL: none. */
static struct queued_signal *find(const struct pending *pending, const struct list *from, int sig)
{
	for (struct list *link = from->next; link != &pending->queue; link = link->next) {
		struct queued_signal *signal = container_of(link, struct queued_signal, link);

		if (signal->info.si_signo == sig)
			return signal;
	}
	return NULL;
}

void pending_take(struct pending *pending, int sig, siginfo_t *info)
{
	struct queued_signal *signal = find(pending, &pending->queue, sig);

	if (!signal || !find(pending, &signal->link, sig))
		set_bits(pending, pending->set & ~SIGNAL_BIT(sig));
	if (!signal) {
		*info = (siginfo_t){ .si_signo = sig, .si_code = SI_USER };
		return;
	}
	*info = signal->info;
	signal->overrun = info->si_overrun;
	drop(signal);
}

void pending_discard(struct pending *pending, uint64_t set)
{
	struct queued_signal *signal, *next;

	if (!(pending->set & set))
		return;
	set_bits(pending, pending->set & ~set);
	list_for_each_safe(signal, next, &pending->queue, link) {
		if (SIGNAL_BIT(signal->info.si_signo) & set)
			drop(signal);
	}
}

void pending_remove(struct queued_signal *signal)
{
	struct pending *pending = signal->in;

	drop(signal);
	if (!find(pending, &pending->queue, signal->info.si_signo))
		set_bits(pending, pending->set & ~SIGNAL_BIT(signal->info.si_signo));
}
