// thrower.cc - libthrower.so: frames with something to destroy, between who throws and who catches.
#include "thrower.h"

static int frames;

struct Frame {
	~Frame() { frames++; }
};

static void deeper(int depth, const std::function<void()> &call)
{
	Frame frame;

	if (depth)
		deeper(depth - 1, call);
	else
		call();
}

void through_library(const std::function<void()> &call)
{
	deeper(20, call);
}

void throws_own(const char *what)
{
	Frame frame;

	throw LibraryError(what, 5);
}

int unwound()
{
	return frames;
}
