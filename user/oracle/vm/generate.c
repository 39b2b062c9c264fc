/*
 * generate.c - a random program from a seed and a number; nothing of the system goes into it.
 *
 * Left out, because there Linux's answer depends on the machine it runs on:
 *   - lengths and addresses between the sizes of the two user halves (2^38 and 2^47);
 *   - PROT_EXEC without PROT_READ, which an x86 can or cannot read, by its model;
 *   - fixed addresses below 64 KiB: root may use them on Linux, and mmap_min_addr is a setting;
 *   - MADV_WILLNEED, _COLD, _PAGEOUT, _HUGEPAGE, _MERGEABLE: by what the kernel was built with;
 *   - what a page holds after MADV_FREE: anything is right, so MADV_DONTNEED follows (run.c);
 *   - a hint to mremap without MREMAP_FIXED, which no manual promises;
 *   - addresses from -4095 on, which Linux takes for an error of its own;
 *   - MAP_GROWSDOWN: how far a stack stays from its neighbour is a boot option.
 * And left out as what xv39 does not have (kernel/README.md): MADV_REMOVE.
 */
#include "user/oracle/vm/vm.h"

#include <string.h>
#include <sys/mman.h>

#define NOREPLACE	0x100000	/* MAP_FIXED_NOREPLACE, which an old header lacks */
#define DONTUNMAP	4		/* MREMAP_DONTUNMAP, likewise */
#define COUNT_OF(a)	(sizeof(a) / sizeof((a)[0]))

static uint64_t random_state;

static uint64_t next_random(void)
{
	uint64_t z = random_state += 0x9e3779b97f4a7c15UL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9UL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebUL;
	return z ^ z >> 31;
}

static unsigned below(unsigned n)
{
	return (unsigned)(next_random() >> 32) % n;
}

static bool percent(unsigned p)
{
	return below(100) < p;
}

#define ONE_OF(list) ((list)[below(COUNT_OF(list))])

/* Mostly whole pages; now and then a few bytes off, nothing, or far too much. */
static unsigned long some_len(unsigned max_pages)
{
	static const unsigned long huge[] = { -1UL, -PAGE, -2 * PAGE + 1, 1UL << 63, 1UL << 48 };
	unsigned long len = (1 + below(max_pages)) * PAGE;

	switch (below(50)) {
	case 0: return 0;
	case 1: return ONE_OF(huge);
	case 2: case 3: case 4: case 5: case 6: return len - 1 - below(PAGE - 1);
	default: return len;
	}
}

static struct place some_place(void)
{
	static const unsigned long nowhere[] = { -PAGE, 1UL << 63, (1UL << 62) + PAGE, -PAGE - 100 };
	struct place p = { IN_WINDOW, below(WINDOW_PAGES) * PAGE };

	switch (below(40)) {
	case 0:
		p.offset += 1 + below(PAGE - 1);
		break;
	case 1:
		p = (struct place){ IN_NOTHING, ONE_OF(nowhere) };
		break;
	case 2: case 3:
		p = (struct place){ IN_BRK, below(BRK_PAGES) * PAGE };
		break;
	case 4: case 5: case 6: case 7: case 8: case 9:
		p = (struct place){ IN_SLOT + below(SLOTS), below(SLOT_PAGES) * PAGE };
		break;
	default:
		break;
	}
	return p;
}

static int some_prot(void)
{
	static const int prots[] = {
		PROT_NONE, PROT_READ, PROT_READ, PROT_WRITE, PROT_READ | PROT_EXEC,
		PROT_READ | PROT_WRITE, PROT_READ | PROT_WRITE, PROT_READ | PROT_WRITE,
		PROT_READ | PROT_WRITE, PROT_READ | PROT_WRITE | PROT_EXEC,
	};

	return ONE_OF(prots);
}

static void mmap_where(struct step *s)
{
	unsigned how = below(100);

	if (how < 62) {
		s->flags |= MAP_FIXED;
	} else if (how < 72) {
		s->flags |= NOREPLACE | (percent(50) ? MAP_FIXED : 0);
	} else if (how < 86) {
		s->at.offset += percent(25) && s->at.region == IN_WINDOW ? below(PAGE) : 0;
	} else {
		s->at = (struct place){ IN_NOTHING, 0 };
	}
}

