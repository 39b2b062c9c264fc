/*
 * model_dump.c - the reference model in words, for a person who looks for a difference (model.h).
 */
#include "mm/test/model.h"
#include "mm/test/test.h"

static void dump_run(unsigned s, unsigned first, unsigned last)
{
	static const char *const backends[] = { "alloc", "linear", "file" };
	const struct record *r = &model[s].at[first];

	printf("#   %lx-%lx %c%c%c%c%c max %x %s %u offset %lx level %u flags %x\n",
	       place[first].start, place[last].start + place[last].size,
	       r->prot & AS_READ ? 'r' : '-', r->prot & AS_WRITE ? 'w' : '-',
	       r->prot & AS_EXEC ? 'x' : '-', r->user ? 'u' : 'k', r->shared ? 's' : 'p',
	       r->max, backends[r->backend], r->file, (unsigned long)r->offset, r->level,
	       r->flags);
	for (; first <= last; first++) {
		struct record *p = &model[s].at[first];
		const uint64_t *word = model_words(p);

		if (word[0] | word[1])
			printf("#     %lx holds %lx %lx%s\n", place[first].start,
			       (unsigned long)word[0], (unsigned long)word[1],
			       p->copied ? " (a copy)" : "");
	}
}

void model_dump(unsigned s)
{
	unsigned i, first = 0;

	printf("# the model of space %u\n", s);
	for (i = 0; i < place_count && model[s].alive; i++) {
		if (!model[s].at[i].mapped)
			first = i + 1;
		else if (!model_joined(s, i)) {
			dump_run(s, first, i);
			first = i + 1;
		}
	}
}
