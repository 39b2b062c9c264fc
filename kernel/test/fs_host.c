/*
 * fs_host.c - what kernel/fs stands on when it runs on the host. There is one task and nobody to
 * wake it: a wait that would last ends with -EINTR, and the test sees that it would have waited.
 */
#include "boot/fdt.h"
#include "kernel/dev/console.h"
#include "kernel/fs/uio.h"
#include "kernel/fs/vfs.h"
#include "kernel/hart.h"
#include "kernel/kspace.h"
#include "kernel/print.h"
#include "kernel/process.h"
#include "kernel/sched.h"
#include "kernel/signal.h"
#include "kernel/string.h"
#include "kernel/task.h"
#include "kernel/test/fs_host.h"
#include "kernel/uname.h"
#include "kernel/usercopy.h"
#include "kernel/vm.h"
#include "mm/frame.h"

uint64_t host_clock;
struct hart harts[MAX_HARTS];
struct machine machine;
struct utsname kernel_name = { .sysname = "Linux", .nodename = "host" };
int pid_max = 100, mem_max_areas = 100;
unsigned harts_online = 1;
struct task *current;
struct spinlock task_lock;
int host_signals;
bool host_interrupted;

static struct task the_task;
static struct process the_process;
static unsigned spins;		/* spin locks held */

__attribute__((noreturn)) void panic(const char *fmt, ...)
{
	(void)fmt;
	__builtin_trap();
}

/* ---- locks: nobody else is there, so they only check that they are used rightly ---- */

static void check(bool good)
{
	if (!good)
		__builtin_trap();
}

void spin_lock(struct spinlock *lock)
{
	check(!lock->held);
	lock->held = 1;
	spins++;
}

void spin_unlock(struct spinlock *lock)
{
	check(lock->held);
	lock->held = 0;
	spins--;
}

void mutex_init(struct mutex *mutex)
{
	mutex->owner = NULL;
}

void mutex_lock(struct mutex *mutex)
{
	check(!mutex->owner && !spins);
	mutex->owner = current;
}

void mutex_unlock(struct mutex *mutex)
{
	check(mutex->owner == current);
	mutex->owner = NULL;
}

bool mutex_is_mine(const struct mutex *mutex)
{
	return mutex->owner == current;
}

void waitq_init(struct waitq *q)
{
	list_init(&q->sleepers);
	list_init(&q->watchers);
}

int waitq_sleep(struct waitq *q, struct spinlock *lock)
{
	(void)q;
	check(lock->held && spins == 1);
	host_interrupted = true;
	return -EINTR;
}

void waitq_wake_one(struct waitq *q) { check(spins && q->sleepers.next); }
void waitq_wake_all(struct waitq *q) { check(spins && q->sleepers.next); }

bool sched_point(void)
{
	check(!spins);
	return false;
}

int signal_group(int pgid, int sig, int code) { (void)code; return pgid && !sig ? 0 : -ESRCH; }

void signal_raise(int sig)
{
	check(sig == SIGPIPE && !spins);
	host_signals++;
}

/* ---- user memory ---- */

static char user_memory[USER_HIGH - USER_LOW];

void *host_user(vaddr_t va)
{
	return user_memory + (va - USER_LOW);
}

/* How many of the bytes at va are there. */
static size_t present(vaddr_t va, size_t size)
{
	check(!spins);
	if (va < USER_LOW || va >= USER_HIGH)
		return 0;
	return size < USER_HIGH - va ? size : USER_HIGH - va;
}

size_t copy_from_user_partial(void *dst, vaddr_t src, size_t size)
{
	size_t n = present(src, size);

	memcpy(dst, n ? host_user(src) : dst, n);
	return size - n;
}

size_t copy_to_user_partial(vaddr_t dst, const void *src, size_t size)
{
	size_t n = present(dst, size);

	if (n)
		memcpy(host_user(dst), src, n);
	return size - n;
}

size_t clear_user_partial(vaddr_t dst, size_t size)
{
	size_t n = present(dst, size);

	if (n)
		memset(host_user(dst), 0, n);
	return size - n;
}

int copy_from_user(void *dst, vaddr_t src, size_t size)
{
	return copy_from_user_partial(dst, src, size) ? -EFAULT : 0;
}

int copy_to_user(vaddr_t dst, const void *src, size_t size)
{
	return copy_to_user_partial(dst, src, size) ? -EFAULT : 0;
}

