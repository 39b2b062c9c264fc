/*
 * syscall.c - from the number in a7 to the function that serves it.
 *
 * Each sys_name takes up to six 64-bit register values and returns a result or a negative errno.
 * Narrower arguments are cut to size inside, pointers are copied from, never used in place.
 */
#include "kernel/syscall.h"

#include "kernel/abi.h"
#include "kernel/print.h"
#include "kernel/task.h"
#include "kernel/trap.h"

typedef long (*syscall_fn)(uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t);

#define CALL(name) extern long sys_##name();
#include "kernel/syscalls.def"
#undef CALL

static const syscall_fn table[] = {
#define CALL(name) [SYS_##name] = (syscall_fn)sys_##name,
#include "kernel/syscalls.def"
#undef CALL
};

static long unknown_call(uint64_t number)
{
#ifdef DEBUG
	printk("%s[%d]: no system call %lu\n", current->name, current->tid, number);
#else
	(void)number;
#endif
	return -ENOSYS;
}

void syscall(struct trap_frame *frame)
{
	uint64_t number = frame->reg[REG_A7];
	uint64_t *arg = &frame->reg[REG_A0];

	frame->reg[REG_PC] += 4;	/* past the ecall */
	frame->orig_a0 = arg[0];
	if (number < sizeof(table) / sizeof(table[0]) && table[number])
		arg[0] = table[number](arg[0], arg[1], arg[2], arg[3], arg[4], arg[5]);
	else
		arg[0] = unknown_call(number);
	DEBUG_ASSERT(current->hart->spin_depth == 0);
}
