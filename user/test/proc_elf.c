/*
 * ELF files that are built here byte by byte, then cut and corrupted: execve either runs them,
 * refuses them with the caller unharmed, or the new program dies of it; nothing else happens.
 * Catches a header that is believed, a segment that lands on the kernel or on nothing, bss that
 * shows the file's bytes, and text that each process has a copy of.
 */
#include "user/test/util.h"

#define GOOD 42			/* what the program exits with: its data byte plus its bss byte */
#define REFUSED (-1)		/* execve failed; its errno is in last_errno */
#define DIED (-2)
#define HUNG (-3)

struct elf_header {
	unsigned char ident[16];
	uint16_t type, machine;
	uint32_t version;
	uint64_t entry, phoff, shoff;
	uint32_t flags;
	uint16_t ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};

struct segment {
	uint32_t type, flags;
	uint64_t offset, vaddr, paddr, filesz, memsz, align;
};

/* Headers and code in the first page, data in the second; the data's rest must not be seen. */
struct image {
	struct elf_header h;
	struct segment text, data, spare;
	unsigned char code[64];
	char gap[PAGE - 64 - 3 * 56 - 64];
	unsigned char bytes[PAGE];
} image;

#define BASE 0x400000UL
#define CODE_AT (64 + 3 * 56)

static int last_errno;

/* exit(data[0] + data[8]), found relative to the code; or, to block, read(0, sp, 1) first. */
static void put_code(unsigned char *code, bool blocks)
{
#ifdef __riscv
	static const uint32_t block[] = {
		0x00000513,		/* li a0, 0 */
		0xff010593,		/* addi a1, sp, -16 */
		0x00100613,		/* li a2, 1 */
		0x03f00893,		/* li a7, read */
		0x00000073,
	};
	uint32_t insn[] = {
		0x00001597,		/* auipc a1, 1: one page on */
		0,			/* addi a1, a1, minus what the code is into its page */
		0x0005c503,		/* lbu a0, 0(a1) */
		0x0085c603,		/* lbu a2, 8(a1) */
		0x00c50533,		/* add a0, a0, a2 */
		0x05d00893,		/* li a7, exit */
		0x00000073,
	};
	size_t n = blocks ? sizeof(block) : 0;

	insn[1] = 0x00058593u | (uint32_t)(-(CODE_AT + (int)n) & 0xfff) << 20;
	memcpy(code, block, n);
	memcpy(code + n, insn, sizeof(insn));
#else
	static const unsigned char block[] = {
		0x31, 0xff, 0x48, 0x8d, 0x74, 0x24, 0xf0, 0xba, 1, 0, 0, 0, 0x31, 0xc0, 0x0f, 0x05,
	};
	unsigned char insn[] = {
		0x48, 0x8d, 0x35, 0, 0, 0, 0,		/* lea rsi, [rip + to the data] */
		0x0f, 0xb6, 0x3e,			/* movzx edi, byte [rsi] */
		0x0f, 0xb6, 0x46, 8,			/* movzx eax, byte [rsi + 8] */
		0x01, 0xc7, 0xb8, 60, 0, 0, 0, 0x0f, 0x05,
	};
	size_t n = blocks ? sizeof(block) : 0;
	int32_t to_data = (int32_t)(PAGE - CODE_AT - n - 7);

	memcpy(insn + 3, &to_data, 4);
	memcpy(code, block, n);
	memcpy(code + n, insn, sizeof(insn));
#endif
}

static void new_image(uint64_t base, int type)
{
	memset(&image, 0, sizeof(image));
	image.h = (struct elf_header){
		.ident = { 0x7f, 'E', 'L', 'F', 2, 1, 1 }, .type = (uint16_t)type, .version = 1,
#ifdef __riscv
		.machine = 243, .flags = 5,
#else
		.machine = 62,
#endif
		.entry = base + CODE_AT, .phoff = 64, .ehsize = 64, .phentsize = 56, .phnum = 3,
	};
	image.text = (struct segment){ 1, 5, 0, base, base, PAGE, PAGE, PAGE };
	image.data = (struct segment){ 1, 6, PAGE, base + PAGE, base + PAGE, 8, 3 * PAGE, PAGE };
	image.spare = (struct segment){ 0x6474e551, 6, 0, 0, 0, 0, 0, 16 };
	put_code(image.code, false);
	memset(image.bytes, 0x77, sizeof(image.bytes));
	image.bytes[0] = GOOD;
}

