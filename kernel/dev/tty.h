/*
 * tty.h - between console.c, the programs' side of the terminal, and tty_input.c, the keyboard's.
 */
#pragma once

#include "kernel/abi_tty.h"
#include "kernel/sched.h"
#include "mm/types.h"

#define TTY_RING	4096	/* a power of two */
#define TTY_EOF		0x100	/* in the ring: ^D was typed here */

/*
 * The ring holds what was typed, in three parts, ends growing without bound:
 *
 *	read_at ... commit_at	readable: whole lines, or everything in raw mode
 *	commit_at ... edit_at	the line being typed, which erasing can still change
 */
struct tty {
	struct spinlock lock;	/* guards everything */
	struct termios mode;
	struct winsize size;
	int session;		/* that it controls; 0: none */
	int foreground;		/* process group that ^C goes to; 0: none */
	struct waitq readers;
	uint16_t ring[TTY_RING];
	unsigned read_at, commit_at, edit_at;
	bool literal_next;	/* ^V was typed */
	bool held_back;		/* the ring is nearly full: the UART keeps what comes */
};

/* What ioctl reads of it. */
struct tty_state {
	struct termios mode;
	struct winsize size;
	size_t available;
};

extern struct tty console_tty;

static inline size_t tty_available(const struct tty *tty)
{
	return tty->commit_at - tty->read_at;
}

/* All with the lock held. */
void tty_commit(struct tty *tty);	/* make the line being typed readable */
void tty_flush(struct tty *tty);	/* throw all input away */
void tty_was_read(struct tty *tty);	/* room again: let input come */

/* tty_job.c; without the lock. May the current task read (SIGTTIN) or change (SIGTTOU) the terminal?
 * => 0; -EINTR: its group was sent the signal; -EIO. And the calls about sessions and groups. */
int tty_check_foreground(int sig);
long tty_job_ioctl(struct tty *tty, unsigned cmd, vaddr_t arg);
