/*
 * probe.c - what memory looks like: every page of every stretch is touched, and what that brings
 * goes into the digest: the signal and its code, or what the page holds.
 */
#include "user/oracle/vm/vm.h"

#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct digest *digest;
bool tracing;

static sigjmp_buf back;
static volatile uintptr_t touching;	/* an access that may fault is under way */
static volatile int fault;		/* what it brought */

/* Signal and code in one number; another one if the address is not the one that was touched. */
static void on_fault(int sig, siginfo_t *info, void *context)
{
	(void)context;
	if (!touching)
		_exit(100 + sig);
	fault = sig * 16 + (info->si_code & 7);
	if ((uintptr_t)info->si_addr != touching)
		fault += 8;
	siglongjmp(back, 1);
}

void probe_start(void)
{
	struct sigaction act;

	memset(&act, 0, sizeof(act));
	act.sa_sigaction = on_fault;
	act.sa_flags = SA_SIGINFO | SA_NODEFER;	/* the jump back restores no mask */
	sigaction(SIGSEGV, &act, NULL);
	sigaction(SIGBUS, &act, NULL);
}

void digest_add(uint64_t value)
{
	uint64_t h = (digest->hash ^ value) * 0x9e3779b97f4a7c15UL;

	digest->hash = h ^ h >> 29;
}

/* OK_ACCESS, or the fault. */
int load_word(uintptr_t at, uint64_t *value)
{
	if (sigsetjmp(back, 0)) {
		touching = 0;
		return fault;
	}
	touching = at;
	*value = *(volatile uint64_t *)at;
	touching = 0;
	return OK_ACCESS;
}

int store_word(uintptr_t at, uint64_t value)
{
	if (sigsetjmp(back, 0)) {
		touching = 0;
		return fault;
	}
	touching = at;
	*(volatile uint64_t *)at = value;
	touching = 0;
	return OK_ACCESS;
}

/* A page that can be read: a few of its words, or many. */
static uint64_t page_hash(uintptr_t page, bool many)
{
	static const unsigned some[] = { 0, 1, 15, 255, 256, 300, 510, 511 };
	const volatile uint64_t *words = (const volatile uint64_t *)page;
	uint64_t h = 0;

	if (many) {
		for (unsigned i = 0; i < PAGE / sizeof(*words); i += 7)
			h = h * 31 + words[i];
	} else {
		for (unsigned i = 0; i < sizeof(some) / sizeof(some[0]); i++)
			h = h * 31 + words[some[i]];
	}
	return h;
}

/* For the trace: '.' no mapping, '-' no right, '!' behind the file, '0' zeros, or a letter. */
static char sign_of(int how, uint64_t hash)
{
	switch (how) {
	case OK_ACCESS:
		return hash == 0 ? '0' : (char)('a' + hash % 26);
	case SIGSEGV * 16 + 1:
		return '.';
	case SIGSEGV * 16 + 2:
		return '-';
	case SIGBUS * 16 + 2:
		return '!';
	default:
		return '?';
	}
}

void probe(const struct state *st, bool many)
{
	static const char names[REGIONS] = { 'w', 'b', 'p', 'q', 'r' };
	char line[WINDOW_PAGES + 1];

	for (int r = 0; r < REGIONS; r++) {
		const struct stretch *s = &st->regions[r];

		for (unsigned i = 0; s->base && i < s->pages; i++) {
			uintptr_t page = s->base + i * PAGE;
			uint64_t hash = 0;
			int how = load_word(page, &hash);

			if (how == OK_ACCESS)
				hash = page_hash(page, many);
			digest_add((uint64_t)how << 32 ^ hash);
			line[i] = sign_of(how, hash);
		}
		if (tracing && s->base) {
			line[s->pages] = '\0';
			say(" %c:%s", names[r], line);
		}
	}
}
