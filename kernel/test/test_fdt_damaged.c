/*
 * test_fdt_damaged.c - the device-tree reader and trees that were cut, or changed in any byte.
 *
 *	gcc -std=gnu11 -O1 -g -I. -fsanitize=address,undefined kernel/test/test_fdt_damaged.c -o t
 */
#include "kernel/test/fdt_tree.h"

static void header_case(unsigned word, uint32_t value, const char *words)
{
	uint32_t size;
	uint8_t *blob = good_tree(&size);

	put_u32(blob + 4 * word, value);
	machine = (struct machine){0};
	is_text(fdt_read(blob, size, 0, &machine), words, words);
	free(blob);
}

static void test_header(void)
{
	header_case(0, 0xd00dfeee, "it does not begin with a device tree's magic number");
	header_case(1, 0x1000000, "its size makes no sense");
	header_case(1, 8, "its size makes no sense");
	header_case(1, 0x100000, "it is longer than the memory it lies in");
	header_case(2, 0x7fffffff, "its structure lies outside of it");
	header_case(2, 57, "its structure lies outside of it");
	header_case(9, 0xfffffffc, "its structure lies outside of it");
	header_case(3, 0xffffff00, "its strings lie outside of it");
	header_case(4, 0xffffff00, "its list of reserved memory lies outside of it");
	header_case(5, 16, "it is of a version other than 17");
	header_case(6, 18, "it is of a version other than 17");
}

/* However the tree is damaged, what is read keeps its promises. */
static int is_sound(const struct machine *m)
{
	int good = m->ram_count <= MACHINE_MAX_RANGES && m->reserved_count <= MACHINE_MAX_RANGES &&
		   m->hart_count >= 1 && m->hart_count <= MAX_HARTS && m->timebase &&
		   m->ram_count >= 1 &&
		   memchr(m->bootargs, 0, sizeof(m->bootargs)) &&
		   m->initrd.start <= m->initrd.end;

	for (unsigned i = 0; good && i < m->ram_count; i++)
		good = m->ram[i].start < m->ram[i].end && m->ram[i].end <= DIRECT_MAP_SIZE &&
		       is_aligned(m->ram[i].start | m->ram[i].end, PAGE_SIZE) &&
		       (i == 0 || m->ram[i - 1].end < m->ram[i].start);
	return good;
}

static void test_damaged(void)
{
	uint32_t size, cut = 0, sound = 0, read = 0, refused = 0;
	uint8_t *blob = good_tree(&size), *copy;

	for (uint32_t i = 0; i < size; i++) {
		copy = malloc(i ? i : 1);
		memcpy(copy, blob, i);
		if (i >= 8)
			put_u32(copy + 4, i);
		machine = (struct machine){0};
		cut += fdt_read(copy, i, 0, &machine) != NULL;
		free(copy);
	}
	is(cut, size, "a tree cut short anywhere is refused");
	copy = malloc(size);
	for (uint32_t i = 0; i < 8 * size; i++) {
		static const uint8_t values[] = {0, 1, 2, 3, 9, 0x7f, 0x80, 0xff};

		memcpy(copy, blob, size);
		copy[i / 8] = values[i % 8];
		machine = (struct machine){0};
		if (fdt_read(copy, size, 0, &machine)) {
			refused++;
		} else {
			read++;
			sound += is_sound(&machine);
		}
	}
	is(sound, read, "a tree with any byte changed is refused or gives a sound machine");
	ok(refused > 1000 && read > 1000, "both happened");
	srand(1);
	sound = read = 0;
	for (uint32_t i = 0; i < 20000; i++) {
		memcpy(copy, blob, size);
		for (int j = rand() % 12; j >= 0; j--)
			copy[40 + rand() % (size - 40)] = rand();
		machine = (struct machine){0};
		if (!fdt_read(copy, size, 0, &machine)) {
			read++;
			sound += is_sound(&machine);
		}
	}
	is(sound, read, "so does one with several");
	free(copy);
	free(blob);
}

int main(void)
{
	test_header();
	test_damaged();
	return host_done();
}
