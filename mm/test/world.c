/*
 * world.c - real address spaces, and the comparison of all they show with the model (world.h).
 *
 * Compared after every call: the areas as a set of pages with all their attributes; every leaf the
 * hardware finds, with its permissions and both words behind it; every page that must be present;
 * the reference count of every frame of RAM; what harts have cached; and aspace_check's invariants.
 */
#include "mm/mm.h"
#include "mm/port.h"
#include "mm/test/file.h"
#include "mm/test/tlb_model.h"
#include "mm/test/users.h"
#include "mm/test/world.h"

struct world world;

static unsigned comparing;			/* the space whose page table is being walked */
static bool seen[MAX_PLACES];			/* places a leaf was found for */
static unsigned writable[FILES];		/* shared areas of each that may be written */

/* ---- words ---- */

void say(const char *fmt, ...)
{
	va_list args;

	if (!world.talks)
		return;
	if (fmt[0] == '\t')
		putchar('#');
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	fflush(stdout);
}

static void dump_all(void)
{
	unsigned s;

	for (s = 0; s < SPACES; s++)
		if (model[s].alive) {
			model_dump(s);
			printf("# the real space %u:\n", s);
			aspace_dump(&world.as[s]);
		}
}

void world_differs(const char *fmt, ...)
{
	char text[500];
	va_list args;

	test_event_hook = NULL;
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	printf("\n# DIFFERENCE: %s\n", text);
	port_panic("the model differs: %s", text);
}

/* ---- beginning and end ---- */

int world_create(unsigned s)
{
	int err = aspace_create(&world.as[s], PAGE_SIZE, (1ul << 38) - PAGE_SIZE);

	if (err)
		return err;
	if (aspace_copy_mappings_from(&world.as[s], &world.as[KERNEL]))
		world_differs("the kernel half cannot be shared");
	memset(&model[s], 0, sizeof(model[s]));
	world.as[s].stack_limit = model[s].stack_limit = 300 * PAGE_SIZE;
	model[s].shares = true;
	world_entered(s);
	return 0;
}

void world_entered(unsigned s)
{
	model[s].alive = true;
}

void world_destroy(unsigned s)
{
	aspace_destroy(&world.as[s]);
	test_aspace_forget(&world.as[s]);
	memset(&model[s], 0, sizeof(model[s]));
}

void world_begin(size_t ram)
{
	struct aspace *kernel = &world.as[KERNEL];
	unsigned f;

	test_event_hook = NULL;
	test_panic_hook = world.talks ? dump_all : NULL;
	test_fail_nth(0);
	test_set_hart(0);
	world.ram = ram;
	test_ram(ram);
	model_init();
	if (aspace_create(kernel, -2 * PAGE_SIZE_1G, 2 * PAGE_SIZE_1G - PAGE_SIZE) ||
	    aspace_prealloc_root(kernel, kernel->base, aspace_size(kernel)))
		world_differs("no memory for the kernel's space");
	model[KERNEL].alive = true;
	for (f = 0; f < FILES; f++) {
		model_file[f].size = f ? FILE_PAGES / 2 * PAGE_SIZE : 5000;
		world.file[f] = create_file(model_file[f].size);
	}
	if (world_create(0))
		world_differs("no memory for the first space");
	tlb_begin();
}

void world_end(void)
{
	unsigned s, f, h;

	for (h = 0; h < HARTS; h++)
		tlb_switch(h, KERNEL);
	for (s = 0; s < SPACES; s++)
		if (model[s].alive && s != KERNEL)
			world_destroy(s);
	world_destroy(KERNEL);		/* last, for there the harts are */
	test_event_hook = NULL;
	for (f = 0; f < FILES; f++)
		pagecache_put(world.file[f]);
	if (test_free_frames() + 1 != frame_total())	/* the frame of zeros */
		world_differs("%ld frames are lost at the end",
			      (long)(frame_total() - 1 - test_free_frames()));
}

/* ---- areas ---- */

