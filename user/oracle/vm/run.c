/*
 * run.c - makes each step's call; what it answered goes into the digest (process.c).
 *
 * Only relations are kept: a place for an address in a region, "chosen" for any other. To stay
 * clear of what a system is free to do, ranges are kept inside their region, a slot is unmapped
 * or moved as a whole (a hole in it would be a place for the next chosen mapping), and mremap is
 * not asked to move what may be several mappings: which neighbours merge is Linux's affair (it
 * looks at who shares pages with whose children), and since 6.17 it moves several at once. For that a
 * stretch remembers where a mapping of its own may begin.
 */
#include "user/oracle/vm/vm.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define DONTUNMAP	4

int files[FILES];

static bool in_slot(const struct place *p)
{
	return p->region >= IN_SLOT && p->region < REGIONS;
}

/* ---- Where mappings begin ---- */

static void cut(struct stretch *s, uintptr_t at)
{
	unsigned long page = (at - s->base) / PAGE;

	if (at >= s->base && page < 64)
		s->cuts |= 1UL << page;
}

/* One new mapping lies at this address. */
static void mapped(struct stretch *s, uintptr_t start, size_t size)
{
	cut(s, start);
	cut(s, start + size);
	for (uintptr_t at = start + PAGE; at < start + size; at += PAGE)
		s->cuts &= ~(1UL << (at - s->base) / PAGE);
}

static bool may_be_several(const struct stretch *s, uintptr_t start, size_t size)
{
	for (uintptr_t at = start + PAGE; at < start + size; at += PAGE) {
		if (s->cuts >> (at - s->base) / PAGE & 1)
			return true;
	}
	return false;
}

/* ---- Steps, with places made addresses ---- */

struct call {
	const struct step *step;
	struct stretch *in;	/* NULL: nowhere */
	uintptr_t at;
	unsigned long len;
	struct stretch *to_in;
	uintptr_t to;
	unsigned long new_len;
};

/* False if the slot is empty. */
static bool resolve(struct state *st, const struct place *p, struct stretch **in, uintptr_t *at)
{
	*in = NULL;
	*at = p->offset;
	if (p->region == IN_NOTHING)
		return true;
	*in = &st->regions[p->region];
	if (!(*in)->base)
		return false;
	*at = (*in)->base + (in_slot(p) ? p->offset % ((*in)->pages * PAGE) : p->offset);
	return true;
}

/* Not beyond the stretch; what is beyond everything may stay, except in a slot. */
static unsigned long clamp(const struct stretch *in, uintptr_t at, unsigned long len, bool slot)
{
	unsigned long room = in->base + in->pages * PAGE - (at & -PAGE);

	if (len >= 1UL << 47 && !slot)
		return len;
	return len > room ? room : len;
}

static bool prepare(struct state *st, const struct step *s, struct call *c)
{
	c->step = s;
	c->len = s->len;
	c->new_len = s->new_len;
	if (!resolve(st, &s->at, &c->in, &c->at) || !resolve(st, &s->to, &c->to_in, &c->to))
		return false;
	if (c->in && in_slot(&s->at) && (s->code == STEP_MUNMAP || s->code == STEP_MREMAP)) {
		c->at = c->in->base;
		c->len = c->in->pages * PAGE;
	}
	if (c->in)
		c->len = clamp(c->in, c->at, c->len, in_slot(&s->at));
	return true;
}

static long answer(long ret)
{
	return ret == -1 ? -errno : ret;
}

/* A new mapping: the place it lies at in its region, or that it was chosen. */
static long placed(struct state *st, struct call *c, long ret, unsigned long size)
{
	uintptr_t at = (uintptr_t)ret;

	if (ret == -1)
		return -errno;
	if (at % PAGE)
		return 1;
	for (int r = 0; r < REGIONS; r++) {
		struct stretch *s = &st->regions[r];

		if (s->base && at >= s->base && at < s->base + s->pages * PAGE &&
		    (r < IN_SLOT || s == c->in || s == c->to_in)) {
			mapped(s, at, size);
			return (long)((unsigned long)(r + 1) << 32 | (at - s->base));
		}
	}
	st->regions[c->step->slot] = (struct stretch){
		at, (unsigned)(size / PAGE < SLOT_PAGES ? size / PAGE : SLOT_PAGES), 1 };
	return CHOSEN;
}

