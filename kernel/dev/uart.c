/*
 * uart.c - ns16550 serial port: output by polling, input by interrupt.
 *
 * Registers: National Semiconductor PC16550D data sheet, section 8. The firmware has set line
 * speed and format; they are left as they are.
 */
#include "kernel/dev/uart.h"

#include "boot/fdt.h"
#include "kernel/abi_errno.h"
#include "kernel/dev/console.h"
#include "kernel/dev/plic.h"
#include "kernel/kspace.h"
#include "kernel/print.h"

enum { REG_DATA, REG_INTERRUPTS, REG_FIFO, REG_LINE, REG_MODEM, REG_STATUS };

#define INTERRUPT_RECEIVED	0x01
#define FIFO_ON_AND_CLEAR	0x07
#define FIFO_SIZE		16
#define MODEM_LINES_ON		0x0b	/* DTR, RTS, and OUT2, which lets interrupts through */
#define STATUS_RECEIVED		0x01
#define STATUS_EMPTY		0x20	/* all of the transmit FIFO is free */

static volatile uint8_t *regs;

static uint8_t read_reg(unsigned reg)
{
	return regs[reg << machine.uart_shift];
}

static void write_reg(unsigned reg, uint8_t value)
{
	regs[reg << machine.uart_shift] = value;
}

int uart_init(void)
{
	size_t size = (REG_STATUS + 1) << machine.uart_shift;

	if (!machine.uart.end || machine.uart.end - machine.uart.start < size)
		return -ENODEV;
	regs = kspace_map_device(machine.uart.start, size);
	if (!regs)
		return -ENOMEM;
	write_reg(REG_INTERRUPTS, 0);
	write_reg(REG_FIFO, FIFO_ON_AND_CLEAR);
	return 0;
}

bool uart_is_up(void)
{
	return regs != NULL;
}

/* One look at the status for each FIFO's worth: on QEMU each access costs more than a letter. */
void uart_send(const char *s, size_t size)
{
	while (size) {
		size_t n = size < FIFO_SIZE ? size : FIFO_SIZE;

		while (!(read_reg(REG_STATUS) & STATUS_EMPTY))
			;
		size -= n;
		while (n--)
			write_reg(REG_DATA, *s++);
	}
}

static void uart_interrupt(void)
{
	while ((read_reg(REG_STATUS) & STATUS_RECEIVED) && console_takes_input())
		console_input(read_reg(REG_DATA));
}

void uart_start_input(void)
{
	int err;

	if (!regs)
		return;
	err = plic_enable(machine.uart_irq, uart_interrupt);
	if (err) {
		print_alert("boot: no console input: interrupt %u cannot be had, error %d\n",
			    machine.uart_irq, err);
		return;
	}
	write_reg(REG_MODEM, MODEM_LINES_ON);
	uart_let_input(true);
}

void uart_let_input(bool on)
{
	write_reg(REG_INTERRUPTS, on ? INTERRUPT_RECEIVED : 0);
}
