/*
 * ELF files that are sound, some of them in odd ways, and those with an interpreter: they run. Catches
 * bss that shows the file's bytes, an order of segments that is taken for granted, an interpreter that
 * is not looked at, and text that each process has a copy of.
 */
#include "user/test/elf_image.h"

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
	long before;

	if (on_qemu_user())
		skip_all("qemu-user loads programs itself");
	scratch_enter();
	sound();
	before = free_kib();
	odd_but_sound();
	interpreters();
	shared_text();
	new_image(BASE, 2);
	is(try(sizeof(image)), GOOD, "after all that the sound one still runs");
	memory_is_back(before);
	return done_testing();
}
