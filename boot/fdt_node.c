/*
 * fdt_node.c - what one node of the device tree says about the machine.
 *
 * The bindings: devicetree specification 0.4, chapter 3; riscv/cpus.yaml, sifive,plic-1.0.0.yaml
 * and their like for the devices.
 */
#include "boot/fdt_node.h"

#define MAX_CPUS	512
#define IRQ_S_EXTERNAL	9	/* a hart's interrupt number for its S-mode */

/* Every hart of the tree; which ones to use is decided when all are known. */
struct cpu {
	unsigned long hartid;
	uint32_t phandle;	/* of its interrupt controller; 0 when there is none */
	bool usable;
	bool sstc;
};

static struct cpu cpus[MAX_CPUS];
static unsigned cpu_count;
static const struct fdt_node *cpu_node;	/* that of the last one */
static unsigned long boot_hart;
static struct fdt_prop plic_targets;	/* interrupts-extended: context n is the n-th pair */

void fdt_node_begin(unsigned long boot_hartid)
{
	cpu_count = 0;
	cpu_node = NULL;
	boot_hart = boot_hartid;
	plic_targets = (struct fdt_prop){0};
	machine_begin_ram();
}

/* One of the strings in the property is s. Broken ones end with the property. */
static bool has_string(const struct fdt_prop *prop, const char *s)
{
	const char *data = (const char *)prop->data;
	size_t len;

	for (size_t i = 0; i < prop->size; i += len + 1) {
		len = strnlen(data + i, prop->size - i);
		if (i + len < prop->size && !strcmp(data + i, s))
			return true;
	}
	return false;
}

/* riscv,isa is like rv64imafdc_zicsr_sstc: is this multi-letter extension in it? */
static bool isa_has(const struct fdt_prop *isa, const char *extension)
{
	size_t len = strlen(extension);

	for (size_t i = 0; i + len + 1 < isa->size; i++) {
		const uint8_t *p = isa->data + i;

		if (p[0] == '_' && !memcmp(p + 1, extension, len) &&
		    (p[len + 1] == '_' || !p[len + 1]))
			return true;
	}
	return false;
}

static bool is_okay(const struct fdt_node *node)
{
	const struct fdt_prop *status = &node->prop[PROP_STATUS];

	return !status->data || has_string(status, "okay") || has_string(status, "ok");
}

/* The name is `name`, with or without @address. */
static bool is_named(const struct fdt_node *node, const char *name)
{
	size_t len = strlen(name);

	return !strncmp(node->name, name, len) && (!node->name[len] || node->name[len] == '@');
}

static bool is_at_root(const struct fdt_node *node)
{
	return node->parent && !node->parent->parent;
}

static uint64_t read_cells(const uint8_t *p, unsigned cells)
{
	uint64_t value = 0;

	while (cells--) {
		value = value << 32 | fdt_u32(p);
		p += 4;
	}
	return value;
}

static uint32_t prop_u32(const struct fdt_prop *prop, uint32_t otherwise)
{
	return prop->size >= 4 ? fdt_u32(prop->data) : otherwise;
}

/* The index-th pair of reg, as the parent's bus counts. */
static bool read_reg(const struct fdt_node *node, unsigned index, uint64_t *start, uint64_t *size)
{
	const struct fdt_prop *reg = &node->prop[PROP_REG];
	unsigned address_cells = node->parent ? node->parent->address_cells : 0;
	unsigned size_cells = node->parent ? node->parent->size_cells : 0;
	uint32_t entry = 4 * (address_cells + size_cells);

	if (!address_cells || address_cells > 2 || size_cells > 2)
		return false;
	if (reg->size < entry || index > (reg->size - entry) / entry)
		return false;
	*start = read_cells(reg->data + index * entry, address_cells);
	*size = read_cells(reg->data + index * entry + 4 * address_cells, size_cells);
	return true;
}

/* From an address on `bus` to one on its parent's bus, by the property ranges. */
static bool translate(const struct fdt_node *bus, uint64_t *address)
{
	const struct fdt_prop *ranges = &bus->prop[PROP_RANGES];
	unsigned up = bus->parent->address_cells;
	uint32_t entry = 4 * (bus->address_cells + up + bus->size_cells);

	if (!ranges->data)
		return false;
	if (!ranges->size)
		return true;	/* the same addresses */
	if (!entry || bus->address_cells > 2 || up > 2 || bus->size_cells > 2)
		return false;
	for (uint32_t at = 0; ranges->size - at >= entry; at += entry) {
		const uint8_t *p = ranges->data + at;
		uint64_t child = read_cells(p, bus->address_cells);
		uint64_t parent = read_cells(p + 4 * bus->address_cells, up);
		uint64_t size = read_cells(p + 4 * (bus->address_cells + up), bus->size_cells);

		if (*address >= child && *address - child < size) {
			*address = *address - child + parent;
			return true;
		}
	}
	return false;
}

