/*
 * cpio.c - reading a cpio archive of the "newc" form.
 *
 * A header is the six characters 070701 and thirteen fields of eight hexadecimal digits, then the
 * name with its NUL, then the contents; name and contents each end at a multiple of four. More may
 * stand between the NUL and the contents, to move those to where somebody wanted them.
 */
#include "kernel/fs/cpio.h"
#include "kernel/string.h"

/* Places of the fields; user and group (2, 3) and a checksum (12) are of no interest. */
enum { INO, MODE, NLINK = 4, MTIME, SIZE, MAJOR, MINOR, RMAJOR, RMINOR, NAME_SIZE, FIELDS = 13 };

#define NAME_SIZE_MAX	4096

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static int parse_fields(const char *s, uint32_t field[FIELDS])
{
	for (int i = 0; i < FIELDS; i++) {
		field[i] = 0;
		for (int k = 0; k < 8; k++) {
			int digit = digit_value(*s++);

			if (digit < 0)
				return -1;
			field[i] = field[i] << 4 | (uint32_t)digit;
		}
	}
	return 0;
}

static size_t round4(size_t n)
{
	return (n + 3) & ~(size_t)3;
}

/* What the first bytes say it is instead. */
static const char *wrong_magic(const char *s, size_t left)
{
	const unsigned char *byte = (const unsigned char *)s;

	if (left >= 2 && byte[0] == 0x1f && byte[1] == 0x8b)
		return "compressed with gzip; xv39 takes plain archives";
	if (left >= 2 && byte[0] == 0xfd && byte[1] == '7')
		return "compressed with xz; xv39 takes plain archives";
	if (left >= 2 && byte[0] == 0x28 && byte[1] == 0xb5)
		return "compressed with zstd; xv39 takes plain archives";
	if (left >= 6 && !memcmp(s, "070707", 6))
		return "of the old cpio form; pack it with cpio -H newc";
	return "not a cpio archive of the newc form (no 070701 here)";
}

int cpio_next(const char *archive, size_t size, size_t *offset, struct cpio_entry *entry,
	      const char **why)
{
	uint32_t field[FIELDS];
	size_t at = *offset, left;

	while (at < size && archive[at] == 0)
		at++;
	*offset = at;
	if (at == size)
		return 0;
	left = size - at;
	*why = wrong_magic(archive + at, left);
	if (left < 6 || (memcmp(archive + at, "070701", 6) && memcmp(archive + at, "070702", 6)))
		return -1;
	*why = "cut off inside a header";
	if (left < CPIO_HEADER)
		return -1;
	*why = "damaged: a header field is not a hexadecimal number";
	if (parse_fields(archive + at + 6, field))
		return -1;
	*why = "damaged: the length of a name is impossible";
	if (field[NAME_SIZE] < 2 || field[NAME_SIZE] > NAME_SIZE_MAX)
		return -1;
	*why = "cut off inside a name";
	if (field[NAME_SIZE] > left - CPIO_HEADER)
		return -1;
	*why = "damaged: a name is empty, or does not end in a zero byte";
	entry->name = archive + at + CPIO_HEADER;
	if (!entry->name[0] || entry->name[field[NAME_SIZE] - 1])
		return -1;
	entry->name_len = strlen(entry->name);
	*why = "cut off inside the contents of a file";
	entry->data = round4(at + CPIO_HEADER + field[NAME_SIZE]);
	if (field[SIZE] && (entry->data > size || field[SIZE] > size - entry->data))
		return -1;
	entry->next = round4(entry->data + field[SIZE]);
	if (entry->next > size)
		entry->next = size;
	entry->ino = field[INO];
	entry->mode = field[MODE];
	entry->nlink = field[NLINK];
	entry->dev_major = field[MAJOR];
	entry->dev_minor = field[MINOR];
	entry->rdev_major = field[RMAJOR];
	entry->rdev_minor = field[RMINOR];
	entry->size = field[SIZE];
	entry->mtime = field[MTIME];
	return 1;
}

int cpio_is_trailer(const struct cpio_entry *entry)
{
	return strcmp(entry->name, "TRAILER!!!") == 0;
}
