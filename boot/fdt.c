/*
 * fdt.c - reads the flattened device tree (devicetree specification 0.4, chapter 5).
 *
 * One walk over the tree. The properties of a node come before its children, so by the first
 * child or the node's end all that is known of it is on the stack, and fdt_node.c decides what it
 * says about the machine. The tree comes from outside: every offset and size is checked, and what
 * is broken is an error in words.
 *
 * Needs nothing of the kernel but string.c: kernel/test/test_fdt.c feeds it trees of every kind of wrong.
 */
#include "boot/fdt_node.h"

#define FDT_MAGIC	0xd00dfeedu
#define FDT_MAX_SIZE	(2u << 20)

enum { FDT_BEGIN_NODE = 1, FDT_END_NODE, FDT_PROP, FDT_NOP, FDT_END = 9 };

struct header {
	uint32_t magic, total_size, structure, strings, reserve_map, version;
	uint32_t last_compatible_version, boot_hart, strings_size, structure_size;
};

/* The walk: where it is, and the nodes it is in. */
struct walk {
	const uint8_t *structure;
	uint32_t size;		/* of the structure block */
	uint32_t at;		/* offset of the next token */
	const char *strings;
	uint32_t strings_size;
	struct fdt_node stack[FDT_MAX_DEPTH];
	unsigned depth;
};

static struct walk walk;	/* too large for the boot stack */

static const char *const property_name[] = {
#define PROP(name, text)	[PROP_##name] = text,
	FDT_PROPERTIES
#undef PROP
};

