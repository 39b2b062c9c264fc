/*
 * dump.c - an address space in words: for the panic path and for the record of a fatal fault.
 *
 * Reads only, takes no lock, allocates nothing. What it prints may be damaged, so it follows no
 * pointer that the tree and the page table do not hold.
 */
#include "mm/mm.h"
#include "mm/port.h"

/* Permissions in the style of /proc/pid/maps: r w x, u for user, s or p for shared or private. */
static const char *flag_text(unsigned flags, char text[6])
{
	text[0] = flags & AS_READ ? 'r' : '-';
	text[1] = flags & AS_WRITE ? 'w' : '-';
	text[2] = flags & AS_EXEC ? 'x' : '-';
	text[3] = flags & AS_USER ? 'u' : 'k';
	text[4] = flags & AREA_SHARED ? 's' : 'p';
	text[5] = '\0';
	return text;
}

static void print_area(const struct aspace *as, const struct area *area)
{
	struct area_usage usage;
	char text[6];

	aspace_area_usage(as, area->start, area_end(area), &usage);
	port_print("  %lx-%lx %s %s leaf %luK offset %lx resident %lu shared %lu%s%s\n",
		   (unsigned long)area->start, (unsigned long)area_end(area),
		   flag_text(area->flags, text), area_ops(area)->name,
		   (unsigned long)(level_size(area->level) >> 10), (unsigned long)area->offset,
		   (unsigned long)usage.resident, (unsigned long)usage.shared,
		   area->flags & AS_GROWSDOWN ? " growsdown" : "",
		   area->copied ? " copied" : "");
}

void aspace_dump(const struct aspace *as)
{
	const struct area *area;

	port_print("address space %lx-%lx, root table %lx, harts %lx\n", (unsigned long)as->base,
		   (unsigned long)as->end, (unsigned long)as->root, (unsigned long)as->harts);
	for_each_area(area, as, as->base, as->end)
		print_area(as, area);
	port_print("  %lu areas, %lu KiB mapped, %lu pages resident, %lu table pages\n",
		   (unsigned long)as->area_count, (unsigned long)(as->mapped_bytes >> 10),
		   (unsigned long)as->resident_pages, (unsigned long)as->table_pages);
}

/* ---- why an access fails ---- */

static const char *access_text(unsigned access)
{
	if (access & AS_WRITE)
		return "write";
	return access & AS_EXEC ? "execute" : "read";
}

/* The rule that an access breaks, or NULL if it is allowed. */
static const char *broken_rule(const struct aspace *as, const struct area *area, vaddr_t va,
			       unsigned access)
{
	if (!aspace_contains_range(as, va, 1))
		return "the address is outside the address space";
	if (!area)
		return "no area holds the address";
	if (!(area->flags & AS_RWX))
		return "the area allows no access at all (PROT_NONE)";
	if (!area_allows(area, access & AS_USER))
		return "the area is for the kernel only";
	if (!area_allows(area, access))
		return "the area does not allow this access";
	if (area->pc && (area_offset(area, va) & ~(PAGE_SIZE - 1)) >= area->pc->size)
		return "the page lies beyond the end of the file";
	return NULL;
}

static void print_nearest(const struct aspace *as, vaddr_t va)
{
	const struct area *above = area_above(as, va), *below = NULL;

	if (above)
		below = area_prev(above);
	else if (as->areas)
		for (below = as->areas; below->right; below = below->right)
			;
	if (below) {
		port_print("  the area below:\n");
		print_area(as, below);
	}
	if (above) {
		port_print("  the area above:\n");
		print_area(as, above);
	}
}

static void print_entry(unsigned level, const pte_t *slot)
{
	pte_t pte = *slot;

	port_print("  level %u entry %lx: ", level, (unsigned long)pte);
	if (!pte)
		port_print("absent\n");
	else if (pte_is_table(pte))
		port_print("table at %lx\n", (unsigned long)pte_pa(pte));
	else
		port_print("leaf %luK at %lx %s%s%s%s%s%s%s%s\n",
			   (unsigned long)(level_size(level) >> 10), (unsigned long)pte_pa(pte),
			   pte & PTE_V ? "V" : "none", pte & PTE_R ? "R" : "",
			   pte & PTE_W ? "W" : "", pte & PTE_X ? "X" : "", pte & PTE_U ? "U" : "",
			   pte & PTE_G ? "G" : "", pte & PTE_A ? "A" : "",
			   pte & PTE_D ? "D" : "");
}

static void print_walk(const struct aspace *as, vaddr_t va)
{
	unsigned level = PT_ROOT_LEVEL;
	const pte_t *slot = pt_root(as) + pt_index(va, level);

	print_entry(level, slot);
	while (level > 0 && pte_is_table(*slot)) {
		level--;
		slot = pte_table(*slot) + pt_index(va, level);
		print_entry(level, slot);
	}
}

void aspace_explain(const struct aspace *as, vaddr_t va, unsigned access)
{
	const struct area *area = area_above(as, va);
	const char *rule;

	if (area && area->start > va)
		area = NULL;
	rule = broken_rule(as, area, va, access);
	port_print("%s at %lx: %s\n", access_text(access), (unsigned long)va,
		   rule ? rule
			: "the area allows it now: another thread has changed it, or mm is wrong");
	if (area)
		print_area(as, area);
	else
		print_nearest(as, va);
	if (aspace_contains_range(as, va, 1))
		print_walk(as, va);
}
