#!/usr/bin/env bash
# standin.sh start DIR MODE | stop DIR: standin.mjs, a stand-in for Alibaba's, Google's, Cloudflare's and other servers: it says what it can do.
#   S3_ENDPOINT S3_REGION S3_BUCKET S3_ACCESS_KEY S3_SECRET_KEY S3_OTHER_… S3_SESSION_…  as of radosgw.sh
#   S3_CONTROL   POST there what is to go wrong: curl -d '{"faults":[{"method":"PUT","nth":3,"does":"late"}]}' "$S3_CONTROL"
#   S3_LOG       a line of JSON for each request
. "$(dirname "$0")/common.sh"
programs=(node)
packages=(nodejs)
farewell=KILL

start() {
	rm -f "$dir/standin.log"
	spawn standin node "$servers/standin.mjs" "${1:-aws}" "$dir/requests.jsonl"
	await 20 grep -q '^S3_LOG=' "$dir/standin.log"
	cat "$dir/standin.log"
}

serve "$@"
