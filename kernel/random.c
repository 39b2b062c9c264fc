/*
 * random.c - the ChaCha20 stream cipher (RFC 8439, section 2.3) as a generator.
 *
 * Each request uses up a key: the first 32 bytes of its stream become the next key and are never
 * handed out, so numbers already given cannot be computed from what is in memory later. The other
 * 32 bytes of that block are what was asked for, or the key of a stream of as much as that.
 */
#include "kernel/abi.h"
#include "kernel/fs/uio.h"
#include "kernel/lock.h"
#include "kernel/random.h"
#include "kernel/sched.h"
#include "kernel/string.h"
#include "kernel/time.h"

#define KEY_WORDS	(RANDOM_SEED / 4)
#define BLOCK_WORDS	16

static struct spinlock random_lock = SPINLOCK_INIT;
static uint32_t next_key[KEY_WORDS];	/* guarded by random_lock */

static uint32_t rotate(uint32_t x, int by)
{
	return x << by | x >> (32 - by);
}

static inline void quarter_round(uint32_t *a, uint32_t *b, uint32_t *c, uint32_t *d)
{
	*a += *b, *d = rotate(*d ^ *a, 16);
	*c += *d, *b = rotate(*b ^ *c, 12);
	*a += *b, *d = rotate(*d ^ *a, 8);
	*c += *d, *b = rotate(*b ^ *c, 7);
}

/* Block `counter` of the key's stream; the nonce is zero, since no key is used twice. */
static void chacha_block(const uint32_t key[KEY_WORDS], uint64_t counter,
			 uint32_t out[BLOCK_WORDS])
{
	uint32_t in[BLOCK_WORDS] = { 0x61707865, 0x3320646e, 0x79622d32, 0x6b206574 };
	uint32_t x[BLOCK_WORDS];	/* indices are constants, so that it lives in registers */

	memcpy(in + 4, key, KEY_WORDS * sizeof(*key));
	in[12] = (uint32_t)counter;
	in[13] = (uint32_t)(counter >> 32);
	for (int i = 0; i < BLOCK_WORDS; i++)
		x[i] = in[i];
	for (int i = 0; i < 10; i++) {
		quarter_round(x + 0, x + 4, x + 8, x + 12);
		quarter_round(x + 1, x + 5, x + 9, x + 13);
		quarter_round(x + 2, x + 6, x + 10, x + 14);
		quarter_round(x + 3, x + 7, x + 11, x + 15);
		quarter_round(x + 0, x + 5, x + 10, x + 15);
		quarter_round(x + 1, x + 6, x + 11, x + 12);
		quarter_round(x + 2, x + 7, x + 8, x + 13);
		quarter_round(x + 3, x + 4, x + 9, x + 14);
	}
	for (int i = 0; i < BLOCK_WORDS; i++)
		out[i] = x[i] + in[i];
}

/* As many bytes as a key has. */
void random_seed(const uint8_t seed[RANDOM_SEED])
{
	memcpy(next_key, seed, sizeof(next_key));
}

/* What nobody else gets; the moment goes into the key after it. */
static void take_words(uint32_t words[KEY_WORDS])
{
	uint32_t block[BLOCK_WORDS];
	uint64_t now = time_now();

	spin_lock(&random_lock);
	next_key[0] ^= (uint32_t)now;
	next_key[1] ^= (uint32_t)(now >> 32);
	chacha_block(next_key, 0, block);
	memcpy(next_key, block, sizeof(next_key));
	spin_unlock(&random_lock);
	memcpy(words, block + KEY_WORDS, KEY_WORDS * sizeof(*words));
}

void random_bytes(void *bytes, size_t size)
{
	uint32_t key[KEY_WORDS], block[BLOCK_WORDS];
	char *out = bytes;
	size_t n;

	take_words(key);
	if (size <= sizeof(key)) {
		memcpy(bytes, key, size);
		return;
	}
	for (uint64_t counter = 0; size; counter++) {
		n = size < sizeof(block) ? size : sizeof(block);
		chacha_block(key, counter, block);
		memcpy(out, block, n);
		out += n;
		size -= n;
	}
}

/* No difference here, as there is always enough; but RANDOM and INSECURE contradict each other. */
#define GRND_FLAGS	(GRND_NONBLOCK | GRND_RANDOM | GRND_INSECURE)

long random_read(struct uio *uio)
{
	char piece[256];
	size_t done = 0, n, moved;

	while (uio->left) {
		n = uio->left < sizeof(piece) ? uio->left : sizeof(piece);
		random_bytes(piece, n);
		moved = uio_put(uio, piece, n);
		done += moved;
		if (moved < n)
			return done ? (long)done : -EFAULT;
		if (sched_point())
			break;
	}
	return (long)done;
}

long sys_getrandom(vaddr_t buf, size_t size, long flags)
{
	struct uio uio;
	int err;

	if ((unsigned)flags & ~GRND_FLAGS ||
	    (flags & (GRND_RANDOM | GRND_INSECURE)) == (GRND_RANDOM | GRND_INSECURE))
		return -EINVAL;
	err = uio_user(&uio, buf, size);
	return err ? err : random_read(&uio);
}
