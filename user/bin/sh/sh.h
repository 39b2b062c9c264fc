/*
 * sh: the shell. What its files share, in the order in which a command line passes through them:
 *
 *   main.c    where lines come from: a string, a script, the standard input, a terminal
 *             (edit.c, complete.c)
 *   lex.c     characters to tokens; a word keeps its quotes and dollars as they were written
 *   parse.c   tokens to a tree of nodes, by recursive descent (compound.c)
 *   exec.c    runs a tree: lists, loops, pipelines
 *   command.c runs a simple command: a function (function.c), a builtin or a program (program.c)
 *   expand.c  a word of the tree to the strings it stands for (param.c, arith.c, glob.c)
 *   redir.c   < and > and their relatives
 *   builtin.c commands inside the shell (state.c, test.c, read.c)
 *   child.c   processes: fork, wait, the terminal    jobs.c, control.c    the table of jobs; fg, bg
 *   var.c, mem.c    variables; memory    text.c    a tree back to text
 *
 * Memory has three lives. A tree lives in an arena made for the line that it came from. What
 * execution makes on the way (expanded words, saved descriptors) lives on `scratch`, a stack
 * that each command cuts back to where it found it. Variables, functions and history use malloc.
 */
#ifndef USER_BIN_SH_H
#define USER_BIN_SH_H

#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>
#include <termios.h>

/* mem.c */

struct chunk;

struct arena {
	struct chunk *chunk; /* newest first */
	int refs;
};

struct mark {
	struct chunk *chunk;
	size_t used;
};

/* A string that grows, in an arena; text is always terminated once something was put in. */
struct buf {
	struct arena *arena;
	char *text;
	size_t len, room;
};

extern struct arena scratch;

struct arena *arena_new(void);
struct arena *arena_get(struct arena *a);
void arena_put(struct arena *a);
void *arena_alloc(struct arena *a, size_t size);
char *arena_strndup(struct arena *a, const char *s, size_t len);
struct mark scratch_mark(void);
void scratch_release(struct mark m);
void buf_putc(struct buf *b, char c);
void buf_put(struct buf *b, const char *s, size_t len);
void buf_puts(struct buf *b, const char *s);
char *buf_text(struct buf *b);
void *must_alloc(size_t size);
char *must_strdup(const char *s);

#define MAX_NESTING 200 /* of constructs in a line, so that recursion ends in time */

/* lex.c: the source of characters and the tokens made of them */

struct source {
	const char *name;			  /* for error messages, or NULL */
	const char *text;			  /* what is left of the text at hand */
	const char *(*more)(struct source *src); /* the next line, or NULL at the end */
	int line;				  /* number of the line at hand */
	int continued;				  /* in the middle of a command */
};

enum token {
	T_END, T_NEWLINE, T_WORD, T_SEMI, T_DSEMI, T_AMP, T_AND, T_OR, T_PIPE, T_LPAREN, T_RPAREN,
	T_REDIR,
};

enum redir_op { R_IN, R_OUT, R_APPEND, R_RDWR, R_DUP, R_HERE, R_HERE_TABS };

struct redir {
	struct redir *next;
	enum redir_op op;
	int fd;		  /* the descriptor that is redirected */
	const char *word; /* file name, descriptor number or, once read, here-document */
	int literal;	  /* here-document whose delimiter was quoted: no expansion */
	struct redir *next_heredoc;
};

struct parser {
	struct source *src;
	struct arena *arena;	/* where tokens and nodes go */
	struct buf raw;		/* characters read since the outermost token began */
	int depth;		/* command substitutions that the lexer is inside of */
	int nesting;		/* constructs that the parser is inside of */
	int in_double;		/* inside double quotes, where ' is nothing special */
	int failed;		/* a syntax error was reported; only T_END follows */
	struct redir *heredocs; /* seen on this line, their text not yet read */
	enum token token;	/* the current token */
	const char *word;	/* T_WORD: as written */
	enum redir_op op;	/* T_REDIR */
	int fd;			/* T_REDIR */
};

