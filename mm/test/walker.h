/*
 * test/walker.h - what Sv39 hardware makes of the bytes of a page table.
 *
 * Written from the privileged specification (sections 4.3.2 and 4.4) and from nothing else: it
 * includes no header of mm's page tables. A reserved encoding is not a fault here but a defect of
 * whoever wrote it, so the walk ends with a sentence that names it.
 */
#pragma once

#include "mm/types.h"

#define SV39_V	0x01u
#define SV39_R	0x02u
#define SV39_W	0x04u
#define SV39_X	0x08u
#define SV39_U	0x10u
#define SV39_G	0x20u
#define SV39_A	0x40u
#define SV39_D	0x80u

struct walk {
	bool valid;		/* it ends at a leaf; else at an entry with V = 0 */
	unsigned level;		/* of the last entry: 2 = 1 GiB, 1 = 2 MiB, 0 = 4 KiB */
	uint64_t pte;		/* the last entry */
	paddr_t pa;		/* valid: where va is */
	unsigned tables;	/* how many the walk went through below the root */
	paddr_t table[2];	/* those: the level-1 table, the level-0 table */
};

/* => NULL, or what is wrong with an entry on the way. `from`: start at the table of this level at
 * `table`, as a hart does that remembers pointers (2 and the root: the whole walk). */
const char *walk_from(paddr_t table, unsigned from, vaddr_t va, struct walk *w);
const char *walk(paddr_t root, vaddr_t va, struct walk *w);

/* What is wrong with one entry of a table of this level, or NULL. */
const char *walk_reserved(uint64_t pte, unsigned level);

/* May the access (AS_READ, AS_WRITE or AS_EXEC; AS_USER: in U-mode, else S-mode with SUM) use this
 * leaf? Hardware that faults on A = 0, or on a store with D = 0, is assumed (Svade). */
bool walk_permits(uint64_t pte, unsigned access);

/* Every entry that is not zero below root entries [first, last]: tables before what they hold.
 * => NULL, or the first error and in *at the address. */
struct walk_visitor {
	void (*table)(vaddr_t va, unsigned level, paddr_t table);	/* level of the table */
	void (*leaf)(vaddr_t va, unsigned level, uint64_t pte);
	void (*software)(vaddr_t va, unsigned level, uint64_t pte);	/* V = 0, but not zero */
};
const char *walk_all(paddr_t root, unsigned first, unsigned last, const struct walk_visitor *v,
		     vaddr_t *at);
