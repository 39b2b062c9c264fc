/* date [+format]: the time of day, in UTC; the format is strftime()'s. */
#include <stdio.h>
#include <time.h>

int main(int argc, char **argv)
{
	const char *format = "%a %b %d %H:%M:%S UTC %Y";
	time_t now = time(NULL);
	struct tm *t = gmtime(&now);
	char text[256];

	if (argc > 2 || (argc == 2 && argv[1][0] != '+')) {
		fprintf(stderr, "usage: date [+format]\n");
		return 2;
	}
	if (argc == 2)
		format = argv[1] + 1;
	if (!t) {
		perror("date");
		return 1;
	}
	if (*format && strftime(text, sizeof(text), format, t) == 0) {
		fprintf(stderr, "date: %s: result too long\n", format);
		return 1;
	}
	puts(*format ? text : "");
	return 0;
}
