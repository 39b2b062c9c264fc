/*
 * poll.c - waiting for several things at once.
 */
#include "kernel/poll.h"

#include "kernel/sched.h"

void poll_watch(struct poll_table *table, struct waitq *q, struct spinlock *lock)
{
	struct watch *watch;

	if (!table)
		return;
	watch = &table->watch[table->count++];
	*watch = (struct watch){ .lock = lock, .poller = table->poller };
	list_append(&q->watchers, &watch->link);
}

void poll_end(struct poll_table *table)
{
	for (size_t i = 0; i < table->count; i++) {
		struct watch *watch = &table->watch[i];

		spin_lock(watch->lock);
		list_remove(&watch->link);
		spin_unlock(watch->lock);
	}
	table->count = 0;
}

void poller_wake(struct poller *poller)
{
	spin_lock(&poller->lock);
	poller->woken = true;
	waitq_wake_one(&poller->asleep);
	spin_unlock(&poller->lock);
}

void poller_init(struct poller *poller)
{
	*poller = (struct poller){ .woken = false };
	waitq_init(&poller->asleep);
}

int poller_sleep(struct poller *poller, uint64_t deadline)
{
	int err = 0;

	spin_lock(&poller->lock);
	while (!poller->woken && !err)
		err = waitq_sleep_until(&poller->asleep, &poller->lock, deadline);
	if (poller->woken)
		err = 0;
	poller->woken = false;
	spin_unlock(&poller->lock);
	return err;
}
