/* Buffered streams and formatted text. */
#ifndef _STDIO_H
#define _STDIO_H

#include <stdarg.h>
#include <stddef.h>
#include <sys/types.h>

typedef struct __file FILE;
typedef off_t fpos_t;

extern FILE *stdin;
extern FILE *stdout;
extern FILE *stderr;
#define stdin stdin
#define stdout stdout
#define stderr stderr

#define EOF		(-1)
#define BUFSIZ		4096
#define FOPEN_MAX	1024
#define FILENAME_MAX	4096
#define _IOFBF		0
#define _IOLBF		1
#define _IONBF		2

#define SEEK_SET	0
#define SEEK_CUR	1
#define SEEK_END	2

#define __PRINTF(f, a)	__attribute__((format(printf, f, a)))
#define __SCANF(f, a)	__attribute__((format(scanf, f, a)))

int printf(const char *restrict fmt, ...) __PRINTF(1, 2);
int fprintf(FILE *restrict f, const char *restrict fmt, ...) __PRINTF(2, 3);
int dprintf(int fd, const char *restrict fmt, ...) __PRINTF(2, 3);
int sprintf(char *restrict buf, const char *restrict fmt, ...) __PRINTF(2, 3);
int snprintf(char *restrict buf, size_t size, const char *restrict fmt, ...) __PRINTF(3, 4);
int asprintf(char **restrict out, const char *restrict fmt, ...) __PRINTF(2, 3);
int vprintf(const char *restrict fmt, va_list ap) __PRINTF(1, 0);
int vfprintf(FILE *restrict f, const char *restrict fmt, va_list ap) __PRINTF(2, 0);
int vdprintf(int fd, const char *restrict fmt, va_list ap) __PRINTF(2, 0);
int vsprintf(char *restrict buf, const char *restrict fmt, va_list ap) __PRINTF(2, 0);
int vsnprintf(char *restrict buf, size_t size, const char *restrict fmt, va_list ap)
	__PRINTF(3, 0);
int vasprintf(char **restrict out, const char *restrict fmt, va_list ap) __PRINTF(2, 0);

int scanf(const char *restrict fmt, ...) __SCANF(1, 2);
int fscanf(FILE *restrict f, const char *restrict fmt, ...) __SCANF(2, 3);
int sscanf(const char *restrict text, const char *restrict fmt, ...) __SCANF(2, 3);
int vscanf(const char *restrict fmt, va_list ap) __SCANF(1, 0);
int vfscanf(FILE *restrict f, const char *restrict fmt, va_list ap) __SCANF(2, 0);
int vsscanf(const char *restrict text, const char *restrict fmt, va_list ap) __SCANF(2, 0);

FILE *fopen(const char *restrict path, const char *restrict mode);
FILE *fdopen(int fd, const char *mode);
FILE *freopen(const char *restrict path, const char *restrict mode, FILE *restrict f);
int fclose(FILE *f);
int fflush(FILE *f);
int fileno(FILE *f);
int setvbuf(FILE *restrict f, char *restrict buf, int mode, size_t size);
void setbuf(FILE *restrict f, char *restrict buf);
void setlinebuf(FILE *f);

size_t fread(void *restrict buf, size_t size, size_t count, FILE *restrict f);
size_t fwrite(const void *restrict buf, size_t size, size_t count, FILE *restrict f);
int fgetc(FILE *f);
int getc(FILE *f);
int getchar(void);
int ungetc(int c, FILE *f);
char *fgets(char *restrict buf, int size, FILE *restrict f);
ssize_t getline(char **restrict line, size_t *restrict size, FILE *restrict f);
ssize_t getdelim(char **restrict line, size_t *restrict size, int delim, FILE *restrict f);
int fputc(int c, FILE *f);
int putc(int c, FILE *f);
int putchar(int c);
int fputs(const char *restrict s, FILE *restrict f);
int puts(const char *s);

int fseek(FILE *f, long offset, int whence);
int fseeko(FILE *f, off_t offset, int whence);
long ftell(FILE *f);
off_t ftello(FILE *f);
void rewind(FILE *f);
int fgetpos(FILE *restrict f, fpos_t *restrict pos);
int fsetpos(FILE *f, const fpos_t *pos);

int feof(FILE *f);
int ferror(FILE *f);
void clearerr(FILE *f);
void perror(const char *what);

int remove(const char *path);
int rename(const char *from, const char *to);
int renameat(int fromdir, const char *from, int todir, const char *to);
int renameat2(int fromdir, const char *from, int todir, const char *to, unsigned flags);
#define RENAME_NOREPLACE	1
#define RENAME_EXCHANGE		2
#define RENAME_WHITEOUT		4

/* Every function locks its stream while it runs; these make several of them one. */
void flockfile(FILE *f);
int ftrylockfile(FILE *f);
void funlockfile(FILE *f);

FILE *popen(const char *command, const char *mode);
int pclose(FILE *f);

#endif
