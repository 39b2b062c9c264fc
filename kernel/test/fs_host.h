/*
 * fs_host.h - what kernel/fs stands on when it runs on the host: one task, its user memory, RAM
 * that can run out. RAM and failing allocations are mm/test's.
 */
#pragma once

#include "kernel/abi.h"
#include "mm/types.h"

#define HOST_RAM	0x80000000ul	/* physical address of the first frame */

/* Fresh RAM, the first free_bytes of it not reserved; an empty file system; a task with an empty
 * descriptor table. */
void host_boot(size_t ram_bytes, size_t free_bytes);
/* The task becomes its own child, with copies of its tables; false: no memory, nothing changed. */
bool host_fork(void);
/* The task ends; what the file system itself holds stays. */
void host_task_ends(void);

/* mm/test/test.c; see there. */
void test_ram_reserved(size_t bytes);
size_t test_free_frames(void);
void test_fail_nth(unsigned n);
unsigned test_allocations(void);

/* User memory: [USER_LOW, USER_HIGH); everything else faults. */
#define USER_LOW	0x100000ul
#define USER_HIGH	0x400000ul
void *host_user(vaddr_t va);		/* where the test finds those bytes */

/* A user string; good until 16 more have been made. */
vaddr_t u(const char *s);

/* Scratch user memory away from the strings. */
#define USER_BUF	0x200000ul

extern int host_signals;		/* signals sent to the task */
extern bool host_interrupted;		/* a wait would have been for ever: it ended with -EINTR */

/* ---- the calls ---- */

long sys_openat(long dirfd, vaddr_t path, long flags, long mode);
long sys_close(long fd);
long sys_read(long fd, vaddr_t buf, size_t size);
long sys_write(long fd, vaddr_t buf, size_t size);
long sys_readv(long fd, vaddr_t list, long count);
long sys_writev(long fd, vaddr_t list, long count);
long sys_pread64(long fd, vaddr_t buf, size_t size, int64_t pos);
long sys_pwrite64(long fd, vaddr_t buf, size_t size, int64_t pos);
long sys_lseek(long fd, int64_t offset, long whence);
long sys_ftruncate(long fd, int64_t size);
long sys_fstat(long fd, vaddr_t buf);
long sys_newfstatat(long dirfd, vaddr_t path, vaddr_t buf, long flags);
long sys_getdents64(long fd, vaddr_t buf, size_t size);
long sys_mkdirat(long dirfd, vaddr_t path, long mode);
long sys_mknodat(long dirfd, vaddr_t path, long mode, long dev);
long sys_unlinkat(long dirfd, vaddr_t path, long flags);
long sys_linkat(long dirfd, vaddr_t old, long new_dirfd, vaddr_t new_path, long flags);
long sys_symlinkat(vaddr_t target, long dirfd, vaddr_t path);
long sys_readlinkat(long dirfd, vaddr_t path, vaddr_t buf, long size);
long sys_renameat2(long dirfd, vaddr_t from, long to_dirfd, vaddr_t to, long flags);
long sys_chdir(vaddr_t path);
long sys_getcwd(vaddr_t buf, size_t size);
long sys_dup(long fd);
long sys_dup3(long fd, long to, long flags);
long sys_pipe2(vaddr_t fds, long flags);
long sys_fcntl(long fd, long cmd, long arg);