int copy_int_to_user(vaddr_t dst, int32_t value)
{
	return copy_to_user(dst, &value, sizeof(value));
}

long strncpy_from_user(char *dst, vaddr_t src, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (!present(src + i, 1))
			return -EFAULT;
		dst[i] = *(char *)host_user(src + i);
		if (!dst[i])
			return (long)i;
	}
	return -ENAMETOOLONG;
}

vaddr_t u(const char *s)
{
	static unsigned turn;
	vaddr_t va = USER_LOW + 8192 * (turn++ % 16);

	memcpy(host_user(va), s, strlen(s) + 1);
	return va;
}

bool strcopy(char *dst, const char *src, size_t size)
{
	return (size_t)snprintf(dst, size, "%s", src) < size;
}

/* ---- other tasks: none; no signals; the terminal: silent ---- */

uint64_t signal_pending_for(const struct task *task) { return task->pending.set; }
unsigned pending_count(void) { return 0; }
void signal_sets(const struct process *process, uint64_t *ignored, uint64_t *caught)
{
	check(process == current->process);
	*ignored = *caught = 0;
}

struct task *task_find(int pid) { return pid == current->tid ? current : NULL; }
void task_put(struct task *task) { check(!task || task == current); }
int task_next_pid(int after) { return after < current->tid ? current->tid : 0; }
size_t task_count(void) { return 1; }
const struct limit_kind limit_kinds[RLIM_NLIMITS] = {
	[0 ... RLIM_NLIMITS - 1] = { "limit", "units", { 0, 0 } },
};
uint64_t limit_get(int resource) { return resource == RLIMIT_NOFILE ? 1024 : RLIM_INFINITY; }
void uname_get(struct utsname *now) { *now = kernel_name; }
void uname_set_node(const char *name) { check(name != NULL); }
size_t task_limit(void) { return 1; }
struct vm *task_vm_get(struct task *task) { return task->vm; }
struct files *task_files_get(struct task *task) { return files_ref(task->files); }
void kstack_reclaim(void) { check(current != NULL); }
void vm_put(struct vm *vm) { check(!vm); }
void vm_lock(struct vm *vm) { check(vm); }
void vm_unlock(struct vm *vm) { check(vm); }
/* Never straight: what is written goes through the ring. */
size_t vm_copy_present(struct vm *to, vaddr_t dst, struct vm *from, vaddr_t src, size_t size)
{
	check(to && from && dst && src && size);
	return 0;
}

uint64_t sched_run_ticks(struct task *task) { return task ? task->run_ticks : 0; }
long console_read(struct uio *uio, bool nonblock) { return !uio->left - nonblock; }
long console_write(struct uio *uio)
{
	size_t size = uio->left;
	char c;

	while (uio->left && uio_take(uio, &c, 1))
		;
	return uio->left < size ? (long)(size - uio->left) : -EFAULT;
}

int console_foreground_of(const struct process *process) { return process ? process->sid : -1; }
void console_offer(void) {}
long console_ioctl(unsigned cmd, vaddr_t arg) { return cmd && arg ? -ENOTTY : -EINVAL; }
unsigned console_poll(struct poll_table *table) { return table ? 0 : POLLOUT; }
void poll_watch(struct poll_table *table, struct waitq *q, struct spinlock *lock)
{
	check(table && lock->held && q->watchers.next);
}

void host_boot(size_t ram_bytes, size_t free_bytes)
{
	test_ram_reserved(ram_bytes);
	frame_free_range(HOST_RAM, HOST_RAM + free_bytes);
	the_process = (struct process){ .pid = 7, .leader = &the_task };
	the_task = (struct task){ .tid = 7, .process = &the_process, .name = "test" };
	current = &the_task;
	check(fs_init() == 0);
	the_task.files = files_create();
	the_task.fs = fs_context_create();
	check(the_task.files && the_task.fs);
}

bool host_fork(void)
{
	struct files *files = files_clone(the_task.files);
	struct fs_context *fs = fs_context_clone(the_task.fs);

	if (!files || !fs) {
		files_put(files);
		fs_context_put(fs);
		return false;
	}
	host_task_ends();
	the_task.files = files;
	the_task.fs = fs;
	return true;
}

void host_task_ends(void)
{
	files_put(the_task.files);
	fs_context_put(the_task.fs);
	the_task.files = NULL;
	the_task.fs = NULL;
}