static long do_mmap(struct state *st, struct call *c)
{
	const struct step *s = c->step;
	bool fixed = s->flags & (MAP_FIXED | 0x100000);
	long ret;

	if (in_slot(&s->at) && !fixed)
		return NOT_ASKED;	/* a hint there tells what else the system chose */
	ret = syscall(SYS_mmap, c->at, c->len, s->prot, s->flags, files[s->file], s->offset);
	return placed(st, c, ret, round_up(c->len));
}

static long do_munmap(struct state *st, struct call *c)
{
	long ret = answer(syscall(SYS_munmap, c->at, c->len));

	(void)st;
	if (c->in) {
		cut(c->in, c->at);
		cut(c->in, c->at + round_up(c->len));
		if (in_slot(&c->step->at))
			c->in->base = 0;
	}
	return ret;
}

static long do_mprotect(struct call *c)
{
	long ret = answer(syscall(SYS_mprotect, c->at, c->len, c->step->prot));

	if (c->in) {
		cut(c->in, c->at);
		cut(c->in, c->at + round_up(c->len));
	}
	return ret;
}

static long do_madvise(struct call *c)
{
	int advice = c->step->prot;
	long ret = answer(syscall(SYS_madvise, c->at, c->len, advice));

	if (c->in) {
		cut(c->in, c->at);
		cut(c->in, c->at + round_up(c->len));
	}
	if (advice == 8)	/* MADV_FREE: what is there now is anybody's guess */
		syscall(SYS_madvise, c->at, c->len, MADV_DONTNEED);
	return ret;
}

/* Where a moved or resized mapping is now; the old place is empty unless it was left there. */
static long moved(struct state *st, struct call *c, long ret, unsigned long old_size,
		  unsigned long new_size)
{
	uintptr_t old = c->at;
	bool slot = in_slot(&c->step->at);

	if (ret == -1)
		return -errno;
	if ((uintptr_t)ret == old) {
		if (slot)
			c->in->pages = (unsigned)(new_size / PAGE);
		else if (new_size > old_size)
			mapped(c->in, old, new_size);
		else
			cut(c->in, old + new_size);
		return slot ? (long)CHOSEN : 0;
	}
	if (c->in) {
		cut(c->in, old);
		cut(c->in, old + old_size);
	}
	if (slot && !(c->step->flags & DONTUNMAP) && old_size)
		c->in->base = 0;
	return placed(st, c, ret, new_size);
}

static long do_mremap(struct state *st, struct call *c)
{
	const struct step *s = c->step;
	unsigned long old_size = round_up(c->len), new_size;
	int flags = s->flags;
	long ret;

	if (c->in && in_slot(&s->at)) {
		if (s->len == 0)
			c->len = old_size = 0;
		if (c->new_len < 1UL << 47 && c->new_len > SLOT_PAGES * PAGE)
			c->new_len = SLOT_PAGES * PAGE;
		if (round_up(c->new_len) > old_size && !(flags & MREMAP_MAYMOVE))
			return NOT_ASKED;	/* what lies behind it? */
	} else if (c->in && !(flags & MREMAP_FIXED)) {
		c->new_len = clamp(c->in, c->at, c->new_len, false);
	}
	if (c->to_in)
		c->new_len = clamp(c->to_in, c->to, c->new_len, in_slot(&s->to));
	if (s->len == s->new_len && flags & DONTUNMAP)
		c->new_len = c->len = c->len < c->new_len ? c->len : c->new_len;
	old_size = round_up(c->len);
	new_size = round_up(c->new_len);
	if (flags & MREMAP_FIXED && (c->len >= 1UL << 47 || (c->len == 0 &&
	    (c->new_len >= 1UL << 47 || (c->to <= c->at && c->at < c->to + new_size)))))
		return NOT_ASKED;	/* Linux finds out when the destination is gone */
	if (c->in && (new_size > old_size || flags & (MREMAP_FIXED | DONTUNMAP)) &&
	    old_size <= c->in->pages * PAGE && may_be_several(c->in, c->at, old_size))
		return NOT_ASKED;
	ret = syscall(SYS_mremap, c->at, c->len, c->new_len, flags, c->to);
	return moved(st, c, ret, old_size, new_size);
}

