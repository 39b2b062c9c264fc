/*
 * The auxiliary vector: what the kernel tells a new program beside its
 * arguments. On the initial stack, from sp upward:
 *
 *	argc | argv[0..argc-1] | NULL | envp[...] | NULL | {type, value}... | AT_NULL
 */
#ifndef KERNEL_ABI_EXEC_H
#define KERNEL_ABI_EXEC_H

#define AT_NULL			0	/* end of the vector */
#define AT_PHDR			3	/* address of the program headers */
#define AT_PHENT		4	/* size of one of them */
#define AT_PHNUM		5	/* their number */
#define AT_PAGESZ		6
#define AT_BASE			7	/* where the interpreter was loaded */
#define AT_FLAGS		8
#define AT_ENTRY		9	/* entry point of the program itself */
#define AT_UID			11
#define AT_EUID			12
#define AT_GID			13
#define AT_EGID			14
#define AT_HWCAP		16	/* bit n: extension 'A' + n is there */
#define AT_CLKTCK		17	/* ticks per second of times() */
#define AT_SECURE		23
#define AT_RANDOM		25	/* address of 16 random bytes */
#define AT_EXECFN		31	/* address of the program's path */

#endif
