/*
 * Bytes and strings: memcpy, memmove and memset at every alignment and length up to several words
 * against a loop of single bytes, nothing read or written beyond the end of a page, and the
 * lesser string functions at their edges. Catches a wrong shift of unaligned words, an overlap
 * copied the wrong way, a byte too many.
 */
#include "user/test/util.h"

#include <ctype.h>
#include <libgen.h>
#include <strings.h>

/* Cutting strings short is meant here. */
#pragma GCC diagnostic ignored "-Wstringop-truncation"

#define LONGEST 150

/* A string of which the compiler knows nothing, so that it cannot answer for the library. */
__attribute__((noipa))
static const char *hidden(const char *s)
{
	return s;
}

static unsigned char a[512], b[512], model[512];

static void fill(unsigned char *to)
{
	for (int i = 0; i < 512; i++)
		to[i] = (unsigned char)(i * 7 + 13);
}

static void reference_move(unsigned char *to, const unsigned char *from, size_t n)
{
	unsigned char copy[512];

	for (size_t i = 0; i < n; i++)
		copy[i] = from[i];
	for (size_t i = 0; i < n; i++)
		to[i] = copy[i];
}

static void copies(void)
{
	int bad = 0;

	fill(a);
	for (size_t to = 0; to < 8; to++)
		for (size_t from = 0; from < 8; from++)
			for (size_t n = 0; n < LONGEST; n++) {
				memset(b, 0xee, sizeof(b));
				memset(model, 0xee, sizeof(model));
				reference_move(model + 16 + to, a + from, n);
				bad += memcpy(b + 16 + to, a + from, n) != b + 16 + to;
				bad += memcmp(b, model, sizeof(b)) != 0;
			}
	is(bad, 0, "memcpy at all alignments");
}

static void moves(void)
{
	int bad = 0;

	for (size_t to = 0; to < 40; to += 1 + to % 3)
		for (size_t from = 0; from < 40; from += 1 + from % 5)
			for (size_t n = 0; n < LONGEST; n += 1 + n / 20) {
				fill(b);
				fill(model);
				reference_move(model + to, model + from, n);
				memmove(b + to, b + from, n);
				bad += memcmp(b, model, sizeof(b)) != 0;
			}
	is(bad, 0, "memmove of overlapping blocks, both ways");
}

static void sets(void)
{
	int bad = 0;

	for (size_t to = 0; to < 8; to++)
		for (size_t n = 0; n < LONGEST; n++) {
			fill(b);
			fill(model);
			for (size_t i = 0; i < n; i++)
				model[to + i] = 0xa5;
			memset(b + to, 0x1a5, n);
			bad += memcmp(b, model, sizeof(b)) != 0;
		}
	is(bad, 0, "memset at all alignments");
}

static void compares(void)
{
	int bad = 0;

	for (size_t x = 0; x < 9; x++)
		for (size_t n = 1; n < 40; n++) {
			fill(a);
			memcpy(b + x, a, n);
			bad += memcmp(a, b + x, n) != 0;
			b[x + n - 1] ^= 0x80;
			bad += (memcmp(a, b + x, n) < 0) != (a[n - 1] < b[x + n - 1]);
		}
	is(bad, 0, "memcmp, as unsigned bytes");
}

/* The last bytes before a page that is not there. */
static void at_the_edge(void)
{
	char *page = map_anon(2 * PAGE, RW), *end = page + PAGE;
	int bad = 0;

	munmap(end, PAGE);
	for (size_t n = 1; n < 70; n++) {
		memset(end - n, 'x', n);
		end[-1] = 0;
		bad += strlen(end - n) != n - 1;
		memcpy(b, end - n, n);
		bad += strcmp((char *)b, end - n) != 0;
		bad += memchr(end - n, 0, n) != end - 1;
		memmove(end - n, b, n);
	}
	is(bad, 0, "nothing is read beyond the end of a page");
	munmap(page, PAGE);
}

static void lengths(void)
{
	char s[64];
	int bad = 0;

	for (size_t start = 0; start < 8; start++)
		for (size_t n = 0; n < 40; n++) {
			memset(s, 0x80, sizeof(s));
			s[start + n] = 0;
			bad += strlen(s + start) != n;
			bad += strnlen(s + start, 17) != (n < 17 ? n : 17);
		}
	is(bad, 0, "strlen and strnlen");
}

static void finding(void)
{
	const char *s = hidden("hello, world");

	ok(strchr(s, 'o') == s + 4 && strrchr(s, 'o') == s + 8, "the first and the last of a kind");
	ok(strchr(s, 0) == s + 12 && !strchr(s, 'z'), "the null byte is there, a z is not");
	ok(strrchr(s, *hidden("")) == s + 12 && !strrchr(s, 'z'), "looked for from the end too");
	ok(strstr(s, "lo, w") == s + 3 && strstr(s, "") == s && !strstr(s, "worlds"), "strstr");
	ok(memmem(s, 12, "world", 5) == s + 7 && !memmem(s, 11, "world", 5), "memmem");
	ok(memrchr(s, 'l', 12) == s + 10 && !memrchr(s, 'd', 11), "memrchr");
	is(strspn(s, "hel"), 4, "strspn");
	is(strcspn(s, ", "), 5, "strcspn");
	ok(strpbrk(s, "wo") == s + 4, "strpbrk");
	ok(strcasestr(s, "WORLD") == s + 7, "strcasestr");
}