void lex_next(struct parser *p);
void lex_read_heredocs(struct parser *p);
const char *lex_skip(const char *s, int in_double);
const char *lex_unquote(struct parser *p, const char *word, int *quoted);
int syntax_error(struct parser *p, const char *problem);

/* parse.c */

enum node_type {
	N_SIMPLE, N_PIPE, N_AND, N_OR, N_NOT, N_SEQ, N_BACKGROUND, N_SUBSHELL, N_GROUP, N_IF,
	N_WHILE, N_UNTIL, N_FOR, N_CASE, N_FUNCTION,
};

struct word {
	struct word *next;
	const char *text; /* as written, quotes and all */
};

struct node {
	enum node_type type;
	struct redir *redirs; /* SIMPLE and the compound commands */
	struct word *assigns; /* SIMPLE: name=value in front of the command */
	struct word *words;   /* SIMPLE: the command; FOR: the list; CASE: subject or patterns */
	struct node *left;    /* first part or item; IF, WHILE, UNTIL: the condition */
	struct node *right;   /* second part; FOR, WHILE: the body; IF: the then part */
	struct node *other;   /* IF: the else part */
	struct node *next;    /* the next item of the SEQ, PIPE or CASE that this is part of */
	const char *name;     /* FOR: variable; FUNCTION: name */
	struct arena *arena;  /* FUNCTION: where its body lives */
	int has_words;	      /* FOR: there was an "in" */
};

int is_name(const char *s, size_t len);
size_t name_length(const char *s);
struct node *parse_line(struct parser *p);
struct node *parse_list(struct parser *p);

/* exec.c */

/* How a node is run. */
#define EXEC_LAST	1 /* nothing follows in this process: do not fork, do not return */
#define EXEC_TESTED	2 /* somebody looks at the status: set -e does not apply */
#define EXEC_BACKGROUND 4 /* nobody waits: the last command of a pipeline takes this process */

enum flow { FLOW_NONE, FLOW_BREAK, FLOW_CONTINUE, FLOW_RETURN, FLOW_ABANDON };

extern enum flow flow;		/* why execution is on its way out, if it is */
extern int flow_levels;		/* BREAK, CONTINUE: loops still to leave */
extern int flow_status;		/* RETURN: the status to return */
extern int loop_depth, function_depth;
extern int status_tested;		/* running a function whose status somebody looks at */
extern int substitution_status; /* of the last $(command) in the words at hand */

int exec_node(struct node *n, int flags);

/* command.c */

int exec_simple(struct node *n, int flags);

/* program.c */

const char *find_program(const char *name);
int exec_program(char **argv);

/* function.c */

void function_define(struct node *n);
struct node *function_find(const char *name);
int function_call(struct node *n, int argc, char **argv);
int function_unset(const char *name);

/* expand.c */

struct fields {
	char **v; /* terminated by NULL */
	int count, room;
};

/* A word on its way to fields. Quoted characters are put in behind a backslash. */
struct expander {
	struct buf text;
	int present;	    /* the field at hand counts even if it is empty */
	int split;	    /* results of unquoted expansions are cut at IFS */
	int in_default;	    /* in the word of ${x:-word}, whose plain text is cut as well */
	int after_space;    /* the last field was ended by IFS white space */
	int failed;	    /* an error was reported */
	struct fields *out; /* where finished fields go, or NULL: all is one string */
};

int expand_words(struct word *words, struct fields *out);
char *expand_string(const char *word);
char *expand_pattern(const char *word);
char *expand_heredoc(const char *text);
void expand_range(struct expander *e, const char *s, const char *end, int quoted);
void expand_value(struct expander *e, const char *value, int quoted);
void expand_end_field(struct expander *e);
char *unescape(char *s);
void fields_add(struct fields *f, char *s);
void expand_braces(struct expander *e, const char *s, const char *end, int quoted);
void expand_parameter(struct expander *e, const char *name, size_t len, int quoted);
int arith_evaluate(const char *text, long *result);
int pattern_match(const char *pattern, const char *s);
int glob_expand(const char *pattern, struct fields *out);

