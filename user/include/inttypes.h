/* Conversion specifiers for the integers of <stdint.h>. */
#ifndef _INTTYPES_H
#define _INTTYPES_H

#include <stdint.h>

#define PRId8	"d"
#define PRIi8	"i"
#define PRIu8	"u"
#define PRIo8	"o"
#define PRIx8	"x"
#define PRIX8	"X"
#define PRId16	"d"
#define PRIi16	"i"
#define PRIu16	"u"
#define PRIo16	"o"
#define PRIx16	"x"
#define PRIX16	"X"
#define PRId32	"d"
#define PRIi32	"i"
#define PRIu32	"u"
#define PRIo32	"o"
#define PRIx32	"x"
#define PRIX32	"X"
#define PRId64	"ld"
#define PRIi64	"li"
#define PRIu64	"lu"
#define PRIo64	"lo"
#define PRIx64	"lx"
#define PRIX64	"lX"
#define PRIdMAX	"ld"
#define PRIiMAX	"li"
#define PRIuMAX	"lu"
#define PRIoMAX	"lo"
#define PRIxMAX	"lx"
#define PRIXMAX	"lX"
#define PRIdPTR	"ld"
#define PRIiPTR	"li"
#define PRIuPTR	"lu"
#define PRIoPTR	"lo"
#define PRIxPTR	"lx"
#define PRIXPTR	"lX"

#define SCNd32	"d"
#define SCNu32	"u"
#define SCNx32	"x"
#define SCNd64	"ld"
#define SCNu64	"lu"
#define SCNx64	"lx"
#define SCNuPTR	"lu"
#define SCNxPTR	"lx"

intmax_t imaxabs(intmax_t n);
intmax_t strtoimax(const char *text, char **end, int base);
uintmax_t strtoumax(const char *text, char **end, int base);

#endif