/* Where a device's registers are for the processor. Empty when that cannot be told. */
static struct range device_registers(const struct fdt_node *node)
{
	uint64_t start, size;

	if (!read_reg(node, 0, &start, &size) || !size)
		return (struct range){0, 0};
	for (const struct fdt_node *bus = node->parent; bus->parent; bus = bus->parent)
		if (!translate(bus, &start))
			return (struct range){0, 0};
	if (start >= 1ull << 56 || size > (1ull << 56) - start)	/* Sv39's physical addresses */
		return (struct range){0, 0};
	return (struct range){start, start + size};
}

static const char *read_memory(const struct fdt_node *node, struct machine *m)
{
	uint64_t start, size;
	const char *err = NULL;

	for (unsigned i = 0; !err && read_reg(node, i, &start, &size); i++)
		err = machine_add_ram(m, start, size);
	return err;
}

static const char *read_reserved(const struct fdt_node *node, struct machine *m)
{
	uint64_t start, size;
	const char *err = NULL;

	m->reserves = true;
	for (unsigned i = 0; !err && read_reg(node, i, &start, &size); i++)
		err = node->prop[PROP_NO_MAP].data ? machine_hide(m, start, size)
						   : machine_reserve(m, start, size);
	return err;
}

static void read_bootargs(const struct fdt_prop *prop, struct machine *m)
{
	size_t len = strnlen((const char *)prop->data, prop->size);

	if (len >= MACHINE_BOOTARGS) {
		machine_note(m, "the command line is longer than 1023 bytes: the rest is ignored");
		len = MACHINE_BOOTARGS - 1;
	}
	memcpy(m->bootargs, prop->data, len);
	m->bootargs[len] = '\0';
}

static const char *read_chosen(const struct fdt_node *node, struct machine *m)
{
	const struct fdt_prop *start = &node->prop[PROP_INITRD_START];
	const struct fdt_prop *end = &node->prop[PROP_INITRD_END];
	const struct fdt_prop *seed = &node->prop[PROP_RNG_SEED];

	if (node->prop[PROP_BOOTARGS].data)
		read_bootargs(&node->prop[PROP_BOOTARGS], m);
	if (seed->size >= sizeof(m->rng_seed))
		memcpy(m->rng_seed, seed->data, sizeof(m->rng_seed));
	if (!start->data && !end->data)
		return NULL;
	if ((start->size != 4 && start->size != 8) || (end->size != 4 && end->size != 8))
		return "its initrd has no start and end of 4 or 8 bytes";
	m->initrd.start = read_cells(start->data, start->size / 4);
	m->initrd.end = read_cells(end->data, end->size / 4);
	if (m->initrd.start > m->initrd.end)
		return "its initrd ends before it starts";
	if (m->initrd.start == m->initrd.end)
		m->initrd = (struct range){0, 0};
	return NULL;
}

static bool has_sv39(const struct fdt_node *node)
{
	const struct fdt_prop *mmu = &node->prop[PROP_MMU];

	return !mmu->data || has_string(mmu, "riscv,sv39") || has_string(mmu, "riscv,sv48") ||
	       has_string(mmu, "riscv,sv57");
}

static void read_cpu(const struct fdt_node *node, struct machine *m)
{
	uint64_t hartid, size;

	if (!m->timebase)
		m->timebase = prop_u32(&node->prop[PROP_TIMEBASE], 0);
	if (!read_reg(node, 0, &hartid, &size))
		return;
	if (cpu_count == MAX_CPUS) {
		machine_note(m, "harts beyond the first 512 are not looked at");
		return;
	}
	cpu_node = node;
	cpus[cpu_count++] = (struct cpu){
		.hartid = hartid,
		.usable = is_okay(node) && has_sv39(node),
		.sstc = isa_has(&node->prop[PROP_ISA], "sstc") ||
			has_string(&node->prop[PROP_ISA_EXTENSIONS], "sstc"),
	};
}

static void read_cpu_interrupts(const struct fdt_node *node)
{
	if (cpu_count)
		cpus[cpu_count - 1].phandle = prop_u32(&node->prop[PROP_PHANDLE], 0);
}

