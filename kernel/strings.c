/*
 * strings.c - a growing block of NUL-ended strings: argv or envp on their way through exec.
 */
#include "kernel/strings.h"

#include "kernel/abi.h"
#include "kernel/string.h"
#include "kernel/task.h"
#include "kernel/usercopy.h"
#include "mm/slab.h"

#define FIRST_ROOM	512

static int reserve(struct strings *s, size_t more)
{
	size_t room = s->room ? s->room : FIRST_ROOM;
	char *buf;

	while (room < s->used + more)
		room *= 2;
	if (room == s->room)
		return 0;
	buf = kmalloc(room);
	if (!buf)
		return -ENOMEM;
	memcpy(buf, s->buf, s->used);
	kfree(s->buf);
	s->buf = buf;
	s->room = room;
	return 0;
}

/* One more string is in the buffer: is it one too many? */
static int add(struct strings *s, size_t size)
{
	s->used += size;
	s->count++;
	return strings_cost(s) > s->limit ? -E2BIG : 0;
}

static int insert(struct strings *s, size_t at, const char *string)
{
	size_t size = strlen(string) + 1;
	int err = reserve(s, size);

	if (err)
		return err;
	memmove(s->buf + at + size, s->buf + at, s->used - at);
	memcpy(s->buf + at, string, size);
	return add(s, size);
}

int strings_append(struct strings *s, const char *string)
{
	return insert(s, s->used, string);
}

int strings_prepend(struct strings *s, const char *string)
{
	return insert(s, 0, string);
}

static int append_user_string(struct strings *s, vaddr_t va)
{
	size_t try = 64;

	for (;;) {
		int err = reserve(s, try);
		size_t room = s->room - s->used;
		long len;

		if (err)
			return err;
		if (room > STRING_MAX)
			room = STRING_MAX;
		len = strncpy_from_user(s->buf + s->used, va, room);
		if (len >= 0)
			return add(s, len + 1);
		if (len != -ENAMETOOLONG)
			return len;
		if (room == STRING_MAX)
			return -E2BIG;
		try = room + 1;
	}
}

int strings_append_user(struct strings *s, vaddr_t array)
{
	vaddr_t string;
	int err;

	for (; array; array += sizeof(string)) {
		if (copy_from_user(&string, array, sizeof(string)))
			return -EFAULT;
		if (!string)
			return 0;
		err = append_user_string(s, string);
		if (err)
			return err;
		if (s->count % 1024 == 0 && sched_point())
			return -EINTR;
	}
	return 0;
}

size_t strings_cost(const struct strings *s)
{
	return s->used + s->count * sizeof(vaddr_t);
}

void strings_drop_first(struct strings *s)
{
	size_t size = s->count ? strlen(s->buf) + 1 : 0;

	if (!size)
		return;
	memmove(s->buf, s->buf + size, s->used - size);
	s->used -= size;
	s->count--;
}

void strings_free(struct strings *s)
{
	kfree(s->buf);
	*s = (struct strings){ .limit = s->limit };
}
