/*
 * fdt.h - what the device tree says about this machine.
 */
#pragma once

#include "kernel/layout.h"
#include "mm/types.h"

#define MACHINE_MAX_RANGES	16
#define MACHINE_BOOTARGS	1024

struct range {
	paddr_t start;
	paddr_t end;
};

struct machine {
	struct range ram[MACHINE_MAX_RANGES];
	unsigned ram_count;
	struct range reserved[MACHINE_MAX_RANGES];	/* firmware, device tree, image, initrd */
	unsigned reserved_count;
	struct range initrd;		/* empty when there is none */
	struct range dtb;
	struct range image;		/* the kernel itself */
	unsigned long hartid[MAX_HARTS];	/* usable harts; [0] is the one that booted */
	unsigned hart_count;
	unsigned long timebase;		/* ticks of the time CSR per second */
	bool sstc;			/* stimecmp exists */
	struct range uart;		/* ns16550; empty when there is none */
	unsigned uart_irq;
	unsigned uart_shift;		/* reg-shift */
	struct range plic;
	unsigned plic_context[MAX_HARTS];	/* S-mode context of hartid[i] */
	paddr_t finisher;		/* sifive,test1; 0 when there is none */
	paddr_t rtc;			/* google,goldfish-rtc; 0 when there is none */
	uint8_t seed[64];		/* randomness from whoever started us */
	unsigned seed_size;
	const char *note;		/* what is usable though odd, in words; NULL: nothing */
	char bootargs[MACHINE_BOOTARGS];
};

extern struct machine machine;

/* Fill *m from the tree at `dtb`, of which at most `limit` bytes may be read; boot_hartid is the
 * hart that asks and becomes hartid[0]. NULL, or in words why the tree cannot be used. */
const char *fdt_read(const void *dtb, size_t limit, unsigned long boot_hartid, struct machine *m);

/* The value of the last `name=value` in bootargs, up to the next blank, in *size; for a bare
 * `name` its end with size 0. NULL when it is not there. */
const char *machine_bootarg(const char *name, size_t *size);
