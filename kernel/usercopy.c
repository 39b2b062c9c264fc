/*
 * usercopy.c - the current task's user memory: bounds here, the copying in usercopy.S and
 * userword.S.
 */
#include "kernel/usercopy.h"

#include "kernel/abi.h"
#include "kernel/hart.h"
#include "kernel/print.h"
#include "kernel/task.h"
#include "kernel/vm.h"

extern size_t usercopy(void *dst, const void *src, size_t size);
extern size_t userclear(void *dst, size_t size);
extern long userstring(char *dst, vaddr_t src, size_t size);
extern bool userpeek(uint32_t *value, vaddr_t word);
extern int userswap(vaddr_t word, uint32_t *expected, uint32_t next);

/* Nothing is below USER_BASE; usercopy.S counts on addresses that are not small. */
static bool in_user_half(vaddr_t va, size_t size)
{
	DEBUG_ASSERT(current->hart->spin_depth == 0);
	DEBUG_ASSERT(!rwlock_is_mine(&current->vm->lock));
	return size <= USER_END - USER_BASE && va - USER_BASE <= USER_END - USER_BASE - size;
}

size_t copy_from_user_partial(void *dst, vaddr_t src, size_t size)
{
	return in_user_half(src, size) ? usercopy(dst, (const void *)src, size) : size;
}

size_t copy_to_user_partial(vaddr_t dst, const void *src, size_t size)
{
	return in_user_half(dst, size) ? usercopy((void *)dst, src, size) : size;
}

size_t clear_user_partial(vaddr_t dst, size_t size)
{
	return in_user_half(dst, size) ? userclear((void *)dst, size) : size;
}

int copy_from_user(void *dst, vaddr_t src, size_t size)
{
	return copy_from_user_partial(dst, src, size) ? -EFAULT : 0;
}

int copy_to_user(vaddr_t dst, const void *src, size_t size)
{
	return copy_to_user_partial(dst, src, size) ? -EFAULT : 0;
}

int copy_int_to_user(vaddr_t dst, int32_t value)
{
	return copy_to_user(dst, &value, sizeof(value));
}

bool peek_user_word(uint32_t *value, vaddr_t word)
{
	return word < USER_END && userpeek(value, word);
}

int swap_user_word(vaddr_t word, uint32_t *expected, uint32_t next)
{
	int ret;

	if (!in_user_half(word, sizeof(next)))
		return -EFAULT;
	ret = userswap(word, expected, next);
	if (ret < 0)
		return -EFAULT;
	return ret ? -EAGAIN : 0;
}

long strncpy_from_user(char *dst, vaddr_t src, size_t size)
{
	size_t room = size;
	long len;

	if (!in_user_half(src, 1))
		return -EFAULT;
	if (room > USER_END - src)
		room = USER_END - src;
	len = userstring(dst, src, room);
	if (len < 0)
		return -EFAULT;
	if ((size_t)len < room)
		return len;
	return room < size ? -EFAULT : -ENAMETOOLONG;
}
