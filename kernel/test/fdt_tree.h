/*
 * fdt_tree.h - device trees under construction, for the tests of the reader, which is included.
 */
#pragma once

#include <stdlib.h>

#include "kernel/test/host.h"

#include "boot/fdt.c"
#include "boot/fdt_node.c"
#include "boot/fdt_ranges.c"
#include "boot/machine.c"

#define BLOCK	65536

static uint8_t structure[BLOCK], strings[4096], reserve_map[64];
static uint32_t structure_size, strings_size, reserve_size;

static inline void put_u32(uint8_t *at, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		at[i] = value >> (24 - 8 * i);
}

static inline void token(uint32_t value)
{
	put_u32(structure + structure_size, value);
	structure_size += 4;
}

static inline void bytes(const void *data, uint32_t size)
{
	memcpy(structure + structure_size, data, size);
	structure_size += size;
	while (structure_size % 4)
		structure[structure_size++] = 0;
}

static inline void begin(const char *name)
{
	token(FDT_BEGIN_NODE);
	bytes(name, strlen(name) + 1);
}

static inline void end(void)
{
	token(FDT_END_NODE);
}

static inline void prop(const char *name, const void *data, uint32_t size)
{
	token(FDT_PROP);
	token(size);
	token(strings_size);
	strcpy((char *)strings + strings_size, name);
	strings_size += strlen(name) + 1;
	bytes(data, size);
}

static inline void prop_string(const char *name, const char *text)
{
	prop(name, text, strlen(text) + 1);
}

#define prop_cells(name, ...) do {							\
	const uint32_t cells_[] = {__VA_ARGS__};					\
	uint8_t data_[sizeof(cells_)];							\
											\
	for (unsigned i_ = 0; i_ < sizeof(cells_) / 4; i_++)				\
		put_u32(data_ + 4 * i_, cells_[i_]);					\
	prop(name, data_, sizeof(data_));						\
} while (0)

static inline void start_tree(void)
{
	structure_size = strings_size = 0;
	memset(reserve_map, 0, sizeof(reserve_map));
	reserve_size = 16;
	begin("");
	prop_cells("#address-cells", 2);
	prop_cells("#size-cells", 2);
}

static inline void memory(uint64_t start, uint64_t size)
{
	begin("memory@0");
	prop_string("device_type", "memory");
	prop_cells("reg", start >> 32, start, size >> 32, size);
	end();
}

static inline void begin_cpus(void)
{
	begin("cpus");
	prop_cells("#address-cells", 1);
	prop_cells("#size-cells", 0);
	prop_cells("timebase-frequency", 10000000);
}

static inline void cpu(unsigned hartid, const char *status, const char *isa, const char *mmu)
{
	begin("cpu@0");
	prop_string("device_type", "cpu");
	prop_cells("reg", hartid);
	if (status)
		prop_string("status", status);
	prop_string("riscv,isa", isa);
	if (mmu)
		prop_string("mmu-type", mmu);
	begin("interrupt-controller");
	prop_cells("phandle", 100 + hartid);
	end();
	end();
}

#define SSTC	"rv64imafdc_zicsr_sstc"
#define PLAIN	"rv64imafdc_sstcx_xsstc"
#define SV39	"riscv,sv39"

static inline void two_cpus(void)
{
	begin_cpus();
	cpu(0, "okay", SSTC, SV39);
	cpu(1, "okay", SSTC, "riscv,sv57");
	end();
}

static inline void soc(void)
{
	begin("soc");
	prop_cells("#address-cells", 2);
	prop_cells("#size-cells", 2);
	prop("ranges", "", 0);
	begin("serial@10000000");
	prop("compatible", "ns16550a\0ns16550", 17);
	prop_cells("reg", 0, 0x10000000, 0, 0x100);
	prop_cells("interrupts", 10);
	end();
	begin("plic@c000000");
	prop("compatible", "sifive,plic-1.0.0\0riscv,plic0", 30);
	prop_cells("reg", 0, 0xc000000, 0, 0x600000);
	prop_cells("interrupts-extended", 100, 11, 100, 9, 101, 11, 101, 9);
	end();
	begin("test@100000");
	prop("compatible", "sifive,test1\0syscon", 20);
	prop_cells("reg", 0, 0x100000, 0, 0x1000);
	end();
	end();
}

static inline void chosen(const char *args, uint32_t initrd_start, uint32_t initrd_end)
{
	begin("chosen");
	prop_string("bootargs", args);
	prop("rng-seed", "thirty-two bytes of any contents", 32);
	if (initrd_start) {
		prop_cells("linux,initrd-start", 0, initrd_start);
		prop_cells("linux,initrd-end", initrd_end);
	}
	end();
}

/* The finished tree, in memory of exactly its size: reading beyond it is caught. */
static inline uint8_t *finish_tree(uint32_t *size)
{
	uint32_t at_map = 40, at_structure, at_strings;
	uint8_t *blob;

	end();
	token(FDT_END);
	at_structure = at_map + reserve_size;
	at_strings = at_structure + structure_size;
	*size = at_strings + strings_size;
	blob = malloc(*size);
	const uint32_t header[10] = {FDT_MAGIC, *size, at_structure, at_strings, at_map, 17, 16, 0,
				     strings_size, structure_size};
	for (int i = 0; i < 10; i++)
		put_u32(blob + 4 * i, header[i]);
	memcpy(blob + at_map, reserve_map, reserve_size);
	memcpy(blob + at_structure, structure, structure_size);
	memcpy(blob + at_strings, strings, strings_size);
	return blob;
}

static inline uint8_t *good_tree(uint32_t *size)
{
	start_tree();
	chosen("quiet test=1", 0x84000000, 0x84100000);
	memory(0x80000000, 0x10000000);
	two_cpus();
	soc();
	return finish_tree(size);
}

/* What the reader says of the tree that was started. */
static inline const char *read_tree(unsigned long hartid)
{
	const char *err;
	uint32_t size;
	uint8_t *blob = finish_tree(&size);

	machine = (struct machine){0};
	err = fdt_read(blob, size, hartid, &machine);
	free(blob);
	return err;
}