/* var.c */

struct params {
	char **block;	    /* what to free */
	char **v;	    /* $1 is v[0] */
	int count;
};

extern struct params params;
extern const char *script_name; /* $0 */

const char *var_get(const char *name);
void var_set(const char *name, const char *value);
void var_assign(const char *assignment);
void var_export(const char *name);
int var_exported(const char *name);
void var_unset(const char *name);
void var_print_exports(void);
void var_print_all(void);
void var_init(char **envp);
char **var_environment(void);
void params_set(struct params *p, int count, char **v);
void params_free(struct params *p);

/* redir.c */

struct saved_fd {
	struct saved_fd *next;
	int fd;	  /* what was redirected */
	int copy; /* what it was before, or -1: it was closed */
};

int redir_apply(struct redir *list, struct saved_fd **saved);
void redir_undo(struct saved_fd *saved);

/* text.c */

char *node_text(struct node *n);

/* jobs.c */

enum job_state { RUNNING, STOPPED, DONE };

struct member {
	pid_t pid;
	enum job_state state;
	int status;	      /* unless it runs: as waitpid() gives it */
};

struct job {
	struct job *next;     /* the younger one */
	int number;	      /* in the table, from 1 */
	int turn;	      /* the last of them is the current job */
	int told;	      /* of its state */
	pid_t group;	      /* with job control; else 0 */
	char *text;
	struct termios modes; /* of the terminal, when it stopped */
	int has_modes;
	int count;
	struct member members[];
};

extern pid_t last_background; /* $!, or 0 */

struct job *job_new(int room, struct node *n);
void job_free(struct job *job);
void job_keep(struct job *job);
void job_add(struct job *job);
enum job_state job_state(struct job *job);
void job_print(FILE *f, struct job *job);
struct job *job_find(const char *name, const char *spec);
pid_t job_target(struct job *job);
void job_continue(struct job *job);
void jobs_forget(void);
void jobs_report(void);
void jobs_list(void);
int jobs_wait_job(struct job *job);
int jobs_wait_all(void);
int jobs_wait(pid_t pid);

/* child.c */

extern int job_control;

void job_control_start(void);
void terminal_give(struct job *job);
pid_t fork_child(int background);
int wait_child(pid_t pid);
pid_t job_fork(struct job *job, int background);
int job_wait(struct job *job);
int exit_status(int status);
const char *signal_text(int sig);

/* builtin.c */

struct builtin {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *help;
	int special; /* assignments in front of it stay */
};

const struct builtin *builtin_find(const char *name);
const char *builtin_name(int i);
int builtin_fail(const char *name, const char *what, const char *why);
int builtin_number(int argc, char **argv, long fallback, long *value);

/* Builtins with files of their own: test.c, read.c, state.c, control.c */
int run_fg(int argc, char **argv);
int run_bg(int argc, char **argv);
int run_kill(int argc, char **argv);
int run_wait(int argc, char **argv);
int run_test(int argc, char **argv);
int run_read(int argc, char **argv);
int run_cd(int argc, char **argv);
int run_export(int argc, char **argv);
int run_pwd(int argc, char **argv);
int run_set(int argc, char **argv);
int run_shift(int argc, char **argv);
int run_umask(int argc, char **argv);
int run_unset(int argc, char **argv);
int parse_int(const char *s, long *value);

/* edit.c */

#define HISTORY_MAX 100

char *edit_line(const char *prompt);
void history_add(const char *line);
void history_print(void);

/* complete.c */

size_t complete(const char *text, size_t cursor, struct fields *out);

/* main.c */

extern int last_status; /* $? */
extern int interactive;
extern volatile sig_atomic_t interrupted; /* ^C since the line at hand began */
extern int opt_errexit, opt_xtrace;
extern pid_t shell_pid;

void complain(const char *what, const char *why);
int run_source(struct source *src);
int run_string(const char *text);
int run_file(const char *path);
int abandon(int status);
char *read_line(int fd);
void set_interactive_signals(int on);

#endif
