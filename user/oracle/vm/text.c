/*
 * text.c - a step as the C call it is, for the trace.
 */
#include "user/oracle/vm/vm.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct name {
	int bit;
	const char *text;
};

static const struct name prots[] = {
	{PROT_READ, "PROT_READ"},
	{PROT_WRITE, "PROT_WRITE"},
	{PROT_EXEC, "PROT_EXEC"},
	{0, NULL},
};
static const struct name map_flags[] = {
	{MAP_SHARED, "MAP_SHARED"},	   {MAP_PRIVATE, "MAP_PRIVATE"},
	{MAP_ANONYMOUS, "MAP_ANONYMOUS"},  {MAP_FIXED, "MAP_FIXED"},
	{0x100000, "MAP_FIXED_NOREPLACE"}, {MAP_POPULATE, "MAP_POPULATE"},
	{ MAP_NORESERVE, "MAP_NORESERVE" }, { 0, NULL },
};
static const struct name remap_flags[] = {
	{ MREMAP_MAYMOVE, "MREMAP_MAYMOVE" }, { MREMAP_FIXED, "MREMAP_FIXED" },
	{ 4, "MREMAP_DONTUNMAP" }, { 0, NULL },
};
static const struct name advices[] = {
	{ 0, "MADV_NORMAL" }, { 4, "MADV_DONTNEED" }, { 8, "MADV_FREE" }, { 9, "MADV_REMOVE" },
	{ 10, "MADV_DONTFORK" }, { 11, "MADV_DOFORK" }, { 18, "MADV_WIPEONFORK" },
	{19, "MADV_KEEPONFORK"},
	{22, "MADV_POPULATE_READ"},
	{23, "MADV_POPULATE_WRITE"},
	{0, NULL},
};
static const struct name sync_flags[] = {
	{MS_ASYNC, "MS_ASYNC"},
	{MS_INVALIDATE, "MS_INVALIDATE"},
	{MS_SYNC, "MS_SYNC"},
	{0, NULL},
};

/* A text that is put together in pieces. */
struct text {
	char *at;
	size_t room;
};

__attribute__((format(printf, 2, 3)))
static void add(struct text *t, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(t->at, t->room, fmt, ap);
	va_end(ap);
	if (n > 0 && (size_t)n < t->room) {
		t->at += n;
		t->room -= (size_t)n;
	}
}

static void add_bits(struct text *t, const struct name *names, int bits)
{
	const char *between = "";

	for (; names->text; names++) {
		if (bits & names->bit) {
			add(t, "%s%s", between, names->text);
			between = "|";
			bits &= ~names->bit;
		}
	}
	if (bits || !*between)
		add(t, "%s%#x", between, (unsigned)bits);
}

static void add_place(struct text *t, const struct place *p)
{
	static const char *const names[REGIONS] = { "w", "b", "p", "q", "r" };

	if (p->region == IN_NOTHING)
		add(t, "%#lx", p->offset);
	else
		add(t, "%s+%#lx", names[p->region], p->offset);
}

static void add_advice(struct text *t, int advice)
{
	const struct name *n = advices;

	while (n->text && n->bit != advice)
		n++;
	if (n->text)
		add(t, "%s", n->text);
	else
		add(t, "%d", advice);
}

static const char *const file_names[FILES] = {"fd_a",	     "fd_b",   "fd_a_rdonly",
					      "fd_b_wronly", "fd_dir", "-1"};

static void add_mapping_call(struct text *t, const struct step *s)
{
	switch (s->code) {
	case STEP_MMAP:
		add(t, ", %#lx, ", s->len);
		add_bits(t, prots, s->prot);
		add(t, ", ");
		add_bits(t, map_flags, s->flags);
		add(t, ", %s, %#lx)", file_names[s->file], s->offset);
		break;
	case STEP_MPROTECT:
		add(t, ", %#lx, ", s->len);
		add_bits(t, prots, s->prot);
		add(t, ")");
		break;
	case STEP_MREMAP:
		add(t, ", %#lx, %#lx, ", s->len, s->new_len);
		add_bits(t, remap_flags, s->flags);
		add(t, ", ");
		add_place(t, &s->to);
		add(t, ")");
		break;
	case STEP_MADVISE:
		add(t, ", %#lx, ", s->len);
		add_advice(t, s->prot);
		add(t, ")");
		break;
	case STEP_MSYNC:
		add(t, ", %#lx, ", s->len);
		add_bits(t, sync_flags, s->prot);
		add(t, ")");
		break;
	default:
		add(t, ", %#lx)", s->len);
	}
}

int step_text(char *text, size_t size, const struct step *s)
{
	static const char *const names[STEP_CODES] = {
		"mmap(", "munmap(", "mprotect(", "mremap(", "madvise(", "brk(", "mincore(", "msync(",
		"load(", "store(", "ftruncate(", "pread(", "pwrite(",
	};
	struct text t = { text, size };

	switch (s->code) {
	case STEP_FORK_SOME:
		add(&t, "fork(), and the child does the next %lu, then ends", s->offset);
		break;
	case STEP_FORK_REST:
		add(&t, "fork(), and the child does the rest");
		break;
	case STEP_FORK_WATCH:
		add(&t, "fork(), and the child looks at memory at the end");
		break;
	case STEP_TRUNCATE:
		add(&t, "ftruncate(%s, %#lx)", file_names[s->file], s->len);
		break;
	case STEP_PREAD:
	case STEP_PWRITE:
		add(&t, "%s%s, ", names[s->code], file_names[s->file]);
		add_place(&t, &s->at);
		add(&t, ", %#lx, %#lx)", s->len, s->offset);
		break;
	default:
		add(&t, "%s", names[s->code]);
		add_place(&t, &s->at);
		if (s->code == STEP_BRK)
			add(&t, ")");
		else
			add_mapping_call(&t, s);
	}
	return (int)(t.at - text);
}

/* To standard output, past stdio: nothing is held that a fork could double. */
void say(const char *fmt, ...)
{
	char line[400];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	for (int done = 0; done < n;) {
		ssize_t w = write(STDOUT_FILENO, line + done, (size_t)(n - done));

		if (w <= 0)
			_exit(1);
		done += (int)w;
	}
}
