/*
 * exec.c - replace the current task's program.
 *
 * The new address space is built beside the old one, complete with its stack. Nothing of the caller
 * changes until `commit`, and from there on nothing can fail.
 */
#include "kernel/exec.h"

#include "kernel/abi.h"
#include "kernel/elfload.h"
#include "kernel/fs/vfs.h"
#include "kernel/random.h"
#include "kernel/sigframe.h"
#include "kernel/signal.h"
#include "kernel/string.h"
#include "kernel/strings.h"
#include "kernel/task.h"
#include "kernel/usercopy.h"
#include "kernel/vm.h"
#include "mm/slab.h"

#define SCRIPT_DEPTH	5	/* scripts that name scripts */
#define SCRIPT_LINE	256
#define STACK_SPARE	(128ul << 10)	/* mapped below the arguments from the start */
#define AUX_ENTRIES	20
#define HWCAP		0x112d	/* bit per letter: I, M, A, F, D, C */

/* One exec on its way. */
struct exec {
	char *path;			/* as the caller named it; kmalloc'ed, PATH_MAX bytes */
	char *interp_path;		/* what to run instead of a script, or NULL; kmalloc'ed */
	struct strings args, envs;
	struct file *file;
	struct vm *vm;			/* the new space */
	struct elf_image program;
	struct elf_image interp;
	vaddr_t sp;
};

static const char *program_path(const struct exec *e)
{
	return e->interp_path ? e->interp_path : e->path;
}

static int open_program(struct exec *e)
{
	int err = file_open(program_path(e), O_RDONLY, 0, &e->file);

	return err ? err : file_check_exec(e->file);
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
	return open_program(e);
}

/* Follow "#!" lines until a program is open. */
static int find_program(struct exec *e)
{
	char *line = kmalloc(SCRIPT_LINE + 2);
	int err = line ? open_program(e) : -ENOMEM;

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
	err = file_open(e->program.interp, O_RDONLY, 0, &file);
	if (err)
		return err;
	err = file_check_exec(file);
	if (!err)
		err = elf_load(e->vm, file, ELF_INTERPRETER, &e->interp);
	file_put(file);
	return err;
}

static int load(struct exec *e)
{
	int err = vm_create(&e->vm);

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
	e->vm->brk_start = e->vm->brk = align_up(e->program.end, PAGE_SIZE);
	return 0;
}

/* ---- the initial stack ----
 *
 *	sp	argc | argv... NULL | envp... NULL | auxv... AT_NULL	16-aligned
 *		16 random bytes
 *		argv strings, envp strings, path
 *	top	8 bytes of zero
 */

static uint64_t *put_pointers(uint64_t *p, const struct strings *s, vaddr_t va)
{
	const char *string = s->buf;

	for (size_t i = 0; i < s->count; i++) {
		*p++ = va + (string - s->buf);
		string += strlen(string) + 1;
	}
	*p++ = 0;
	return p;
}

static uint64_t *put_auxv(uint64_t *p, const struct exec *e, vaddr_t random, vaddr_t path)
{
	const uint64_t aux[][2] = {
		{ AT_HWCAP, HWCAP },
		{ AT_PAGESZ, PAGE_SIZE },
		{ AT_CLKTCK, 100 },
		{ AT_PHDR, e->program.phdr },
		{ AT_PHENT, 56 },
		{ AT_PHNUM, e->program.phnum },
		{ AT_BASE, e->interp.bias },
		{ AT_FLAGS, 0 },
		{ AT_ENTRY, e->program.entry },
		{ AT_UID, 0 }, { AT_EUID, 0 }, { AT_GID, 0 }, { AT_EGID, 0 },
		{ AT_SECURE, 0 },
		{ AT_RANDOM, random },
		{ AT_EXECFN, path },
		{ AT_NULL, 0 },
	};

	_Static_assert(sizeof(aux) / sizeof(aux[0]) <= AUX_ENTRIES, "AUX_ENTRIES");
	memcpy(p, aux, sizeof(aux));
	return p + sizeof(aux) / sizeof(uint64_t);
}

static int write_strings(struct exec *e, vaddr_t va, vaddr_t random)
{
	struct aspace *as = &e->vm->as;
	uint8_t bytes[16];
	size_t done;
	int err;

	random_bytes(bytes, sizeof(bytes));
	err = aspace_write(as, random, bytes, sizeof(bytes), &done);
	if (!err)
		err = aspace_write(as, va, e->args.buf, e->args.used, &done);
	if (!err)
		err = aspace_write(as, va + e->args.used, e->envs.buf, e->envs.used, &done);
	if (!err)
		err = aspace_write(as, va + e->args.used + e->envs.used, e->path,
				   strlen(e->path) + 1, &done);
	return err;
}

