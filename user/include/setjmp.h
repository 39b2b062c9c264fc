/* Returning to where one has been: the saved registers, and maybe the mask. */
#ifndef _SETJMP_H
#define _SETJMP_H

typedef struct {
	unsigned long regs[26];		/* ra, sp, s0-s11, fs0-fs11 */
	unsigned long has_mask;
	unsigned long mask;
} jmp_buf[1];
typedef jmp_buf sigjmp_buf;

int setjmp(jmp_buf env) __attribute__((returns_twice));
int _setjmp(jmp_buf env) __attribute__((returns_twice));
void longjmp(jmp_buf env, int value) __attribute__((noreturn));
void _longjmp(jmp_buf env, int value) __attribute__((noreturn));
int sigsetjmp(sigjmp_buf env, int savemask) __attribute__((returns_twice));
void siglongjmp(sigjmp_buf env, int value) __attribute__((noreturn));

#endif
