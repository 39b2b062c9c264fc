/*
 * tty_job.c - whose terminal it is: the session that it controls, and the group in the foreground.
 *
 * There is one terminal, so a process has it as its controlling terminal exactly if its session is the
 * terminal's (and it has not given it up for itself alone). See termios(3) and tty_ioctl(4).
 */
#include "kernel/abi.h"
#include "kernel/dev/console.h"
#include "kernel/dev/tty.h"
#include "kernel/hart.h"
#include "kernel/pid.h"
#include "kernel/process.h"
#include "kernel/signal.h"
#include "kernel/task.h"
#include "kernel/usercopy.h"

/* The terminal's lock is held. */
static bool controls(const struct tty *tty, const struct process *process)
{
	return tty->session && tty->session == process->sid && !process->off_terminal;
}

int console_foreground_of(const struct process *process)
{
	struct tty *tty = &console_tty;
	int group;

	spin_lock(&tty->lock);
	group = controls(tty, process) ? tty->foreground : -1;
	spin_unlock(&tty->lock);
	return group;
}

static bool is_orphaned(const struct process *process)
{
	bool orphaned;

	spin_lock(&task_lock);
	orphaned = process_is_orphaned(process);
	spin_unlock(&task_lock);
	return orphaned;
}

/* A shell that ignores or blocks SIGTTOU may change the terminal; who does so with SIGTTIN would
 * read what is another's, and who is orphaned would stop for ever. */
int tty_check_foreground(int sig)
{
	const struct process *self = current->process;
	int foreground = console_foreground_of(self);

	if (foreground <= 0 || foreground == self->pgid)
		return 0;
	if (signal_is_shut_out(sig))
		return sig == SIGTTIN ? -EIO : 0;
	if (is_orphaned(self))
		return -EIO;
	signal_group(self->pgid, sig, SI_KERNEL);
	return -EINTR;
}

/* ---- taking it and giving it up ---- */

static bool is_leader(const struct process *process)
{
	return process->sid == process->pid;
}

/* The leader of a session without a terminal takes it; root may take it from another session. */
static long take_control(struct tty *tty, bool steal)
{
	struct process *self = current->process;
	long err = 0;

	spin_lock(&tty->lock);
	if (is_leader(self) && controls(tty, self)) {
		err = 0;
	} else if (!is_leader(self) || (tty->session && !(steal && self->ids.user.effective == 0))) {
		err = -EPERM;
	} else {
		tty->session = self->sid;
		tty->foreground = self->pgid;
		self->off_terminal = false;
	}
	spin_unlock(&tty->lock);
	return err;
}

void console_offer(void)
{
	take_control(&console_tty, false);
}

void console_hang_up(int sid)
{
	struct tty *tty = &console_tty;
	int group = 0;

	spin_lock(&tty->lock);
	if (tty->session == sid) {
		group = tty->foreground;
		tty->session = tty->foreground = 0;
	}
	spin_unlock(&tty->lock);
	if (group) {
		signal_group(group, SIGHUP, SI_KERNEL);
		signal_group(group, SIGCONT, SI_KERNEL);
	}
}

/* The leader gives it up for all of the session, others for themselves. */
static long give_up_control(void)
{
	struct process *self = current->process;

	if (console_foreground_of(self) < 0)
		return -ENOTTY;
	if (is_leader(self))
		console_hang_up(self->sid);
	else
		self->off_terminal = true;
	return 0;
}

/* ---- the foreground group ---- */

/* Lock order: console, then task. */
static long change_foreground(struct tty *tty, int group)
{
	const struct process *self = current->process;
	long err;

	spin_lock(&tty->lock);
	err = controls(tty, self) ? process_group_in_session(group, self->sid) : -ENOTTY;
	if (!err)
		tty->foreground = group;
	spin_unlock(&tty->lock);
	return err;
}

static long set_foreground(struct tty *tty, vaddr_t arg)
{
	int err = tty_check_foreground(SIGTTOU);
	int32_t group;

	if (err)
		return err == -EIO ? -ENOTTY : err;
	if (copy_from_user(&group, arg, sizeof(group)))
		return -EFAULT;
	if (group < 0)
		return -EINVAL;
	return change_foreground(tty, group);
}

long tty_job_ioctl(struct tty *tty, unsigned cmd, vaddr_t arg)
{
	const struct process *self = current->process;
	int foreground;

	switch (cmd) {
	case TIOCSCTTY:
		return take_control(tty, arg == 1);
	case TIOCNOTTY:
		return give_up_control();
	case TIOCSPGRP:
		return set_foreground(tty, arg);
	}
	foreground = console_foreground_of(self);
	if (foreground < 0)
		return -ENOTTY;
	return copy_int_to_user(arg, cmd == TIOCGSID ? self->sid : foreground);
}
