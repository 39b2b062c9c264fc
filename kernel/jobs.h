/*
 * jobs.h - process groups that nobody is left to control.
 */
#pragma once

struct process;

/* task_lock is held. A process has ended; and: its child has gone to process 1. Was either what
 * held the group of one of them up? */
void jobs_note_end(struct process *process);
void jobs_note_orphan(struct process *process, struct process *child);
