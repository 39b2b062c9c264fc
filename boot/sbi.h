/*
 * sbi.h - calls to the supervisor binary interface (RISC-V SBI specification 1.0 and later).
 */
#pragma once

#include "mm/types.h"

struct sbi_ret {
	long error;		/* 0 or SBI_ERR_* (negative) */
	long value;
};

struct sbi_ret sbi_call(long ext, long func, long a0, long a1, long a2, long a3, long a4);

/* Find out which extensions there are; each function below falls back or says what is missing. */
void sbi_init(void);
bool sbi_has(long ext);

void sbi_putchar(char c);			/* debug console, else the legacy call */
void sbi_set_timer(uint64_t when);
void sbi_send_ipi(uint64_t hartids, unsigned long base);
void sbi_remote_fence_i(uint64_t hartids, unsigned long base);
void sbi_remote_sfence(uint64_t hartids, unsigned long base, vaddr_t va, size_t size);
int sbi_hart_start(unsigned long hartid, paddr_t entry, unsigned long opaque);
/* Power off (SRST, else legacy shutdown); returns only if neither works. */
void sbi_shutdown(bool failed);
