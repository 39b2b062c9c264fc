/*
 * test_aspace_copy.c - reading and writing a space's bytes from outside.
 */
#include "mm/test/space.h"

#define V	(2 * GIB)

static uint8_t out[3 * 1048576], in[3 * 1048576];
static size_t done;

static void fill_pattern(size_t size)
{
	size_t i;

	for (i = 0; i < size; i++)
		out[i] = (uint8_t)(i * 7 + (i >> 9));
	memset(in, 0, sizeof(in));
}

static void round_trip(struct aspace *as, vaddr_t va, size_t size)
{
	fill_pattern(size);
	does(aspace_write(as, va, out, size, &done), 0);
	is(done, size, "all is written");
	does(aspace_read(as, va, in, size, &done), 0);
	is(done, size, "all is read");
	ok(!memcmp(in, out, size), "%lu bytes at %lx come back", size, va);
}

static void sizes(void)
{
	struct aspace as;

	begin(&as, 64 * MIB, "any page size, any alignment");
	does(aspace_map_alloc(&as, V, PAGES(16), URW, AS_LAZY, PAGE_SIZE), 0);
	round_trip(&as, V, PAGES(16));
	round_trip(&as, V + 4095, 2);
	round_trip(&as, V + 1234, 12345);
	does(peek(&as, V + 1234), 0);
	does(aspace_map_alloc(&as, V + 2 * MIB, 6 * MIB, URW, AS_LAZY, PAGE_SIZE_2M), 0);
	round_trip(&as, V + 2 * MIB + 77, 3 * MIB);
	is(leaf_size(&as, V + 4 * MIB), PAGE_SIZE_2M, "on 2 MiB pages");
	does(aspace_read(&as, V + PAGES(3), in, 0, &done), 0);
	is(done, 0, "nothing is nothing");
	does(aspace_read(&as, V - 5, in, 0, &done), 0);
	end(&as);
}

static void linear(void)
{
	struct aspace as;
	paddr_t ram;

	begin(&as, 64 * MIB, "linear areas: memory yes, devices no");
	does(frame_alloc(9, FRAME_ZERO, &ram), 0);
	does(aspace_map_linear(&as, V, ram, 2 * MIB, RW, PAGE_SIZE_2M), 0);
	does(aspace_map_linear(&as, V + 2 * MIB, 0x10000000, PAGES(1), RW, PAGE_SIZE), 0);
	round_trip(&as, V + 5, 2 * MIB - 5);
	does(aspace_read(&as, V + 2 * MIB, in, 4, &done), -EFAULT);
	does(aspace_write(&as, V + 2 * MIB, in, 4, &done), -EFAULT);
	does(aspace_unmap(&as, V, 2 * MIB), 0);
	is(frame_ref_count(ram), 1, "not ours to free");
	frame_dec_ref(ram);
	end(&as);
}

static void errors(void)
{
	struct aspace as;
	struct pagecache *pc;

	begin(&as, 16 * MIB, "how far it gets");
	if (pagecache_create(PAGES(1), &pc))
		abort();
	does(aspace_map_alloc(&as, V, PAGES(2), URW, AS_LAZY, PAGE_SIZE), 0);
	does(aspace_map_alloc(&as, V + PAGES(2), PAGES(1), UR, AS_LAZY, PAGE_SIZE), 0);
	does(aspace_map_file(&as, V + MIB, PAGES(2), URW, pc, 0, AS_SHARED), 0);
	does(aspace_write(&as, V + 100, out, PAGES(3), &done), -EACCES);
	is(done, PAGES(2) - 100, "up to the area that forbids it");
	does(aspace_read(&as, V + 100, in, PAGES(4), &done), -EFAULT);
	is(done, PAGES(3) - 100, "up to the hole");
	does(aspace_read(&as, V + MIB + 1, in, PAGES(2), &done), -ENXIO);
	is(done, PAGES(1) - 1, "up to the end of the file");
	does(aspace_read(&as, UINTPTR_MAX - 3, in, 100, &done), -EFAULT);
	does(aspace_read(&as, USER_END - 3, in, 100, &done), -EFAULT);
	does(aspace_read(&as, 0, in, 100, &done), -EFAULT);
	is(done, 0, "nothing");
	does(aspace_map_alloc(&as, V + 2 * MIB, PAGES(1), AS_USER | AS_EXEC, AS_LAZY, PAGE_SIZE),
	     0);
	does(aspace_read(&as, V + 2 * MIB, in, 1, &done), -EACCES);
	test_fail_nth(1);
	does(aspace_write(&as, V + PAGES(2) - 1, out, 1, &done), 0);
	test_fail_nth(0);
	does(aspace_map_alloc(&as, V + 3 * MIB, PAGES(1), URW, AS_LAZY, PAGE_SIZE), 0);
	test_fail_nth(1);
	does(aspace_write(&as, V + 3 * MIB, out, 1, &done), -ENOMEM);
	test_fail_nth(0);
	pagecache_put(pc);
	end(&as);
}

