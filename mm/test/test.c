/*
 * test.c - TAP output, expected panics, failing allocations and threads for the host tests.
 */
#include <limits.h>

#include "mm/frame.h"
#include "mm/port.h"
#include "mm/slab.h"
#include "mm/test/port.h"
#include "mm/test/test.h"

/* ---- results ---- */

static pthread_mutex_t out = PTHREAD_MUTEX_INITIALIZER;
static unsigned run, failed;
static char case_name[200];

void test_case(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(case_name, sizeof(case_name), fmt, args);
	va_end(args);
	printf("# %s\n", case_name);
}

void diag(const char *fmt, ...)
{
	char text[1000];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	printf("# %s\n", text);
}

/* Print one result and, if it failed, where. */
static void report(bool passed, const char *name, const char *file, int line)
{
	pthread_mutex_lock(&out);
	run++;
	printf("%sok %u - %s\n", passed ? "" : "not ", run, name);
	if (!passed) {
		failed++;
		printf("#   at %s:%d\n", file, line);
		if (case_name[0])
			printf("#   in: %s\n", case_name);
	}
	fflush(stdout);
	pthread_mutex_unlock(&out);
}

bool test_ok(bool condition, const char *text, const char *file, int line, const char *fmt, ...)
{
	char name[400];
	va_list args;

	va_start(args, fmt);
	vsnprintf(name, sizeof(name), fmt, args);
	va_end(args);
	report(condition, name, file, line);
	if (!condition)
		diag("  false: %s", text);
	return condition;
}

bool test_is(uint64_t got, uint64_t want, const char *text, const char *file, int line,
	     const char *fmt, ...)
{
	char name[400];
	va_list args;

	va_start(args, fmt);
	vsnprintf(name, sizeof(name), fmt, args);
	va_end(args);
	report(got == want, name, file, line);
	if (got != want) {
		diag("  value: %s", text);
		diag("  got:   %ld (0x%lx)", (long)got, (unsigned long)got);
		diag("  want:  %ld (0x%lx)", (long)want, (unsigned long)want);
	}
	return got == want;
}

int test_done(void)
{
	printf("1..%u\n", run);
	if (failed)
		printf("# %u of %u failed\n", failed, run);
	return failed || !run ? 1 : 0;
}

/* ---- the last calls ---- */

#define CALLS	24

static __thread char last_call[CALLS][120];
static __thread unsigned long calls;

void test_call(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(last_call[calls++ % CALLS], sizeof(last_call[0]), fmt, args);
	va_end(args);
}

void (*test_panic_hook)(void);

void test_show_calls(void)
{
	unsigned long i = calls > CALLS ? calls - CALLS : 0;

	if (calls > 0)
		diag("the last of %lu calls:", calls);
	for (; i < calls; i++)
		diag("  %s", last_call[i % CALLS]);
}

/* ---- panics ---- */

static __thread jmp_buf panic_return;
static __thread bool panic_expected;
static __thread char panic_message[500];

jmp_buf *test_expect_panic(void)
{
	panic_expected = true;
	return &panic_return;
}

void test_no_panic(const char *text, const char *file, int line)
{
	panic_expected = false;
	report(false, text, file, line);
	diag("  did not panic");
}

void test_check_panic(const char *text, const char *message, const char *file, int line)
{
	char name[400];
	bool found = strstr(panic_message, message);

	snprintf(name, sizeof(name), "%s panics", text);
	report(found, name, file, line);
	if (!found) {
		diag("  got:   \"%s\"", panic_message);
		diag("  want:  \"%s\"", message);
	}
}

void port_panic(const char *fmt, ...)
{
	void (*hook)(void);
	va_list args;

	va_start(args, fmt);
	vsnprintf(panic_message, sizeof(panic_message), fmt, args);
	va_end(args);
	if (!panic_expected) {
		printf("Bail out! panic: %s\n", panic_message);
		if (case_name[0])
			printf("#   in: %s\n", case_name);
		test_show_calls();
		hook = test_panic_hook;
		test_panic_hook = NULL;
		if (hook)
			hook();
		fflush(stdout);
		abort();
	}
	panic_expected = false;
	test_unlock_all();
	longjmp(panic_return, 1);
}

/* ---- failing allocations: the linker's --wrap sends every call from another file here ---- */

static unsigned fail_nth, fail_last, allocations;
void (*test_alloc_hook)(void), (*test_copy_hook)(void);

