/*
 * syscall.c - from the number in a7 to the function that serves it.
 *
 * Each sys_name takes up to six 64-bit register values and returns a result or a negative errno.
 * Narrower arguments are cut to size inside, pointers are copied from, never used in place. The way
 * in and back is system_call in trap.S.
 */
#include "kernel/syscall.h"

#include "kernel/abi.h"
#include "kernel/print.h"
#include "kernel/string.h"
#include "kernel/task.h"
#include "kernel/vm.h"

#define CALL(name) extern long sys_##name();
#include "kernel/syscalls.def"
#undef CALL

const syscall_fn syscall_table[SYSCALL_SLOTS] = {
#define CALL(name) [SYS_##name] = (syscall_fn)sys_##name,
#include "kernel/syscalls.def"
#undef CALL
};

/* DEBUG=1: each is named once per program. */
static void report_unknown(uint64_t number)
{
#ifdef DEBUG
	static const struct vm *last_vm;
	static uint64_t told[SYSCALL_SLOTS / 64];
	uint64_t slot = number % SYSCALL_SLOTS;

	if (current->vm != last_vm)
		memset(told, 0, sizeof(told));
	last_vm = current->vm;
	if (told[slot / 64] >> slot % 64 & 1)
		return;
	told[slot / 64] |= 1ull << slot % 64;
	printk("%s[%d]: no system call %lu\n", current->name, current->tid, number);
#else
	(void)number;
#endif
}

long syscall_unknown(uint64_t number)
{
	report_unknown(number);
	return -ENOSYS;
}
