#include "cmd/output.h"

#include <stdio.h>

#define FILE_MODE 0644

int output_check(bool *there, const char *path, struct slice bytes, struct diags *d)
{
	struct file_map is = { 0 };
	bool same;

	*there = file_exists(path);
	if (!*there)
		return 0;
	if (file_map(&is, path, d))
		return -1;
	same = slice_eq(is.data, bytes);
	file_unmap(&is);
	return same ? 0 : diag_error(d, SRCPOS_FILE(path), "exists with other bytes; nothing is written");
}

int output_write(bool *there, const char *path, struct slice bytes, struct diags *d)
{
	if (output_check(there, path, bytes, d))
		return -1;
	return *there ? 0 : file_replace(path, bytes, FILE_MODE, d);
}

int output_tell(bool there, const char *path, struct slice bytes, struct digests *digests, struct diags *d)
{
	uint8_t hash[SHA256_SIZE];
	char hex[SHA256_HEX];

	if (digest_sha256(digests, hash, bytes))
		return diag_environment(d, path, "cannot hash");
	digest_hex(hex, hash, sizeof(hash));
	printf("%s: %s, %zu bytes, SHA-256 %s\n", path, there ? "unchanged" : "written", bytes.n, hex);
	return 0;
}
