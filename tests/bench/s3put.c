/* The least that publishing can cost: every file of a folder is put into a bucket, by one loop over libcurl's multi interface, each request
 * signed by hand (SigV4) over the SHA-256 of the body, with its MD5. Nothing is checked, listed or tried again: the reference of the bench.
 *   AWS_ACCESS_KEY_ID=… AWS_SECRET_ACCESS_KEY=… s3put ENDPOINT BUCKET/PREFIX REGION CONNECTIONS FOLDER
 * Names hold only what needs no encoding in a URL. Exit 3 at the first request that is not answered by 200. */
#include <curl/curl.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/attr.h"
#include "base/digest.h"
#include "base/fileio.h"
#include "base/strbuf.h"

#define CONNECTIONS_MAX 256

struct run {
	const char *endpoint, *place, *region, *folder;
	const char *id;
	uint8_t key[SHA256_SIZE]; /* of the day, region and service */
	char time[17];            /* of the start: a run takes minutes, a signature holds a quarter of an hour */
	struct digests *digests;
	struct file_list files;
	struct diags d;
	CURLM *multi;
	size_t next, busy;
};

struct put { /* one connection's transfer */
	CURL *easy;
	struct curl_slist *headers;
	struct file_map map;
	size_t sent;
};

static void hmac(uint8_t out[SHA256_SIZE], const uint8_t *key, size_t n, const char *text)
{
	HMAC(EVP_sha256(), key, (int)n, (const unsigned char *)text, strlen(text), out, NULL);
}

static void derive_key(struct run *r, const char *secret)
{
	char first[256], day[9] = "";
	const char *const parts[] = { day, r->region, "s3", "aws4_request" };
	time_t now = time(NULL);
	struct tm tm;

	strftime(r->time, sizeof(r->time), "%Y%m%dT%H%M%SZ", gmtime_r(&now, &tm));
	memcpy(day, r->time, 8);
	snprintf(first, sizeof(first), "AWS4%s", secret);
	for (size_t i = 0; i < COUNT(parts); i++)
		hmac(r->key, i ? r->key : (const uint8_t *)first, i ? sizeof(r->key) : strlen(first), parts[i]);
}

static int sign(struct strbuf *out, struct run *r, const char *path, const char *md5, const char *sha256)
{
	CLEANUP(strbuf_release) struct strbuf request = STRBUF_INIT, text = STRBUF_INIT;
	uint8_t hash[SHA256_SIZE], signature[SHA256_SIZE];
	char hex[SHA256_HEX];

	strbuf_addf(&request,
		    "PUT\n%s\n\ncontent-md5:%s\nhost:%s\nx-amz-content-sha256:%s\nx-amz-date:%s\n\n"
		    "content-md5;host;x-amz-content-sha256;x-amz-date\n%s",
		    path, md5, strstr(r->endpoint, "://") + 3, sha256, r->time, sha256);
	if (digest_sha256(r->digests, hash, strbuf_slice(&request)))
		return -1;
	digest_hex(hex, hash, sizeof(hash));
	strbuf_addf(&text, "AWS4-HMAC-SHA256\n%s\n%.8s/%s/s3/aws4_request\n%s", r->time, r->time, r->region, hex);
	hmac(signature, r->key, sizeof(r->key), text.p);
	digest_hex(hex, signature, sizeof(signature));
	strbuf_addf(out,
		    "Authorization: AWS4-HMAC-SHA256 Credential=%s/%.8s/%s/s3/aws4_request,"
		    "SignedHeaders=content-md5;host;x-amz-content-sha256;x-amz-date,Signature=%s",
		    r->id, r->time, r->region, hex);
	return 0;
}

static void add_header(struct put *p, const char *name, const char *value)
{
	char line[256];

	snprintf(line, sizeof(line), "%s: %s", name, value);
	p->headers = curl_slist_append(p->headers, line);
}

static int set_headers(struct run *r, struct put *p, const char *path)
{
	CLEANUP(strbuf_release) struct strbuf authorization = STRBUF_INIT;
	uint8_t sha256[SHA256_SIZE], md5[MD5_SIZE];
	char hex[SHA256_HEX], base64[32];

	if (digest_both(r->digests, sha256, md5, p->map.data))
		return -1;
	digest_hex(hex, sha256, sizeof(sha256));
	EVP_EncodeBlock((unsigned char *)base64, md5, sizeof(md5));
	if (sign(&authorization, r, path, base64, hex))
		return -1;
	p->headers = curl_slist_append(NULL, authorization.p);
	add_header(p, "Content-MD5", base64);
	add_header(p, "x-amz-content-sha256", hex);
	add_header(p, "x-amz-date", r->time);
	p->headers = curl_slist_append(p->headers, "Expect:");
	return 0;
}

