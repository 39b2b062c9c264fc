/*
 * poweroff.h - the end of the run.
 */
#pragma once

#define POWEROFF_PANIC	125	/* what the host sees after a panic */

/* Power off; QEMU exits with this status (0 .. 255). Without a finisher: SBI, 0 or failed. */
__attribute__((noreturn)) void kernel_poweroff(int status);

/* The same by SBI reset, for reboot(2); powers off when the firmware cannot. */
__attribute__((noreturn)) void kernel_reboot(void);
