/* sh: the words that a word half typed could become: commands in front, files elsewhere. */
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "user/bin/sh/sh.h"

/* "dir/word*", with what is special in a pattern taken literally. */
static char *pattern_of(const char *dir, size_t dir_len, const char *word, size_t len)
{
	struct buf b = { .arena = &scratch };

	if (dir_len > 0) {
		buf_put(&b, dir, dir_len);
		buf_putc(&b, '/');
	}
	for (size_t i = 0; i < len; i++) {
		if (strchr("*?[]\\", word[i]))
			buf_putc(&b, '\\');
		buf_putc(&b, word[i]);
	}
	buf_putc(&b, '*');
	return buf_text(&b);
}

static int is_dir(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* Files: a directory's name goes on behind its slash, any other name is complete. */
static void complete_file(const char *word, size_t len, struct fields *out)
{
	glob_expand(pattern_of("", 0, word, len), out);
	for (int i = 0; i < out->count; i++) {
		struct buf b = { .arena = &scratch };

		buf_puts(&b, out->v[i]);
		buf_putc(&b, is_dir(out->v[i]) ? '/' : ' ');
		out->v[i] = b.text;
	}
}

static void add_command(struct fields *out, const char *name)
{
	struct buf b = { .arena = &scratch };

	buf_puts(&b, name);
	buf_putc(&b, ' ');
	for (int i = 0; i < out->count; i++) {
		if (strcmp(out->v[i], b.text) == 0)
			return;
	}
	fields_add(out, b.text);
}

/* Commands: builtins, and what can be run in the directories of PATH. */
static void complete_command(const char *word, size_t len, struct fields *out)
{
	const char *path = var_get("PATH");
	const char *name;

	for (int i = 0; (name = builtin_name(i)) != NULL; i++) {
		if (strncmp(name, word, len) == 0)
			add_command(out, name);
	}
	while (path && *path) {
		size_t dir_len = strcspn(path, ":");
		struct fields files = { 0 };

		glob_expand(pattern_of(path, dir_len, word, len), &files);
		for (int i = 0; i < files.count; i++) {
			if (access(files.v[i], X_OK) == 0)
				add_command(out, strrchr(files.v[i], '/') + 1);
		}
		path += dir_len + (path[dir_len] == ':');
	}
}

/* Is the word at @start the first one of a command? */
static int at_command(const char *text, size_t start)
{
	while (start > 0 && text[start - 1] == ' ')
		start--;
	return start == 0 || strchr(";&|({!", text[start - 1]) != NULL;
}

/*
 * What the word that ends at @cursor could become, each with a blank or slash behind it; on
 * scratch. Returns where the word begins.
 */
size_t complete(const char *text, size_t cursor, struct fields *out)
{
	size_t start = cursor;

	while (start > 0 && !strchr(" ;&|()<>=\"'`", text[start - 1]))
		start--;
	*out = (struct fields){ 0 };
	if (at_command(text, start) && !memchr(text + start, '/', cursor - start))
		complete_command(text + start, cursor - start, out);
	else
		complete_file(text + start, cursor - start, out);
	return start;
}
