/*
 * exec.c - replace the current task's program: execve, execveat.
 *
 * The new address space is built beside the old one, complete with its stack. Nothing of the caller
 * changes until `commit`, and from there on nothing can fail.
 */
#include "kernel/exec.h"

#include "kernel/abi.h"
#include "kernel/elfload.h"
#include "kernel/fs/files.h"
#include "kernel/futex.h"
#include "kernel/initstack.h"
#include "kernel/print.h"
#include "kernel/process.h"
#include "kernel/signal.h"
#include "kernel/string.h"
#include "kernel/strings.h"
#include "kernel/task.h"
#include "kernel/usercopy.h"
#include "kernel/vm.h"
#include "mm/slab.h"

#define SCRIPT_DEPTH	5	/* scripts that name scripts */
#define SCRIPT_LINE	256
#define STRINGS_LEAST	(128ul << 10)	/* what strings may take whatever the stack's limit */
#define STRINGS_MOST	(6ul << 20)
#define FD_PATH		32		/* room for "/dev/fd/N/" before a path */

/* One exec on its way. */
struct exec {
	char *buffer;			/* kmalloc'ed; holds path */
	char *path;			/* as the caller named it, or by descriptor: /dev/fd/N/... */
	bool path_is_closed;		/* that descriptor closes on exec: no use to a script */
	char *interp_path;		/* what to run instead of a script, or NULL; kmalloc'ed */
	uint64_t stack_limit;
	struct strings args, envs;
	struct file *file;
	struct vm *vm;			/* the new space */
	struct files *files;		/* copies of what other processes share; NULL: none does */
	struct signal_actions *actions;
	struct elf_image program;
	struct elf_image interp;
	vaddr_t sp;
};

static const char *program_path(const struct exec *e)
{
	return e->interp_path ? e->interp_path : e->path;
}

/* The pieces of "#! interpreter [argument]". An empty interpreter is not a script. */
static int parse_script_line(char *line, char **interp, char **argument)
{
	char *end = strchr(line, '\n');

	if (!end)
		return -ENOEXEC;	/* no line end: not text, or cut off */
	*end = '\0';
	while (end > line && (end[-1] == ' ' || end[-1] == '\t'))
		*--end = '\0';
	for (line += 2; *line == ' ' || *line == '\t'; line++)
		;
	*interp = line;
	while (*line && *line != ' ' && *line != '\t')
		line++;
	*argument = NULL;
	if (*line) {
		*line++ = '\0';
		while (*line == ' ' || *line == '\t')
			line++;
		*argument = line;
	}
	return **interp ? 0 : -ENOEXEC;
}

/* argv becomes: interpreter, its argument if any, the script's path, the rest. */
static int use_interpreter(struct exec *e, char *line)
{
	char *interp, *argument, *path;
	int err = parse_script_line(line, &interp, &argument);

	if (err)
		return err;
	if (e->path_is_closed)
		return -ENOENT;
	path = kmalloc(strlen(interp) + 1);
	if (!path)
		return -ENOMEM;
	strings_drop_first(&e->args);
	err = strings_prepend(&e->args, program_path(e));
	kfree(e->interp_path);
	e->interp_path = path;
	strcopy(path, interp, strlen(interp) + 1);
	if (!err && argument)
		err = strings_prepend(&e->args, argument);
	if (!err)
		err = strings_prepend(&e->args, interp);
	if (err)
		return err;
	file_put(e->file);
	e->file = NULL;
	return file_open_exec(AT_FDCWD, e->interp_path, 0, &e->file);
}

/* Follow the open file's "#!" lines until a program is open. */
static int find_program(struct exec *e)
{
	char *line = kmalloc(SCRIPT_LINE + 2);
	int err = line ? 0 : -ENOMEM;

	for (int depth = 0; !err; depth++) {
		long n = file_read_kernel(e->file, line, SCRIPT_LINE, 0);

		if (n < 0) {
			err = n;
			break;
		}
		if (n < 2 || line[0] != '#' || line[1] != '!')
			break;
		if ((size_t)n < SCRIPT_LINE && !memchr(line, '\n', n))
			line[n++] = '\n';
		line[n] = '\0';
		err = depth < SCRIPT_DEPTH ? use_interpreter(e, line) : -ELOOP;
	}
	kfree(line);
	return err;
}

