/*
 * plic.c - platform-level interrupt controller (RISC-V PLIC specification 1.0.0).
 *
 * A context is one privilege mode of one hart. All sources go to the first hart: devices are few
 * and slow here.
 */
#include "kernel/dev/plic.h"

#include "boot/fdt.h"
#include "kernel/abi_errno.h"
#include "kernel/hart.h"
#include "kernel/kspace.h"

#define PRIORITY(irq)		(4 * (irq))
#define ENABLE(context, irq)	(0x2000 + 0x80 * (context) + 4 * ((irq) / 32))
#define THRESHOLD(context)	(0x200000 + 0x1000 * (context))
#define CLAIM(context)		(0x200004 + 0x1000 * (context))

static volatile uint8_t *regs;
static void (*handlers[PLIC_MAX_IRQ])(void);

static volatile uint32_t *reg(size_t offset)
{
	return (volatile uint32_t *)(regs + offset);
}

/* The context of a hart, by its logical number; the order of machine.hartid may differ, because
 * harts that did not start are left out. */
static unsigned context_of(const struct hart *hart)
{
	for (unsigned i = 0; i < machine.hart_count; i++)
		if (machine.hartid[i] == hart->hartid)
			return machine.plic_context[i];
	return PLIC_NO_CONTEXT;
}

static bool context_exists(unsigned context)
{
	return regs && context != PLIC_NO_CONTEXT &&
	       CLAIM((size_t)context) + 4 <= machine.plic.end - machine.plic.start;
}

int plic_init(void)
{
	if (!machine.plic.end)
		return -ENODEV;
	regs = kspace_map_device(machine.plic.start, machine.plic.end - machine.plic.start);
	return regs ? 0 : -ENOMEM;
}

void plic_init_hart(void)
{
	unsigned context = context_of(this_hart());

	if (!context_exists(context))
		return;
	for (unsigned irq = 0; irq < PLIC_MAX_IRQ; irq += 32)
		*reg(ENABLE(context, irq)) = 0;
	*reg(THRESHOLD(context)) = 0;
}

int plic_enable(unsigned irq, void (*handler)(void))
{
	unsigned context = context_of(&harts[0]);

	if (!context_exists(context))
		return -ENODEV;
	if (irq == 0 || irq >= PLIC_MAX_IRQ)
		return -EINVAL;
	if (handlers[irq])
		return -EEXIST;
	handlers[irq] = handler;
	*reg(PRIORITY(irq)) = 1;
	*reg(ENABLE(context, irq)) |= 1u << irq % 32;
	return 0;
}

void plic_interrupt(void)
{
	unsigned context = context_of(this_hart());
	uint32_t irq;

	if (!context_exists(context))
		return;
	while ((irq = *reg(CLAIM(context)))) {
		if (irq < PLIC_MAX_IRQ && handlers[irq])
			handlers[irq]();
		*reg(CLAIM(context)) = irq;
	}
}
