/*
 * print.c - where the kernel's text goes: the UART when its driver is up, else SBI.
 *
 * The output lock is its own and not a struct spinlock: it must work before there is a current
 * task, after the locks are in an unknown state, and for the hart that panics while holding it.
 */
#include "kernel/print.h"

#include "boot/sbi.h"
#include "kernel/dev/uart.h"
#include "kernel/format.h"
#include "kernel/panic.h"

static uint32_t output_lock;
static bool quiet;

void print_set_quiet(bool be_quiet)
{
	quiet = be_quiet;
}

bool print_is_quiet(void)
{
	return quiet;
}

/* => whether the lock was taken: the hart that panics goes on without. */
static bool lock_output(void)
{
	while (__atomic_exchange_n(&output_lock, 1, __ATOMIC_ACQUIRE)) {
		if (panic_is_here())
			return false;
		panic_stop_if_asked();
	}
	return true;
}

static void unlock_output(bool locked)
{
	if (locked)
		__atomic_store_n(&output_lock, 0, __ATOMIC_RELEASE);
}

static void send(const char *s, size_t size)
{
	if (uart_is_up()) {
		uart_send(s, size);
		return;
	}
	for (size_t i = 0; i < size; i++)
		sbi_putchar(s[i]);
}

/* The kernel's own lines end in \n; the terminal wants \r\n. */
static void line_put(struct sink *sink, const char *s, size_t size)
{
	size_t from = 0;

	(void)sink;
	for (size_t i = 0; i < size; i++) {
		if (s[i] != '\n')
			continue;
		send(s + from, i - from);
		send("\r\n", 2);
		from = i + 1;
	}
	send(s + from, size - from);
}

void vprint_alert(const char *fmt, va_list args)
{
	struct sink sink = {line_put};
	bool locked = lock_output();

	format_to(&sink, fmt, args);
	unlock_output(locked);
}

void print_alert(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vprint_alert(fmt, args);
	va_end(args);
}

void printk(const char *fmt, ...)
{
	va_list args;

	if (quiet)
		return;
	va_start(args, fmt);
	vprint_alert(fmt, args);
	va_end(args);
}

void print_bytes(const char *s, size_t size)
{
	bool locked = lock_output();

	send(s, size);
	unlock_output(locked);
}
