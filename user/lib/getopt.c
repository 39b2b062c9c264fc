/*
 * Options of a command, as POSIX has them: they end at the first argument that
 * is none, at "--" or at "-".
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

char *optarg;
int optind = 1, opterr = 1, optopt;

static const char *rest = "";	/* of the cluster being read: "-abc" */

/* A leading ':' asks for silence and for ':' when an argument is missing. */
static int complain(char *const argv[], const char *options, const char *what, int answer)
{
	if (*options == ':')
		return answer;
	if (opterr)
		fprintf(stderr, "%s: %s -- '%c'\n", argv[0], what, optopt);
	return '?';
}

/* The cluster that argv[optind] begins, or NULL when there are no more options. */
static const char *next_cluster(int argc, char *const argv[])
{
	const char *arg = optind < argc ? argv[optind] : NULL;

	if (!arg || arg[0] != '-' || !arg[1])
		return NULL;
	optind++;
	return strcmp(arg, "--") ? arg + 1 : NULL;
}

int getopt(int argc, char *const argv[], const char *options)
{
	const char *found;

	optarg = NULL;
	if (optind == 0) {
		optind = 1;
		rest = "";
	}
	if (!*rest && !(rest = next_cluster(argc, argv))) {
		rest = "";
		return -1;
	}
	optopt = *rest++;
	found = optopt == ':' ? NULL : strchr(options, optopt);
	if (!found)
		return complain(argv, options, "invalid option", '?');
	if (found[1] != ':')
		return optopt;
	if (*rest || optind < argc)
		optarg = *rest ? (char *)rest : argv[optind++];
	rest = "";
	return optarg ? optopt : complain(argv, options, "option requires an argument", ':');
}