static void copy_on_write(void)
{
	struct aspace as, child;
	uint8_t one = 1, two = 2;

	begin(&as, 16 * MIB, "a write never reaches another space");
	does(aspace_map_alloc(&as, V, PAGES(2), URW, AS_LAZY, PAGE_SIZE), 0);
	does(aspace_write(&as, V + 9, &one, 1, &done), 0);
	is(aspace_try_clone(&as, &child), 0, "clone");
	watch(&child);
	does(aspace_write(&child, V + 9, &two, 1, &done), 0);
	does(peek(&as, V + 9), 1);
	does(peek(&child, V + 9), 2);
	does(aspace_read(&child, V + PAGES(1), in, 1, &done), 0);
	does(aspace_write(&child, V + PAGES(1), &two, 1, &done), 0);
	does(peek(&as, V + PAGES(1)), 0);
	does(aspace_write(&as, V + 9, &two, 1, &done), 0);
	destroy(&child);
	end(&as);
}

static struct frame *table;

/* A fault that would give back the frame that is being read has to wait. */
static void page_is_held(void)
{
	is(table->busy, 1, "the table it is in is locked meanwhile");
}

/* What is there is copied between two spaces; nothing comes to be there for it. */
static void between(void)
{
	struct aspace as, to, kernel;
	struct pagecache *pc;
	unsigned level;

	begin(&as, 64 * MIB, "from space to space");
	if (pagecache_create(PAGES(1), &pc))
		abort();
	is(aspace_create(&to, as.base, as.end - as.base), 0, "another");
	watch(&to);
	does(aspace_map_alloc(&as, V, PAGES(8), URW, AS_LAZY, PAGE_SIZE), 0);
	does(aspace_map_alloc(&to, V, PAGES(8), URW, AS_LAZY, PAGE_SIZE), 0);
	fill_pattern(PAGES(8));
	is(aspace_copy_present(&to, V, &as, V, PAGES(1)), 0, "both are absent");
	does(aspace_write(&as, V, out, PAGES(7), &done), 0);
	is(aspace_copy_present(&to, V, &as, V, PAGES(1)), 0, "there it is");
	does(aspace_write(&to, V, in, PAGES(8), &done), 0);
	table = pt_desc(pt_walk(&as, V, &level));
	test_copy_hook = page_is_held;
	is(aspace_copy_present(&to, V, &as, V, PAGES(1)), PAGES(1), "now in both");
	is(table->busy, 0, "and it is free again");
	is(aspace_copy_present(&to, V + 9, &as, V + 2000, PAGES(5)), PAGES(5), "both are present");
	does(aspace_read(&to, V, in, PAGES(8), &done), 0);
	ok(!memcmp(in, out, 9) && !memcmp(in + 9, out + 2000, PAGES(5)) && !in[9 + PAGES(5)],
	   "so many bytes");
	is(aspace_copy_present(&to, V, &as, V, PAGES(8)), PAGES(7), "up to a page that is absent");
	does(aspace_read(&to, V, in, PAGES(8), &done), 0);
	ok(!memcmp(in, out, PAGES(7)), "whole pages");
	is(as.resident_pages, 7, "which is so still");
	is(aspace_copy_present(&as, V + PAGES(4), &as, V, PAGES(2)), PAGES(2), "in one space");
	does(peek(&as, V + PAGES(4) + 7), out[7]);
	is(aspace_create(&kernel, KERNEL_BASE, GIB), 0, "what both map beyond their end");
	watch(&kernel);
	does(aspace_map_alloc(&kernel, KERNEL_BASE, PAGES(1), RW, AS_POPULATE, PAGE_SIZE), 0);
	does(aspace_copy_mappings_from(&as, &kernel), 0);
	does(aspace_copy_mappings_from(&to, &kernel), 0);
	is(aspace_copy_present(&to, V, &as, KERNEL_BASE, 8), 0, "is not read");
	is(aspace_copy_present(&to, KERNEL_BASE, &as, V, 8), 0, "nor written");
	does(aspace_protect(&to, V + PAGES(1), PAGES(1), AS_READ), 0);
	is(aspace_copy_present(&to, V, &as, V, PAGES(3)), PAGES(1), "up to what is read-only");
	does(aspace_protect(&as, V, PAGES(1), AS_EXEC), 0);
	is(aspace_copy_present(&to, V, &as, V, PAGES(1)), 0, "nor what may not be read");
	does(aspace_map_alloc(&to, V + 2 * MIB, 2 * MIB, URW, AS_POPULATE, PAGE_SIZE_2M), 0);
	is(aspace_copy_present(&to, V + 3 * MIB, &as, V + PAGES(1), PAGES(2)), PAGES(2), "a huge page");
	does(peek(&to, V + 3 * MIB + 5), out[PAGES(1) + 5]);
	does(aspace_map_file(&to, V + 5 * MIB, PAGES(1), URW, pc, 0, AS_SHARED), 0);
	does(aspace_handle_page_fault(&to, V + 5 * MIB, AS_WRITE), 0);
	is(aspace_copy_present(&to, V + 5 * MIB, &as, V + PAGES(1), 8), 0, "no shared memory");
	is(aspace_copy_present(&to, V + 3 * MIB, &to, V + 5 * MIB, 8), 8, "which may be read");
	does(aspace_map_linear(&to, V + MIB, 0x10000000, PAGES(1), URW, PAGE_SIZE), 0);
	does(aspace_handle_page_fault(&to, V + MIB, AS_WRITE), 0);
	is(aspace_copy_present(&to, V + MIB, &as, V + PAGES(1), 8), 0, "no device");
	pagecache_put(pc);
	destroy(&to);
	aspace_clear_mappings(&as, KERNEL_BASE, GIB);
	destroy(&kernel);
	end(&as);
}

