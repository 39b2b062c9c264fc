/*
 * test/corpus.h - what test_aspace_failures tries: scenarios, each a state of one space around V,
 * and operations on some pages of it. A new function of aspace.h wants a line in `operations`.
 */
#pragma once

#include "mm/test/space.h"

#define V	(2 * GIB)
#define FILE_PAGES 24

/* What a scenario builds and an operation works on. */
struct subject {
	struct aspace as, child;
	bool has_child;
	struct pagecache *pc;	/* a file of FILE_PAGES pages */
	vaddr_t at;		/* the operation's range */
	size_t size;
};

extern struct subject on;

struct scenario {
	const char *name;
	void (*build)(void);
};

struct operation {
	const char *name;
	int (*call)(void);
	bool partial;		/* keeps what it had done before an allocation failed */
};

/* Both end with an entry that has no name. */
extern const struct scenario scenarios[];
extern const struct operation operations[];

/* Set-up cannot fail; if it does, that is the end of the test. */
void must(int err);
