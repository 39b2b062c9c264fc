/*
 * usercopy.h - the current task's user memory.
 *
 * Reads and writes go to the user's addresses directly (sstatus.SUM); a lazy page is faulted in on
 * the way, a bad address ends the copy. No spin lock and no vm lock may be held. QEMU 7.2 empties
 * its TLB when SUM changes: by the clock on the wall even a short copy takes some 10 us there.
 */
#pragma once

#include "mm/types.h"

/* => 0, or -EFAULT; then part of the destination may have been written. */
int copy_from_user(void *dst, vaddr_t src, size_t size);
int copy_to_user(vaddr_t dst, const void *src, size_t size);
int copy_int_to_user(vaddr_t dst, int32_t value);

/* => how many bytes at the end were NOT copied: 0 is success. For partial read() and write(). */
size_t copy_from_user_partial(void *dst, vaddr_t src, size_t size);
size_t copy_to_user_partial(vaddr_t dst, const void *src, size_t size);
size_t clear_user_partial(vaddr_t dst, size_t size);

/*
 * For futexes, one aligned word. peek_user_word never faults a page in, so it may be called holding
 * a spin lock: false when the word cannot be read just now. swap_user_word stores next if the word
 * is *expected. => 0; -EAGAIN with *expected updated when it is not; -EFAULT.
 */
bool peek_user_word(uint32_t *value, vaddr_t word);
int swap_user_word(vaddr_t word, uint32_t *expected, uint32_t next);

/* A string of at most size - 1 bytes and its NUL. => its length, -EFAULT, or -ENAMETOOLONG. */
long strncpy_from_user(char *dst, vaddr_t src, size_t size);
