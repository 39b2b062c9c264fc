/*
 * model_file.c - the reference model of files: their size, and what their pages hold (model.h).
 */
#include "mm/test/model.h"
#include "mm/test/test.h"

struct model_file model_file[FILES];

uint64_t model_file_pages(unsigned f)
{
	return (model_file[f].size + PAGE_SIZE - 1) >> PAGE_SHIFT;
}

static void cut_off(struct model_space *space, unsigned f)
{
	unsigned i;

	for (i = 0; i < place_count; i++) {
		struct record *r = &space->at[i];

		if (r->mapped && r->backend == FILED && r->file == f && model_beyond(r))
			model_empty(r);
	}
}

void model_extend(unsigned f, uint64_t size)
{
	struct model_file *file = &model_file[f];

	if (size <= file->size)
		return;
	file->size = size;
	memset(file->beyond, 0, model_file_pages(f) * sizeof(paddr_t));
}

void model_truncate(unsigned f, uint64_t size)
{
	struct model_file *file = &model_file[f];
	uint64_t end = size < file->size ? size : file->size, old_pages = model_file_pages(f);
	unsigned i, w;

	file->size = size;
	/* What lies at or beyond the lower of the two ends is zero, and was or is to be seen. Pages
	 * that were put in beyond the old end come to be seen as they are, or are dropped. */
	for (i = 0; i < FILE_PAGES; i++)
		for (w = 0; w < WORDS; w++) {
			uint64_t at = i * PAGE_SIZE + w * (PAGE_SIZE - 8);

			if (i >= old_pages && i < model_file_pages(f))
				continue;
			if (at >= end)
				file->word[i][w] = 0;
			else if (at + 8 > end)
				file->word[i][w] &= (1ul << (end - at) * 8) - 1;
		}
	memset(file->beyond, 0, sizeof(file->beyond));
	for (i = 0; i < SPACES; i++)
		cut_off(&model[i], f);
}
