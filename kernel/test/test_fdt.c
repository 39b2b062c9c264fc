/*
 * test_fdt.c - the device-tree reader: a good tree, odd ones, and what is refused in words. Damaged
 * ones are test_fdt_damaged.c's.
 *
 *	gcc -std=gnu11 -O1 -g -I. -fsanitize=address,undefined kernel/test/test_fdt.c -o test_fdt
 */
#include "kernel/test/fdt_tree.h"

static void test_good(void)
{
	uint32_t size;
	uint8_t *blob = good_tree(&size);

	machine = (struct machine){0};
	is_text(fdt_read(blob, size, 1, &machine), NULL, "a good tree is read");
	is(fdt_size(blob), size, "its size");
	free(blob);
	is(machine.ram_count, 1, "one piece of memory");
	is(machine.ram[0].start, 0x80000000, "its start");
	is(machine.ram[0].end, 0x90000000, "its end");
	is(machine.hart_count, 2, "two harts");
	is(machine.hartid[0], 1, "the one that boots is first");
	is(machine.hartid[1], 0, "then the other");
	is(machine.plic_context[0], 3, "its interrupt context");
	is(machine.plic_context[1], 1, "the other's");
	ok(machine.sstc, "both have Sstc");
	is(machine.timebase, 10000000, "the clock");
	is(machine.uart.start, 0x10000000, "the UART");
	is(machine.uart_irq, 10, "its interrupt");
	is(machine.plic.end, 0xc600000, "the PLIC");
	is(machine.finisher, 0x100000, "the finisher");
	is(machine.initrd.start, 0x84000000, "the initrd, from 8 bytes");
	is(machine.initrd.end, 0x84100000, "its end, from 4");
	is(machine.reserved_count, 1, "it is reserved");
	is(machine.reserved[0].start, 0x84000000, "from its start");
	is(machine.reserved[0].end, 0x84100000, "to its end");
	is_text(machine.bootargs, "quiet test=1", "the command line");
	ok(memcmp(machine.rng_seed, "thirty-two bytes of any contents", 32) == 0, "the seed");
	is(machine.note_count, 0, "nothing is odd");
}

static void test_ram(void)
{
	start_tree();
	two_cpus();
	memory(0x90000800, 0x10000000);
	memory(0x80000000, 0x10000000);
	memory(0x90000000, 0x1000);
	memory(0x1fff000000, 0x2000000);
	memory(0xfffffffffffff000, 0x2000);
	begin("reserved-memory");
	prop_cells("#address-cells", 2);
	prop_cells("#size-cells", 2);
	begin("a@0");
	prop_cells("reg", 0, 0x80000000, 0, 0x40001);
	prop("no-map", "", 0);
	end();
	begin("b@0");
	prop_cells("reg", 0, 0x88000000, 0, 0x1000, 0, 0x88001800, 0, 0x1000);
	end();
	begin("c@0");
	prop_string("status", "disabled");
	prop_cells("reg", 0, 0x89000000, 0, 0x1000);
	end();
	end();
	put_u32(reserve_map + 12, 0x1000);
	put_u32(reserve_map + 20, 0x87fff000);
	put_u32(reserve_map + 28, 0x1000);
	put_u32(reserve_map + 36, 0x86000000);
	reserve_size = 64;
	is_text(read_tree(0), NULL, "several pieces of memory");
	is(machine.ram_count, 2, "those that touch are one");
	is(machine.ram[0].start, 0x80041000, "memory that may not be mapped is left out");
	is(machine.ram[0].end, 0xa0000000, "half a page at the end is not used");
	is(machine.ram[1].start, 0x1fff000000, "memory near 128 GiB");
	is(machine.ram[1].end, 0x2000000000, "is used up to there");
	is(machine.note_count, 1, "and that is noted, once");
	is(machine.reserved_count, 4, "reserved pieces that only touch stay apart");
	is(machine.reserved[0].end, 0x1000, "a first one at 0");
	is(machine.reserved[1].start, 0x87fff000, "from the list of the header");
	is(machine.reserved[1].end, 0x88000000, "to the nodes'");
	is(machine.reserved[3].start, 0x88001000, "of which the second");
	is(machine.reserved[3].end, 0x88003000, "is reserved in whole pages");
	ok(machine.reserves, "the tree keeps some memory for itself");
	ok(machine_is_ram(&machine, 0x80041000, 0xa0000000), "all of a piece is RAM");
	ok(!machine_is_ram(&machine, 0x80040000, 0x80042000), "what begins before it is not");
	ok(!machine_is_ram(&machine, 0xa0000000, 0xa0001000), "nor what lies behind");
}

