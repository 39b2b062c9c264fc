/*
 * Signals: numbers, actions, and what lies on the stack when a handler runs.
 * A signal set is one 64-bit word; bit n-1 stands for signal n. There is no
 * sa_restorer on RISC-V: the kernel provides the code a handler returns to.
 */
#ifndef KERNEL_ABI_SIGNAL_H
#define KERNEL_ABI_SIGNAL_H

#define SIGHUP		1
#define SIGINT		2
#define SIGQUIT		3
#define SIGILL		4
#define SIGTRAP		5
#define SIGABRT		6
#define SIGIOT		SIGABRT
#define SIGBUS		7
#define SIGFPE		8
#define SIGKILL		9
#define SIGUSR1		10
#define SIGSEGV		11
#define SIGUSR2		12
#define SIGPIPE		13
#define SIGALRM		14
#define SIGTERM		15
#define SIGSTKFLT	16
#define SIGCHLD		17
#define SIGCONT		18
#define SIGSTOP		19
#define SIGTSTP		20
#define SIGTTIN		21
#define SIGTTOU		22
#define SIGURG		23
#define SIGXCPU		24
#define SIGXFSZ		25
#define SIGVTALRM	26
#define SIGPROF		27
#define SIGWINCH	28
#define SIGIO		29
#define SIGPOLL		SIGIO
#define SIGPWR		30
#define SIGSYS		31
#define SIGRTMIN	32
#define SIGRTMAX	64
#define _NSIG		65	/* the first number that is no signal */
#define NSIG		_NSIG

#define SA_NOCLDSTOP	0x00000001
#define SA_NOCLDWAIT	0x00000002
#define SA_SIGINFO	0x00000004
#define SA_ONSTACK	0x08000000
#define SA_RESTART	0x10000000
#define SA_NODEFER	0x40000000
#define SA_RESETHAND	0x80000000
#define SA_NOMASK	SA_NODEFER
#define SA_ONESHOT	SA_RESETHAND

#define SIG_BLOCK	0
#define SIG_UNBLOCK	1
#define SIG_SETMASK	2

#define SS_ONSTACK	1
#define SS_DISABLE	2
#define SS_AUTODISARM	0x80000000
#define MINSIGSTKSZ	2048
#define SIGSTKSZ	8192

/* si_code: who sent it ... */
#define SI_USER		0
#define SI_KERNEL	0x80
#define SI_QUEUE	(-1)
#define SI_TIMER	(-2)
#define SI_MESGQ	(-3)
#define SI_ASYNCIO	(-4)
#define SI_TKILL	(-6)
/* ... or, by signal, why. */
#define ILL_ILLOPC	1
#define ILL_ILLOPN	2
#define ILL_ILLADR	3
#define ILL_ILLTRP	4
#define ILL_PRVOPC	5
#define FPE_INTDIV	1
#define FPE_FLTDIV	3
#define FPE_FLTINV	7
#define SEGV_MAPERR	1	/* nothing is mapped there */
#define SEGV_ACCERR	2	/* what is mapped forbids it */
#define BUS_ADRALN	1
#define BUS_ADRERR	2	/* beyond the end of the mapped file */
#define BUS_OBJERR	3
#define TRAP_BRKPT	1
#define TRAP_TRACE	2
#define CLD_EXITED	1
#define CLD_KILLED	2
#define CLD_DUMPED	3
#define CLD_TRAPPED	4
#define CLD_STOPPED	5
#define CLD_CONTINUED	6

#ifndef __ASSEMBLER__

#include <stddef.h>
#include <stdint.h>

#define SIG_DFL		((void (*)(int))0)
#define SIG_IGN		((void (*)(int))1)
#define SIG_ERR		((void (*)(int))-1)

typedef uint64_t sigset_t;

union sigval {
	int32_t sival_int;
	void *sival_ptr;
};

typedef struct siginfo {
	int32_t si_signo;
	int32_t si_errno;
	int32_t si_code;
	int32_t si_pad;
	union {
		struct {	/* kill, sigqueue, SIGCHLD */
			int32_t si_pid;
			uint32_t si_uid;
			union {
				int32_t si_status;
				union sigval si_value;
			};
			int64_t si_utime;
			int64_t si_stime;
		};
		struct {	/* a timer; it has a value too */
			int32_t si_timerid;
			int32_t si_overrun;
		};
		struct {	/* a fault */
			void *si_addr;
			int16_t si_addr_lsb;
		};
		uint8_t si_room[112];
	};
} siginfo_t;

#define si_int		si_value.sival_int
#define si_ptr		si_value.sival_ptr

/* What timer_create is to do when the timer expires. */
#define SIGEV_SIGNAL	0
#define SIGEV_NONE	1
#define SIGEV_THREAD	2	/* for the library: the kernel sends a signal */
#define SIGEV_THREAD_ID	4	/* with SIGEV_SIGNAL: to this thread */

struct sigevent {
	union sigval sigev_value;
	int32_t sigev_signo;
	int32_t sigev_notify;
	union {
		int32_t sigev_notify_thread_id;
		struct {
			void (*sigev_notify_function)(union sigval);
			void *sigev_notify_attributes;
		};
		uint8_t sigev_room[48];
	};
};

/* What rt_sigaction takes. */
struct sigaction {
	union {
		void (*sa_handler)(int);
		void (*sa_sigaction)(int, siginfo_t *, void *);
	};
	uint64_t sa_flags;
	sigset_t sa_mask;
};

typedef struct sigaltstack {
	void *ss_sp;
	int32_t ss_flags;
	size_t ss_size;
} stack_t;

/* The integer state: pc, then x1 to x31. */
struct user_regs {
	uint64_t pc, ra, sp, gp, tp, t0, t1, t2;
	uint64_t s0, s1, a0, a1, a2, a3, a4, a5;
	uint64_t a6, a7, s2, s3, s4, s5, s6, s7;
	uint64_t s8, s9, s10, s11, t3, t4, t5, t6;
};

/* The D extension's state. */
struct user_fpregs {
	uint64_t f[32];
	uint32_t fcsr;
};

struct sigcontext {
	union {
		struct user_regs sc_regs;
		uint64_t __gregs[32];		/* glibc's name for the same */
	};
	union {
		struct user_fpregs sc_fpregs;
		struct {			/* room for the Q extension, and no more */
			uint8_t sc_fproom[512];
			uint32_t sc_fproom_end;
			uint32_t sc_reserved[3];	/* zeros */
		};
	} __attribute__((aligned(16)));
};

typedef struct ucontext {
	uint64_t uc_flags;
	struct ucontext *uc_link;
	stack_t uc_stack;
	sigset_t uc_sigmask;
	uint8_t uc_maskroom[120];		/* for a set of 1024 signals */
	struct sigcontext uc_mcontext;
} ucontext_t;

/* On the stack of a handler, from its sp upward; a1 and a2 point into it. */
struct rt_sigframe {
	siginfo_t info;
	ucontext_t uc;
};

#endif
#endif
