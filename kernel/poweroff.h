/*
 * poweroff.h - the end of the run.
 */
#pragma once

#define POWEROFF_PANIC	125	/* what the host sees after a panic */

/* Boot, after kspace_activate: map the finisher. Until then it is reached all the same. */
void poweroff_init(void);

/* Power off; QEMU exits with this status (0 .. 255). Without a finisher: SBI, 0 or failed. */
__attribute__((noreturn)) void kernel_poweroff(int status);

/* Boot cannot go on: say "boot: " and why, and power off as after a panic. */
__attribute__((format(printf, 1, 2), noreturn)) void boot_refuse(const char *fmt, ...);

/* The same by SBI reset, for reboot(2); powers off when the firmware cannot. */
__attribute__((noreturn)) void kernel_reboot(void);
