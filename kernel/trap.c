/*
 * trap.c - what a trap means: a system call, an interrupt, or a fault.
 *
 * The page-fault path: trap_user -> fault_shared -> aspace_handle_page_fault_shared (mm/fault.c), or
 * vm_fault (vm.c) -> aspace_handle_page_fault.
 */
#include "kernel/trap.h"

#include "kernel/dev/plic.h"
#include "kernel/fault.h"
#include "kernel/hart.h"
#include "kernel/limits.h"
#include "kernel/panic.h"
#include "kernel/print.h"
#include "kernel/process.h"
#include "kernel/signal.h"
#include "kernel/task.h"
#include "kernel/vm.h"

_Static_assert(offsetof(struct trap_frame, reg) == FRAME_PC, "trap.h");
_Static_assert(offsetof(struct trap_frame, status) == FRAME_STATUS, "trap.h");
_Static_assert(offsetof(struct trap_frame, cause) == FRAME_CAUSE, "trap.h");
_Static_assert(offsetof(struct trap_frame, value) == FRAME_VALUE, "trap.h");
_Static_assert(sizeof(struct trap_frame) == FRAME_SIZE, "trap.h");
_Static_assert(offsetof(struct task, kernel_sp) == TASK_KERNEL_SP, "trap.h");
_Static_assert(offsetof(struct task, kernel_stack_top) == TASK_KERNEL_STACK_TOP, "trap.h");
_Static_assert(offsetof(struct task, hart) == TASK_HART, "trap.h");
_Static_assert(offsetof(struct task, work) == TASK_WORK, "trap.h");
_Static_assert(offsetof(struct task, frame) == TASK_FRAME, "trap.h");
_Static_assert(offsetof(struct hart, emergency_sp) == HART_EMERGENCY_SP, "trap.h");

#define EMERGENCY_STACK	4096

extern char trap_entry[];
extern char usercopy[], usercopy_blocks_end[], usercopy_bytes[], usercopy_bytes_end[];
extern char usercopy_shift[], usercopy_shift_end[], usercopy_fail[], userclear[], userclear_end[];
extern char userstring[], userstring_end[], userstring_fail[];
extern char userpeek[], userpeek_end[], userpeek_fail[];
extern char userswap[], userswap_end[], userswap_fail[];

static char emergency_stacks[MAX_HARTS][EMERGENCY_STACK] __attribute__((aligned(16)));

/* Where a user copy goes on when a fault in [start, end) cannot be mended, or must not even be
 * tried: the caller may hold a spin lock. */
static const struct { char *start, *end, *go_on; bool mend; } fixups[] = {
	{ usercopy, usercopy_blocks_end, usercopy_bytes, true },
	{ usercopy_shift, usercopy_shift_end, usercopy_shift_end, true },
	{ usercopy_bytes, usercopy_bytes_end, usercopy_fail, true },
	{ userclear, userclear_end, usercopy_fail, true },
	{ userstring, userstring_end, userstring_fail, true },
	{ userpeek, userpeek_end, userpeek_fail, false },
	{ userswap, userswap_end, userswap_fail, true },
};

void trap_init_hart(void)
{
	struct hart *hart = this_hart();

	hart->emergency_sp = (uint64_t)emergency_stacks[hart->id] + EMERGENCY_STACK;
	csr_write(sscratch, 0);
	csr_write(stvec, trap_entry);
	csr_write(sie, SIE_SSIE | SIE_STIE | SIE_SEIE);
}

static void interrupt(uint64_t number)
{
	if (number == IRQ_TIMER) {
		sched_tick();
		if (current->process)
			limits_tick();
	} else if (number == IRQ_EXTERNAL) {
		plic_interrupt();
	} else if (number == IRQ_SOFTWARE) {
		csr_clear(sip, SIE_SSIE);
		panic_stop_if_asked();
	}
}

/* What a page fault tried to do; 0: it was no page fault. */
static unsigned fault_access(uint64_t cause)
{
	static const uint8_t access[] = {
		[CAUSE_FETCH_PAGE] = AS_EXEC,
		[CAUSE_LOAD_PAGE] = AS_READ,
		[CAUSE_STORE_PAGE] = AS_WRITE,
	};

	return cause < sizeof(access) ? access[cause] : 0;
}

/* A page fault that is mended side by side with others of the space; 0 or why not, -EAGAIN: it needs
 * the space alone. With DEBUG=1 every fault does, since aspace_check follows. */
static inline int fault_shared(vaddr_t va, unsigned access)
{
	int err = -EAGAIN;

#ifdef DEBUG
	(void)va;
	(void)access;
#else
	rwlock_read_lock(&current->vm->lock);
	err = aspace_handle_page_fault_shared(&current->vm->as, va, access);
	rwlock_read_unlock(&current->vm->lock);
#endif
	return err;
}

static inline int page_fault(vaddr_t va, unsigned access)
{
	int err = fault_shared(va, access);

	return err == -EAGAIN ? vm_fault(va, access) : err;
}

void trap_do_work(struct trap_frame *frame)
{
	union trap_work *work = &current->work;

	DEBUG_ASSERT(current->hart->spin_depth == 0);
	do {
		work->registers = false;
		if (work->resched)
			sched_yield();
		if (work->signals || signal_has_interrupted(frame))
			signal_act(frame);
	} while (work->any);
}

/* A user program's fault that fault_shared could not mend: alone it may be, or the program is told. */
static __attribute__((noinline)) void fault_alone(struct trap_frame *frame, int err)
{
	unsigned access = fault_access(frame->cause);

	if (err == -EAGAIN)
		err = vm_fault(frame->value, access);
	if (err)
		fault_signal(frame, access, err);
}

/* Anything but a system call. */
void trap_user(struct trap_frame *frame)
{
	unsigned access = fault_access(frame->cause);
	int err;

	if (access) {
		err = fault_shared(frame->value, access);
		if (err)
			fault_alone(frame, err);
	} else if (frame->cause & CAUSE_INTERRUPT) {
		interrupt(frame->cause & ~CAUSE_INTERRUPT);
	} else {
		fault_exception(frame);
	}
}

/* A fault of a user copy: mend it, or let the copy end there. */
static bool user_copy_fault(struct trap_frame *frame)
{
	unsigned access = fault_access(frame->cause);
	char *pc = (char *)frame->reg[REG_PC];

	if (!access || frame->value >= USER_END)
		return false;
	for (size_t i = 0; i < sizeof(fixups) / sizeof(fixups[0]); i++) {
		int err = -EFAULT;

		if (pc < fixups[i].start || pc >= fixups[i].end)
			continue;
		if (fixups[i].mend)
			err = page_fault(frame->value, access);
		if (err == -ENOMEM && fault_out_of_memory())
			return true;
		if (err)
			frame->reg[REG_PC] = (uint64_t)fixups[i].go_on;
		return true;
	}
	return false;
}

void trap_kernel(struct trap_frame *frame)
{
	if (frame->cause & CAUSE_INTERRUPT)
		interrupt(frame->cause & ~CAUSE_INTERRUPT);
	else if (!user_copy_fault(frame))
		panic_trap(frame, "unexpected trap in the kernel: %s", fault_name(frame->cause));
}
