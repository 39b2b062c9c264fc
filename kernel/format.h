/*
 * format.h - printf's formats, for whoever takes letters.
 */
#pragma once

#include <stdarg.h>
#include <stddef.h>

struct sink {
	void (*put)(struct sink *sink, const char *s, size_t size);
};

/* Give the formatted text to the sink in pieces. => its length. */
__attribute__((format(printf, 2, 0)))
size_t format_to(struct sink *sink, const char *fmt, va_list args);