static void read_uart(const struct fdt_node *node, struct machine *m)
{
	const struct fdt_prop *extended = &node->prop[PROP_INTERRUPTS_EXTENDED];

	if (m->uart.end)
		return;		/* the first is the console */
	m->uart = device_registers(node);
	m->uart_shift = prop_u32(&node->prop[PROP_REG_SHIFT], 0);
	m->uart_irq = prop_u32(&node->prop[PROP_INTERRUPTS], 0);
	if (extended->size >= 8)
		m->uart_irq = fdt_u32(extended->data + 4);
	if (m->uart_shift > 4)
		m->uart = (struct range){0, 0};
}

static void read_device(const struct fdt_node *node, struct machine *m)
{
	const struct fdt_prop *compatible = &node->prop[PROP_COMPATIBLE];

	if (!compatible->data || !is_okay(node))
		return;
	if (has_string(compatible, "ns16550a") || has_string(compatible, "ns16550")) {
		read_uart(node, m);
	} else if (has_string(compatible, "sifive,plic-1.0.0") ||
		   has_string(compatible, "riscv,plic0")) {
		m->plic = device_registers(node);
		plic_targets = node->prop[PROP_INTERRUPTS_EXTENDED];
	} else if (has_string(compatible, "sifive,test1")) {
		m->finisher = device_registers(node).start;
	}
}

const char *fdt_node_read(const struct fdt_node *node, struct machine *m)
{
	const struct fdt_node *parent = node->parent;

	if (!parent)
		return NULL;
	if (is_at_root(node)) {
		if (is_named(node, "chosen"))
			return read_chosen(node, m);
		if (has_string(&node->prop[PROP_DEVICE_TYPE], "memory") && is_okay(node))
			return read_memory(node, m);
		if (is_named(node, "cpus"))
			m->timebase = prop_u32(&node->prop[PROP_TIMEBASE], 0);
	} else if (is_at_root(parent) && is_named(parent, "reserved-memory")) {
		if (is_okay(node))
			return read_reserved(node, m);
		return NULL;
	} else if (is_at_root(parent) && is_named(parent, "cpus")) {
		if (has_string(&node->prop[PROP_DEVICE_TYPE], "cpu"))
			read_cpu(node, m);
		return NULL;
	} else if (parent == cpu_node && is_named(node, "interrupt-controller")) {
		read_cpu_interrupts(node);
		return NULL;
	}
	read_device(node, m);
	return NULL;
}

static unsigned plic_context(const struct cpu *cpu)
{
	for (uint32_t at = 0; plic_targets.size - at >= 8 && cpu->phandle; at += 8)
		if (fdt_u32(plic_targets.data + at) == cpu->phandle &&
		    fdt_u32(plic_targets.data + at + 4) == IRQ_S_EXTERNAL)
			return at / 8;
	return PLIC_NO_CONTEXT;
}

static void use_hart(const struct cpu *cpu, struct machine *m)
{
	m->harts_seen++;
	if (m->hart_count == MAX_HARTS)
		return;
	m->hartid[m->hart_count] = cpu->hartid;
	m->plic_context[m->hart_count] = plic_context(cpu);
	m->hart_count++;
	m->sstc &= cpu->sstc;
}

static const char *choose_harts(struct machine *m)
{
	m->sstc = true;
	for (unsigned i = 0; i < cpu_count && !m->hart_count; i++)
		if (cpus[i].usable && cpus[i].hartid == boot_hart)
			use_hart(&cpus[i], m);
	if (!m->hart_count)
		return "the hart that runs this is not among its usable processors";
	for (unsigned i = 0; i < cpu_count; i++)
		if (cpus[i].usable && cpus[i].hartid != boot_hart)
			use_hart(&cpus[i], m);
	return NULL;
}

const char *fdt_node_end(struct machine *m)
{
	const char *err = choose_harts(m);

	if (!err)
		err = machine_finish_ram(m);
	if (err)
		return err;
	if (!m->timebase)
		return "it does not tell how fast the clock runs (timebase-frequency)";
	if (m->initrd.end) {
		if (!machine_is_ram(m, m->initrd.start, m->initrd.end))
			return "its initrd lies outside of the memory it names";
		if (!machine_initrd_is_ours(m))
			return "its initrd lies in memory that it reserves for something else";
		err = machine_reserve(m, m->initrd.start, m->initrd.end - m->initrd.start);
	}
	return err;
}
