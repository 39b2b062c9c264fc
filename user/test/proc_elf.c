/*
 * ELF files that are cut and corrupted: execve either runs them, refuses them with the caller unharmed,
 * or the new program dies of it; nothing else happens. Catches a header that is believed, and a segment
 * that lands on the kernel or on nothing. What is sound is in proc_elf_sound.c.
 */
#include "user/test/elf_image.h"

static void cut_short(void)
{
	int wrong = 0, strange = 0;

	new_image(BASE, 2);
	for (size_t n = 0; n < CODE_AT; n += n < 64 ? 3 : 17)
		wrong += try(n) != REFUSED || last_errno != ENOEXEC;
	is(wrong, 0, "cut inside its headers: ENOEXEC at every length");
	for (size_t n = CODE_AT; n < sizeof(image); n += 601) {
		int r = try(n);

		strange += r != GOOD && r != DIED && r != REFUSED;
	}
	is(strange, 0, "cut behind them: it runs, dies, or is refused");
}

/* One field is wrong: refused, and the caller goes on. */
#define REFUSES(change, what) do {					\
	new_image(BASE, 2);						\
	change;								\
	int r_ = try(sizeof(image));					\
	if (!ok(r_ == REFUSED && last_errno == ENOEXEC, "%s: ENOEXEC", what)) \
		diag("  result %d, errno %d", r_, last_errno);		\
} while (0)

/* So wrong that it cannot run: refused (xv39, always), or found out too late and killed (Linux). */
#define NEVER_RUNS(change, what) do {					\
	new_image(BASE, 2);						\
	change;								\
	int r_ = try(sizeof(image));					\
	if (!ok(r_ == REFUSED || (r_ == DIED && !on_xv39()), "%s: never runs", what)) \
		diag("  result %d, errno %d", r_, last_errno);		\
} while (0)

static void wrong_headers(void)
{
	REFUSES(image.h.ident[0] = 0x7e, "magic");
	REFUSES(image.h.ident[3] = 'G', "magic, last byte");
	REFUSES(image.h.type = 1, "an object file");
	REFUSES(image.h.type = 4, "a core file");
	REFUSES(image.h.machine = 3, "another machine");
	REFUSES(image.h.phentsize = 55, "size of a program header");
	REFUSES(image.h.phentsize = 0, "size 0 of a program header");
	REFUSES(image.h.phnum = 0, "no program headers");
	REFUSES(image.h.phnum = 0xffff, "65,535 program headers");
	REFUSES(image.h.phnum = 1171, "more program headers than fit in 64 KiB");
	REFUSES(image.h.phoff = sizeof(image), "headers at the end of the file");
	REFUSES(image.h.phoff = sizeof(image) - 56, "headers across its end");
	REFUSES(image.h.phoff = 1UL << 40, "headers far beyond it");
	REFUSES(image.spare = ((struct segment){ 3, 4, 0, 0, 0, 0, 0, 1 }), "an empty interpreter");
	REFUSES(image.spare = ((struct segment){ 3, 4, 0, 0, 0, 4, 4, 1 }),
		"an interpreter that is not a string");
	if (on_xv39())
		REFUSES(image.h.ident[4] = 1, "a 32-bit program");
	else
		skip(1, "not every Linux looks at the class");
}

static void wrong_segments(void)
{
	NEVER_RUNS(image.text.type = image.data.type = 0, "nothing to load");
	NEVER_RUNS(image.data.filesz = 4 * PAGE, "more in the file than in memory");
	NEVER_RUNS(image.data.memsz = 1UL << 62, "a size larger than the address space");
	NEVER_RUNS(image.data.memsz = -1UL, "the largest size");
	NEVER_RUNS(image.data.memsz = image.data.filesz = -PAGE, "sizes that wrap");
	NEVER_RUNS(image.text.vaddr = -PAGE, "text in the last page");
	NEVER_RUNS(image.data.vaddr = 0xffffffff80000000, "data at the kernel");
	NEVER_RUNS(image.data.vaddr = 0xffffffc080000000, "data at the direct map");
	NEVER_RUNS(image.data.vaddr = 1UL << 63, "data at a non-canonical address");
	NEVER_RUNS(image.text.vaddr = 0xffffffff80000000;
		   image.h.entry = 0xffffffff80000000, "text and entry at the kernel");
	NEVER_RUNS(image.text.filesz = image.text.memsz = -1UL, "text of the largest size");
}

/* An entry that is nowhere: the new program dies at its first instruction. */
static void wrong_entries(void)
{
	static const uint64_t entry[] = {
		0,	   8,	 BASE - PAGE, BASE + 64 * MIB, 0xffffffff80000000,
		1UL << 63, -1UL, BASE + PAGE,
	};
	int bad = 0;

	for (size_t i = 0; i < COUNT_OF(entry); i++) {
		int r;

		new_image(BASE, 2);
		image.h.entry = entry[i];
		r = try(sizeof(image));
		if (r != DIED && r != REFUSED) {
			diag("  entry 0x%lx: %d", (unsigned long)entry[i], r);
			bad++;
		}
	}
	is(bad, 0, "an entry that is nowhere, in the kernel, or in data that is not executable");
}

/* Every byte of the headers, changed in five ways: whatever comes of it, it stays in the child. */
static void every_byte(void)
{
	static const unsigned char flip[] = { 0x01, 0x80, 0xff, 0x7f };
	int count[4] = { 0 }, n = 0;

	for (size_t at = 4; at < CODE_AT - 56; at++) {
		for (size_t f = 0; f < sizeof(flip); f++) {
			int r;

			new_image(BASE, 2);
			((unsigned char *)&image)[at] ^= flip[f];
			r = try(sizeof(image));
			count[r < 0 ? -r : 0]++;
			n++;
		}
	}
	is(count[0] + count[1] + count[2] + count[3], n, "%d corrupted headers", n);
	is(count[3], 0, "none hangs");
	diag("%d run, %d are refused, %d die", count[0], count[1], count[2]);
}

static void overlapping(void)
{
	int strange = 0, r;

	for (int shift = -2; shift <= 2; shift++) {
		new_image(BASE, 2);
		image.data.vaddr = BASE + (uint64_t)(shift * 0x800);
		r = try(sizeof(image));
		strange += r == HUNG;
		new_image(BASE, 2);
		image.data.offset += (uint64_t)(shift * 0x333);
		r = try(sizeof(image));
		strange += r == HUNG;
	}
	new_image(BASE, 2);
	image.spare = image.text;
	image.spare.vaddr = BASE - 16 * PAGE;	/* out of order */
	strange += try(sizeof(image)) == HUNG;
	is(strange, 0, "segments that overlap, are misaligned or out of order");
}

int main(void)
{
	long before;

	if (on_qemu_user())
		skip_all("qemu-user loads programs itself");
	scratch_enter();
	new_image(BASE, 2);
	is(try(sizeof(image)), GOOD, "a sound one runs");
	before = free_kib();
	cut_short();
	wrong_headers();
	wrong_segments();
	wrong_entries();
	every_byte();
	overlapping();
	new_image(BASE, 2);
	is(try(sizeof(image)), GOOD, "after all that the sound one still runs");
	memory_is_back(before);
	return done_testing();
}
