/* The two halves of a device number. */
#ifndef _SYS_SYSMACROS_H
#define _SYS_SYSMACROS_H

#include <sys/types.h>

static inline unsigned __dev_major(dev_t dev)
{
	return (unsigned)((dev >> 32 & 0xfffff000) | (dev >> 8 & 0xfff));
}

static inline unsigned __dev_minor(dev_t dev)
{
	return (unsigned)((dev >> 12 & 0xffffff00) | (dev & 0xff));
}

static inline dev_t __dev_make(unsigned major, unsigned minor)
{
	return (major & 0xfffff000UL) << 32 | (major & 0xfffUL) << 8 |
	       (minor & 0xffffff00UL) << 12 | (minor & 0xffUL);
}

#define major(dev)		__dev_major(dev)
#define minor(dev)		__dev_minor(dev)
#define makedev(maj, min)	__dev_make(maj, min)

#endif
