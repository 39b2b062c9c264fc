/* uname [-amnrsv]: the system's name (-s), node, release, version, machine; -a all of them. */
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	static const char letters[] = "snrvm";
	struct utsname u;
	const char *parts[] = { u.sysname, u.nodename, u.release, u.version, u.machine };
	unsigned wanted = 0;
	const char *space = "";
	int opt;

	while ((opt = getopt(argc, argv, "asnrvm")) != -1) {
		if (opt == '?') {
			fprintf(stderr, "usage: uname [-amnrsv]\n");
			return 2;
		}
		wanted |= opt == 'a' ? 31 : 1u << (strchr(letters, opt) - letters);
	}
	if (uname(&u) < 0) {
		perror("uname");
		return 1;
	}
	for (int i = 0; i < 5; i++) {
		if ((wanted ? wanted : 1) & (1u << i)) {
			printf("%s%s", space, parts[i]);
			space = " ";
		}
	}
	putchar('\n');
	return 0;
}
