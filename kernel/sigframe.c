/*
 * sigframe.c - running a program's own signal handler, and coming back from it.
 *
 * The interrupted state is laid on the user stack as Linux's struct rt_sigframe; the handler returns
 * to a page of two instructions that all processes map, which call rt_sigreturn.
 *
 *	sp	siginfo | ucontext: mask, integer and floating-point registers
 */
#include "kernel/sigframe.h"

#include "kernel/print.h"
#include "kernel/process.h"
#include "kernel/signal.h"
#include "kernel/string.h"
#include "kernel/task.h"
#include "kernel/usercopy.h"
#include "kernel/vm.h"
#include "mm/frame.h"

#define RESERVE		(sizeof(struct rt_sigframe))

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

static bool on_alternate_stack(const struct task *task, vaddr_t sp)
{
	const stack_t *alt = &task->alternate_stack;

	return sp - (vaddr_t)alt->ss_sp - 1 < alt->ss_size;
}

static int stack_flags(const struct task *task, vaddr_t sp)
{
	if (task->alternate_stack.ss_size == 0)
		return SS_DISABLE;
	return on_alternate_stack(task, sp) ? SS_ONSTACK : 0;
}

/* Where the frame goes: below the interrupted code's stack, or on the alternate one. */
static vaddr_t choose_stack(const struct task *task, const struct sigaction *action, vaddr_t sp)
{
	if ((action->sa_flags & SA_ONSTACK) && stack_flags(task, sp) == 0)
		sp = (vaddr_t)task->alternate_stack.ss_sp + task->alternate_stack.ss_size;
	return align_down(sp - RESERVE, 16);
}

static void save_state(struct task *task, const struct trap_frame *frame, ucontext_t *uc)
{
	fp_sync(task);
	*uc = (ucontext_t){ .uc_sigmask = signal_mask_after(), .uc_stack = task->alternate_stack };
	uc->uc_stack.ss_flags = stack_flags(task, frame->reg[REG_SP]);
	memcpy(&uc->uc_mcontext.sc_regs, frame->reg, sizeof(frame->reg));
	memcpy(uc->uc_mcontext.sc_fpregs.f, task->fp, sizeof(uc->uc_mcontext.sc_fpregs.f));
	uc->uc_mcontext.sc_fpregs.fcsr = task->fp[32];
}

int sigframe_enter(struct trap_frame *frame, int sig, const siginfo_t *info)
{
	struct task *task = current;
	struct sigaction *action = &task->process->actions->action[sig - 1];
	vaddr_t sp = choose_stack(task, action, frame->reg[REG_SP]);
	struct rt_sigframe user;

	user.info = *info;
	save_state(task, frame, &user.uc);
	if (copy_to_user(sp, &user, sizeof(user)))
		return -EFAULT;
	frame->reg[REG_PC] = (uint64_t)action->sa_handler;
	frame->reg[REG_RA] = SIGRETURN_PAGE;
	frame->reg[REG_SP] = sp;
	frame->reg[REG_A0] = sig;
	frame->reg[REG_A1] = sp + offsetof(struct rt_sigframe, info);
	frame->reg[REG_A2] = sp + offsetof(struct rt_sigframe, uc);
	task->signal_mask_lent = false;
	task->signal_blocked |= action->sa_mask;
	if (!(action->sa_flags & SA_NODEFER))
		task->signal_blocked |= SIGNAL_BIT(sig);
	if (action->sa_flags & SA_RESETHAND)
		action->sa_handler = SIG_DFL;
	return 0;
}

/* A frame that cannot be read ends the task: there is nowhere to go back to. */
long sys_rt_sigreturn(void)
{
	struct task *task = current;
	struct trap_frame *frame = task_frame(task);
	ucontext_t uc;

	if (copy_from_user(&uc, frame->reg[REG_SP] + offsetof(struct rt_sigframe, uc), sizeof(uc)))
		task_exit_process(SIGSEGV);
	memcpy(frame->reg, &uc.uc_mcontext.sc_regs, sizeof(frame->reg));
	memcpy(task->fp, uc.uc_mcontext.sc_fpregs.f, sizeof(uc.uc_mcontext.sc_fpregs.f));
	task->fp[32] = uc.uc_mcontext.sc_fpregs.fcsr;
	fp_load(task);
	signal_set_blocked(uc.uc_sigmask);
	frame->cause = 0;		/* this call is not one to restart */
	return frame->reg[REG_A0];
}

long sys_sigaltstack(vaddr_t new_in, vaddr_t old_out)
{
	struct task *task = current;
	vaddr_t sp = task_frame(task)->reg[REG_SP];
	stack_t old = task->alternate_stack;
	stack_t new;

	old.ss_flags = stack_flags(task, sp);
	if (new_in) {
		if (copy_from_user(&new, new_in, sizeof(new)))
			return -EFAULT;
		if (on_alternate_stack(task, sp))
			return -EPERM;
		if (new.ss_flags & ~(SS_DISABLE | SS_ONSTACK))
			return -EINVAL;
		if (new.ss_flags & SS_DISABLE)
			new = (stack_t){ 0 };
		else if (new.ss_size < MINSIGSTKSZ)
			return -ENOMEM;
		task->alternate_stack = new;
	}
	return old_out ? copy_to_user(old_out, &old, sizeof(old)) : 0;
}
