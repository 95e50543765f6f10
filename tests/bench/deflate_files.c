/* The reference of the amr bench: zlib at level 9 over the bytes of the files that are named on stdin, one a line, as one stream;
 * what comes out is written to OUT.
 *   deflate_files OUT */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#define CHUNK (1 << 16)

struct stream {
	z_stream z;
	int out;
};

static int feed(struct stream *s, unsigned char *p, size_t n, int flush)
{
	unsigned char packed[CHUNK];

	s->z.next_in = p;
	s->z.avail_in = (unsigned)n;
	do {
		size_t made;

		s->z.next_out = packed;
		s->z.avail_out = CHUNK;
		(void)deflate(&s->z, flush);
		made = CHUNK - s->z.avail_out;
		if (write(s->out, packed, made) != (ssize_t)made)
			return -1;
	} while (s->z.avail_out == 0);
	return 0;
}

static int feed_file(struct stream *s, const char *path)
{
	unsigned char chunk[CHUNK];
	int fd = open(path, O_RDONLY | O_CLOEXEC), bad = fd < 0;
	ssize_t n;

	while (!bad && (n = read(fd, chunk, sizeof(chunk))) != 0)
		bad = n < 0 || feed(s, chunk, (size_t)n, Z_NO_FLUSH);
	if (fd >= 0)
		close(fd);
	return bad;
}

int main(int argc, char **argv)
{
	struct stream s = { .out = argc == 2 ? open(argv[1], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644) : -1 };
	char line[4096];
	int bad = s.out < 0 || deflateInit2(&s.z, 9, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) != Z_OK;

	while (!bad && fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\n")] = '\0';
		bad = feed_file(&s, line);
	}
	bad = bad || feed(&s, NULL, 0, Z_FINISH) || close(s.out);
	deflateEnd(&s.z);
	return bad ? 1 : 0;
}
