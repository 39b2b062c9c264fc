/*
 * plic.h - the platform-level interrupt controller: device interrupts.
 */
#pragma once

#include "mm/types.h"

#define PLIC_MAX_IRQ	128	/* sources that can have a handler: 1 .. PLIC_MAX_IRQ - 1 */

/* Boot: map the registers, all sources off. => 0, -ENODEV without one, -ENOMEM. */
int plic_init(void);

/* On each hart, once: let its S-mode context receive interrupts. */
void plic_init_hart(void);

/* Call `handler` for each interrupt of the source, on the first hart. It may not sleep, allocate
 * or touch user memory. => 0, -EINVAL for a source there is not, -EEXIST, -ENODEV. */
int plic_enable(unsigned irq, void (*handler)(void));

/* An external interrupt came: claim, handle and complete all that wait for this hart. */
void plic_interrupt(void);
