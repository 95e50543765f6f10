#!/usr/bin/env bash
# swift.sh start DIR | stop DIR: OpenStack Swift with its S3 face: another implementation of signatures, which answers conditional writes with 501.
#   S3_ENDPOINT S3_REGION S3_BUCKET S3_ACCESS_KEY S3_SECRET_KEY S3_OTHER_…   as of radosgw.sh; path style
#   S3_PUBLIC   where everybody reads: not at the endpoint
# Access keys are account:user, with a colon.
. "$(dirname "$0")/common.sh"
programs=(swift-proxy-server swift-account-server swift-container-server swift-object-server memcached curl)
packages=(swift-proxy swift-account swift-container swift-object memcached curl)
farewell=KILL
region=us-east-1 access_key=test:publisher other_access_key=elsewhere:stranger

# rings KIND=PORT…: which server has what: one of each has all. (swift-ring-builder would be nine processes. Not any python3: Debian's.)
rings() {
	/usr/bin/python3 - "$@" <<-'PYTHON'
		import sys
		from swift.common.ring import RingBuilder
		for kind, port in (a.split('=') for a in sys.argv[1:]):
		    builder = RingBuilder(4, 1, 0)
		    builder.add_dev({'id': 0, 'region': 1, 'zone': 1, 'weight': 1, 'ip': '127.0.0.1', 'port': int(port), 'device': 'disk', 'meta': '',
		                     'replication_ip': '127.0.0.1', 'replication_port': int(port)})
		    builder.rebalance()
		    builder.get_ring().save(kind + '.ring.gz')
	PYTHON
}

storage() { # account|container|object PORT
	cat >"$1.conf" <<-CONF
		[DEFAULT]
		bind_ip = 127.0.0.1
		bind_port = $2
		swift_dir = $dir/etc
		devices = $dir/disks
		mount_check = false
		disable_fallocate = true
		user = $(id -un)
		workers = 1
		log_level = ERROR
		log_address = $dir/no-log
		[pipeline:main]
		pipeline = $1-server
		[app:$1-server]
		use = egg:swift#$1
		recon_cache_path = $dir
	CONF
	spawn "$1" "swift-$1-server" "$dir/etc/$1.conf"
}

proxy() { # PORT MEMCACHED-PORT
	cat >proxy.conf <<-CONF
		[DEFAULT]
		bind_ip = 127.0.0.1
		bind_port = $1
		swift_dir = $dir/etc
		user = $(id -un)
		workers = 2
		log_level = ERROR
		log_address = $dir/no-log
		[pipeline:main]
		pipeline = catch_errors cache s3api tempauth copy slo dlo proxy-server
		[app:proxy-server]
		use = egg:swift#proxy
		account_autocreate = true
		[filter:catch_errors]
		use = egg:swift#catch_errors
		[filter:cache]
		use = egg:swift#memcache
		memcache_servers = 127.0.0.1:$2
		[filter:s3api]
		use = egg:swift#s3api
		location = $region
		auth_pipeline_check = false
		[filter:tempauth]
		use = egg:swift#tempauth
		user_test_publisher = $secret_key .admin
		user_elsewhere_stranger = $other_secret_key .admin
		[filter:copy]
		use = egg:swift#copy
		[filter:slo]
		use = egg:swift#slo
		[filter:dlo]
		use = egg:swift#dlo
	CONF
	spawn proxy swift-proxy-server "$dir/etc/proxy.conf"
}

start() {
	local port cache account container object token
	port=$(free_port) cache=$(free_port) account=$(free_port) container=$(free_port) object=$(free_port)
	rm -rf "${dir:?}/etc" "$dir/disks"
	mkdir -p "$dir/etc" "$dir/disks/disk"
	cd "$dir/etc"
	printf '[swift-hash]\nswift_hash_path_prefix = mdstatic\nswift_hash_path_suffix = tests\n' >swift.conf
	spawn memcached memcached -l 127.0.0.1 -p "$cache" -U 0 -m 64 -u "$(id -un)"
	rings "account=$account" "container=$container" "object=$object"
	storage account "$account"
	storage container "$container"
	storage object "$object"
	proxy "$port" "$cache"
	for p in "$account" "$container" "$object" "$port"; do await 60 listens "$p"; done
	await 30 curl -sf -m 5 -D "$dir/token" -o "$dir/answer" -H "X-Auth-User: $access_key" -H "X-Auth-Key: $secret_key" "http://127.0.0.1:$port/auth/v1.0"
	token=$(sed -n 's/^X-Auth-Token: \([^\r]*\).*/\1/Ip' "$dir/token")
	await 30 curl -sf -m 5 -X PUT -H "X-Auth-Token: $token" -H 'X-Container-Read: .r:*,.rlistings' "http://127.0.0.1:$port/v1/AUTH_test/$bucket"
	cat <<-LINES
		S3_ENDPOINT=http://127.0.0.1:$port
		S3_REGION=$region
		S3_BUCKET=$bucket
		S3_ACCESS_KEY=$access_key
		S3_SECRET_KEY=$secret_key
		S3_OTHER_ACCESS_KEY=$other_access_key
		S3_OTHER_SECRET_KEY=$other_secret_key
		S3_PUBLIC=http://127.0.0.1:$port/v1/AUTH_test/$bucket
	LINES
}

serve "$@"
