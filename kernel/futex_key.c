/*
 * futex_key.c - which word of memory a futex is.
 */
#include "kernel/futex.h"

#include "kernel/abi.h"
#include "kernel/task.h"
#include "kernel/usercopy.h"
#include "kernel/vm.h"

/*
 * What is mapped at word, if it is not this space's own: shared, or a file that cannot be written to
 * here. => -EFAULT when the word cannot be read, or nobody can ever change it.
 */
static int find_mapped(vaddr_t word, struct futex_key *key)
{
	struct vm *vm = current->vm;
	struct area_info area;
	uint32_t value;
	int err = 0;

	if (copy_from_user(&value, word, sizeof(value)))
		return -EFAULT;
	vm_lock(vm);
	if (!aspace_next_area(&vm->as, word, &area) || area.start > word) {
		err = -EFAULT;
	} else if (!area.pc && !(area.flags & AS_WRITE)) {
		err = -EFAULT;
	} else if (area.sharing == AS_SHARED || !(area.flags & AS_WRITE)) {
		pagecache_ref(area.pc);
		key->object = key->pc = area.pc;
		key->offset = area.offset + (word - area.start);
	}
	vm_unlock(vm);
	return err;
}

int futex_key_get(vaddr_t word, bool shared, struct futex_key *key)
{
	if (word % sizeof(uint32_t))
		return -EINVAL;
	if (word >= USER_END)
		return -EFAULT;
	*key = (struct futex_key){ .object = current->vm, .offset = word };
	return shared ? find_mapped(word, key) : 0;
}

void futex_key_put(struct futex_key *key)
{
	if (key->pc)
		pagecache_put(key->pc);
}

int futex_keys_get(const vaddr_t word[2], bool shared, struct futex_key key[2])
{
	int err = futex_key_get(word[0], shared, &key[0]);

	if (err)
		return err;
	err = futex_key_get(word[1], shared, &key[1]);
	if (err)
		futex_key_put(&key[0]);
	return err;
}

void futex_keys_put(struct futex_key key[2])
{
	futex_key_put(&key[0]);
	futex_key_put(&key[1]);
}