static size_t give(char *out, size_t size, size_t n, void *ctx)
{
	struct put *p = ctx;
	size_t most = size * n, left = p->map.data.n - p->sent;

	most = left < most ? left : most;
	memcpy(out, p->map.data.p + p->sent, most);
	p->sent += most;
	return most;
}

static size_t swallow(char *bytes, size_t size, size_t n, void *ctx)
{
	(void)bytes, (void)ctx;
	return size * n;
}

static int start(struct run *r, struct put *p)
{
	char path[1024], url[1280], file[1280];
	struct slice name = r->files.path[r->next++];

	snprintf(path, sizeof(path), "/%s/%.*s", r->place, (int)name.n, name.p);
	snprintf(url, sizeof(url), "%s%s", r->endpoint, path);
	snprintf(file, sizeof(file), "%s/%.*s", r->folder, (int)name.n, name.p);
	if (file_map(&p->map, file, &r->d) || set_headers(r, p, path))
		return -1;
	p->sent = 0;
	curl_easy_setopt(p->easy, CURLOPT_URL, url);
	curl_easy_setopt(p->easy, CURLOPT_HTTPHEADER, p->headers);
	curl_easy_setopt(p->easy, CURLOPT_INFILESIZE_LARGE, (curl_off_t)p->map.data.n);
	r->busy++;
	return curl_multi_add_handle(r->multi, p->easy) ? -1 : 0;
}

static int finish(struct run *r, const CURLMsg *message)
{
	struct put *p = NULL;
	long status = 0;

	curl_easy_getinfo(message->easy_handle, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&p);
	if (message->data.result || status != 200) {
		fprintf(stderr, "s3put: %s, status %ld\n", curl_easy_strerror(message->data.result), status);
		return -1;
	}
	curl_multi_remove_handle(r->multi, p->easy);
	curl_slist_free_all(p->headers);
	file_unmap(&p->map);
	r->busy--;
	return r->next < r->files.n ? start(r, p) : 0;
}

static int loop(struct run *r)
{
	int running, left;
	const CURLMsg *message;

	while (r->busy) {
		if (curl_multi_perform(r->multi, &running))
			return -1;
		while ((message = curl_multi_info_read(r->multi, &left))) {
			if (message->msg == CURLMSG_DONE && finish(r, message))
				return -1;
		}
		if (r->busy && curl_multi_poll(r->multi, NULL, 0, 1000, NULL))
			return -1;
	}
	return 0;
}

static int begin(struct run *r, struct put *puts, size_t n)
{
	curl_multi_setopt(r->multi, CURLMOPT_MAXCONNECTS, (long)n);
	for (size_t i = 0; i < n && r->next < r->files.n; i++) {
		puts[i].easy = curl_easy_init();
		curl_easy_setopt(puts[i].easy, CURLOPT_PRIVATE, &puts[i]);
		curl_easy_setopt(puts[i].easy, CURLOPT_UPLOAD, 1L);
		curl_easy_setopt(puts[i].easy, CURLOPT_READFUNCTION, give);
		curl_easy_setopt(puts[i].easy, CURLOPT_READDATA, &puts[i]);
		curl_easy_setopt(puts[i].easy, CURLOPT_WRITEFUNCTION, swallow);
		if (start(r, &puts[i]))
			return -1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	static struct put puts[CONNECTIONS_MAX];
	struct run r = { .d = DIAGS_INIT, .id = getenv("AWS_ACCESS_KEY_ID") };
	const char *secret = getenv("AWS_SECRET_ACCESS_KEY");
	unsigned long n = argc == 6 ? strtoul(argv[4], NULL, 10) : 0;

	if (n < 1 || n > CONNECTIONS_MAX || !r.id || !secret || !strstr(argv[1], "://"))
		return 2;
	r.endpoint = argv[1];
	r.place = argv[2];
	r.region = argv[3];
	r.folder = argv[5];
	derive_key(&r, secret);
	r.multi = curl_multi_init();
	if (!r.multi || digests_new(&r.digests) || file_walk(&r.files, r.folder, &r.d) || begin(&r, puts, n) ||
	    loop(&r)) {
		diags_print(&r.d, DIAG_TEXT, stderr);
		return 3;
	}
	return 0;
}
