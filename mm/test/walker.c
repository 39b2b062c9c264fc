/*
 * walker.c - a software Sv39 walker that knows the specification and the raw bytes (walker.h).
 */
#include "mm/aspace.h"
#include "mm/frame.h"
#include "mm/test/walker.h"

static unsigned shift_of(unsigned level)
{
	return 12 + 9 * level;
}

static uint64_t entry(paddr_t table, unsigned index)
{
	return ((const uint64_t *)frame_va(table))[index];
}

static paddr_t address_in(uint64_t pte)
{
	return pte >> 10 << 12;		/* bits 63:54 have been seen to be 0 */
}

const char *walk_reserved(uint64_t pte, unsigned level)
{
	if (!(pte & SV39_V))
		return NULL;
	if (pte >> 54)
		return "bits 63:54 are reserved and not 0";
	if ((pte & SV39_W) && !(pte & SV39_R))
		return "W without R is reserved";
	if (pte & (SV39_R | SV39_X))
		return address_in(pte) & ((1ul << shift_of(level)) - 1) ?
		       "a superpage is misaligned" : NULL;
	if (pte & (SV39_A | SV39_D | SV39_U))
		return "A, D or U is set in a pointer, where they are reserved";
	return level == 0 ? "a pointer in a table of the last level" : NULL;
}

const char *walk_from(paddr_t table, unsigned from, vaddr_t va, struct walk *w)
{
	const char *error;

	*w = (struct walk){ .level = from };
	if ((va >> 38) != 0 && (va >> 38) != (1ul << 26) - 1)
		return "the address is not canonical";
	for (;; w->level--) {
		w->pte = entry(table, va >> shift_of(w->level) & 511);
		error = walk_reserved(w->pte, w->level);
		if (error || !(w->pte & SV39_V))
			return error;
		table = address_in(w->pte);
		if (w->pte & (SV39_R | SV39_X))
			break;
		w->table[w->tables++] = table;
	}
	w->valid = true;
	w->pa = table + (va & ((1ul << shift_of(w->level)) - 1));
	return NULL;
}

const char *walk(paddr_t root, vaddr_t va, struct walk *w)
{
	return walk_from(root, 2, va, w);
}

bool walk_permits(uint64_t pte, unsigned access)
{
	uint64_t need = SV39_V | SV39_A;

	if (access & AS_READ)
		need |= SV39_R;
	if (access & AS_WRITE)
		need |= SV39_W | SV39_D;
	if (access & AS_EXEC)
		need |= SV39_X;
	if (access & AS_USER)
		need |= SV39_U;
	else if ((access & AS_EXEC) && (pte & SV39_U))
		return false;		/* whatever SUM says */
	return (pte & need) == need;
}

static const char *visit(paddr_t table, unsigned level, unsigned first, unsigned last,
			 vaddr_t base, const struct walk_visitor *v, vaddr_t *at)
{
	const char *error = NULL;
	unsigned i;

	for (i = first; i <= last && !error; i++) {
		uint64_t pte = entry(table, i);
		vaddr_t va = base + ((vaddr_t)i << shift_of(level));

		if (!pte)
			continue;
		*at = va;
		error = walk_reserved(pte, level);
		if (error)
			break;
		if (!(pte & SV39_V)) {
			v->software(va, level, pte);
		} else if (pte & (SV39_R | SV39_X)) {
			v->leaf(va, level, pte);
		} else {
			v->table(va, level - 1, address_in(pte));
			error = visit(address_in(pte), level - 1, 0, 511, va, v, at);
		}
	}
	return error;
}

const char *walk_all(paddr_t root, unsigned first, unsigned last, const struct walk_visitor *v,
		     vaddr_t *at)
{
	/* Bits 63:39 of an address equal bit 38, which is the top bit of the root's index. */
	return visit(root, 2, first, last, first < 256 ? 0 : -(1ul << 39), v, at);
}
