/*
 * fault.c - faults of user programs that cannot be mended: the signal, and the record that says
 * what was tried, where, and which rule forbade it.
 */
#include "kernel/fault.h"

#include "kernel/elfsym.h"
#include "kernel/hart.h"
#include "kernel/kspace.h"
#include "kernel/print.h"
#include "kernel/process.h"
#include "kernel/signal.h"
#include "kernel/task.h"
#include "kernel/time.h"
#include "kernel/vm.h"
#include "mm/frame.h"

/* What each exception is called, and what all but page faults and ecall end in. */
static const struct {
	const char *name;
	uint8_t sig, code;
} causes[] = {
	[CAUSE_FETCH_MISALIGNED] = { "instruction address misaligned", SIGBUS, BUS_ADRALN },
	[CAUSE_FETCH_ACCESS] = { "instruction access fault", SIGSEGV, SEGV_ACCERR },
	[CAUSE_ILLEGAL] = { "illegal instruction", SIGILL, ILL_ILLOPC },
	[CAUSE_BREAKPOINT] = { "breakpoint", SIGTRAP, TRAP_BRKPT },
	[CAUSE_LOAD_MISALIGNED] = { "load address misaligned", SIGBUS, BUS_ADRALN },
	[CAUSE_LOAD_ACCESS] = { "load access fault", SIGSEGV, SEGV_ACCERR },
	[CAUSE_STORE_MISALIGNED] = { "store address misaligned", SIGBUS, BUS_ADRALN },
	[CAUSE_STORE_ACCESS] = { "store access fault", SIGSEGV, SEGV_ACCERR },
	[CAUSE_ECALL] = { .name = "environment call" },
	[CAUSE_FETCH_PAGE] = { .name = "instruction page fault" },
	[CAUSE_LOAD_PAGE] = { .name = "load page fault" },
	[CAUSE_STORE_PAGE] = { .name = "store page fault" },
};

const char *fault_name(uint64_t cause)
{
	if (cause < sizeof(causes) / sizeof(causes[0]) && causes[cause].name)
		return causes[cause].name;
	return "unknown exception";
}

/* A program that handles the signal knows what it does: no record then. */
static bool will_end(int sig)
{
	void (*handler)(int) = current->process->actions->action[sig - 1].sa_handler;

	return handler == SIG_DFL || handler == SIG_IGN ||
	       (current->signal_blocked & SIGNAL_BIT(sig));
}

static void record(struct trap_frame *frame, const char *what)
{
	char symbol[64];

	elfsym_name(current->vm, frame->reg[REG_PC], symbol, sizeof(symbol));
	printk("%s[%d]: %s at pc %#lx (%s), %s %#lx; sp %#lx ra %#lx\n", current->name,
	       current->tid, what, frame->reg[REG_PC], symbol,
	       frame->cause == CAUSE_ILLEGAL ? "instruction" : "address", frame->value,
	       frame->reg[REG_SP], frame->reg[REG_RA]);
}

/* The stack pointer has left the stack, which may not grow down to it. */
static void explain_stack(const struct vm *vm, vaddr_t sp)
{
	struct area_info stack;

	if (aspace_next_area(&vm->as, sp, &stack) && sp < stack.start &&
	    stack.flags & AS_GROWSDOWN && stack.end - sp > vm->as.stack_limit)
		printk("the stack has reached its limit of %lu KiB (RLIMIT_STACK)\n",
		       vm->as.stack_limit >> 10);
}

void fault_signal(struct trap_frame *frame, unsigned access, int err)
{
	int sig = err == -ENXIO ? SIGBUS : SIGSEGV;
	int code = sig == SIGBUS ? BUS_ADRERR : SEGV_MAPERR;

	if (err == -ENOMEM) {
		fault_out_of_memory();
		return;
	}
	if (err == -EACCES)
		code = SEGV_ACCERR;
	if (will_end(sig) && !print_is_quiet()) {
		record(frame, fault_name(frame->cause));
		vm_lock(current->vm);
		aspace_explain(&current->vm->as, frame->value, access);
		explain_stack(current->vm, frame->reg[REG_SP]);
		vm_unlock(current->vm);
	}
	signal_force(sig, code, frame->value);
}

void fault_exception(struct trap_frame *frame)
{
	uint64_t cause = frame->cause;
	int sig = SIGILL, code = ILL_ILLTRP;
	vaddr_t addr = frame->reg[REG_PC];

	if (cause < sizeof(causes) / sizeof(causes[0]) && causes[cause].sig) {
		sig = causes[cause].sig;
		code = causes[cause].code;
	}
	if (sig == SIGBUS || sig == SIGSEGV)
		addr = frame->value;
	if (will_end(sig) && !print_is_quiet())
		record(frame, fault_name(cause));
	signal_force(sig, code, addr);
}

void fault_bad_frame(struct trap_frame *frame, const char *what)
{
	if (will_end(SIGSEGV) && !print_is_quiet())
		printk("%s[%d]: %s; pc %#lx sp %#lx\n", current->name, current->tid, what,
		       frame->reg[REG_PC], frame->reg[REG_SP]);
	signal_force(SIGSEGV, SI_KERNEL, 0);
}

#define PATIENCE	(NSEC_PER_SEC / 10)	/* how long others get before a task is killed */
#define A_WHILE		(NSEC_PER_SEC / 500)
#define ENOUGH		4	/* frames that make another try worth while: a page and its tables */

/* Whoever can run does so on this hart, then time passes for those on others. */
static void wait_a_while(void)
{
	struct spinlock lock = SPINLOCK_INIT;
	struct waitq nobody;

	sched_yield();
	if (frame_leaves_free(ENOUGH))
		return;
	waitq_init(&nobody);
	spin_lock(&lock);
	waitq_pause(&nobody, &lock, time_after(A_WHILE));
	spin_unlock(&lock);
}

/* Others may be on their way out, or waiting for their turn to end. Process 1 cannot end: its program
 * tries for ever, but not a copy of the kernel's, which may hold a lock that others need to end. */
bool fault_out_of_memory(void)
{
	uint64_t end = time_after(PATIENCE);

	while (time_now() < end && !signal_is_fatal()) {
		kstack_reclaim();
		wait_a_while();
		if (frame_leaves_free(ENOUGH))
			return true;
	}
	if (!signal_is_fatal() && current->process != init_process) {
		printk("%s[%d]: killed: out of memory (%lu pages resident)\n", current->name,
		       current->tid, current->vm->as.resident_pages);
		signal_raise(SIGKILL);
	}
	return false;
}
