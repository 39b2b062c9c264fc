/*
 * uart.h - the ns16550 serial port that the device tree names.
 */
#pragma once

#include "mm/types.h"

/* Boot: map the registers and set the chip up; output then goes there instead of through SBI.
 * => 0, -ENODEV when the machine has none, -ENOMEM. */
int uart_init(void);

/* Let input interrupt; each byte received is given to console_input. */
void uart_start_input(void);

/* Turn input on and off again; what comes meanwhile waits. Called with the terminal's lock. */
void uart_let_input(bool on);

bool uart_is_up(void);

/* Send bytes as they are, waiting for room. The caller holds the output lock (print.c). */
void uart_send(const char *s, size_t size);
