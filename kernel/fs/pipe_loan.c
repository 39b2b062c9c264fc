/*
 * pipe_loan.c - a large write that a reader already waits for: its bytes are not copied into the
 * ring, the reader takes them from the writer's own frames.
 *
 *	writer's pages	|   ####|########|########|###     |
 *			    ^ offset	   size	     ^
 *
 * While the loan is out it stands in for the ring: tail and head count from its first byte. The
 * writer sleeps until the reader has been served, then goes on with what is left in the usual way,
 * so nobody waits longer than for one read that is certain to come: who has been woken finds bytes
 * and takes them, whatever signals have come meanwhile. A frame that is on loan has one reference
 * more, so a thread of the writer's that stores to it meanwhile gets a copy of its own.
 */
#include "kernel/fs/pipe.h"
#include "kernel/hart.h"
#include "kernel/task.h"
#include "kernel/vm.h"
#include "mm/frame.h"

#define LOAN_LEAST	(4 * PAGE_SIZE)	/* for less, two switches cost more than a second copy */

/* Pages that are there, are the program's own to read, and not a file's. */
static void borrow(struct pipe_loan *loan, vaddr_t base, size_t size)
{
	struct aspace *as = &current->vm->as;
	vaddr_t page = align_down(base, PAGE_SIZE);
	struct page_state state;

	*loan = (struct pipe_loan){ .offset = base - page };
	waitq_init(&loan->lender);
	vm_lock(current->vm);
	if (!aspace_check_region_access(as, base, size, AS_READ))
		size = 0;
	for (; page < base + size; page += PAGE_SIZE) {
		if (!aspace_page_state(as, page, &state) || state.of_file)
			break;
		frame_inc_ref(state.pa);
		loan->frame[loan->count++] = state.pa;
	}
	vm_unlock(current->vm);
	if (page > base)
		loan->size = page - base < size ? page - base : size;
}

static void give_back(struct pipe_loan *loan)
{
	while (loan->count > 0)
		frame_dec_ref(loan->frame[--loan->count]);
}

static bool somebody_waits(const struct pipe *pipe)
{
	return pipe->readers && !bytes_in(pipe) && !list_is_empty(&pipe->read_wait.sleepers);
}

bool pipe_wants_loan(const struct pipe *pipe, const struct uio *uio)
{
	return somebody_waits(pipe) && !uio->kernel && uio->len >= LOAN_LEAST;
}

size_t pipe_lend(struct pipe *pipe, struct uio *uio)
{
	size_t size = uio->len < RING_SIZE ? uio->len : RING_SIZE, taken = 0;
	struct pipe_loan loan;

	spin_unlock(&pipe->lock);
	borrow(&loan, uio->base, size);
	spin_lock(&pipe->lock);
	if (loan.size >= LOAN_LEAST && somebody_waits(pipe)) {
		pipe->loan = &loan;
		pipe->tail = 0;
		pipe->head = (uint32_t)loan.size;
		waitq_wake_one(&pipe->read_wait);
		while (!loan.served || pipe->reading)
			waitq_sleep_always(&loan.lender, &pipe->lock);
		taken = pipe->tail;
		pipe->loan = NULL;
		pipe->head = pipe->tail = 0;
		uio_skip(uio, taken);
	}
	give_back(&loan);
	return taken;
}