uint32_t fdt_u32(const void *p)
{
	const uint8_t *b = p;

	return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static bool take_u32(struct walk *w, uint32_t *value)
{
	if (w->size - w->at < 4)
		return false;
	*value = fdt_u32(w->structure + w->at);
	w->at += 4;
	return true;
}

/* Step over `size` bytes and the padding to four. */
static bool skip(struct walk *w, uint32_t size)
{
	uint32_t padded = (size + 3) & ~3u;

	if (padded < size || w->size - w->at < padded)
		return false;
	w->at += padded;
	return true;
}

/* All properties of the innermost node are there: what does it say? */
static const char *node_complete(struct walk *w, struct machine *m)
{
	struct fdt_node *node = &w->stack[w->depth - 1];

	if (node->complete)
		return NULL;
	node->complete = true;
	return fdt_node_read(node, m);
}

static const char *begin_node(struct walk *w, struct machine *m)
{
	const char *name = (const char *)w->structure + w->at;
	const char *err = w->depth ? node_complete(w, m) : NULL;
	struct fdt_node *node;

	if (err)
		return err;
	if (w->depth == FDT_MAX_DEPTH)
		return "its nodes are nested too deep";
	node = &w->stack[w->depth];
	if (!memchr(name, 0, w->size - w->at))
		return "a node's name runs past the end";
	skip(w, strlen(name) + 1);
	*node = (struct fdt_node){.name = name, .parent = w->depth ? node - 1 : NULL,
				  .address_cells = 2, .size_cells = 1};
	w->depth++;
	return NULL;
}

static const char *end_node(struct walk *w, struct machine *m)
{
	const char *err;

	if (!w->depth)
		return "a node ends that never began";
	err = node_complete(w, m);
	w->depth--;
	return err;
}

static const char *cells(const struct fdt_prop *prop, unsigned *count)
{
	if (prop->size != 4 || fdt_u32(prop->data) > FDT_MAX_CELLS)
		return "a node's #address-cells or #size-cells makes no sense";
	*count = fdt_u32(prop->data);
	return NULL;
}

static const char *property(struct walk *w)
{
	struct fdt_node *node;
	uint32_t size, name;
	struct fdt_prop prop;

	if (!w->depth)
		return "a property lies outside of all nodes";
	node = &w->stack[w->depth - 1];
	if (!take_u32(w, &size) || !take_u32(w, &name))
		return "it ends inside a property";
	prop = (struct fdt_prop){w->structure + w->at, size};
	if (!skip(w, size))
		return "a property is longer than what is left of it";
	if (name >= w->strings_size || !memchr(w->strings + name, 0, w->strings_size - name))
		return "a property's name lies outside of the strings";
	if (node->complete)
		return "a property comes after its node's children";
	for (unsigned i = 0; i < PROP_COUNT; i++)
		if (!strcmp(w->strings + name, property_name[i]))
			node->prop[i] = prop;
	if (!strcmp(w->strings + name, property_name[PROP_ADDRESS_CELLS]))
		return cells(&prop, &node->address_cells);
	if (!strcmp(w->strings + name, property_name[PROP_SIZE_CELLS]))
		return cells(&prop, &node->size_cells);
	return NULL;
}

static const char *read_structure(struct walk *w, struct machine *m)
{
	const char *err = NULL;
	uint32_t token;

	while (!err) {
		if (!take_u32(w, &token))
			return "its structure has no end";
		switch (token) {
		case FDT_BEGIN_NODE:
			err = begin_node(w, m);
			break;
		case FDT_END_NODE:
			err = end_node(w, m);
			break;
		case FDT_PROP:
			err = property(w);
			break;
		case FDT_NOP:
			break;
		case FDT_END:
			return w->depth ? "it ends inside a node" : NULL;
		default:
			return "its structure has an unknown token";
		}
	}
	return err;
}

/* Pairs of 64-bit address and size up to a pair of zeros. */
static const char *read_reserve_map(const uint8_t *map, uint32_t size, struct machine *m)
{
	for (uint32_t at = 0; size - at >= 16; at += 16) {
		uint64_t start = (uint64_t)fdt_u32(map + at) << 32 | fdt_u32(map + at + 4);
		uint64_t length = (uint64_t)fdt_u32(map + at + 8) << 32 | fdt_u32(map + at + 12);
		const char *err;

		if (!start && !length)
			return NULL;
		m->reserves = true;
		err = machine_reserve(m, start, length);
		if (err)
			return err;
	}
	return "its list of reserved memory has no end";
}

static bool block_fits(uint32_t start, uint32_t size, uint32_t total)
{
	return start <= total && size <= total - start;
}

static const char *read_header(const void *dtb, size_t limit, struct header *h)
{
	uint32_t *word = (uint32_t *)h;

	if (limit < sizeof(*h))
		return "there is no room for one";
	for (unsigned i = 0; i < sizeof(*h) / 4; i++)
		word[i] = fdt_u32((const uint8_t *)dtb + 4 * i);
	if (h->magic != FDT_MAGIC)
		return "it does not begin with a device tree's magic number";
	if (h->version < 17 || h->last_compatible_version > 17)
		return "it is of a version other than 17";
	if (h->total_size < sizeof(*h) || h->total_size > FDT_MAX_SIZE)
		return "its size makes no sense";
	if (h->total_size > limit)
		return "it is longer than the memory it lies in";
	if (!block_fits(h->structure, h->structure_size, h->total_size) || h->structure % 4)
		return "its structure lies outside of it";
	if (!block_fits(h->strings, h->strings_size, h->total_size))
		return "its strings lie outside of it";
	if (h->reserve_map > h->total_size)
		return "its list of reserved memory lies outside of it";
	return NULL;
}

size_t fdt_size(const void *dtb)
{
	return fdt_u32((const uint8_t *)dtb + 4);
}

const char *fdt_read(const void *dtb, size_t limit, unsigned long boot_hartid, struct machine *m)
{
	const uint8_t *bytes = dtb;
	struct header h;
	const char *err = read_header(dtb, limit, &h);

	if (err)
		return err;
	fdt_node_begin(boot_hartid);
	err = read_reserve_map(bytes + h.reserve_map, h.total_size - h.reserve_map, m);
	if (err)
		return err;
	walk = (struct walk){.structure = bytes + h.structure, .size = h.structure_size,
			     .strings = (const char *)bytes + h.strings,
			     .strings_size = h.strings_size};
	err = read_structure(&walk, m);
	return err ? err : fdt_node_end(m);
}
