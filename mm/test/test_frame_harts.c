/*
 * test_frame_harts.c - frames: several harts allocate, pass on and free them at once, in little
 * memory. `make tsan` runs it under ThreadSanitizer.
 */
#include "mm/frame.h"
#include "mm/test/test.h"

#define HARTS	4
#define STEPS	20000

/* Each hart stamps what it has; some frames are passed on and freed by another. */
static paddr_t passed[64];
static unsigned stamps_lost;

static void pass_on(paddr_t pa)
{
	paddr_t other = __atomic_exchange_n(&passed[test_random(64)], pa, __ATOMIC_ACQ_REL);

	if (other)
		frame_dec_ref(other);
}

static void churn(unsigned hart)
{
	paddr_t mine[40] = { 0 };
	unsigned step;

	for (step = 0; step < STEPS; step++) {
		paddr_t *pa = &mine[test_random(40)];

		if (!*pa) {
			if (frame_alloc(test_random(20) == 0 ? 2 : 0, 0, pa))
				*pa = 0;
			else
				*(uint64_t *)frame_va(*pa) = hart;
			continue;
		}
		if (*(uint64_t *)frame_va(*pa) != hart)
			__atomic_fetch_add(&stamps_lost, 1, __ATOMIC_RELAXED);
		if (test_random(4) == 0)
			pass_on(*pa);
		else
			frame_dec_ref(*pa);
		*pa = 0;
		if (test_random(100) == 0 && frame_free_count() > frame_total())
			__atomic_fetch_add(&stamps_lost, 1, __ATOMIC_RELAXED);
	}
	for (step = 0; step < 40; step++)
		if (mine[step])
			frame_dec_ref(mine[step]);
}

int main(void)
{
	paddr_t all;
	unsigned i;

	test_case("%u harts allocate and free, in little memory", HARTS);
	test_ram(512 * 1024);
	test_threads(HARTS, churn);
	for (i = 0; i < 64; i++)
		if (passed[i])
			frame_dec_ref(passed[i]);
	is(stamps_lost, 0, "no frame was two harts' at once");
	is(frame_free_count(), frame_total(), "none is lost");
	is(frame_alloc(7, 0, &all), 0, "all of RAM is one block");
	frame_dec_ref(all);
	return test_done();
}
