/*
 * console.h - the one terminal: line editing on top of the UART.
 *
 * What /dev/console, /dev/tty and the standard descriptors of init do. Nothing here is called with
 * a spin lock held.
 */
#pragma once

#include "mm/types.h"

/* Boot: take input from the UART. Before it, nothing arrives; output works at any time. */
void console_init(void);

/*
 * As read(2) and write(2) of a terminal in its present mode; buffers are the current task's.
 * => bytes (read: 0 is end of file, ^D or no input device), or -EFAULT, -EINTR, -EAGAIN, -EIO.
 */
struct uio;
long console_read(struct uio *uio, bool nonblock);
long console_write(struct uio *uio);

/* TCGETS, TCSETS[WF], TIOC[GS]WINSZ, TIOC[GS]PGRP, FIONREAD, TCFLSH ...
 * => 0, -EFAULT, -EINVAL, or -ENOTTY for what a terminal does not know. */
long console_ioctl(unsigned cmd, vaddr_t arg);

/* As inode_ops.poll. */
struct poll_table;
unsigned console_poll(struct poll_table *table);

/* The foreground group on the controlling terminal of a process; -1: it has none. */
struct process;
int console_foreground_of(const struct process *process);

/* The current process opened it: its controlling terminal, if it leads a session that has none. */
void console_offer(void);

/* The leader of this session has ended: if it had the terminal, that is free, and the foreground
 * group gets SIGHUP and SIGCONT. */
void console_hang_up(int sid);

/* For the UART's interrupt handler: is there room for a byte, and a byte that was received. When
 * there is none, input is off until uart_let_input(true). */
bool console_takes_input(void);
void console_input(char c);