static long do_brk(struct state *st, struct call *c)
{
	struct stretch *heap = &st->regions[IN_BRK];
	unsigned long now;

	cut(heap, round_up((unsigned long)syscall(SYS_brk, 0)));
	now = (unsigned long)syscall(SYS_brk, c->at);
	cut(heap, round_up(now));
	return (long)(now - heap->base);
}

/*
 * A forked child need not have every page of its parent at once, and Linux keeps the pages of a file
 * that it made for a write which then found no bytes: then only the errors count.
 */
static long do_mincore(const struct state *st, struct call *c)
{
	unsigned char vec[64] = { 0 };
	long ret = answer(syscall(SYS_mincore, c->at, c->len, vec));

	for (int i = 0; ret == 0 && i < 64 && st->depth == 0 && !digest->torn; i++)
		digest_add(vec[i] & 1);
	return ret;
}

/* One word of each page; the first fault of each is in the digest, the last is the answer. */
static long do_touch(struct call *c)
{
	long how = OK_ACCESS;

	for (unsigned long done = 0; done < c->len && c->len < 1UL << 47; done += PAGE) {
		uint64_t value = c->step->offset + done;

		if (c->step->code == STEP_LOAD)
			how = load_word(c->at + done, &value);
		else
			how = store_word(c->at + done, value);
		digest_add((uint64_t)how);
		if (how == OK_ACCESS && c->step->code == STEP_LOAD)
			digest_add(value);
	}
	return how;
}

/*
 * Two cases that Linux decides by the order of its own steps: what is written comes from pages of
 * a file that the write makes longer; and a write behind the end that finds no bytes, which leaves
 * a file of tmpfs longer than it was.
 */
static bool source_is_odd(const struct call *c)
{
	enum file file = c->step->file;
	uintptr_t end = c->at + c->len;
	struct stat st;
	uint64_t value;
	int how;

	for (uintptr_t at = c->at & -8UL; at < end && c->in; at = (at & -PAGE) + PAGE) {
		how = load_word(at, &value);
		if (how / 16 == SIGBUS)
			return true;
		if (how && at <= c->at && file < FILE_DIR && fstat(files[file], &st) == 0 &&
		    st.st_size < (off_t)c->step->offset)
			return true;
	}
	return !c->in && c->step->offset > 0;
}

/* What was stored behind the end of a file and shows when the file grows is not the same on every
 * Linux, so it is cut off first. */
static long do_truncate(int fd, off_t size)
{
	struct stat st;

	if (fstat(fd, &st) == 0 && st.st_size < size)
		ftruncate(fd, st.st_size);
	return answer(ftruncate(fd, size));
}

static long do_file(struct call *c)
{
	const struct step *s = c->step;
	int fd = files[s->file];
	ssize_t n;

	if (s->code == STEP_TRUNCATE)
		return do_truncate(fd, (off_t)s->len);
	if (s->code == STEP_PREAD)
		return answer(pread(fd, (void *)c->at, c->len, (off_t)s->offset));
	if (source_is_odd(c))
		return NOT_ASKED;
	n = pwrite(fd, (void *)c->at, c->len, (off_t)s->offset);
	if (n != (ssize_t)c->len)
		digest->torn = true;
	return answer(n);
}

/* Makes the call; the answer. */
long do_step(struct state *st, const struct step *s)
{
	struct call c;

	if (!prepare(st, s, &c))
		return NOT_ASKED;
	switch (s->code) {
	case STEP_MMAP: return do_mmap(st, &c);
	case STEP_MUNMAP: return do_munmap(st, &c);
	case STEP_MPROTECT: return do_mprotect(&c);
	case STEP_MREMAP: return do_mremap(st, &c);
	case STEP_MADVISE: return do_madvise(&c);
	case STEP_BRK: return do_brk(st, &c);
	case STEP_MINCORE: return do_mincore(st, &c);
	case STEP_MSYNC: return answer(syscall(SYS_msync, c.at, c.len, s->prot));
	case STEP_LOAD:
	case STEP_STORE: return do_touch(&c);
	default: return do_file(&c);
	}
}
