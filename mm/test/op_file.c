/*
 * op_file.c - the calls about files: what write(), ftruncate() and a file system do (fuzz.h).
 */
#include "mm/framedesc.h"
#include "mm/mm.h"
#include "mm/test/file.h"
#include "mm/test/fuzz.h"

/* What write() does: a word straight into the cache. */
static void write_file(const struct step *st, unsigned f)
{
	uint64_t page = st->other.first % FILE_PAGES, word = 1 + st->more;
	bool beyond = page >= model_file_pages(f);
	unsigned w = st->more & 1;
	paddr_t pa;
	int got;

	if (!beyond && (page * PAGE_SIZE + w * (PAGE_SIZE - 8) + 8 > model_file[f].size))
		return;
	step_begin(st);
	say("\tpagecache_get(f%u, %lu, PAGECACHE_FILL, &pa);", f, (unsigned long)page);
	got = pagecache_get(world.file[f], page, PAGECACHE_FILL, &pa);
	if (!step_end(st, got, beyond ? -ENXIO : 0, STRICT) || beyond)
		return;
	((uint64_t *)frame_va(pa))[w ? PAGE_SIZE / 8 - 1 : 0] = word;
	frame_dec_ref(pa);
	model_file[f].word[page][w] = word;
}

/* Sizes that end in a page, or between two; more often in one whose last word is not zero. */
static uint64_t some_size(const struct step *st, unsigned f)
{
	static const unsigned extra[] = { 0, 0, 1, 3000, PAGE_SIZE - 5, PAGE_SIZE - 1 };
	unsigned page = st->more % FILE_PAGES, written = page;

	while (written < FILE_PAGES && !model_file[f].word[written][1])
		written++;
	if ((st->run.first & 1) && written < FILE_PAGES)
		page = written;
	return page * PAGE_SIZE + extra[st->flags / 4 % 6];
}

void op_truncate(const struct step *st)
{
	unsigned f = st->flags % FILES, i;
	uint64_t size = some_size(st, f);

	if (st->flags & 0x80) {
		write_file(st, f);
		return;
	}
	for (i = 0; i < 3; i++)		/* harts walk there meanwhile */
		tlb_tempt(place[(st->run.first + i) % place_count].start);
	step_begin(st);
	say("\tpagecache_truncate(f%u, %lu);", f, (unsigned long)size);
	pagecache_truncate(world.file[f], size);
	model_truncate(f, size);
	step_end(st, 0, 0, LENIENT);
}

void op_extend(const struct step *st)
{
	unsigned f = st->flags % FILES;
	uint64_t size = some_size(st, f);

	step_begin(st);
	say("\tpagecache_extend(f%u, %lu);", f, (unsigned long)size);
	pagecache_extend(world.file[f], size);
	model_extend(f, size);
	step_end(st, 0, 0, LENIENT);
}

/* Is there a page, within the file's size or put in beyond it? */
static bool is_cached(unsigned f, uint64_t page)
{
	return model_file[f].beyond[page] || peek_page(world.file[f], page);
}

/* A page comes from elsewhere, mostly one of those around the end. */
void op_insert(const struct step *st)
{
	unsigned f = st->flags % FILES;
	uint64_t page = st->flags & 0x80 ? st->other.first : model_file_pages(f) - 1 + st->more % 4;
	struct model_file *file = &model_file[f];
	uint64_t *words;
	paddr_t pa;
	int want, got;

	page %= FILE_PAGES;
	want = is_cached(f, page) ? -EEXIST : 0;
	if (frame_alloc(0, FRAME_ZERO, &pa))
		return;
	words = frame_va(pa);
	words[0] = 1 + st->more;
	words[PAGE_SIZE / 8 - 1] = 2 + st->more;
	step_begin(st);
	say("\tpagecache_insert(f%u, %lu, pa);", f, (unsigned long)page);
	got = pagecache_insert(world.file[f], page, pa);
	if (!step_end(st, got, want, STRICT) || want) {
		frame_dec_ref(pa);
		return;
	}
	file->word[page][0] = words[0];
	file->word[page][1] = words[PAGE_SIZE / 8 - 1];
	if (page >= model_file_pages(f))
		file->beyond[page] = pa;
}

void op_punch(const struct step *st)
{
	unsigned f = st->flags % FILES, page = st->more % FILE_PAGES;

	step_begin(st);
	say("\tpagecache_punch(f%u, %u);", f, page);
	pagecache_punch(world.file[f], page);
	memset(model_file[f].word[page], 0, sizeof(model_file[f].word[page]));
	model_file[f].beyond[page] = 0;		/* nobody else can have that one */
	step_end(st, 0, 0, LENIENT);
}

void op_next(const struct step *st)
{
	unsigned f = st->flags % FILES, page = st->more % FILE_PAGES, want = page;
	uint64_t found = 0;
	bool got;

	while (want < FILE_PAGES && !is_cached(f, want))
		want++;
	step_begin(st);
	say("\tpagecache_next(f%u, %u, &index);", f, page);
	got = pagecache_next(world.file[f], page, &found);
	if (step_end(st, got, want < FILE_PAGES, LENIENT) && got && found != want)
		world_differs("found page %lu, want %u", (unsigned long)found, want);
}
