/*
 * elf_image.h - an ELF file that is built byte by byte, so that it can be changed at will, and what
 * becomes of execve of it. The program exits with GOOD: its data byte plus its bss byte.
 */
#ifndef USER_TEST_ELF_IMAGE_H
#define USER_TEST_ELF_IMAGE_H

#include "user/test/util.h"

#define GOOD 42
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
UNUSED_OK static void put_code(unsigned char *code, bool blocks)
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

UNUSED_OK static void new_image(uint64_t base, int type)
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
UNUSED_OK static int wait_a_while(pid_t pid)
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
UNUSED_OK static int try(size_t n)
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

#endif
