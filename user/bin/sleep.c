/* sleep seconds: wait that long; the seconds may have a fraction ("0.25"). */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <time.h>

/* "12.345" to a timespec: digits beyond the ninth after the point are dropped. */
static int parse(const char *s, struct timespec *t)
{
	long unit = 100000000;
	int digits = 0;

	*t = (struct timespec){ 0 };
	for (; isdigit((unsigned char)*s); s++, digits++) {
		if (t->tv_sec > 100000000000)
			return -1;
		t->tv_sec = t->tv_sec * 10 + (*s - '0');
	}
	if (*s == '.')
		s++;
	for (; isdigit((unsigned char)*s); s++, digits++) {
		t->tv_nsec += (*s - '0') * unit;
		unit /= 10;
	}
	return *s == '\0' && digits > 0 ? 0 : -1;
}

int main(int argc, char **argv)
{
	struct timespec t;

	if (argc != 2) {
		fprintf(stderr, "usage: sleep seconds\n");
		return 2;
	}
	if (parse(argv[1], &t) < 0) {
		fprintf(stderr, "sleep: %s: not a number of seconds\n", argv[1]);
		return 2;
	}
	/* A signal that does not kill ends nanosleep() early and leaves the rest in t. */
	while (nanosleep(&t, &t) < 0) {
		if (errno != EINTR) {
			perror("sleep");
			return 1;
		}
	}
	return 0;
}