static int build_stack(struct exec *e)
{
	size_t strings = e->args.used + e->envs.used;
	size_t words = 1 + e->args.count + 1 + e->envs.count + 1 + 2 * AUX_ENTRIES;
	vaddr_t va = USER_STACK_TOP - 8 - (strlen(e->path) + 1) - strings;
	vaddr_t random = align_down(va - 16, 16);
	vaddr_t sp = align_down(random - words * 8, 16);
	vaddr_t bottom = align_down(sp - STACK_SPARE, PAGE_SIZE);
	uint64_t *table, *p;
	size_t done;
	int err;

	if (strings + words * 8 > STRINGS_MAX)
		return -E2BIG;
	table = kmalloc(words * 8);
	if (!table)
		return -ENOMEM;
	p = table;
	*p++ = e->args.count;
	p = put_pointers(p, &e->args, va);
	p = put_pointers(p, &e->envs, va + e->args.used);
	p = put_auxv(p, e, random, va + strings);

	vm_lock(e->vm);
	err = aspace_map_alloc(&e->vm->as, bottom, USER_STACK_TOP - bottom,
			       AS_READ | AS_WRITE | AS_USER | AS_GROWSDOWN, AS_LAZY, PAGE_SIZE);
	if (!err)
		err = sigframe_map(&e->vm->as);
	if (!err)
		err = write_strings(e, va, random);
	if (!err)
		err = aspace_write(&e->vm->as, sp, table, (p - table) * 8, &done);
	vm_unlock(e->vm);
	kfree(table);
	e->sp = sp;
	e->vm->arg_start = va;
	e->vm->arg_end = va + e->args.used;
	return err == -EEXIST ? -ENOEXEC : err;	/* a segment where the stack must be */
}

/* ---- the point of no return ---- */

static void commit(struct exec *e)
{
	struct task *task = current;
	struct trap_frame *frame = task_frame(task);
	struct vm *old = task->vm;
	const char *slash = strrchr(e->path, '/');

	spin_lock(&task_lock);
	task->vm = e->vm;
	task->execed = true;
	strcopy(task->name, slash ? slash + 1 : e->path, sizeof(task->name));
	spin_unlock(&task_lock);
	vm_switch(e->vm);
	vm_put(old);
	e->vm = NULL;

	signal_actions_reset(task->actions);
	task->alternate_stack = (stack_t){ 0 };
	task->tid_clear = 0;
	files_close_on_exec(task->files);
	fp_clear();
	*frame = (struct trap_frame){ .status = SSTATUS_SPIE | SSTATUS_FS_INITIAL };
	frame->reg[REG_PC] = e->interp.entry ? e->interp.entry : e->program.entry;
	frame->reg[REG_SP] = e->sp;
}

static void exec_release(struct exec *e)
{
	if (e->file)
		file_put(e->file);
	vm_put(e->vm);
	strings_free(&e->args);
	strings_free(&e->envs);
	kfree(e->program.interp);
	kfree(e->interp_path);
	kfree(e->path);
}

/* Path and strings are in place. */
static int exec_run(struct exec *e)
{
	int err = 0;

	if (e->args.count == 0)
		err = strings_append(&e->args, "");	/* argv[0] always exists, as in Linux */
	if (!err)
		err = find_program(e);
	if (!err)
		err = load(e);
	if (!err)
		err = build_stack(e);
	if (!err)
		commit(e);
	return err;
}

long sys_execve(vaddr_t path, vaddr_t argv, vaddr_t envp)
{
	struct exec e = { .path = kmalloc(PATH_MAX) };
	long err = e.path ? strncpy_from_user(e.path, path, PATH_MAX) : -ENOMEM;

	if (err == 0)
		err = -ENOENT;
	if (err > 0)
		err = strings_append_user(&e.args, argv);
	if (!err)
		err = strings_append_user(&e.envs, envp);
	if (!err)
		err = exec_run(&e);
	exec_release(&e);
	return err;
}

int exec_kernel(const char *path, const char *const argv[], const char *const envp[])
{
	struct exec e = { .path = kmalloc(PATH_MAX) };
	int err = e.path ? 0 : -ENOMEM;

	if (!err)
		strcopy(e.path, path, PATH_MAX);
	for (; !err && *argv; argv++)
		err = strings_append(&e.args, *argv);
	for (; !err && *envp; envp++)
		err = strings_append(&e.envs, *envp);
	if (!err)
		err = exec_run(&e);
	exec_release(&e);
	return err;
}
