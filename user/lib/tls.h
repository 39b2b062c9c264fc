/*
 * Thread-local variables (__thread): where a thread's own copies are.
 *
 * The linker lays out one image of them, initial values first and zeros after. tp points to the
 * beginning of a copy of that image (psABI, "Thread Local Storage", variant I); the program reaches
 * a variable at a fixed distance from there. Alignments up to TLS_ALIGN are kept.
 */
#ifndef USER_LIB_TLS_H
#define USER_LIB_TLS_H

#include <stddef.h>

#define TLS_ALIGN	64

size_t __tls_size(void);
void __tls_init(void *copy);	/* a fresh copy; the memory is zero */

#endif