/* Wait for pid, but not for ever: a corrupted program may loop. */
static int wait_a_while(pid_t pid)
{
	uint64_t end = now_ns() + 2000000000u;
	int status;

	while (waitpid(pid, &status, WNOHANG) == 0) {
		if (now_ns() > end) {
			kill(pid, SIGKILL);
			waitpid(pid, &status, 0);
			return -1;
		}
		sys(SYS_sched_yield);
	}
	return status;
}

/* What becomes of execve of the first n bytes of the image. */
static int try(size_t n)
{
	static int *failed;
	int fd = open("elf", O_WRONLY | O_CREAT | O_TRUNC, 0755), status;
	pid_t pid;

	if (!failed)
		failed = map_shared(PAGE);
	if (fd < 0 || write(fd, &image, n) != (ssize_t)n)
		bail_out("elf: errno %d", errno);
	close(fd);
	*failed = 0;
	pid = tap_fork();
	if (pid == 0) {
		char *canary = map_anon(PAGE, RW);

		memset(canary, 'c', PAGE);
		execve("elf", (char *const[]){ (char *)"elf", NULL }, (char *const[]){ NULL });
		*failed = errno;
		_exit(all_bytes(canary, PAGE, 'c') ? 0 : 1);
	}
	status = wait_a_while(pid);
	last_errno = *failed;
	if (status < 0)
		return HUNG;
	if (last_errno)
		return status == 0 ? REFUSED : DIED;
	return WIFSIGNALED(status) ? DIED : WEXITSTATUS(status);
}

static void sound(void)
{
	new_image(BASE, 2);
	is(try(sizeof(image)), GOOD, "ET_EXEC: text, data, and bss that does not show the file");
	new_image(0, 3);
	is(try(sizeof(image)), GOOD, "ET_DYN without an interpreter: static PIE");
	new_image(BASE, 2);
	is(try(PAGE + 8), GOOD, "a file that ends with its data");
	image.data.memsz = 8;
	is(try(PAGE + 8), GOOD, "no bss: the rest of the page is zero");
	new_image(BASE, 2);
	image.data.memsz = 64 * MIB;
	is(try(sizeof(image)), GOOD, "64 MiB of bss cost nothing until touched");
}

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

/* A static PIE as ./ld, which exits with GOOD + 1; with another magic number, no program at all. */
static void make_interpreter(unsigned char magic)
{
	new_image(0, 3);
	image.bytes[0] = GOOD + 1;
	image.h.ident[0] = magic;
	close(make_file("ld", &image, sizeof(image)));
	chmod("ld", 0755);
}

/* Odd, but Linux runs them, so every system must. */
static void odd_but_sound(void)
{
	new_image(BASE, 2);
	image.spare = image.text;
	image.text = image.data;
	image.data = image.spare;
	image.spare = (struct segment){ 0 };
	is(try(sizeof(image)), GOOD, "data comes before text in the table");
	new_image(BASE, 2);
	image.text.filesz = image.text.memsz = PAGE + 4;
	is(try(sizeof(image)), GOOD, "two segments share a page: the later one's shows");
	new_image(BASE, 2);
	image.spare = (struct segment){ 1, 6, 1UL << 40, BASE + 64 * PAGE, 0, 0, PAGE, PAGE };
	is(try(sizeof(image)), GOOD, "pure bss, its offset beyond the file");
	new_image(BASE, 2);
	image.spare = (struct segment){ 1, 6, 0, 0, 0, 0, 0, PAGE };
	is(try(sizeof(image)), GOOD, "a segment of nothing at address 0");
	new_image(BASE, 2);
	memcpy(image.bytes + 2048, &image.text, 3 * sizeof(struct segment));
	image.h.phoff = PAGE + 2048;
	is(try(sizeof(image)), GOOD, "program headers behind the first page");
	new_image(BASE, 2);
	image.spare.flags = 7;
	is(try(sizeof(image)), GOOD, "PT_GNU_STACK wants an executable stack");
	new_image(0, 3);
	image.text.align = 2 * MIB;
	is(try(sizeof(image)), GOOD, "a static PIE that asks for 2 MiB alignment");
	new_image(0x10000000, 3);
	is(try(sizeof(image)), GOOD, "one that does not begin at 0");
}

