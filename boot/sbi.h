/*
 * sbi.h - calls to the supervisor binary interface (RISC-V SBI specification 1.0 and later).
 */
#pragma once

#include "mm/types.h"

/* Extension numbers; the legacy calls (0 to 8) are extensions of their own. */
#define SBI_EXT_BASE		0x10
#define SBI_EXT_TIME		0x54494D45
#define SBI_EXT_IPI		0x735049
#define SBI_EXT_RFENCE		0x52464E43
#define SBI_EXT_HSM		0x48534D
#define SBI_EXT_SRST		0x53525354
#define SBI_EXT_DBCN		0x4442434E

#define SBI_ERR_NOT_SUPPORTED	(-2)

/* Find out which extensions there are; each function below falls back or says what is missing. */
void sbi_init(void);
bool sbi_has(long ext);		/* of the six after BASE */

void sbi_putchar(char c);			/* debug console, else the legacy call */
void sbi_set_timer(uint64_t when);

/* To the harts whose bit is set: bit n is the machine's hart number base + n. */
void sbi_send_ipi(uint64_t hartids, unsigned long base);
void sbi_remote_fence_i(uint64_t hartids, unsigned long base);
void sbi_remote_sfence(uint64_t hartids, unsigned long base, vaddr_t va, size_t size);

/* Start a stopped hart at `entry` with a0 = its number and a1 = opaque, paging off. 0 or the SBI
 * error; SBI_ERR_NOT_SUPPORTED without the HSM extension. */
int sbi_hart_start(unsigned long hartid, paddr_t entry, unsigned long opaque);

/* Power off (SRST, else legacy shutdown) or start again; returns only if it does not work. */
void sbi_shutdown(bool failed);
void sbi_reboot(void);