static void mmap_what(struct step *s)
{
	static const int odd_types[] = { 0, MAP_SHARED | MAP_PRIVATE, 4 | MAP_PRIVATE, 15 };
	static const enum file odd_files[] = {FILE_A_READ, FILE_A_READ, FILE_B_WRITE, FILE_DIR,
					      FILE_NONE};
	static const unsigned long odd_offsets[] = {1, 100, PAGE + 2048, 1UL << 40,
						    0x7ffffffffffff000UL};
	bool anonymous = percent(60);

	s->flags |= percent(anonymous ? 75 : 50) ? MAP_PRIVATE : MAP_SHARED;
	s->file = FILE_NONE;
	if (anonymous) {
		s->flags |= MAP_ANONYMOUS;
	} else {
		s->file = percent(80) ? below(2) ? FILE_A : FILE_B : ONE_OF(odd_files);
		s->offset = percent(94) ? below(5) * PAGE : ONE_OF(odd_offsets);
	}
	if (percent(2))
		s->flags = (s->flags & ~15) | ONE_OF(odd_types);
	s->flags |= percent(8) ? MAP_POPULATE : 0;
	s->flags |= percent(5) ? MAP_NORESERVE : 0;
	s->flags |= percent(2) ? 1 << 24 : 0;	/* no flag that Linux knows */
}

static void make_mmap(struct step *s)
{
	s->len = some_len(8);
	s->prot = some_prot();
	s->slot = IN_SLOT + (int)below(SLOTS);
	mmap_what(s);
	mmap_where(s);
}

static void make_mremap(struct step *s)
{
	static const int odd_flags[] = {MREMAP_FIXED, DONTUNMAP, 8, MREMAP_MAYMOVE | 16,
					MREMAP_FIXED | DONTUNMAP};
	unsigned how = below(100);

	s->len = percent(92) ? some_len(5) : 0;
	s->new_len = some_len(8);
	s->slot = IN_SLOT + (int)below(SLOTS);
	s->to = (struct place){ IN_NOTHING, 0 };
	if (how < 15)
		s->flags = 0;
	else if (how < 50)
		s->flags = MREMAP_MAYMOVE;
	else if (how < 84)
		s->flags = MREMAP_MAYMOVE | MREMAP_FIXED;
	else if (how < 95)
		s->flags = MREMAP_MAYMOVE | DONTUNMAP | (percent(50) ? MREMAP_FIXED : 0);
	else
		s->flags = ONE_OF(odd_flags);
	if ((s->flags & DONTUNMAP && percent(90)) || percent(20))
		s->new_len = s->len;
	if (s->flags & MREMAP_FIXED) {
		s->to = some_place();
		if (s->to.region != IN_NOTHING && percent(80))
			s->to = (struct place){ IN_WINDOW, below(WINDOW_PAGES) * PAGE };
	}
}

static void make_madvise(struct step *s)
{
	/* normal, DONTNEED, FREE, DONTFORK, DOFORK, WIPEONFORK, KEEPONFORK, POPULATE_*, unknown */
	static const int advices[] = { 0, 4, 4, 4, 4, 8, 10, 11, 18, 18, 19, 22, 22, 23, 23, 77, -1 };

	s->len = some_len(8);
	if (s->len >= 1UL << 47)
		s->len = percent(50) ? -1UL : -PAGE;	/* other huge lengths reach all there is */
	s->prot = ONE_OF(advices);
}

static void make_brk(struct step *s)
{
	static const unsigned long odd[] = { 0, PAGE, -1UL, -PAGE, 1UL << 62 };

	if (percent(10))
		s->at = (struct place){ IN_NOTHING, ONE_OF(odd) };
	else
		s->at = (struct place){ IN_BRK, below(BRK_PAGES * PAGE) };
	if (percent(50) && s->at.region == IN_BRK)
		s->at.offset &= -PAGE;
}

/*
 * A buffer anywhere, and a place in a file that lies in its page as the buffer does: otherwise, when
 * the buffer is that page of the file, the result depends on the direction of copying.
 */