static void compare_record(const struct area_info *info, unsigned i)
{
	const struct record *r = &model[comparing].at[i];
	static const char *const name[] = { "alloc", "linear", "file" };
	unsigned want = r->prot | AS_MAX(r->max) | (r->user ? AS_USER : 0) | r->flags;
	uint64_t offset = info->offset + (place[i].start - info->start);

	if (!r->mapped)
		world_differs("space %u: %lx is in area %lx-%lx, but should not be mapped",
			      comparing, place[i].start, info->start, info->end);
	if (info->flags != want)
		world_differs("space %u: %lx: area flags %x, want %x", comparing, place[i].start,
			      info->flags, want);
	if (strcmp(info->backend, name[r->backend]) || info->page_size != level_size(r->level))
		world_differs("space %u: %lx: %s, leaf %lx, want %s, %lx", comparing,
			      place[i].start, info->backend, info->page_size, name[r->backend],
			      level_size(r->level));
	if (r->backend != ALLOC && offset != r->offset)
		world_differs("space %u: %lx: offset %lx, want %lx", comparing, place[i].start,
			      (unsigned long)offset, (unsigned long)r->offset);
	if (r->backend == FILED && (info->pc != world.file[r->file] ||
				    (info->sharing == AS_SHARED) != r->shared))
		world_differs("space %u: %lx: another file or sharing", comparing, place[i].start);
}

static void compare_areas(void)
{
	const struct aspace *as = &world.as[comparing];
	size_t bytes = 0, want = 0;
	struct area_info info;
	unsigned i;
	vaddr_t va = 0;

	for (i = 0; i < place_count; i++)
		if (model[comparing].at[i].mapped)
			want += place[i].size;
	while (aspace_next_area(as, va, &info)) {
		int at = place_of(info.start);

		if (at < 0 || place[at].start != info.start)
			world_differs("space %u: an area begins at %lx", comparing, info.start);
		for (i = (unsigned)at, va = info.start; va < info.end; va += place[i++].size) {
			if (place[i].start != va)
				world_differs("space %u: an area %lx-%lx", comparing, info.start,
					      info.end);
			compare_record(&info, i);
		}
		if (info.sharing == AS_SHARED && (info.flags & AS_MAX(AS_WRITE)))
			writable[model[comparing].at[at].file]++;
		if (va != info.end)
			world_differs("space %u: an area ends at %lx", comparing, info.end);
		bytes += va - info.start;
	}
	if (bytes != want)
		world_differs("space %u: areas of %lx bytes, want %lx", comparing, bytes, want);
}

/* ---- leaves ---- */

static void compare_page(unsigned i, vaddr_t va, paddr_t pa, uint64_t pte)
{
	struct record *r = &model[comparing].at[i];
	const uint64_t *bytes, *want = model_words(r);
	unsigned rwx = pte >> 1 & AS_RWX;

	seen[i] = true;
	world.pages++;
	if (!r->mapped)
		world_differs("space %u: %lx is in the page table, but should not be mapped",
			      comparing, va);
	if ((rwx & ~r->prot) || (r->prot & ~rwx & ~AS_WRITE) || !(pte & SV39_A) ||
	    !(pte & SV39_U) != !r->user || !(pte & SV39_G) != r->user ||
	    ((pte & SV39_W) && !(pte & SV39_D)))
		world_differs("space %u: %lx has entry %lx, want permissions %x", comparing, va,
			      (unsigned long)pte, r->prot);
	if (r->backend == LINEAR) {
		if (pa != r->offset)
			world_differs("space %u: %lx is at %lx, want %lx", comparing, va, pa,
				      (unsigned long)r->offset);
		return;
	}
	if (r->backend == FILED && !r->copied &&
	    peek_page(world.file[r->file], r->offset >> PAGE_SHIFT) != pa)
		world_differs("space %u: %lx is at %lx, which is not the file's page", comparing,
			      va, pa);
	bytes = frame_va(pa);
	if (bytes[0] != want[0] || bytes[PAGE_SIZE / 8 - 1] != want[1])
		world_differs("space %u: %lx holds %lx %lx, want %lx %lx", comparing, va,
			      (unsigned long)bytes[0], (unsigned long)bytes[PAGE_SIZE / 8 - 1],
			      (unsigned long)want[0], (unsigned long)want[1]);
}

/* The first place that begins at or above va, which place `at` holds. */
static unsigned first_in(int at, vaddr_t va)
{
	return (unsigned)at + (place[at].start < va);
}

