/*
 * syscall.h - from the number in a7 to the function that serves it.
 */
#pragma once

struct trap_frame;

void syscall(struct trap_frame *frame);
