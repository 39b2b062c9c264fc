/*
 * text.c - a growing text, on frames of its own. It may be added to under any lock.
 */
#include "kernel/fs/text.h"
#include "kernel/print.h"
#include "kernel/string.h"
#include "mm/frame.h"

int text_create(struct text *text)
{
	*text = (struct text){ NULL };
	return pagecache_create(0, &text->pc);
}

void text_add(struct text *text, const char *s, size_t len)
{
	uint64_t pos = text->pc->size;

	if (text->err)
		return;
	pagecache_extend(text->pc, pos + len);
	while (len && !text->err) {
		size_t offset = pos % PAGE_SIZE;
		size_t n = PAGE_SIZE - offset < len ? PAGE_SIZE - offset : len;
		paddr_t pa;

		text->err = pagecache_get(text->pc, pos / PAGE_SIZE, PAGECACHE_FILL, &pa);
		if (text->err)
			break;
		memcpy((char *)frame_va(pa) + offset, s, n);
		frame_dec_ref(pa);
		pos += n;
		s += n;
		len -= n;
	}
}

void text_printf(struct text *text, const char *fmt, ...)
{
	char line[256];
	va_list args;
	int len;

	va_start(args, fmt);
	len = vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	text_add(text, line, (size_t)len < sizeof(line) ? (size_t)len : sizeof(line) - 1);
}
