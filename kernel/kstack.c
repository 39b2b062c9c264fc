/*
 * kstack.c - kernel stacks: slots of two times KSTACK_SIZE in the kernel's space, whose upper half
 * is the stack and whose lower half is never mapped (layout.h).
 *
 * The first slots are mapped at boot and stay so, the one freed last being handed out first: fork
 * and exit then touch no page table. A stack beyond them is unmapped when freed, so the number of
 * free frames comes back to what it was.
 */
#include "kernel/hart.h"
#include "kernel/kspace.h"
#include "kernel/poweroff.h"
#include "kernel/print.h"

#define SLOT_SIZE	(2 * KSTACK_SIZE)
#define SLOTS		40960	/* more than there can be tasks and harts */
#define KEPT		32	/* slots 0 .. KEPT-1 */

extern char boot_stack_guard[];

/* Guarded by kspace_lock. */
static uint64_t used[SLOTS / 64];	/* bit per slot; those of the kept ones are always set */
static unsigned first_free_word;	/* all words before are full */
static vaddr_t kept[KEPT];		/* tops of the kept stacks that nobody has */
static unsigned kept_count;

static vaddr_t slot_top(unsigned slot)
{
	return KSTACK_AREAS_BASE + (vaddr_t)(slot + 1) * SLOT_SIZE;
}

static unsigned top_slot(vaddr_t top)
{
	return (top - KSTACK_AREAS_BASE) / SLOT_SIZE - 1;
}

static int map_slot(unsigned slot)
{
	return aspace_map_alloc(&kernel_space, slot_top(slot) - KSTACK_SIZE, KSTACK_SIZE,
				AS_READ | AS_WRITE, AS_POPULATE, PAGE_SIZE);
}

void kstack_init(void)
{
	for (unsigned slot = KEPT; slot-- > 0;) {
		if (map_slot(slot))
			boot_refuse("no memory for kernel stacks");
		used[slot / 64] |= 1ull << slot % 64;
		kept[kept_count++] = slot_top(slot);
	}
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

static int alloc_locked(vaddr_t *top)
{
	unsigned slot;
	int err;

	if (kept_count) {
		*top = kept[--kept_count];
		return 0;
	}
	if (!find_slot(&slot))
		return -ENOMEM;
	err = map_slot(slot);
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

/* A stack is an area of its own, its neighbours being guards: unmapping it needs no memory. */
static void unmap_slot(unsigned slot)
{
	int err = aspace_unmap(&kernel_space, slot_top(slot) - KSTACK_SIZE, KSTACK_SIZE);

	ASSERT(!err);
	used[slot / 64] &= ~(1ull << slot % 64);
	if (slot / 64 < first_free_word)
		first_free_word = slot / 64;
}

void kstack_free(vaddr_t top)
{
	unsigned slot = top_slot(top);

	spin_lock(&kspace_lock);
	if (slot < KEPT)
		kept[kept_count++] = top;
	else
		unmap_slot(slot);
	spin_unlock(&kspace_lock);
}

vaddr_t kstack_bottom(vaddr_t sp)
{
	vaddr_t slot = align_down(sp, SLOT_SIZE);
	bool in_areas = sp >= KSTACK_AREAS_BASE && sp < slot_top(SLOTS - 1);

	return in_areas || slot == (vaddr_t)boot_stack_guard ? slot + KSTACK_SIZE : 0;
}
