/*
 * sigframe.c - running a program's own signal handler, and coming back from it.
 *
 * The interrupted state is laid on the user stack as Linux's struct rt_sigframe; the handler returns
 * to a page of two instructions that all processes map, which call rt_sigreturn.
 *
 *	sp	siginfo | ucontext: mask, integer and floating-point registers
 */
#include "kernel/sigframe.h"

#include "kernel/fault.h"
#include "kernel/signal.h"
#include "kernel/string.h"
#include "kernel/task.h"
#include "kernel/usercopy.h"
#include "mm/frame.h"

/* What a frame says besides the signal and the registers: the first part of its ucontext. */
struct context_head {
	uint64_t flags;
	uint64_t link;
	stack_t stack;
	sigset_t mask;
};

/* The last words of a frame, which say that nothing follows. */
struct context_end {
	uint32_t unused, reserved[3];
};

_Static_assert(sizeof(struct context_head) == offsetof(ucontext_t, uc_maskroom), "abi_signal.h");

/* The registers lie in a task as they do in a frame. */
#define REGISTERS_SIZE	(sizeof(struct user_regs) + sizeof(struct user_fpregs))

_Static_assert(offsetof(struct task, fp) - offsetof(struct task, frame.reg) ==
	       offsetof(struct sigcontext, sc_fpregs), "task.h");
_Static_assert(sizeof(((struct task *)0)->fp) == sizeof(struct user_fpregs), "task.h");

#define CONTEXT_AT	offsetof(struct rt_sigframe, uc)
#define REGISTERS_AT	offsetof(struct rt_sigframe, uc.uc_mcontext)
#define END_AT		offsetof(struct rt_sigframe, uc.uc_mcontext.sc_fproom_end)

static paddr_t return_page;

int sigframe_init(void)
{
	static const uint32_t code[] = {
		0x08b00893,	/* li a7, 139: rt_sigreturn */
		0x00000073,	/* ecall */
	};
	int err = frame_alloc(0, FRAME_ZERO, &return_page);

	if (!err)
		memcpy(frame_va(return_page), code, sizeof(code));
	return err;
}

int sigframe_map(struct aspace *as)
{
	return aspace_map_linear(as, SIGRETURN_PAGE, return_page, PAGE_SIZE,
				 AS_READ | AS_EXEC | AS_USER | AS_MAX(AS_READ | AS_EXEC),
				 PAGE_SIZE);
}

/* SS_AUTODISARM: while a handler runs on it there is none, so nobody is ever on it. */
static bool on_alternate_stack(const struct task *task, vaddr_t sp)
{
	const stack_t *alt = &task->alternate_stack;

	return !(alt->ss_flags & SS_AUTODISARM) && sp - (vaddr_t)alt->ss_sp - 1 < alt->ss_size;
}

/*
 * Where the frame goes: below the interrupted code's stack, or on the alternate one. 0, which is
 * never mapped, when that one has run over: what lies below it is somebody else's.
 */
static vaddr_t choose_stack(const struct task *task, const struct sigaction *action, vaddr_t sp)
{
	const stack_t *alt = &task->alternate_stack;
	bool was_on = on_alternate_stack(task, sp);

	if ((action->sa_flags & SA_ONSTACK) && !was_on && alt->ss_size)
		sp = (vaddr_t)alt->ss_sp + alt->ss_size;
	sp = align_down(sp - sizeof(struct rt_sigframe), 16);
	return was_on && !on_alternate_stack(task, sp) ? 0 : sp;
}

/* The room for what does not exist here stays as it is. */
static bool write_frame(struct task *task, vaddr_t sp, const siginfo_t *info)
{
	struct context_head head = { .mask = signal_mask_after(), .stack = task->alternate_stack };
	struct context_end end = { 0 };

	fp_sync(task);
	return !copy_to_user(sp, info, sizeof(*info)) &&
	       !copy_to_user(sp + CONTEXT_AT, &head, sizeof(head)) &&
	       !copy_to_user(sp + REGISTERS_AT, task->frame.reg, REGISTERS_SIZE) &&
	       !copy_to_user(sp + END_AT, &end, sizeof(end));
}

