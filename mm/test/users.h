/*
 * test/users.h - who uses which frame, counted anew from page tables and files. A block that is in
 * pieces is counted by piece, and a piece by its first frame.
 */
#pragma once

#include "mm/test/world.h"

/* Count now; the others tell what came of it. May be called in the middle of a call of mm. */
void users_count(void);

/* The first frame of the piece that pa lies in; 0 if it is free. */
paddr_t users_piece(paddr_t pa);

unsigned users_of(paddr_t piece);
bool users_in(paddr_t piece, unsigned space);	/* is a leaf of the space among them? */

/* Invariant F1: a frame's count is its users. P4: who may write a private one is its only user. */
void users_compare(void);