int __real_frame_alloc(unsigned order, unsigned flags, paddr_t *pa);
int __wrap_frame_alloc(unsigned order, unsigned flags, paddr_t *pa);
void *__real_slab_alloc(struct slab_cache *cache);
void *__wrap_slab_alloc(struct slab_cache *cache);
uint32_t __real_frame_dec_ref(paddr_t pa);
uint32_t __wrap_frame_dec_ref(paddr_t pa);
void __real_frame_block_dec_ref(paddr_t pa, unsigned order);
void __wrap_frame_block_dec_ref(paddr_t pa, unsigned order);
void __real_frame_free_zeroed(paddr_t pa);
void __wrap_frame_free_zeroed(paddr_t pa);
void __real_frame_copy(paddr_t to, paddr_t from);
void __wrap_frame_copy(paddr_t to, paddr_t from);

static void fail_range(unsigned first, unsigned last)
{
	__atomic_store_n(&allocations, 0, __ATOMIC_RELAXED);
	__atomic_store_n(&fail_last, last, __ATOMIC_RELAXED);
	__atomic_store_n(&fail_nth, first, __ATOMIC_RELAXED);
}

void test_fail_nth(unsigned n)
{
	fail_range(n, n);
}

void test_fail_from(unsigned n)
{
	fail_range(n, n ? UINT_MAX : 0);
}

unsigned test_allocations(void)
{
	return __atomic_load_n(&allocations, __ATOMIC_RELAXED);
}

static void call_once(void (**hook)(void))
{
	void (*function)(void) = *hook;

	if (function) {
		*hook = NULL;
		function();
	}
}

static bool must_fail(void)
{
	unsigned count = __atomic_add_fetch(&allocations, 1, __ATOMIC_RELAXED);

	call_once(&test_alloc_hook);
	return count >= __atomic_load_n(&fail_nth, __ATOMIC_RELAXED) &&
	       count <= __atomic_load_n(&fail_last, __ATOMIC_RELAXED);
}

int __wrap_frame_alloc(unsigned order, unsigned flags, paddr_t *pa)
{
	return must_fail() ? -ENOMEM : __real_frame_alloc(order, flags, pa);
}

void *__wrap_slab_alloc(struct slab_cache *cache)
{
	return must_fail() ? NULL : __real_slab_alloc(cache);
}

void __wrap_frame_copy(paddr_t to, paddr_t from)
{
	call_once(&test_copy_hook);
	__real_frame_copy(to, from);
}

/* ---- freed frames ---- */

uint32_t __wrap_frame_dec_ref(paddr_t pa)
{
	uint32_t left = __real_frame_dec_ref(pa);

	if (left == 0)
		test_event((struct test_event){ .kind = FREE_FRAME, .pa = pa, .size = PAGE_SIZE });
	return left;
}

void __wrap_frame_free_zeroed(paddr_t pa)
{
	__real_frame_free_zeroed(pa);
	test_event((struct test_event){ .kind = FREE_FRAME, .pa = pa, .size = PAGE_SIZE });
}

/* One event if anything was freed; a block's pieces mostly go together. */
void __wrap_frame_block_dec_ref(paddr_t pa, unsigned order)
{
	size_t before = frame_free_count();

	__real_frame_block_dec_ref(pa, order);
	if (frame_free_count() > before)
		test_event((struct test_event){
			.kind = FREE_FRAME, .pa = pa, .size = PAGE_SIZE << order });
}

/* ---- threads ---- */

struct thread {
	pthread_t id;
	unsigned i;
	void (*body)(unsigned i);
};

static __thread uint64_t random_state = 1;

void test_seed(uint64_t seed)
{
	random_state = seed * 2 + 1;
}

/* A linear congruential generator with Knuth's MMIX constants, upper bits. */
uint32_t test_random(uint32_t n)
{
	random_state = random_state * 6364136223846793005ull + 1442695040888963407ull;
	return (uint32_t)((random_state >> 33) % n);
}

static void *thread_start(void *arg)
{
	struct thread *thread = arg;

	test_set_hart(thread->i);
	test_seed(thread->i + 1);
	thread->body(thread->i);
	return NULL;
}

void test_threads(unsigned n, void (*body)(unsigned i))
{
	struct thread thread[MM_MAX_HARTS];
	unsigned i;

	for (i = 0; i < n; i++) {
		thread[i].i = i;
		thread[i].body = body;
		if (pthread_create(&thread[i].id, NULL, thread_start, &thread[i])) {
			printf("Bail out! no thread\n");
			exit(99);
		}
	}
	for (i = 0; i < n; i++)
		pthread_join(thread[i].id, NULL);
}

/* ---- printing ---- */

void port_print(const char *fmt, ...)
{
	char text[1000];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	printf("# %s", text);
	if (!strchr(text, '\n'))
		printf("\n");
}