static void test_holes_in_ram(void)
{
	start_tree();
	two_cpus();
	memory(0x80000000, 0x10000000);
	begin("reserved-memory");
	prop_cells("#address-cells", 2);
	prop_cells("#size-cells", 2);
	begin("hole@0");
	prop_cells("reg", 0, 0x84000000, 0, 0x1000, 0, 0x8ffff000, 0, 0x1000);
	prop("no-map", "", 0);
	end();
	end();
	is_text(read_tree(0), NULL, "holes in the middle and at the end");
	is(machine.ram_count, 2, "make two of one");
	is(machine.ram[0].end, 0x84000000, "up to the hole");
	is(machine.ram[1].start, 0x84001000, "and from its end");
	is(machine.ram[1].end, 0x8ffff000, "to the other");
}

static void test_harts(void)
{
	start_tree();
	memory(0x80000000, 0x10000000);
	begin_cpus();
	cpu(0, "disabled", SSTC, SV39);
	cpu(1, "okay", SSTC, "riscv,none");
	for (unsigned i = 2; i < 14; i++)
		cpu(i, NULL, i == 13 ? PLAIN : SSTC, i == 3 ? NULL : SV39);
	end();
	is_text(read_tree(12), NULL, "many harts");
	is(machine.harts_seen, 12, "the usable ones are counted");
	is(machine.hart_count, 8, "8 are used");
	is(machine.hartid[0], 12, "the first is the one that boots");
	is(machine.hartid[1], 2, "then in order");
	is(machine.hartid[7], 8, "to the seventh");
	ok(machine.sstc, "a hart that is not used does not spoil Sstc");
	is(machine.plic_context[0], PLIC_NO_CONTEXT, "without a PLIC there is no context");

	start_tree();
	memory(0x80000000, 0x10000000);
	begin_cpus();
	cpu(0, "okay", SSTC, SV39);
	cpu(1, "okay", PLAIN, SV39);
	end();
	is_text(read_tree(0), NULL, "a hart without Sstc");
	ok(!machine.sstc, "spoils it for all");

	start_tree();
	memory(0x80000000, 0x10000000);
	begin_cpus();
	cpu(0, "okay", "rv64imac_sstc_zba", SV39);
	begin("cpu@1");
	prop_string("device_type", "cpu");
	prop_cells("reg", 1);
	prop("riscv,isa-extensions", "i\0m\0sstc\0zba", 13);
	end();
	end();
	is_text(read_tree(0), NULL, "two ways to name extensions");
	ok(machine.sstc, "are both understood");
	is(machine.hart_count, 2, "paging is not in question when nothing is said of it");

	start_tree();
	memory(0x80000000, 0x10000000);
	begin_cpus();
	begin("cpu@0");
	prop_string("device_type", "cpu");
	prop_cells("reg", 0);
	prop("riscv,isa", "rv64imac_sstc", 13);
	end();
	end();
	is_text(read_tree(0), NULL, "a string without its end");
	ok(!machine.sstc, "is not believed");
}

static void test_devices(void)
{
	start_tree();
	memory(0x80000000, 0x10000000);
	two_cpus();
	begin("bus");
	prop_cells("#address-cells", 1);
	prop_cells("#size-cells", 1);
	prop_cells("ranges", 0x0, 0x2, 0x40000000, 0x10000);
	begin("uart@100");
	prop_string("compatible", "ns16550a");
	prop_cells("reg", 0x100, 0x100);
	prop_cells("reg-shift", 2);
	prop_cells("interrupts-extended", 7, 33);
	end();
	begin("test@20000");
	prop_string("compatible", "sifive,test1");
	prop_cells("reg", 0x20000, 0x100);
	end();
	end();
	is_text(read_tree(0), NULL, "a bus with addresses of its own");
	is(machine.uart.start, 0x240000100, "they are translated");
	is(machine.uart_shift, 2, "the distance of the registers");
	is(machine.uart_irq, 33, "the interrupt of the other form");
	is(machine.finisher, 0, "what the bus does not reach is not there");

	start_tree();
	memory(0x80000000, 0x10000000);
	two_cpus();
	begin("private");
	prop_cells("#address-cells", 1);
	prop_cells("#size-cells", 1);
	begin("test@100");
	prop_string("compatible", "sifive,test1");
	prop_cells("reg", 0x100, 0x100);
	end();
	end();
	begin("uart@0");
	prop_string("compatible", "ns16550a");
	prop_string("status", "disabled");
	prop_cells("reg", 0, 0x1000, 0, 0x100);
	end();
	begin("plic@0");
	prop_string("compatible", "riscv,plic0");
	prop_cells("reg", 0xffffff, 0xfffff000, 0, 0x2000);
	end();
	is_text(read_tree(0), NULL, "devices that cannot be had");
	is(machine.finisher, 0, "on a bus that is not connected");
	is(machine.uart.end, 0, "disabled");
	is(machine.plic.end, 0, "beyond the processor's addresses");
}

