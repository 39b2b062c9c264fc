/*
 * test/port.h - what test.c needs of port.c beyond test.h. Not for tests.
 */
#pragma once

/* Release every spin lock this thread holds (after a panic that a test expected). */
void test_unlock_all(void);
unsigned test_locks_held(void);
