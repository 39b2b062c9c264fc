/*
 * System calls whose C prototype is the kernel's own, one line each. The
 * arguments already lie where the kernel looks for them, so a call is its
 * number and an ecall; the answer becomes -1 and errno in __syscall_answer.
 * Calls that need more than this are C functions in the files beside this one.
 *
 * The names are weak: a program may have a function of its own called, say,
 * mount or link.
 */
#include "kernel/abi_call.h"

	.macro CALL name, number
	.weak	\name
	.type	\name, @function
\name:	li	a7, \number
	ecall
	tail	__syscall_answer
	.size	\name, . - \name
	.endm

	.text

/* Files. */
	CALL	read,			SYS_read
	CALL	write,			SYS_write
	CALL	readv,			SYS_readv
	CALL	writev,			SYS_writev
	CALL	pread,			SYS_pread64
	CALL	pwrite,			SYS_pwrite64
	CALL	preadv,			SYS_preadv
	CALL	pwritev,		SYS_pwritev
	CALL	lseek,			SYS_lseek
	CALL	openat,			SYS_openat
	CALL	close,			SYS_close
	CALL	dup,			SYS_dup
	CALL	dup3,			SYS_dup3
	CALL	pipe2,			SYS_pipe2
	CALL	fcntl,			SYS_fcntl
	CALL	flock,			SYS_flock
	CALL	ioctl,			SYS_ioctl
	CALL	fsync,			SYS_fsync
	CALL	fdatasync,		SYS_fdatasync
	CALL	sync,			SYS_sync
	CALL	truncate,		SYS_truncate
	CALL	ftruncate,		SYS_ftruncate
	CALL	fallocate,		SYS_fallocate
	CALL	copy_file_range,	SYS_copy_file_range
	CALL	getdents64,		SYS_getdents64
	CALL	sendfile,		SYS_sendfile
	CALL	readahead,		SYS_readahead
	CALL	sync_file_range,	SYS_sync_file_range
	CALL	syncfs,			SYS_syncfs
	CALL	eventfd,		SYS_eventfd2
	CALL	close_range,		SYS_close_range

/* Names. */
	CALL	chdir,			SYS_chdir
	CALL	fchdir,			SYS_fchdir
	CALL	fstat,			SYS_fstat
	CALL	fstatat,		SYS_newfstatat
	CALL	statx,			SYS_statx
	CALL	statfs,			SYS_statfs
	CALL	fstatfs,		SYS_fstatfs
	CALL	fchmod,			SYS_fchmod
	CALL	fchown,			SYS_fchown
	CALL	fchownat,		SYS_fchownat
	CALL	mkdirat,		SYS_mkdirat
	CALL	mknodat,		SYS_mknodat
	CALL	linkat,			SYS_linkat
	CALL	symlinkat,		SYS_symlinkat
	CALL	readlinkat,		SYS_readlinkat
	CALL	unlinkat,		SYS_unlinkat
	CALL	renameat2,		SYS_renameat2
	CALL	utimensat,		SYS_utimensat
	CALL	umask,			SYS_umask
	CALL	mount,			SYS_mount
	CALL	umount2,		SYS_umount2

/* Memory. */
	CALL	mmap,			SYS_mmap
	CALL	munmap,			SYS_munmap
	CALL	mprotect,		SYS_mprotect
	CALL	mremap,			SYS_mremap
	CALL	madvise,		SYS_madvise
	CALL	mincore,		SYS_mincore
	CALL	msync,			SYS_msync
	CALL	mlock,			SYS_mlock
	CALL	munlock,		SYS_munlock
	CALL	mlockall,		SYS_mlockall
	CALL	munlockall,		SYS_munlockall
	CALL	memfd_create,		SYS_memfd_create

/* Processes. */
	CALL	_exit,			SYS_exit_group
	CALL	_Exit,			SYS_exit_group
	CALL	execve,			SYS_execve
	CALL	wait4,			SYS_wait4
	CALL	getpid,			SYS_getpid
	CALL	getppid,		SYS_getppid
	CALL	gettid,			SYS_gettid
	CALL	getpgid,		SYS_getpgid
	CALL	setpgid,		SYS_setpgid
	CALL	getsid,			SYS_getsid
	CALL	setsid,			SYS_setsid
	CALL	getuid,			SYS_getuid
	CALL	geteuid,		SYS_geteuid
	CALL	getgid,			SYS_getgid
	CALL	getegid,		SYS_getegid
	CALL	setuid,			SYS_setuid
	CALL	setgid,			SYS_setgid
	CALL	getgroups,		SYS_getgroups
	CALL	prctl,			SYS_prctl
	CALL	getrusage,		SYS_getrusage
	CALL	prlimit,		SYS_prlimit64
	CALL	setpriority,		SYS_setpriority
	CALL	times,			SYS_times
	CALL	sched_yield,		SYS_sched_yield
	CALL	sched_setaffinity,	SYS_sched_setaffinity
	CALL	sched_setscheduler,	SYS_sched_setscheduler
	CALL	sched_getscheduler,	SYS_sched_getscheduler
	CALL	sched_setparam,		SYS_sched_setparam
	CALL	sched_getparam,		SYS_sched_getparam
	CALL	sched_get_priority_max,	SYS_sched_get_priority_max
	CALL	sched_get_priority_min,	SYS_sched_get_priority_min

/* Signals. */
	CALL	kill,			SYS_kill
	CALL	tgkill,			SYS_tgkill
	CALL	sigaltstack,		SYS_sigaltstack
	CALL	getitimer,		SYS_getitimer
	CALL	setitimer,		SYS_setitimer

/* Time and the machine. */
	CALL	nanosleep,		SYS_nanosleep
	CALL	clock_gettime,		SYS_clock_gettime
	CALL	clock_getres,		SYS_clock_getres
	CALL	gettimeofday,		SYS_gettimeofday
	CALL	timer_create,		SYS_timer_create
	CALL	timer_delete,		SYS_timer_delete
	CALL	timer_settime,		SYS_timer_settime
	CALL	timer_gettime,		SYS_timer_gettime
	CALL	timer_getoverrun,	SYS_timer_getoverrun
	CALL	uname,			SYS_uname
	CALL	sysinfo,		SYS_sysinfo
	CALL	getrandom,		SYS_getrandom

/* Any call: the number comes first, so everything moves down by one. */
	.globl	syscall
	.type	syscall, @function
syscall:
	mv	a7, a0
	mv	a0, a1
	mv	a1, a2
	mv	a2, a3
	mv	a3, a4
	mv	a4, a5
	mv	a5, a6
	ecall
	tail	__syscall_answer
	.size	syscall, . - syscall

	.section .note.GNU-stack, "", @progbits
