// thrower.h - libthrower.so, which exceptions pass through.
#include <functional>
#include <stdexcept>

struct LibraryError : std::runtime_error {
	int code;
	LibraryError(const char *what, int code_) : std::runtime_error(what), code(code_) {}
};

void through_library(const std::function<void()> &call);
void throws_own(const char *what);
int unwound();