static void block_for_handler(struct task *task, int sig, const struct sigaction *action)
{
	uint64_t set = task->signal_blocked | action->sa_mask;

	task->signal_mask_lent = false;
	if (!(action->sa_flags & SA_NODEFER))
		set |= SIGNAL_BIT(sig);
	signal_set_blocked(set);
}

int sigframe_enter(struct trap_frame *frame, const siginfo_t *info, const struct sigaction *action)
{
	struct task *task = current;
	vaddr_t sp = choose_stack(task, action, frame->reg[REG_SP]);

	if (!write_frame(task, sp, info))
		return -EFAULT;
	frame->reg[REG_PC] = (uint64_t)action->sa_handler;
	frame->reg[REG_RA] = SIGRETURN_PAGE;
	frame->reg[REG_SP] = sp;
	frame->reg[REG_A0] = (uint64_t)info->si_signo;
	frame->reg[REG_A1] = sp + offsetof(struct rt_sigframe, info);
	frame->reg[REG_A2] = sp + offsetof(struct rt_sigframe, uc);
	block_for_handler(task, info->si_signo, action);
	if (task->alternate_stack.ss_flags & SS_AUTODISARM)
		task->alternate_stack = (stack_t){ .ss_flags = SS_DISABLE };
	return 0;
}

/* ---- the alternate stack ---- */

/* What sigaltstack does with a new one, for code that runs on sp. */
static int set_alternate_stack(struct task *task, vaddr_t sp, stack_t new)
{
	int mode = new.ss_flags & ~(int)SS_AUTODISARM;

	if (on_alternate_stack(task, sp))
		return -EPERM;
	if (mode != 0 && mode != SS_ONSTACK && mode != SS_DISABLE)
		return -EINVAL;
	if (mode == SS_DISABLE)
		new = (stack_t){ .ss_flags = new.ss_flags };
	else if (new.ss_size < MINSIGSTKSZ)
		return -ENOMEM;
	task->alternate_stack = new;
	return 0;
}

static stack_t alternate_stack_now(const struct task *task, vaddr_t sp)
{
	stack_t now = task->alternate_stack;

	now.ss_flags &= (int)SS_AUTODISARM;
	if (now.ss_size == 0)
		now.ss_flags |= SS_DISABLE;
	else if (on_alternate_stack(task, sp))
		now.ss_flags |= SS_ONSTACK;
	return now;
}

long sys_sigaltstack(vaddr_t new_in, vaddr_t old_out)
{
	struct task *task = current;
	vaddr_t sp = task->frame.reg[REG_SP];
	stack_t old = alternate_stack_now(task, sp), new;
	int err = 0;

	if (new_in && copy_from_user(&new, new_in, sizeof(new)))
		return -EFAULT;
	if (new_in)
		err = set_alternate_stack(task, sp, new);
	if (!err && old_out)
		err = copy_to_user(old_out, &old, sizeof(old));
	return err;
}

/* ---- coming back ---- */

/* Of another machine, with more registers, it says so at its end. The registers come last, as they
 * go straight to where they belong: what there is of them when that fails is lost. */
static bool read_frame(struct task *task, vaddr_t sp, struct context_head *head)
{
	struct context_end end;

	return !copy_from_user(&end, sp + END_AT, sizeof(end)) &&
	       !(end.reserved[0] | end.reserved[1] | end.reserved[2]) &&
	       !copy_from_user(head, sp + CONTEXT_AT, sizeof(*head)) &&
	       !copy_from_user(task->frame.reg, sp + REGISTERS_AT, REGISTERS_SIZE);
}

/*
 * All that a frame can change is the thread's own: its registers, its mask, its alternate stack. One
 * that cannot be read, or is of another kind of machine, is not gone back to.
 */
long sys_rt_sigreturn(void)
{
	struct task *task = current;
	struct trap_frame *frame = &task->frame;
	struct context_head head;

	frame->cause = 0;		/* this call is not one to restart */
	task->work.registers = true;
	fp_sync(task);			/* or a switch amid the copy would save over it */
	if (!read_frame(task, frame->reg[REG_SP], &head)) {
		fault_bad_frame(frame, "no frame of a signal to return from");
		return 0;
	}
	fp_load(task);
	signal_set_blocked(head.mask);
	set_alternate_stack(task, frame->reg[REG_SP], head.stack);	/* or it stays as it is */
	return (long)frame->reg[REG_A0];
}
