/* The reference of the hqf bench: copies the files that are named on stdin, one a line, to the end of OUT with read() and write(), and
 * prints the SHA-256 of all their bytes.
 *   copy_files OUT */
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define CHUNK (1 << 16)

static int copy(EVP_MD_CTX *md, int out, const char *path)
{
	unsigned char chunk[CHUNK];
	int fd = open(path, O_RDONLY | O_CLOEXEC), bad = fd < 0;
	ssize_t n;

	while (!bad && (n = read(fd, chunk, sizeof(chunk))) != 0)
		bad = n < 0 || !EVP_DigestUpdate(md, chunk, (size_t)n) || write(out, chunk, (size_t)n) != n;
	if (fd >= 0)
		close(fd);
	return bad;
}

int main(int argc, char **argv)
{
	int out = argc == 2 ? open(argv[1], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644) : -1;
	unsigned char hash[EVP_MAX_MD_SIZE];
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	unsigned n = 0;
	char line[4096];
	int bad = out < 0 || !md || !EVP_DigestInit_ex(md, EVP_sha256(), NULL);

	while (!bad && fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\n")] = '\0';
		bad = copy(md, out, line);
	}
	bad = bad || fsync(out) || close(out) || !EVP_DigestFinal_ex(md, hash, &n);
	EVP_MD_CTX_free(md);
	for (unsigned i = 0; !bad && i < n; i++)
		printf("%02x", hash[i]);
	printf("\n");
	return bad ? 1 : 0;
}