static void make_rw(struct step *s)
{
	s->file = percent(80) || s->at.region == IN_NOTHING ? below(2) : below(FILES);
	s->at.offset += percent(50) && s->at.region == IN_WINDOW ? below(PAGE) : 0;
	s->len = 1 + below(3 * PAGE);
	s->offset = below(5) * PAGE + s->at.offset % PAGE;
}

static enum code some_code(void)
{
	static const unsigned char weights[STEP_CODES] = {
		[STEP_MMAP] = 26, [STEP_MUNMAP] = 8, [STEP_MPROTECT] = 13, [STEP_MREMAP] = 13,
		[STEP_MADVISE] = 10, [STEP_BRK] = 3, [STEP_MINCORE] = 3, [STEP_MSYNC] = 2,
		[STEP_LOAD] = 3, [STEP_STORE] = 10, [STEP_TRUNCATE] = 4, [STEP_PREAD] = 2,
		[STEP_PWRITE] = 3, [STEP_FORK_SOME] = 3, [STEP_FORK_REST] = 1, [STEP_FORK_WATCH] = 2,
	};
	unsigned sum = 0, at;

	for (int i = 0; i < STEP_CODES; i++)
		sum += weights[i];
	at = below(sum);
	for (int i = 0; ; at -= weights[i++]) {
		if (at < weights[i])
			return (enum code)i;
	}
}

static void make_step(struct step *s, enum code code)
{
	static const int sync_flags[] = {
		0, MS_ASYNC, MS_SYNC, MS_SYNC | MS_ASYNC, MS_SYNC | MS_INVALIDATE, 64};

	s->code = code;
	s->at = some_place();
	switch (code) {
	case STEP_MMAP:
		make_mmap(s);
		break;
	case STEP_MREMAP:
		make_mremap(s);
		break;
	case STEP_MADVISE:
		make_madvise(s);
		break;
	case STEP_BRK:
		make_brk(s);
		break;
	case STEP_MPROTECT:
		s->len = some_len(8);
		s->prot = percent(97) ? some_prot() : 0x10;
		break;
	case STEP_MSYNC:
		s->len = some_len(8);
		s->prot = ONE_OF(sync_flags);
		break;
	case STEP_MUNMAP:
	case STEP_MINCORE:
		s->len = some_len(8);
		break;
	case STEP_LOAD:
	case STEP_STORE:
		if (s->at.region == IN_NOTHING)	/* x86 does not tell which address that was */
			s->at.region = IN_WINDOW;
		s->at.offset = (s->at.offset & -8UL) % (WINDOW_PAGES * PAGE);
		s->len = (1 + below(6)) * PAGE;
		s->offset = next_random();
		break;
	case STEP_TRUNCATE:
		s->file = percent(90) ? below(2) : below(FILES);
		s->len = percent(50) ? below(6) * PAGE : below(6 * PAGE);
		break;
	case STEP_PREAD:
	case STEP_PWRITE:
		make_rw(s);
		break;
	default:
		s->offset = 1 + below(5);
	}
}

/* A page that may only be written cannot be read by Linux's rules, but by those of the machine. */
static void avoid_populate_read(struct program *p)
{
	for (int i = 0; i < p->count; i++) {
		if (p->steps[i].code == STEP_MADVISE && p->steps[i].prot == 22)
			p->steps[i].prot = 23;
	}
}

static bool has_write_only(const struct program *p)
{
	for (int i = 0; i < p->count; i++) {
		if (p->steps[i].code <= STEP_MPROTECT && p->steps[i].prot == PROT_WRITE)
			return true;
	}
	return false;
}

void generate(struct program *p, uint64_t seed, uint64_t number)
{
	random_state = seed;
	random_state = next_random() + number * 0xd1342543de82ef95UL;
	memset(p, 0, sizeof(*p));
	p->count = 10 + (int)below(MAX_STEPS - 9);
	p->probe_often = percent(15);	/* signals are slow in an emulator */
	for (int i = 0; i < p->count; i++) {
		struct step *s = &p->steps[i];

		make_step(s, i < 3 ? STEP_MMAP : some_code());
		if (i < 3) {		/* so that there is something to work on */
			s->at = (struct place){ IN_WINDOW, below(WINDOW_PAGES - 8) * PAGE };
			s->flags = (s->flags & ~NOREPLACE) | MAP_FIXED;
		}
	}
	if (has_write_only(p))
		avoid_populate_read(p);
}
