/*
 * kmalloc.c - memory of any size, from slabs up to 2 KiB and from whole blocks of frames above.
 */
#include "mm/framedesc.h"
#include "mm/port.h"
#include "mm/slab.h"

#define SIZE_CLASS(index, bytes) \
	[index] = SLAB_CACHE_INIT(classes[index], "kmalloc-" #bytes, bytes)

/* Rising sizes; two to each power of two, so at most a third is wasted. */
static struct slab_cache classes[] = {
	SIZE_CLASS(0, 16),
	SIZE_CLASS(1, 32),
	SIZE_CLASS(2, 64),
	SIZE_CLASS(3, 96),
	SIZE_CLASS(4, 128),
	SIZE_CLASS(5, 192),
	SIZE_CLASS(6, 256),
	SIZE_CLASS(7, 384),
	SIZE_CLASS(8, 512),
	SIZE_CLASS(9, 768),
	SIZE_CLASS(10, 1024),
	SIZE_CLASS(11, 2048),
};

#define CLASSES	(sizeof(classes) / sizeof(classes[0]))

static void *alloc_block(size_t size)
{
	unsigned order = 0;
	paddr_t pa;

	while (order <= FRAME_MAX_ORDER && PAGE_SIZE << order < size)
		order++;
	if (frame_alloc(order, 0, &pa))
		return NULL;
	return frame_va(pa);
}

void *kmalloc(size_t size)
{
	struct slab_cache *class;

	for (class = classes; class < classes + CLASSES; class++)
		if (size <= class->size)
			return slab_alloc(class);
	return alloc_block(size);
}

void *kzalloc(size_t size)
{
	void *object = kmalloc(size);

	if (object)
		__builtin_memset(object, 0, size);
	return object;
}

void kfree(void *object)
{
	struct frame *frame;

	if (!object)
		return;
	frame = frame_desc(frame_pa(object));
	if (frame_kind(frame) == FRAME_SLAB)
		slab_free((struct slab_cache *)frame->link, object);
	else if (frame_kind(frame) == FRAME_USED && is_aligned((uintptr_t)object, PAGE_SIZE))
		frame_dec_ref(frame_pa(object));
	else
		port_panic("kfree: %p was not allocated", object);
}
