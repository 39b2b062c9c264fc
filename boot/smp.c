/*
 * smp.c - starts the other harts, by the SBI's hart state management (specification, chapter 9).
 */
#include "boot/boot.h"
#include "boot/fdt.h"
#include "boot/sbi.h"
#include "kernel/hart.h"
#include "kernel/kspace.h"
#include "kernel/poweroff.h"
#include "kernel/print.h"
#include "kernel/task.h"
#include "kernel/time.h"

#define START_SECONDS	10	/* how long a hart may take; QEMU on a busy machine is slow */

/* What a hart that starts finds; entry.S knows the first four. */
struct start_record {
	uint64_t satp;
	vaddr_t stack_top;
	struct task *idle;
	struct start_record *self;	/* this, where it is once paging is on */
	struct hart *hart;
	enum { START_ASKED, START_CAME, START_LATE } state;	/* atomic */
};

static struct start_record records[MAX_HARTS];

extern char image_start[];
extern void boot_secondary(void);
extern paddr_t boot_pending;	/* entry.S: for a hart that the firmware sends to _start instead */

static paddr_t image_physical(const void *p)
{
	return (paddr_t)((const char *)p - image_start) + machine.image.start;
}

static bool change_state(struct start_record *record, int from, int to)
{
	return __atomic_compare_exchange_n((int *)&record->state, &from, to, false,
					   __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
}

/* From entry.S, on the idle task's stack. */
__attribute__((noreturn)) void smp_hart_started(struct start_record *record)
{
	while (!change_state(record, START_ASKED, START_CAME))
		__asm__ volatile("wfi");	/* nobody waits for it any more */
	record->idle->hart = record->hart;	/* this_hart() works from here on */
	kspace_activate();
	hart_main(record->hart);
}

static bool wait_ready(struct start_record *record)
{
	uint64_t deadline = time_now() + START_SECONDS * machine.timebase;

	while (!__atomic_load_n(&record->hart->ready, __ATOMIC_ACQUIRE)) {
		if (time_now() < deadline)
			continue;
		if (change_state(record, START_ASKED, START_LATE))
			return false;
		boot_refuse("hart %lu began to start and got stuck", record->hart->hartid);
	}
	return true;
}

/* => whether harts[id] runs. */
static bool start_hart(struct start_record *record, unsigned id, unsigned long hartid)
{
	struct hart *hart = &harts[id];
	int err;

	hart->id = id;
	hart->hartid = hartid;
	if (!hart->idle)
		hart->idle = task_create_idle(hart);
	if (!hart->idle) {
		print_alert("boot: no memory to start hart %lu\n", hartid);
		return false;
	}
	*record = (struct start_record){kspace_satp(), hart->idle->kernel_stack_top, hart->idle,
					record, hart, START_ASKED};
	boot_pending = image_physical(record);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	err = sbi_hart_start(hartid, image_physical(boot_secondary), image_physical(record));
	if (err) {
		print_alert("boot: hart %lu is left out: the firmware does not start it, %s %d\n",
			    hartid, err == SBI_ERR_NOT_SUPPORTED ? "no HSM extension, SBI error"
								 : "SBI error", err);
		return false;
	}
	if (!wait_ready(record)) {
		print_alert("boot: hart %lu is left out: it did not come up in %d seconds\n",
			    hartid, START_SECONDS);
		hart->idle = NULL;	/* it may still come and stand on that stack */
		smp_hart_lost();
		return false;
	}
	return true;
}

void smp_start(void)
{
	for (unsigned i = 1; i < machine.hart_count; i++)
		if (start_hart(&records[i], harts_online, machine.hartid[i]))
			harts_online++;
	printk("%u %s up\n", harts_online, harts_online == 1 ? "hart is" : "harts are");
}