static void new_interpreted_image(void)
{
	static const char name[] = "./ld";

	new_image(BASE, 2);
	image.spare = (struct segment){ 3, 4, PAGE + 16, 0, 0, sizeof(name), sizeof(name), 1 };
	memcpy(image.bytes + 16, name, sizeof(name));
}

/* The program is run by an interpreter: itself a file that may be missing or wrong. */
static void interpreters(void)
{
	new_interpreted_image();
	is(try(sizeof(image)), REFUSED, "no interpreter");
	is(last_errno, ENOENT, "ENOENT");
	close(make_file("ld", "text", 4));
	is(try(sizeof(image)), REFUSED, "one that may not be run");
	is(last_errno, EACCES, "EACCES");
	chmod("ld", 0755);
	try(sizeof(image));
	ok(last_errno == EIO || last_errno == ELIBBAD, "one that is a text, too short");
	make_interpreter('x');
	new_interpreted_image();
	is(try(sizeof(image)), REFUSED, "one with a wrong magic number");
	is(last_errno, ELIBBAD, "ELIBBAD");
	make_interpreter(0x7f);
	new_interpreted_image();
	image.h.entry = 0;		/* the interpreter is what runs */
	is(try(sizeof(image)), GOOD + 1, "one that is sound runs in the program's place");
	unlink("ld");
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

/* Eight megabytes of text in a file: running it four times takes the memory of none. */
static void shared_text(void)
{
	const size_t size = 8 * MIB;
	int fd, in[2], out = 0;
	long before, during;
	pid_t pid[4];

	if (!on_xv39()) {
		skip(2, "other programs use this machine's memory");
		return;
	}
	new_image(BASE, 2);
	put_code(image.code, true);
	image.text.filesz = image.text.memsz = size;
	image.data.vaddr = BASE + size;
	fd = open("big", O_WRONLY | O_CREAT | O_TRUNC, 0755);
	write(fd, &image, sizeof(image));
	for (size_t at = sizeof(image); at < size; at += sizeof(image.bytes))
		write(fd, image.bytes, sizeof(image.bytes));
	close(fd);
	if (pipe(in) < 0)
		bail_out("pipe: errno %d", errno);
	before = free_kib();
	for (int i = 0; i < 4; i++) {
		pid[i] = tap_fork();
		if (pid[i] == 0) {
			dup2(in[0], 0);
			execve("big", (char *const[]){(char *)"big", NULL}, (char *const[]){NULL});
			_exit(1);
		}
	}
	for (int i = 0; i < 4; i++) {
		char path[32];

		snprintf(path, sizeof(path), "/proc/%d/maps", pid[i]);
		while (!strstr(slurp(path), "/big"))
			sys(SYS_sched_yield);
	}
	during = free_kib();
	ok(before - during < 1024, "four processes of 8 MiB of text take %ld kB", before - during);
	write(in[1], "1234", 4);
	for (int i = 0; i < 4; i++)
		out += WIFEXITED(tap_wait(pid[i]));
	ok(out == 4, "and end");
	close(in[0]);
	close(in[1]);
	unlink("big");
}

int main(void)
{
	long before, after;

	if (on_qemu_user())
		skip_all("qemu-user loads programs itself");
	scratch_enter();
	sound();
	before = free_kib();
	cut_short();
	wrong_headers();
	wrong_segments();
	wrong_entries();
	every_byte();
	odd_but_sound();
	interpreters();
	overlapping();
	shared_text();
	new_image(BASE, 2);
	is(try(sizeof(image)), GOOD, "after all that the sound one still runs");
	after = free_kib();
	if (on_xv39())
		is(after, before, "MemFree before and after: %ld and %ld kB", before, after);
	else
		skip(1, "other programs use this machine's memory");
	return done_testing();
}
