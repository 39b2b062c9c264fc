/* true: succeeds. The smallest program there is; read this one first. */
int main(void)
{
	return 0;
}
