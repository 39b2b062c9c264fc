/*
 * kstack.c - kernel stacks: slots of two times KSTACK_SIZE in the kernel's space, whose upper half
 * is the stack and whose lower half is never mapped (layout.h).
 *
 * The first slots are mapped at boot and stay so, the one freed last being handed out first: fork
 * and exit then touch no page table. Stacks beyond them are unmapped some time after they have been
 * freed, many at once, because each unmapping interrupts every hart; or when memory is needed, or
 * counted (kstack_reclaim).
 */
#include "kernel/bits.h"
#include "kernel/hart.h"
#include "kernel/kspace.h"
#include "kernel/poweroff.h"
#include "kernel/print.h"
#include "mm/frame.h"

#define SLOT_SIZE	(2 * KSTACK_SIZE)
#define SLOTS		40960	/* more than there can be tasks and harts */
#define KEPT_LEAST	32	/* slots that stay mapped: so many, */
#define KEPT_MOST	256	/* and at most so many, */
#define KEPT_FRAMES	512	/* one for each so many frames of RAM */
#define SPARE_MOST	64	/* freed stacks that wait to be unmapped */

extern char boot_stack_guard[];

/* Guarded by kspace_lock. */
static uint64_t used[SLOTS / 64];	/* bit per slot; those of the kept ones are always set */
static unsigned first_free_word;	/* all words before are full */
static uint64_t spare[SLOTS / 64];	/* bit per slot: used, mapped, but nobody's */
static unsigned spare_count;
static unsigned kept_slots;		/* slots 0 .. kept_slots-1 stay mapped */
static vaddr_t kept[KEPT_MOST];		/* tops of those that nobody has */
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
	kept_slots = frame_total() / KEPT_FRAMES;
	if (kept_slots < KEPT_LEAST)
		kept_slots = KEPT_LEAST;
	if (kept_slots > KEPT_MOST)
		kept_slots = KEPT_MOST;
	for (unsigned slot = kept_slots; slot-- > 0;) {
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

static bool is_spare(unsigned slot)
{
	return spare[slot / 64] >> slot % 64 & 1;
}

static bool take_spare(vaddr_t *top)
{
	unsigned word = 0, slot;

	if (spare_count == 0)
		return false;
	while (!spare[word])
		word++;
	slot = word * 64 + lowest_bit(spare[word]);
	spare[word] &= spare[word] - 1;
	spare_count--;
	*top = slot_top(slot);
	return true;
}

static int alloc_locked(vaddr_t *top)
{
	unsigned slot;
	int err;

	if (kept_count) {
		*top = kept[--kept_count];
		return 0;
	}
	if (take_spare(top))
		return 0;
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
	unsigned slot = 0, end;

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
	unsigned slot = top_slot(top);

	spin_lock(&kspace_lock);
	if (slot < kept_slots) {
		kept[kept_count++] = top;
	} else {
		spare[slot / 64] |= 1ull << slot % 64;
		if (++spare_count > SPARE_MOST)
			unmap_spares();
	}
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
