/*
 * string.h - the few string functions a kernel needs; their meaning is the C library's.
 */
#pragma once

#include <stddef.h>

void *memcpy(void *dst, const void *src, size_t size);
void *memmove(void *dst, const void *src, size_t size);
void *memset(void *dst, int c, size_t size);
void *memchr(const void *mem, int c, size_t size);
int memcmp(const void *a, const void *b, size_t size);
size_t strlen(const char *s);
size_t strnlen(const char *s, size_t max);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t max);
char *strchr(const char *s, int c);
char *strrchr(const char *s, int c);

/* Copy as much as fits, always ending in NUL; true if all did. */
_Bool strcopy(char *dst, const char *src, size_t size);
