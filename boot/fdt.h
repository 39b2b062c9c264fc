/*
 * fdt.h - what the device tree says about this machine.
 */
#pragma once

#include "kernel/layout.h"
#include "mm/types.h"

#define MACHINE_MAX_RANGES	16
#define MACHINE_BOOTARGS	1024
#define MACHINE_MAX_NOTES	4
#define PLIC_NO_CONTEXT		(~0u)

struct range {
	paddr_t start;
	paddr_t end;
};

struct machine {
	struct range ram[MACHINE_MAX_RANGES];	/* ascending, disjoint, page aligned */
	unsigned ram_count;
	struct range reserved[MACHINE_MAX_RANGES];	/* in RAM, not ours; page aligned */
	unsigned reserved_count;
	bool reserves;			/* the tree itself keeps some memory from us */
	struct range initrd;		/* empty when there is none */
	struct range dtb;		/* empty when it is not ours to free */
	struct range image;		/* the kernel itself */
	unsigned long hartid[MAX_HARTS];	/* usable harts; [0] is the one that booted */
	unsigned hart_count;
	unsigned long timebase;		/* ticks of the time CSR per second */
	bool sstc;			/* stimecmp exists */
	struct range uart;		/* ns16550; empty when there is none */
	unsigned uart_irq;
	unsigned uart_shift;		/* reg-shift */
	struct range plic;
	unsigned plic_context[MAX_HARTS];	/* S-mode's of hartid[i], or PLIC_NO_CONTEXT */
	paddr_t finisher;		/* sifive,test1; 0 when there is none */
	unsigned harts_seen;		/* usable ones in the tree, perhaps more than hart_count */
	const char *note[MACHINE_MAX_NOTES];	/* what is odd but can be lived with */
	unsigned note_count;
	char bootargs[MACHINE_BOOTARGS];
	uint8_t rng_seed[32];		/* random; zeros where there is none */
};

extern struct machine machine;

/* Fill *m from the tree at `dtb`, of which at most `limit` bytes may be read; boot_hartid is the
 * hart that asks and becomes hartid[0]. NULL, or in words why the tree cannot be used. */
const char *fdt_read(const void *dtb, size_t limit, unsigned long boot_hartid, struct machine *m);

/* Bytes that the tree at dtb says it has; after fdt_read found it good. */
size_t fdt_size(const void *dtb);

/* Keep [start, start + size) from being handed out, whether or not it is RAM. NULL, or in words
 * that there are too many such ranges. */
const char *machine_reserve(struct machine *m, uint64_t start, uint64_t size);

/* Is [start, end) all RAM? */
bool machine_is_ram(const struct machine *m, paddr_t start, paddr_t end);

/* Is this one of the words of bootargs? */
bool machine_has_bootarg(const char *word);