static int load_interpreter(struct exec *e)
{
	struct file *file;
	int err;

	if (!e->program.interp)
		return 0;
	err = file_open_exec(AT_FDCWD, e->program.interp, 0, &file);
	if (err)
		return err;
	err = elf_load(e->vm, file, ELF_INTERPRETER, &e->interp);
	file_put(file);
	return err;
}

static int load(struct exec *e)
{
	int err = vm_create(e->stack_limit, &e->vm);

	if (!err)
		err = vm_set_exe(e->vm, e->file);
	if (err)
		return err;
	err = elf_load(e->vm, e->file, ELF_PROGRAM, &e->program);
	if (!err)
		err = load_interpreter(e);
	if (err)
		return err;
	e->vm->exe_bias = e->program.bias;
	e->vm->data_size = e->program.data_size;
	e->vm->brk_start = e->vm->brk = align_up(e->program.end, PAGE_SIZE);
	return 0;
}

static int build_stack(struct exec *e)
{
	const struct initstack stack = {
		.args = &e->args, .envs = &e->envs, .path = e->path, .limit = e->stack_limit,
		.ids = &current->process->ids,
		.program = &e->program, .interp = &e->interp,
	};

	return initstack_build(e->vm, &stack, &e->sp);
}

/* Neither actions nor descriptors are shared with other processes any more. Only now, without the other
 * threads, is it clear whether another process has the table too, and what is in it. Who cannot have a
 * copy ends, for its threads are gone. */
static int copy_shared(struct exec *e)
{
	bool actions = signal_actions_are_shared(current->process->actions);
	bool files = files_are_shared(current->files);

	if (actions)
		e->actions = signal_actions_clone(current->process->actions);
	if (files)
		e->files = files_clone(current->files);
	if ((!actions || e->actions) && (!files || e->files))
		return 0;
	signal_raise(SIGKILL);
	return -ENOMEM;
}

/* The other threads end, and what the caller leaves in its old memory is said while it has its
 * number. From here on it gets the new program or ends itself. */
static int end_others(struct exec *e)
{
	int err;

	futex_leave_robust();
	futex_wake_exit(current->tid_clear);
	err = process_become_single();
	return err ? err : copy_shared(e);
}

/* ---- the point of no return ---- */

static void swap_actions(struct task *task, struct exec *e)
{
	struct signal_actions *old = task->process->actions;

	task->process->actions = e->actions;
	e->actions = old;
}

static void swap_files(struct task *task, struct exec *e)
{
	struct files *old = task->files;

	task->files = e->files;
	e->files = old;
}

static void commit(struct exec *e)
{
	struct task *task = current;
	struct trap_frame *frame = &task->frame;
	struct vm *old = task->vm;
	const char *slash = strrchr(e->path, '/');

	spin_lock(&task_lock);
	task->vm = e->vm;
	task->process->execed = true;
	task->process->dumpable = true;
	ids_exec(&task->process->ids);
	task->process->exit_signal = SIGCHLD;
	if (e->actions)
		swap_actions(task, e);
	if (e->files)
		swap_files(task, e);
	task_end_vfork(task);
	strcopy(task->name, slash ? slash + 1 : e->path, sizeof(task->name));
	spin_unlock(&task_lock);
	vm_switch(e->vm);
	vm_put(old);
	e->vm = NULL;

	spin_lock(&task_lock);
	signal_actions_reset(task->process->actions);
	itimers_drop_created(&task->process->timers);
	spin_unlock(&task_lock);
	task->alternate_stack = (stack_t){ 0 };
	task->tid_clear = 0;
	files_close_on_exec(task->files);
	fp_clear();
	memset(task->fp, 0, sizeof(task->fp));
	*frame = (struct trap_frame){ .status = SSTATUS_SPIE | SSTATUS_FS_INITIAL };
	task->work.registers = true;
	frame->reg[REG_PC] = e->interp.entry ? e->interp.entry : e->program.entry;
	frame->reg[REG_SP] = e->sp;
}

