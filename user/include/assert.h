/* assert(): every inclusion obeys NDEBUG anew, so there is no guard. */
#undef assert

#ifdef NDEBUG
#define assert(claim) ((void)0)
#else
#define assert(claim) \
	((claim) ? (void)0 : __assert_fail(#claim, __FILE__, __LINE__, __func__))
#endif

#ifndef static_assert
#define static_assert _Static_assert
#endif

__attribute__((noreturn))
void __assert_fail(const char *claim, const char *file, unsigned line, const char *func);
