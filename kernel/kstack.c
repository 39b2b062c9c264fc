/*
 * kstack.c - kernel stacks: slots of two times KSTACK_SIZE in the kernel's space, whose upper half
 * is the stack and whose lower half is never mapped (layout.h).
 *
 * A stack that is freed stays mapped and waits for the next task: fork and exit then touch no page
 * table. When too many wait they are all unmapped at once, because each unmapping interrupts every
 * hart; so they are when memory is needed, or counted (kstack_reclaim).
 */
#include "kernel/kspace.h"
#include "kernel/print.h"
#include "mm/bits.h"
#include "mm/frame.h"

#define SLOT_SIZE	(2 * KSTACK_SIZE)
#define SLOTS		40960	/* more than there can be tasks and harts */
#define SPARE_LEAST	64	/* freed stacks that may wait: so many, */
#define SPARE_MOST	256	/* and at most so many, */
#define SPARE_FRAMES	512	/* one for each so many frames of RAM */

_Static_assert(KSTACK_AREAS_BASE + (vaddr_t)SLOTS * SLOT_SIZE <= KERNEL_AREAS_END,
	       "where user spaces share the kernel's tables");

extern char boot_stack_guard[];

/* Guarded by kspace_lock. */
static uint64_t used[SLOTS / 64];	/* bit per slot: mapped */
static unsigned first_free_word;	/* all words of used before are full */
static uint64_t spare[SLOTS / 64];	/* bit per slot: used, but nobody's */
static unsigned first_spare_word;	/* all words of spare before are empty */
static unsigned spare_count;
static unsigned spare_most;

static vaddr_t slot_top(unsigned slot)
{
	return KSTACK_AREAS_BASE + (vaddr_t)(slot + 1) * SLOT_SIZE;
}

static unsigned top_slot(vaddr_t top)
{
	return (top - KSTACK_AREAS_BASE) / SLOT_SIZE - 1;
}

void kstack_init(void)
{
	spare_most = frame_total() / SPARE_FRAMES;
	if (spare_most < SPARE_LEAST)
		spare_most = SPARE_LEAST;
	if (spare_most > SPARE_MOST)
		spare_most = SPARE_MOST;
}

static bool find_slot(unsigned *slot)
{
	for (; first_free_word < SLOTS / 64; first_free_word++) {
		uint64_t word = used[first_free_word];

		if (word == UINT64_MAX)
			continue;
		for (*slot = first_free_word * 64; word & 1; word >>= 1)
			++*slot;
		return true;
	}
	return false;
}

static bool is_spare(unsigned slot)
{
	return spare[slot / 64] >> slot % 64 & 1;
}

static bool take_spare(unsigned *slot)
{
	if (spare_count == 0)
		return false;
	while (!spare[first_spare_word])
		first_spare_word++;
	*slot = first_spare_word * 64 + lowest_bit(spare[first_spare_word]);
	spare[first_spare_word] &= spare[first_spare_word] - 1;
	spare_count--;
	return true;
}

static void add_spare(unsigned slot)
{
	spare[slot / 64] |= 1ull << slot % 64;
	if (slot / 64 < first_spare_word)
		first_spare_word = slot / 64;
	spare_count++;
}

/* The lowest that waits; else a new one. */
static int alloc_locked(vaddr_t *top)
{
	unsigned slot;
	int err;

	if (take_spare(&slot)) {
		*top = slot_top(slot);
		return 0;
	}
	if (!find_slot(&slot))
		return -ENOMEM;
	err = aspace_map_alloc(&kernel_space, slot_top(slot) - KSTACK_SIZE, KSTACK_SIZE,
			       AS_READ | AS_WRITE, AS_POPULATE, PAGE_SIZE);
	if (err)
		return err;
	used[slot / 64] |= 1ull << slot % 64;
	*top = slot_top(slot);
	return 0;
}

int kstack_alloc(vaddr_t *top)
{
	int err;

	spin_lock(&kspace_lock);
	err = alloc_locked(top);
	spin_unlock(&kspace_lock);
	return err;
}

/* Areas are whole stacks, their neighbours being guards: unmapping them needs no memory. */
static void unmap_slots(unsigned slot, unsigned end)
{
	vaddr_t bottom = slot_top(slot) - KSTACK_SIZE;
	int err = aspace_unmap(&kernel_space, bottom, slot_top(end - 1) - bottom);

	ASSERT(!err);
	if (slot / 64 < first_free_word)
		first_free_word = slot / 64;
	for (; slot < end; slot++) {
		spare[slot / 64] &= ~(1ull << slot % 64);
		used[slot / 64] &= ~(1ull << slot % 64);
		spare_count--;
	}
}

/* Neighbours go together. */
static void unmap_spares(void)
{
	unsigned slot = first_spare_word * 64, end;

	while (spare_count > 0) {
		while (!is_spare(slot))
			slot += spare[slot / 64] ? 1 : 64 - slot % 64;
		for (end = slot + 1; end < SLOTS && is_spare(end); end++)
			;
		unmap_slots(slot, end);
		slot = end;
	}
}

void kstack_free(vaddr_t top)
{
	spin_lock(&kspace_lock);
	add_spare(top_slot(top));
	if (spare_count > spare_most)
		unmap_spares();
	spin_unlock(&kspace_lock);
}

void kstack_reclaim(void)
{
	spin_lock(&kspace_lock);
	unmap_spares();
	spin_unlock(&kspace_lock);
}

vaddr_t kstack_bottom(vaddr_t sp)
{
	vaddr_t slot = align_down(sp, SLOT_SIZE);
	bool in_areas = sp >= KSTACK_AREAS_BASE && sp < slot_top(SLOTS - 1);

	return in_areas || slot == (vaddr_t)boot_stack_guard ? slot + KSTACK_SIZE : 0;
}
