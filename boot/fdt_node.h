/*
 * fdt_node.h - between fdt.c, which walks the tree, and fdt_node.c, which understands its nodes.
 */
#pragma once

#include "boot/fdt.h"

#define FDT_MAX_DEPTH	16
#define FDT_MAX_CELLS	4

/* The properties that matter. */
enum fdt_prop_name {
	PROP_ADDRESS_CELLS,
	PROP_SIZE_CELLS,
	PROP_RANGES,
	PROP_REG,
	PROP_COMPATIBLE,
	PROP_STATUS,
	PROP_DEVICE_TYPE,
	PROP_PHANDLE,
	PROP_INTERRUPTS,
	PROP_INTERRUPTS_EXTENDED,
	PROP_REG_SHIFT,
	PROP_TIMEBASE,
	PROP_ISA,
	PROP_ISA_EXTENSIONS,
	PROP_MMU,
	PROP_NO_MAP,
	PROP_BOOTARGS,
	PROP_INITRD_START,
	PROP_INITRD_END,
	PROP_RNG_SEED,
	PROP_COUNT,
};

struct fdt_prop {
	const uint8_t *data;	/* NULL: the node has none of this name */
	uint32_t size;
};

struct fdt_node {
	const char *name;
	struct fdt_node *parent;
	unsigned address_cells;	/* of its children's reg */
	unsigned size_cells;
	bool complete;		/* all its properties were seen */
	struct fdt_prop prop[PROP_COUNT];
};

uint32_t fdt_u32(const void *p);		/* big endian, any alignment */
bool fdt_same(const char *a, const char *b);

/* fdt_node.c: before the first node; each node when its properties are known; after the last. */
void fdt_node_begin(unsigned long boot_hartid);
const char *fdt_node_read(const struct fdt_node *node, struct machine *m);
const char *fdt_node_end(struct machine *m);

/* fdt_ranges.c: what the tree says of RAM, put in order. => NULL or what is wrong, in words. */
void machine_begin_ram(void);
void machine_note(struct machine *m, const char *note);
const char *machine_add_ram(struct machine *m, uint64_t start, uint64_t size);
const char *machine_hide(struct machine *m, uint64_t start, uint64_t size);	/* no-map */
const char *machine_finish_ram(struct machine *m);

/* Does no reservation but the initrd's own overlap the initrd? Its frames are given away later. */
bool machine_initrd_is_ours(const struct machine *m);
