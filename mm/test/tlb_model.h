/*
 * test/tlb_model.h - the TLBs of four harts, as forgetful as the specification allows and no more.
 *
 * A hart keeps every translation it has ever seen, every pointer to a table and every entry that
 * was invalid, until a flush that covers it (section 4.2.1), or until chance evicts it. It walks
 * ahead whenever it likes, also in the middle of a call on another hart: at each flush.
 *
 * Red: an entry that reaches a frame or a table that is given back (T3), an entry that has more
 * permission than the page table or leads elsewhere once a call has returned (T1, T2), a copy that
 * is writable while another hart may still read the original (T4).
 */
#pragma once

#include "mm/test/walker.h"

#define HARTS		4

/* All harts are in the kernel's space and know nothing. */
void tlb_begin(void);

/* The space whose root the hart's satp holds; KERNEL when it is idle. tlb_switch does what a context
 * switch does, in the order mm/aspace.h asks for; it leaves this thread on that hart. */
unsigned tlb_space(unsigned hart);
void tlb_switch(unsigned hart, unsigned space);

/* Translate as the hart might: from what it remembers, or by a walk, which it then remembers.
 * => false: a fault. */
bool tlb_translate(unsigned hart, vaddr_t va, unsigned access, paddr_t *pa);

/* Walk ahead at va on every hart; forget something. */
void tlb_look_at(vaddr_t va);
void tlb_evict(unsigned hart);

/* Addresses that harts walk to of their own accord while a call is under way. */
void tlb_tempt(vaddr_t va);

/* After a call. */
void tlb_check(void);

/* No hart in the space remembers that there is nothing at va: the kernel could not take that
 * fault. */
void tlb_check_no_absent(unsigned space, vaddr_t va);