/* One tree of which one thing is wrong, and what is said. */
static void bad_initrd(uint32_t start, uint32_t end, const char *words)
{
	start_tree();
	chosen("", start, end);
	memory(0x80000000, 0x10000000);
	two_cpus();
	is_text(read_tree(0), words, words);
}

static const char taken[] = "its initrd lies in memory that it reserves for something else";

/* An initrd from 0x84000000 to 0x84100000, and what the header's list reserves. */
static void reserved_initrd(uint32_t start, uint32_t size, const char *words)
{
	start_tree();
	chosen("", 0x84000000, 0x84100000);
	memory(0x80000000, 0x10000000);
	two_cpus();
	put_u32(reserve_map + 4, start);
	put_u32(reserve_map + 12, size);
	reserve_size = 32;
	is_text(read_tree(0), words, words ? "the initrd is in others' memory" : "it is not");
}

static void test_refused(void)
{
	start_tree();
	two_cpus();
	is_text(read_tree(0), "it names no memory", "no memory");

	start_tree();
	memory(0x80000000, 0x10000000);
	two_cpus();
	is_text(read_tree(7), "the hart that runs this is not among its usable processors",
		"an unknown hart");

	start_tree();
	memory(0x80000000, 0x10000000);
	begin("cpus");
	prop_cells("#address-cells", 1);
	prop_cells("#size-cells", 0);
	cpu(0, "okay", SSTC, SV39);
	end();
	is_text(read_tree(0), "it does not tell how fast the clock runs (timebase-frequency)",
		"no clock");

	start_tree();
	two_cpus();
	for (unsigned i = 0; i < 17; i++)
		memory(0x80000000 + i * 0x100000, 0x1000);
	is_text(read_tree(0), "it names more pieces of memory than the 16 there is room for",
		"too many pieces");
}

static void test_refused_initrd(void)
{
	bad_initrd(0x84000000, 0x83000000, "its initrd ends before it starts");
	start_tree();
	begin("chosen");
	prop_cells("linux,initrd-start", 0x84000000);
	end();
	is_text(read_tree(0), "its initrd has no start and end of 4 or 8 bytes", "half an initrd");

	start_tree();
	chosen("", 0x84000000, 0x84000000);
	memory(0x80000000, 0x10000000);
	two_cpus();
	is_text(read_tree(0), NULL, "an empty initrd");
	is(machine.initrd.start, 0, "is none");

	bad_initrd(0x8f000000, 0x90000001, "its initrd lies outside of the memory it names");
	bad_initrd(0x7f000000, 0x80000000, "its initrd lies outside of the memory it names");
	reserved_initrd(0x84000000, 0x100000, NULL);
	reserved_initrd(0x83ff0000, 0x10000, NULL);
	reserved_initrd(0x84100000, 0x10000, NULL);
	reserved_initrd(0x84000000, 0x101000, taken);
	reserved_initrd(0x83fff000, 0x1001, taken);
	reserved_initrd(0x84080000, 0x1000, taken);
}

static void test_refused_form(void)
{
	start_tree();
	for (unsigned i = 0; i < 20; i++)
		begin("deep");
	for (unsigned i = 0; i < 20; i++)
		end();
	is_text(read_tree(0), "its nodes are nested too deep", "too deep");

	start_tree();
	prop_cells("#address-cells", 9);
	is_text(read_tree(0), "a node's #address-cells or #size-cells makes no sense",
		"impossible cells");

	start_tree();
	memory(0x80000000, 0x1000);
	prop_cells("late", 1);
	is_text(read_tree(0), "a property comes after its node's children", "a late property");

	start_tree();
	reserve_size = 0;
	is_text(read_tree(0), "its list of reserved memory has no end", "no end of the list");
}

static void test_bootargs(void)
{
	char many[1500];

	memset(many, 'x', sizeof(many));
	many[sizeof(many) - 1] = '\0';
	start_tree();
	chosen(many, 0, 0);
	memory(0x80000000, 0x10000000);
	two_cpus();
	is_text(read_tree(0), NULL, "a command line that is too long");
	is(strlen(machine.bootargs), MACHINE_BOOTARGS - 1, "is cut");
	is(machine.note_count, 1, "and that is noted");

	strcpy(machine.bootargs, "  first  quiet init quieter");
	ok(machine_has_bootarg("quiet"), "a word");
	ok(machine_has_bootarg("first"), "the first, behind blanks");
	ok(machine_has_bootarg("quieter"), "the last");
	ok(!machine_has_bootarg("quie"), "a part of a word is not the word");
	ok(!machine_has_bootarg("nit"), "nor is its end");
	machine.bootargs[0] = '\0';
	ok(!machine_has_bootarg("quiet"), "nothing in an empty line");
}

int main(void)
{
	test_good();
	test_ram();
	test_holes_in_ram();
	test_harts();
	test_devices();
	test_refused();
	test_refused_initrd();
	test_refused_form();
	test_bootargs();
	return host_done();
}
