/*
 * ksyms.h - names for addresses in the kernel's text.
 */
#pragma once

#include <stdint.h>

/* The function that addr lies in and how far in; NULL when it is not in kernel text. */
const char *ksym_find(uintptr_t addr, uintptr_t *offset);
