/*
 * fdt_ranges.c - what the tree says of RAM, put in order: whole pages, ascending, disjoint.
 */
#include "boot/fdt_node.h"

static const char too_many[] = "it names more pieces of memory than the 16 there is room for";

void machine_note(struct machine *m, const char *note)
{
	for (unsigned i = 0; i < m->note_count; i++)
		if (m->note[i] == note)
			return;
	if (m->note_count < MACHINE_MAX_NOTES)
		m->note[m->note_count++] = note;
}

/* [start, start + size) cut to what can be mapped; false when nothing is left. */
static bool clip(struct machine *m, uint64_t *start, uint64_t *end, uint64_t size)
{
	if (size > DIRECT_MAP_SIZE || *start > DIRECT_MAP_SIZE - size) {
		machine_note(m, "memory beyond 128 GiB is not used");
		if (*start >= DIRECT_MAP_SIZE)
			return false;
		*end = DIRECT_MAP_SIZE;
		return true;
	}
	*end = *start + size;
	return size > 0;
}

static void remove_range(struct range *ranges, unsigned *count, unsigned i)
{
	for (--*count; i < *count; i++)
		ranges[i] = ranges[i + 1];
}

static bool insert_range(struct range *ranges, unsigned *count, unsigned i, struct range r)
{
	if (*count == MACHINE_MAX_RANGES)
		return false;
	for (unsigned j = (*count)++; j > i; j--)
		ranges[j] = ranges[j - 1];
	ranges[i] = r;
	return true;
}

/* Join r with those it overlaps, or comes closer to than `apart`: 1 joins those it touches. */
static bool add_range(struct range *ranges, unsigned *count, struct range r, unsigned apart)
{
	unsigned i = 0;

	while (i < *count && ranges[i].end + apart <= r.start)
		i++;
	while (i < *count && ranges[i].start < r.end + apart) {
		if (ranges[i].start < r.start)
			r.start = ranges[i].start;
		if (ranges[i].end > r.end)
			r.end = ranges[i].end;
		remove_range(ranges, count, i);
	}
	return insert_range(ranges, count, i, r);
}

const char *machine_add_ram(struct machine *m, uint64_t start, uint64_t size)
{
	struct range r = {start, 0};

	if (!clip(m, &start, &r.end, size))
		return NULL;
	r.start = align_up(r.start, PAGE_SIZE);
	r.end = align_down(r.end, PAGE_SIZE);
	if (r.start >= r.end)
		return NULL;
	return add_range(m->ram, &m->ram_count, r, 1) ? NULL : too_many;
}

const char *machine_reserve(struct machine *m, uint64_t start, uint64_t size)
{
	struct range r = {align_down(start, PAGE_SIZE), 0};

	if (!size || start >= DIRECT_MAP_SIZE)
		return NULL;
	r.end = size > DIRECT_MAP_SIZE - start ? DIRECT_MAP_SIZE
					       : align_up(start + size, PAGE_SIZE);
	return add_range(m->reserved, &m->reserved_count, r, 0)
		       ? NULL
		       : "it reserves more pieces of memory than the 16 there is room for";
}

/* Who reserves the initrd for us says where it is, neither more nor less. Reserved pieces that only
 * touch stay apart (above) so that this can be told from the firmware's. */
bool machine_initrd_is_ours(const struct machine *m)
{
	paddr_t start = align_down(m->initrd.start, PAGE_SIZE);
	paddr_t end = align_up(m->initrd.end, PAGE_SIZE);

	for (unsigned i = 0; i < m->reserved_count; i++) {
		struct range r = m->reserved[i];

		if (r.start < end && start < r.end && (r.start != start || r.end != end))
			return false;
	}
	return true;
}

/* Memory that may not even be mapped counts as no RAM at all, see machine_finish_ram. */
static struct machine hidden;

void machine_begin_ram(void)
{
	hidden.reserved_count = 0;
}

const char *machine_hide(struct machine *m, uint64_t start, uint64_t size)
{
	(void)m;
	return machine_reserve(&hidden, start, size);
}

/* Cut `hole` out of the pieces of RAM. */
static bool cut_ram(struct machine *m, struct range hole)
{
	for (unsigned i = 0; i < m->ram_count; i++) {
		struct range *r = &m->ram[i];
		struct range after = {hole.end, r->end};

		if (hole.end <= r->start || r->end <= hole.start)
			continue;
		if (hole.start <= r->start && r->end <= hole.end) {
			remove_range(m->ram, &m->ram_count, i--);
		} else if (hole.start <= r->start) {
			r->start = hole.end;
		} else if (r->end <= hole.end) {
			r->end = hole.start;
		} else {
			r->end = hole.start;
			return insert_range(m->ram, &m->ram_count, i + 1, after);
		}
	}
	return true;
}

const char *machine_finish_ram(struct machine *m)
{
	for (unsigned i = 0; i < hidden.reserved_count; i++)
		if (!cut_ram(m, hidden.reserved[i]))
			return too_many;
	return m->ram_count ? NULL : "it names no memory";
}
