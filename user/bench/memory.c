/*
 * memory.c - rows about address spaces: faults, mmap, munmap, mprotect, mremap, madvise.
 */
#include "user/bench/bench.h"

#define BLOCK		(32 * MiB)
#define PAGES		(BLOCK / PAGE)
#define STRIDE		(2 * MiB)
#define SPARSE		256		/* pages, each in a leaf table of its own */
#define ROUNDS		1000
#define AREAS		8000

static uint64_t fault_write(void)
{
	char *p = bench_map(BLOCK);
	uint64_t began = now();

	bench_write(p, BLOCK, PAGE);
	return per_operation(began, now(), PAGES);
}

static uint64_t munmap_resident(void)
{
	char *p = bench_map(BLOCK);
	uint64_t began;

	bench_write(p, BLOCK, PAGE);
	began = now();
	bench_unmap(p, BLOCK);
	return per_operation(began, now(), PAGES);
}

static uint64_t fault_read(void)
{
	char *p = bench_map(BLOCK);
	uint64_t began = now();

	bench_read(p, BLOCK, PAGE);
	return per_operation(began, now(), PAGES);
}

static uint64_t fault_write_after_read(void)
{
	char *p = bench_map(BLOCK);
	uint64_t began;

	bench_read(p, BLOCK, PAGE);
	began = now();
	bench_write(p, BLOCK, PAGE);
	return per_operation(began, now(), PAGES);
}

static uint64_t fault_sparse(void)
{
	char *p = bench_map(SPARSE * STRIDE);
	uint64_t began = now();

	bench_write(p, SPARSE * STRIDE, STRIDE);
	return per_operation(began, now(), SPARSE);
}

static uint64_t munmap_sparse(void)
{
	char *p = bench_map(SPARSE * STRIDE);
	uint64_t began;

	bench_write(p, SPARSE * STRIDE, STRIDE);
	began = now();
	bench_unmap(p, SPARSE * STRIDE);
	return per_operation(began, now(), SPARSE);
}

static uint64_t map_and_unmap(bool touch)
{
	uint64_t began = now();

	for (int i = 0; i < ROUNDS; i++) {
		char *p = (char *)must(mmap, 0, PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		if (touch)
			*p = 1;
		bench_unmap(p, PAGE);
	}
	return per_operation(began, now(), ROUNDS);
}

static uint64_t mmap_munmap(void)
{
	return map_and_unmap(false);
}

static uint64_t mmap_touch_munmap(void)
{
	return map_and_unmap(true);
}

/* mprotect [p, p + size) to R and back to RW. */
static uint64_t protect_pairs(char *p, size_t size)
{
	uint64_t began = now();

	for (int i = 0; i < ROUNDS; i++) {
		must(mprotect, p, size, PROT_READ);
		must(mprotect, p, size, RW);
	}
	return per_operation(began, now(), ROUNDS);
}

static uint64_t mprotect_split_merge(void)
{
	char *p = bench_map(256 * PAGE);

	bench_write(p, 256 * PAGE, PAGE);
	return protect_pairs(p + 128 * PAGE, PAGE);
}

static uint64_t mprotect_256(void)
{
	char *p = bench_map(256 * PAGE);

	bench_write(p, 256 * PAGE, PAGE);
	return protect_pairs(p, 256 * PAGE);
}

static uint64_t mprotect_64G(void)
{
	char *p = bench_map(64 * GiB);

	p[32 * GiB] = 1;
	return protect_pairs(p, 64 * GiB);
}

void bench_split(char *p, size_t pages)
{
	for (size_t i = 1; i < pages; i += 2)
		must(mprotect, p + i * PAGE, PAGE, PROT_READ);
}

static uint64_t area_split(void)
{
	char *p = bench_map(AREAS * PAGE);
	uint64_t began = now();

	bench_split(p, AREAS);
	return per_operation(began, now(), AREAS / 2);
}

/* A multiple of an odd number, modulo a power of two, comes by every page once. */
static uint64_t fault_random(void)
{
	char *p = bench_map(AREAS * PAGE);
	uint64_t began;
	size_t page = 0, count = 0;

	bench_split(p, AREAS);
	began = now();
	for (int i = 0; i < 8192; i++) {
		page = (page + 4871) % 8192;
		if (page < AREAS) {
			bench_read(p + page * PAGE, 1, PAGE);
			count++;
		}
	}
	return per_operation(began, now(), count);
}

static uint64_t fork_with_areas(void)
{
	char *p = bench_map(AREAS * PAGE);
	uint64_t began;
	long pid;

	bench_split(p, AREAS);
	bench_read(p, AREAS * PAGE, PAGE);
	began = now();
	pid = bench_fork();
	if (pid == 0)
		bench_exit(0);
	bench_wait(pid);
	return per_operation(began, now(), 1);
}

static uint64_t munmap_areas(void)
{
	char *p = bench_map(AREAS * PAGE);
	uint64_t began;

	bench_split(p, AREAS);
	began = now();
	bench_unmap(p, AREAS * PAGE);
	return per_operation(began, now(), AREAS);
}

static uint64_t mremap_move(void)
{
	size_t size = 16 * MiB;
	char *from = bench_map(size), *to = bench_map(size);
	uint64_t began;

	bench_write(from, size, PAGE);
	began = now();
	for (int i = 0; i < 10; i++) {
		char *next = from;

		must(mremap, from, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, to);
		from = to;
		to = next;
	}
	return per_operation(began, now(), 10);
}

static uint64_t madvise_dontneed(void)
{
	char *p = bench_map(BLOCK);
	uint64_t began;

	bench_write(p, BLOCK, PAGE);
	began = now();
	must(madvise, p, BLOCK, MADV_DONTNEED);
	return per_operation(began, now(), PAGES);
}

static uint64_t fault_huge(void)
{
	size_t size = 8 * STRIDE;
	char *p = (char *)must(mmap, 0, size, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0);
	uint64_t began = now();

	bench_write(p, size, STRIDE);
	return per_operation(began, now(), 8);
}

const struct row memory_rows[] = {
	{ "fault_write_per_page", fault_write },
	{ "munmap_per_resident_page", munmap_resident },
	{ "fault_read_per_page", fault_read },
	{ "fault_write_after_read", fault_write_after_read },
	{ "fault_sparse_2M_stride", fault_sparse },
	{ "munmap_sparse_per_page", munmap_sparse },
	{ "mmap_munmap_untouched", mmap_munmap },
	{ "mmap_touch_munmap", mmap_touch_munmap },
	{ "mprotect_split_merge_pair", mprotect_split_merge },
	{ "mprotect_256_pages_pair", mprotect_256 },
	{ "mprotect_64G_lazy", mprotect_64G },
	{ "area_split_4000", area_split },
	{ "fault_random_in_8000_areas", fault_random },
	{ "fork_with_8000_areas", fork_with_areas },
	{ "munmap_8000_areas", munmap_areas },
	{ "mremap_move_16M", mremap_move },
	{ "madvise_dontneed_per_page", madvise_dontneed },
	{ "fault_huge_2M", fault_huge },
	{ NULL, NULL },
};
