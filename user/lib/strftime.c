/*
 * Dates as text, in English.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

static const char *const days[] = {
	"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
};
static const char *const months[] = {
	"January", "February", "March", "April", "May", "June", "July", "August",
	"September", "October", "November", "December",
};

/* What a conversion prints: a number in a format, or text. */
struct piece {
	const char *fmt;
	long number;
	const char *text;
};

static struct piece number(const char *fmt, long n)
{
	return (struct piece){ fmt, n, NULL };
}

static struct piece text(const char *s)
{
	return (struct piece){ NULL, 0, s };
}

/* Weeks that begin on `first` (0: Sunday), counted from the first such day. */
static int week_of_year(const struct tm *tm, int first)
{
	return (tm->tm_yday + 7 - (tm->tm_wday + 7 - first) % 7) / 7;
}

/* Conversions that are themselves made of others. */
static const char *expansion(char c)
{
	switch (c) {
	case 'c':
		return "%a %b %e %H:%M:%S %Y";
	case 'D':
	case 'x':
		return "%m/%d/%y";
	case 'F':
		return "%Y-%m-%d";
	case 'R':
		return "%H:%M";
	case 'r':
		return "%I:%M:%S %p";
	case 'T':
	case 'X':
		return "%H:%M:%S";
	default:
		return NULL;
	}
}

static struct piece convert(char c, const struct tm *tm)
{
	struct tm copy = *tm;

	switch (c) {
	case 'a':
	case 'A':
		return text(days[tm->tm_wday]);
	case 'b':
	case 'B':
	case 'h':
		return text(months[tm->tm_mon]);
	case 'C':
		return number("%02ld", (tm->tm_year + 1900L) / 100);
	case 'd':
		return number("%02ld", tm->tm_mday);
	case 'e':
		return number("%2ld", tm->tm_mday);
	case 'H':
		return number("%02ld", tm->tm_hour);
	case 'I':
		return number("%02ld", (tm->tm_hour + 11) % 12 + 1);
	case 'j':
		return number("%03ld", tm->tm_yday + 1);
	case 'm':
		return number("%02ld", tm->tm_mon + 1);
	case 'M':
		return number("%02ld", tm->tm_min);
	case 'n':
		return text("\n");
	case 'p':
		return text(tm->tm_hour < 12 ? "AM" : "PM");
	case 's':
		return number("%ld", timegm(&copy));
	case 'S':
		return number("%02ld", tm->tm_sec);
	case 't':
		return text("\t");
	case 'u':
		return number("%ld", (tm->tm_wday + 6) % 7 + 1);
	case 'U':
		return number("%02ld", week_of_year(tm, 0));
	case 'w':
		return number("%ld", tm->tm_wday);
	case 'W':
		return number("%02ld", week_of_year(tm, 1));
	case 'y':
		return number("%02ld", (tm->tm_year + 1900L) % 100);
	case 'Y':
		return number("%ld", tm->tm_year + 1900L);
	case 'z':
		return text("+0000");
	case 'Z':
		return text("UTC");
	case '%':
		return text("%");
	default:
		return text("");
	}
}

/* Days and months have a short form of three letters. */
static int is_short(char c)
{
	return c == 'a' || c == 'b' || c == 'h';
}

/* Appends to the n characters in buf; returns the new length, or 0: no room. */
static size_t append(char *buf, size_t size, size_t n, const char *fmt, const struct tm *tm)
{
	for (; *fmt; fmt++) {
		struct piece p;
		const char *parts;
		int m;

		if (*fmt != '%' || !fmt[1]) {
			if (n + 1 >= size)
				return 0;
			buf[n++] = *fmt;
			continue;
		}
		parts = expansion(*++fmt);
		if (parts) {
			n = append(buf, size, n, parts, tm);
			if (!n)
				return 0;
			continue;
		}
		p = convert(*fmt, tm);
		if (p.text)
			m = snprintf(buf + n, size - n, "%.*s", is_short(*fmt) ? 3 : 64, p.text);
		else
			m = snprintf(buf + n, size - n, p.fmt, p.number);
		if ((size_t)m >= size - n)
			return 0;
		n += (size_t)m;
	}
	return n;
}

size_t strftime(char *restrict buf, size_t size, const char *restrict fmt,
		const struct tm *restrict tm)
{
	size_t n = size ? append(buf, size, 0, fmt, tm) : 0;

	if (size)
		buf[n] = 0;
	return n;
}

char *asctime(const struct tm *tm)
{
	static char buf[64];

	strftime(buf, sizeof(buf), "%a %b %e %H:%M:%S %Y\n", tm);
	return buf;
}

char *ctime(const time_t *t)
{
	struct tm *tm = localtime(t);

	return tm ? asctime(tm) : NULL;
}
