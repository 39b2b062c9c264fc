/*
 * fdt_node.h - between fdt.c, which walks the tree, and fdt_node.c, which understands its nodes.
 */
#pragma once

#include "boot/fdt.h"
#include "kernel/string.h"

#define FDT_MAX_DEPTH	16
#define FDT_MAX_CELLS	4

/* The properties that matter: PROP_NAME, "its name in the tree". */
#define FDT_PROPERTIES						\
	PROP(ADDRESS_CELLS, "#address-cells")			\
	PROP(SIZE_CELLS, "#size-cells")				\
	PROP(RANGES, "ranges")					\
	PROP(REG, "reg")					\
	PROP(COMPATIBLE, "compatible")				\
	PROP(STATUS, "status")					\
	PROP(DEVICE_TYPE, "device_type")			\
	PROP(PHANDLE, "phandle")				\
	PROP(INTERRUPTS, "interrupts")				\
	PROP(INTERRUPTS_EXTENDED, "interrupts-extended")	\
	PROP(REG_SHIFT, "reg-shift")				\
	PROP(TIMEBASE, "timebase-frequency")			\
	PROP(ISA, "riscv,isa")					\
	PROP(ISA_EXTENSIONS, "riscv,isa-extensions")		\
	PROP(MMU, "mmu-type")					\
	PROP(NO_MAP, "no-map")					\
	PROP(BOOTARGS, "bootargs")				\
	PROP(RNG_SEED, "rng-seed")				\
	PROP(INITRD_START, "linux,initrd-start")		\
	PROP(INITRD_END, "linux,initrd-end")

#define PROP(name, text)	PROP_##name,
enum fdt_prop_name { FDT_PROPERTIES PROP_COUNT };
#undef PROP

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
