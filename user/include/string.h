/* Bytes and strings. */
#ifndef _STRING_H
#define _STRING_H

#include <stddef.h>
#include <strings.h>

void *memccpy(void *restrict to, const void *restrict from, int stop, size_t n);
void *memchr(const void *s, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);
void *memcpy(void *restrict to, const void *restrict from, size_t n);
void *memmem(const void *s, size_t slen, const void *part, size_t plen);
void *memmove(void *to, const void *from, size_t n);
void *mempcpy(void *restrict to, const void *restrict from, size_t n);
void *memrchr(const void *s, int c, size_t n);
void *memset(void *to, int c, size_t n);

char *stpcpy(char *restrict to, const char *restrict from);
char *stpncpy(char *restrict to, const char *restrict from, size_t n);
char *strcasestr(const char *s, const char *part);
char *strcat(char *restrict to, const char *restrict from);
char *strchr(const char *s, int c);
char *strchrnul(const char *s, int c);
int strcmp(const char *a, const char *b);
int strcoll(const char *a, const char *b);
char *strcpy(char *restrict to, const char *restrict from);
size_t strcspn(const char *s, const char *reject);
char *strdup(const char *s);
char *strerror(int number);
int strerror_r(int number, char *buf, size_t size);
size_t strlen(const char *s);
char *strncat(char *restrict to, const char *restrict from, size_t n);
int strncmp(const char *a, const char *b, size_t n);
char *strncpy(char *restrict to, const char *restrict from, size_t n);
char *strndup(const char *s, size_t n);
size_t strnlen(const char *s, size_t n);
char *strpbrk(const char *s, const char *accept);
char *strrchr(const char *s, int c);
char *strsep(char **restrict rest, const char *restrict separators);
char *strsignal(int sig);
size_t strspn(const char *s, const char *accept);
char *strstr(const char *s, const char *part);
char *strtok(char *restrict s, const char *restrict separators);
char *strtok_r(char *restrict s, const char *restrict separators, char **restrict rest);
size_t strxfrm(char *restrict to, const char *restrict from, size_t n);

#endif
