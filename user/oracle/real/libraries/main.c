/*
 * main.c - what a dynamic loader has to get right: two libraries that need each other's symbols,
 * constructors before main and destructors behind it, thread-local variables of a library,
 * interposition, a third library that comes and goes by dlopen, and libm.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int counter_next(void);
const char *shape_name(int corners);
double shape_area(double radius);

/* The libraries call this one, not their own. */
const char *who_am_i(void)
{
	return "the program";
}

__attribute__((constructor)) static void before_main(void)
{
	puts("constructor of the program");
}

__attribute__((destructor)) static void after_main(void)
{
	puts("destructor of the program");
}

static void at_exit(void)
{
	puts("atexit");
}

static void *counts(void *arg)
{
	long sum = 0;

	for (int i = 0; i < 1000; i++)
		sum += counter_next();
	*(long *)arg = sum;
	return NULL;
}

/* Each thread has the library's variable for itself. */
static void thread_locals(void)
{
	pthread_t thread[4];
	long sum[4];

	for (int i = 0; i < 4; i++)
		pthread_create(&thread[i], NULL, counts, &sum[i]);
	for (int i = 0; i < 4; i++)
		pthread_join(thread[i], NULL);
	printf("sums %ld %ld %ld %ld, here %d\n", sum[0], sum[1], sum[2], sum[3], counter_next());
}

static void plugin(void)
{
	int (*add)(int);
	Dl_info info;

	for (int round = 0; round < 2; round++) {
		void *handle = dlopen("libplugin.so", RTLD_NOW);

		if (!handle) {
			printf("dlopen: %s\n", dlerror());
			exit(1);
		}
		add = (int (*)(int))dlsym(handle, "plugin_add");
		printf("plugin: %d", add(5));
		printf(" %d\n", add(6));
		printf("dladdr: %s\n", dladdr((void *)add, &info) && info.dli_sname ? info.dli_sname
										      : "nothing");
		printf("none: %s\n", dlsym(handle, "no_such_name") ? "found" : "not found");
		dlclose(handle);
	}
	printf("no library: %s\n", dlopen("libnone.so", RTLD_NOW) ? "found" : "not found");
}

int main(int argc, char **argv)
{
	(void)argv;
	printf("main, %d word\n", argc);
	atexit(at_exit);
	printf("%s, %s\n", shape_name(3), shape_name(4));
	printf("area %.12f\n", shape_area(2.0));
	printf("libm %.15g %.15g %.15g %.15g\n", sin(1.0), exp(1.5), pow(2.0, 0.5), lgamma(7.5));
	printf("long double %.25Lg\n", sqrtl(2.0L));
	thread_locals();
	plugin();
	return 3;
}
