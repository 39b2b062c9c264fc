/* seq [first [step]] last: print the whole numbers from first (1) to last, step (1) apart. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static long number(const char *s)
{
	char *end;
	long n;

	errno = 0;
	n = strtol(s, &end, 10);
	if (end == s || *end || errno) {
		fprintf(stderr, "seq: %s: not a whole number\n", s);
		exit(2);
	}
	return n;
}

int main(int argc, char **argv)
{
	long first = argc > 2 ? number(argv[1]) : 1;
	long step = argc > 3 ? number(argv[2]) : 1;
	long last;

	if (argc < 2 || argc > 4) {
		fprintf(stderr, "usage: seq [first [step]] last\n");
		return 2;
	}
	last = number(argv[argc - 1]);
	if (step == 0) {
		fprintf(stderr, "seq: the step must not be 0\n");
		return 2;
	}
	for (long n = first; step > 0 ? n <= last : n >= last;) {
		printf("%ld\n", n);
		if (__builtin_add_overflow(n, step, &n))
			break;
	}
	if (fflush(stdout) == EOF) {
		perror("seq: write");
		return 1;
	}
	return 0;
}
