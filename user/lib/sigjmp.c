/*
 * The part of sigsetjmp and siglongjmp that is about the signal mask.
 */
#include <setjmp.h>
#include <signal.h>

int __sigsetjmp_mask(sigjmp_buf env, int savemask);

/* The end of sigsetjmp: its own result, 0, is what this returns. */
int __sigsetjmp_mask(sigjmp_buf env, int savemask)
{
	env->has_mask = savemask != 0;
	if (savemask)
		sigprocmask(SIG_SETMASK, NULL, &env->mask);
	return 0;
}

void siglongjmp(sigjmp_buf env, int value)
{
	if (env->has_mask)
		sigprocmask(SIG_SETMASK, &env->mask, NULL);
	longjmp(env, value);
}