/* Every place whose first page lies in the leaf; the leaf itself lies in areas. */
static void visit_leaf(vaddr_t va, unsigned level, uint64_t pte)
{
	size_t size = level_size(level);
	paddr_t pa = pte >> 10 << 12;
	int at = place_of(va);
	unsigned i;

	if (at < 0 || !model[comparing].at[at].mapped)
		world_differs("space %u: a leaf at %lx, where nothing is mapped", comparing, va);
	for (i = first_in(at, va); i < place_count && place[i].start - va < size; i++)
		compare_page(i, place[i].start, pa + (place[i].start - va), pte);
}

/* PROT_NONE: invalid for the hardware; the frame stays, its number where it always is. */
static void visit_software(vaddr_t va, unsigned level, uint64_t pte)
{
	int at = place_of(va);
	unsigned i;

	if (at < 0 || !model[comparing].at[at].mapped)
		world_differs("space %u: entry %lx at %lx, where nothing is mapped", comparing,
			      (unsigned long)pte, va);
	for (i = first_in(at, va); i < place_count && place[i].start - va < level_size(level);
	     i++) {
		seen[i] = true;
		if (model[comparing].at[i].mapped && model[comparing].at[i].prot)
			world_differs("space %u: %lx has invalid entry %lx, want permissions %x",
				      comparing, place[i].start, (unsigned long)pte,
				      model[comparing].at[i].prot);
	}
}

static void visit_table(vaddr_t va, unsigned level, paddr_t table)
{
	(void)va;
	(void)level;
	(void)table;
}

static void compare_kernel_half(const struct aspace *as)
{
	static const uint64_t nothing[256];
	const uint64_t *want = nothing;

	if (model[comparing].shares)
		want = aspace_page_table(&world.as[KERNEL]) + 256;
	if (memcmp(aspace_page_table(as) + 256, want, sizeof(nothing)))
		world_differs("space %u has another kernel half", comparing);
}

static void compare_leaves(void)
{
	const struct walk_visitor visitor = { visit_table, visit_leaf, visit_software };
	const struct aspace *as = &world.as[comparing];
	const char *error;
	vaddr_t at = 0;
	unsigned i;

	memset(seen, 0, sizeof(seen));
	error = walk_all(as->root, as->base >> 30 & 511, (as->end - 1) >> 30 & 511, &visitor, &at);
	if (error)
		world_differs("space %u: at %lx: %s", comparing, at, error);
	for (i = 0; i < place_count; i++)
		if (model[comparing].at[i].present && !seen[i])
			world_differs("space %u: %lx should be present, but is not", comparing,
				      place[i].start);
	if (!is_upper(comparing))
		compare_kernel_half(as);
}

/* ---- files ---- */

static void compare_files(void)
{
	static const uint64_t nothing[WORDS];
	unsigned f, i;

	for (f = 0; f < FILES; f++) {
		if (world.file[f]->writable != writable[f])
			world_differs("file %u has %u writable mappings, want %u", f,
				      world.file[f]->writable, writable[f]);
		for (i = 0; i < FILE_PAGES; i++) {
			const uint64_t *want = model_file[f].word[i];
			paddr_t pa = peek_page(world.file[f], i);
			const uint64_t *bytes;

			if (model_file[f].beyond[i])
				pa = model_file[f].beyond[i];
			bytes = pa ? frame_va(pa) : nothing;

			if (bytes[0] != want[0] || bytes[pa ? PAGE_SIZE / 8 - 1 : 1] != want[1])
				world_differs("file %u page %u holds %lx %lx, want %lx %lx", f, i,
					      (unsigned long)bytes[0],
					      (unsigned long)bytes[pa ? PAGE_SIZE / 8 - 1 : 1],
					      (unsigned long)want[0], (unsigned long)want[1]);
		}
	}
}

void world_compare(void)
{
	memset(writable, 0, sizeof(writable));
	for (comparing = 0; comparing < SPACES; comparing++) {
		if (!model[comparing].alive)
			continue;
		aspace_check(&world.as[comparing]);
		compare_areas();
		compare_leaves();
	}
	compare_files();
	users_count();
	users_compare();
	tlb_check();
}

bool world_is_copied(unsigned s, unsigned i)
{
	const struct record *r = &model[s].at[i];
	size_t size;
	uint64_t pte = aspace_leaf(&world.as[s], place[i].start, &size);

	return pte && pte >> 10 << 12 != peek_page(world.file[r->file], r->offset >> PAGE_SHIFT);
}