static void comparing(void)
{
	const char *ab = hidden("ab");

	ok(strcmp(hidden("a"), "b") < 0 && strcmp(ab, "a") > 0 && !strcmp(ab, "ab"), "strcmp");
	ok(strcmp(ab, hidden("abc")) < 0 && strcmp(hidden("\xff"), ab) > 0,
	   "a prefix is less, bytes are unsigned");
	ok(!strncmp(hidden("abcd"), "abce", 3) && strncmp(hidden("abcd"), "abce", 4) < 0,
	   "strncmp");
	ok(!strcasecmp(hidden("HeLLo"), "hEllO") && strcasecmp(hidden("a"), "B") < 0, "strcasecmp");
	ok(!strncasecmp(hidden("ABx"), "aby", 2) && strncasecmp(hidden("ABx"), "aby", 3) < 0,
	   "strncasecmp");
}

static void copying(void)
{
	char s[16] = "zzzzzzzzzzzzzzz", *dup;

	strncpy(s, hidden("ab"), 5);
	ok(!memcmp(s, "ab\0\0\0z", 6), "strncpy fills up");
	strncpy(s, hidden("abcdef"), 3);
	ok(!memcmp(s, "abc\0\0z", 6), "and cuts without a null byte");
	ok(stpcpy(s, hidden("xyz")) == s + 3, "stpcpy returns the end");
	strcat(s, hidden("12"));
	strncat(s, hidden("3456"), 2);
	ok(!strcmp(s, "xyz1234"), "strcat and strncat");
	ok(memccpy(s, hidden("ab:cd"), ':', 5) == s + 3 && !memcmp(s, "ab:1234", 7), "memccpy");
	ok(!memccpy(s, hidden("abcd"), ':', 2), "without what it stops at");
	strcpy(s, hidden("xyz1234"));
	dup = strndup(s, 4);
	ok(dup && !strcmp(dup, "xyz1"), "strndup");
	free(dup);
}

static void splitting(void)
{
	char s[] = "  a:b::c ", t[] = "a::b", *rest, *p = t;

	ok(!strcmp(strtok_r(s, " :", &rest), "a") && !strcmp(strtok_r(NULL, " :", &rest), "b") &&
	   !strcmp(strtok_r(NULL, " :", &rest), "c") && !strtok_r(NULL, " :", &rest),
	   "strtok_r skips empty fields");
	ok(!strcmp(strsep(&p, ":"), "a") && !strcmp(strsep(&p, ":"), "") &&
	   !strcmp(strsep(&p, ":"), "b") && !strsep(&p, ":"), "strsep does not");
}

static void words(void)
{
	char p[] = "/usr/bin/", q[] = "/usr/bin/", r[] = "name", t[] = "/";

	ok(!strcmp(basename(p), "bin") && !strcmp(dirname(q), "/usr"), "halves of a path");
	ok(!strcmp(dirname(r), ".") && !strcmp(dirname(t), "/"), "at their edges");
	ok(!strcmp(strerror(ENOMEM), "Cannot allocate memory"), "strerror");
	ok(!strcmp(strerror(12345), "Unknown error 12345"), "an error that is none");
	ok(!strcmp(strsignal(SIGSEGV), "Segmentation fault"), "strsignal");
	is(ffs(0) + 10 * ffs(1) + 1000 * ffs(0x40), 7010, "ffs");
}

/* Each class by how many of the 256 characters are in it, and their sum. */
static void classes(void)
{
	static const struct {
		const char *name;
		int (*fn)(int);
		int count, sum;
	} class[] = {
		{ "isalpha", isalpha, 52, 4862 }, { "isdigit", isdigit, 10, 525 },
		{ "isalnum", isalnum, 62, 5387 }, { "isspace", isspace, 6, 87 },
		{ "isupper", isupper, 26, 2015 }, { "islower", islower, 26, 2847 },
		{ "isxdigit", isxdigit, 22, 1527 }, { "ispunct", ispunct, 32, 2086 },
		{ "isprint", isprint, 95, 7505 }, { "isgraph", isgraph, 94, 7473 },
		{ "iscntrl", iscntrl, 33, 623 }, { "isblank", isblank, 2, 41 },
	};

	for (size_t i = 0; i < COUNT_OF(class); i++) {
		int count = 0, sum = 0;

		for (int c = EOF; c < 256; c++) {
			count += class[i].fn(c) != 0;
			sum += class[i].fn(c) ? c : 0;
		}
		ok(count == class[i].count && sum == class[i].sum, "%s", class[i].name);
	}
	is(toupper('a') + tolower('A') + toupper('1') + tolower('['), 65 + 97 + 49 + 91, "case");
}

int main(void)
{
	copies();
	moves();
	sets();
	compares();
	at_the_edge();
	lengths();
	finding();
	comparing();
	copying();
	splitting();
	words();
	classes();
	return done_testing();
}