static void forced(void)
{
	struct aspace as, child;
	struct pagecache *pc;
	uint8_t byte = 5;

	begin(&as, 16 * MIB, "forced writes");
	if (pagecache_create(PAGES(2), &pc))
		abort();
	does(aspace_map_alloc(&as, V, PAGES(1), UR, AS_LAZY, PAGE_SIZE), 0);
	does(aspace_map_alloc(&as, V + PAGES(1), PAGES(1), AS_USER, AS_LAZY, PAGE_SIZE), 0);
	does(aspace_map_file(&as, V + MIB, PAGES(2), UX, pc, 0, AS_PRIVATE), 0);
	does(aspace_map_file(&as, V + 2 * MIB, PAGES(2), UR, pc, 0, AS_SHARED), 0);
	does(aspace_map_file(&as, V + 3 * MIB, PAGES(2), URW, pc, 0, AS_SHARED), 0);
	does(aspace_map_linear(&as, V + 4 * MIB, TEST_RAM_BASE, PAGES(1), AS_READ, PAGE_SIZE), 0);
	does(aspace_write_forced(&as, V, &byte, 1), 0);
	does(peek(&as, V), 5);
	does(poke(&as, V, 6), -EACCES);
	does(aspace_write_forced(&as, V + PAGES(1), &byte, 1), 0);
	does(peek(&as, V + PAGES(1)), -EACCES);
	does(aspace_write_forced(&as, V + MIB, &byte, 1), 0);
	does(peek(&as, V + MIB), 5);
	does(peek(&as, V + 2 * MIB), 0);
	does(aspace_write_forced(&as, V + 2 * MIB, &byte, 1), -EACCES);
	does(aspace_write_forced(&as, V + 3 * MIB, &byte, 1), 0);
	does(peek(&as, V + 2 * MIB), 5);
	does(aspace_write_forced(&as, V + 4 * MIB, &byte, 1), -EACCES);
	does(aspace_write_forced(&as, V + 5 * MIB, &byte, 1), -EFAULT);
	does(aspace_write_forced(&as, V + MIB + PAGES(1) - 1, out, PAGES(2)), -EFAULT);

	test_case("still not in another space");
	is(aspace_try_clone(&as, &child), 0, "clone");
	watch(&child);
	byte = 7;
	does(aspace_write_forced(&child, V, &byte, 1), 0);
	does(peek(&as, V), 5);
	destroy(&child);
	pagecache_put(pc);
	end(&as);
}

static void code(void)
{
	struct aspace as;
	uint8_t bytes[8] = { 1 };

	begin(&as, 16 * MIB, "written code is seen by instruction fetch");
	does(aspace_map_alloc(&as, V, PAGES(1), AS_USER | AS_RWX, AS_POPULATE, PAGE_SIZE), 0);
	does(aspace_map_alloc(&as, V + PAGES(1), PAGES(1), URW, AS_POPULATE, PAGE_SIZE), 0);
	test_events_clear();
	does(aspace_write(&as, V + PAGES(1), bytes, 8, &done), 0);
	is(test_log.icache, 0, "data: nobody is told");
	does(aspace_write(&as, V + PAGES(1) - 4, bytes, 8, &done), 0);
	is(test_log.icache, 1, "code: all harts are");
	does(aspace_write_forced(&as, V, bytes, 8), 0);
	is(test_log.icache, 2, "a breakpoint too");
	end(&as);
}

int main(void)
{
	sizes();
	linear();
	errors();
	copy_on_write();
	between();
	forced();
	code();
	return test_done();
}
