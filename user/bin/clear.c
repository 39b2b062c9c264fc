/* clear: clear the terminal and put the cursor into its first corner. */
#include <stdio.h>

int main(void)
{
	fputs("\033[H\033[2J", stdout);
	return 0;
}
