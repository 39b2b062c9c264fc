/*
 * The lowest bit set, counted from 1.
 */
#include <strings.h>

int ffsll(long long word)
{
	int n = 1;

	if (!word)
		return 0;
	for (; !(word & 1); word >>= 1)
		n++;
	return n;
}

int ffsl(long word)
{
	return ffsll(word);
}

int ffs(int word)
{
	return ffsll(word);
}