static void exec_release(struct exec *e)
{
	file_put(e->file);
	vm_put(e->vm);
	files_put(e->files);
	signal_actions_put(e->actions);
	strings_free(&e->args);
	strings_free(&e->envs);
	kfree(e->program.interp);
	kfree(e->interp_path);
	kfree(e->buffer);
}

/* Room for a path and what comes before it; how much the strings may take. */
static int exec_init(struct exec *e)
{
	size_t most;

	*e = (struct exec){ .stack_limit = limit_get(RLIMIT_STACK) };
	most = e->stack_limit / 4 < STRINGS_MOST ? e->stack_limit / 4 : STRINGS_MOST;
	e->args.limit = e->envs.limit = most > STRINGS_LEAST ? most : STRINGS_LEAST;
	e->buffer = kmalloc(FD_PATH + PATH_MAX);
	e->path = e->buffer + FD_PATH;
	return e->buffer ? 0 : -ENOMEM;
}

/* Path and strings are in place, the file is open. */
static int exec_run(struct exec *e)
{
	int err = find_program(e);

	if (!err)
		err = load(e);
	if (!err)
		err = build_stack(e);
	if (!err && e->vm->as.mapped_bytes > limit_get(RLIMIT_AS))
		err = -ENOMEM;
	if (!err)
		err = end_others(e);
	if (!err)
		commit(e);
	return err;
}

/* argv[0] always exists, as in Linux; all strings have one limit together. */
static int check_strings(struct exec *e)
{
	int err = e->args.count ? 0 : strings_append(&e->args, "");
	size_t total = strlen(e->path) + 1 + strings_cost(&e->args) + strings_cost(&e->envs);

	return !err && total > e->args.limit ? -E2BIG : err;
}

/* How the new program may find its file when the path was relative to a descriptor. */
static void name_by_descriptor(struct exec *e, int dirfd)
{
	char prefix[FD_PATH];
	size_t len = snprintf(prefix, sizeof(prefix), *e->path ? "/dev/fd/%d/" : "/dev/fd/%d",
			      dirfd);

	e->path -= len;
	memcpy(e->path, prefix, len);
	e->path_is_closed = fd_get_flags(dirfd) == FD_CLOEXEC;
}

long sys_execveat(long dirfd, vaddr_t path, vaddr_t argv, vaddr_t envp, long flags)
{
	struct exec e;
	char *text;
	long err = exec_init(&e);

	text = e.path;
	if (!err)
		err = strncpy_from_user(text, path, PATH_MAX);
	if (err == 0 && !((int)flags & AT_EMPTY_PATH))
		err = -ENOENT;
	if (err >= 0) {
		if ((int)dirfd != AT_FDCWD && text[0] != '/')
			name_by_descriptor(&e, (int)dirfd);
		err = strings_append_user(&e.args, argv);
	}
	if (!err)
		err = strings_append_user(&e.envs, envp);
	if (!err)
		err = check_strings(&e);
	if (!err && (int)flags & ~(AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW))
		err = -EINVAL;
	if (!err)
		err = file_open_exec((int)dirfd, text, (int)flags, &e.file);
	if (!err)
		err = exec_run(&e);
	exec_release(&e);
	return err;
}

long sys_execve(vaddr_t path, vaddr_t argv, vaddr_t envp)
{
	return sys_execveat(AT_FDCWD, path, argv, envp, 0);
}

int exec_kernel(const char *path, const char *const argv[], const char *const envp[])
{
	struct exec e;
	int err = exec_init(&e);

	if (!err)
		strcopy(e.path, path, PATH_MAX);
	for (; !err && *argv; argv++)
		err = strings_append(&e.args, *argv);
	for (; !err && *envp; envp++)
		err = strings_append(&e.envs, *envp);
	if (!err)
		err = file_open_exec(AT_FDCWD, e.path, 0, &e.file);
	if (!err)
		err = exec_run(&e);
	exec_release(&e);
	return err;
}
