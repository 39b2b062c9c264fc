/*
 * panic.c - the kernel found itself broken: stop every hart, tell all that is known, power off.
 *
 * Trusts as little as it can: no locks, every pointer it follows is checked first, and a fault on
 * the way ends in a second, shorter panic.
 */
#include "kernel/panic.h"

#include "boot/sbi.h"
#include "kernel/hart.h"
#include "kernel/kspace.h"
#include "kernel/ksyms.h"
#include "kernel/poweroff.h"
#include "kernel/print.h"
#include "kernel/task.h"
#include "kernel/vm.h"

#define MAX_CALLS	40	/* in a backtrace */

static uintptr_t owner;		/* tp of the hart that panics; 0: none does. Atomic */
static unsigned depth;		/* how often it did */

/* For panic_registers.S. */
struct trap_frame panic_frame;
uint32_t panic_frame_taken;

extern char image_start[], text_end[], image_end[];

static uintptr_t my_tp(void)
{
	return (uintptr_t)current;
}

bool panic_is_here(void)
{
	return __atomic_load_n(&owner, __ATOMIC_RELAXED) == my_tp();
}

static __attribute__((noreturn)) void stop_here(void)
{
	csr_write(sie, 0);
	for (;;)
		__asm__ volatile("wfi");
}

void panic_stop_if_asked(void)
{
	if (__atomic_load_n(&owner, __ATOMIC_RELAXED) && !panic_is_here())
		stop_here();
}

/* Tasks live in the image's data or in the direct map. */
static bool current_is_sane(void)
{
	uintptr_t tp = my_tp();
	bool in_image = tp >= (uintptr_t)text_end && tp < (uintptr_t)image_end;
	bool in_direct_map = tp >= DIRECT_MAP_BASE && tp < DIRECT_MAP_BASE + DIRECT_MAP_SIZE;

	return is_aligned(tp, 8) && (in_image || in_direct_map) && current->hart >= harts &&
	       current->hart < harts + MAX_HARTS;
}

/* The first hart to come here goes on, the others stop. */
static void become_owner(void)
{
	uintptr_t nobody = 0;

	if (__atomic_compare_exchange_n(&owner, &nobody, my_tp(), false, __ATOMIC_ACQ_REL,
					__ATOMIC_RELAXED)) {
		for (unsigned i = 0; i < harts_online; i++)
			if (!current_is_sane() || &harts[i] != current->hart)
				sbi_send_ipi(1, harts[i].hartid);
	} else if (nobody != my_tp()) {
		stop_here();
	}
	switch (depth++) {
	case 0:
		break;
	case 1:
		print_alert("\npanic: again, while reporting that\n");
		kernel_poweroff(POWEROFF_PANIC);
	default:	/* even that failed */
		sbi_shutdown(true);
		stop_here();
	}
}

static void print_registers(const struct trap_frame *frame)
{
	static const char *const name[32] = {
		"pc", "ra", "sp", "gp", "tp", "t0", "t1",  "t2",  "s0", "s1", "a0",
		"a1", "a2", "a3", "a4", "a5", "a6", "a7",  "s2",  "s3", "s4", "s5",
		"s6", "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6",
	};

	for (unsigned i = 0; i < 32; i++)
		print_alert("%4s %016lx%s", name[i], frame->reg[i], i % 4 == 3 ? "\n" : "");
	if (frame != &panic_frame)
		print_alert("scause %#lx, stval %#lx, sstatus %#lx\n", frame->cause, frame->value,
			    frame->status);
}

static bool is_text(uintptr_t addr)
{
	return addr >= (uintptr_t)image_start && addr < (uintptr_t)text_end;
}

static void print_call(uintptr_t addr)
{
	uintptr_t offset;
	const char *name = ksym_find(addr, &offset);

	if (name)
		print_alert("  %016lx %s+%#lx\n", addr, name, offset);
	else
		print_alert("  %016lx\n", addr);
}

/* A call that never returns may be its function's last instruction: the call counts. */
static void print_return(uintptr_t addr)
{
	print_call(addr - 4);
}

/*
 * The frame pointer points right above the saved return address, and below that lies the caller's
 * frame pointer. A function that calls nobody saves only the latter, in the upper place: it can
 * only be the innermost, and its return address is in ra.
 */
static void backtrace(const struct trap_frame *frame)
{
	uintptr_t bottom = kstack_bottom(frame->reg[REG_SP]), fp = frame->reg[REG_FP];

	print_alert("called from:\n");
	print_call(frame->reg[REG_PC]);
	if (!is_text(frame->reg[REG_PC]))
		print_return(frame->reg[REG_RA]);
	for (unsigned i = 0; i < MAX_CALLS && bottom; i++) {
		const uintptr_t *saved = (const uintptr_t *)fp;

		if (!is_aligned(fp, 8) || fp < bottom + 16 || fp > bottom + KSTACK_SIZE)
			return;
		if (!i && !is_text(saved[-1])) {
			print_return(frame->reg[REG_RA]);
			fp = saved[-1];
			continue;
		}
		if (!is_text(saved[-1]))
			return;
		print_return(saved[-1]);
		if (saved[-2] <= fp)	/* callers lie above */
			return;
		fp = saved[-2];
	}
}

static void print_task(void)
{
	if (!current_is_sane()) {
		print_alert("tp is %#lx: no task\n", my_tp());
		return;
	}
	print_alert("hart %u, task %d (%.*s)\n", current->hart->id, current->tid, TASK_NAME_LEN,
		    current->name);
}

static __attribute__((noreturn)) void report(const struct trap_frame *frame, const char *fmt,
					     va_list args)
{
	become_owner();
	print_alert("\npanic: ");
	vprint_alert(fmt, args);
	print_alert("\n");
	print_task();
	print_registers(frame);
	backtrace(frame);
	if (current_is_sane() && current->vm)
		aspace_dump(&current->vm->as);
	kernel_poweroff(POWEROFF_PANIC);
}

/* panic() in panic_registers.S has filled panic_frame; its pc is behind the call. */
__attribute__((format(printf, 1, 2), noreturn)) void panic_report(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	panic_frame.reg[REG_PC] -= 4;
	report(&panic_frame, fmt, args);
}

void panic_trap(struct trap_frame *frame, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	report(frame, fmt, args);
}

void kstack_overflow(struct trap_frame *frame)
{
	panic_trap(frame, "kernel stack overflow: the stack of task %d (%.*s) ends at %#lx, sp is "
			  "%#lx",
		   current->tid, TASK_NAME_LEN, current->name,
		   current->kernel_stack_top - KSTACK_SIZE, frame->reg[REG_SP]);
}
