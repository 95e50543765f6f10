#!/usr/bin/env bash
# radosgw.sh start DIR [tls] | stop DIR: Ceph's S3 server, with one monitor and one store in memory: what it holds ends with it.
#   S3_ENDPOINT S3_REGION S3_BUCKET   path style; everybody may read the bucket, and list it
#   S3_TLS_ENDPOINT S3_CA             with `tls`: the same over TLS, and the certificate to trust
#   S3_DOMAIN                         BUCKET.S3_DOMAIN:PORT is the virtual-host style
#   S3_ACCESS_KEY S3_SECRET_KEY       of the publisher, who owns the bucket
#   S3_OTHER_ACCESS_KEY, S3_OTHER_SECRET_KEY: of a second user, who has no rights there
#   S3_SESSION_ACCESS_KEY, S3_SESSION_SECRET_KEY, S3_SESSION_TOKEN: temporary ones of the publisher
#   S3_LOG                            a line for each request: … beast: … "PUT /bucket/key HTTP/1.1" 200 …
. "$(dirname "$0")/common.sh"
programs=(radosgw ceph-mon ceph-osd ceph radosgw-admin curl openssl)
packages=(radosgw ceph-mon ceph-osd ceph-common curl openssl)
region=us-east-1
farewell=KILL

# Small and without ceremony: no authentication inside the cluster, nothing waits for anything, no bookkeeping that nobody reads.
# crc: radosgw would insist on an encrypted connection, which needs keys.
settings() { # FSID MONITOR-PORT FRONTEND
	cat <<-CONF
		[global]
		fsid = $1
		mon host = [v2:127.0.0.1:$2]
		mon initial members = m
		auth cluster required = none
		auth service required = none
		auth client required = none
		ms mon client mode = crc
		ms bind ipv6 = false
		public addr = 127.0.0.1
		cluster addr = 127.0.0.1
		run dir = $dir
		admin socket =
		log file = $dir/\$name.log
		log to stderr = false
		err to stderr = false
		mon data = $dir/mon
		mon data avail warn = 1
		mon data avail crit = 1
		mon tick interval = 1
		mon allow pool size one = true
		mon max pg per osd = 1000
		paxos propose interval = 0.02
		paxos min wait = 0.01
		osd data = $dir/osd
		osd objectstore = memstore
		memstore device bytes = 8G
		memstore page set = false
		osd crush chooseleaf type = 0
		osd pool default size = 1
		osd pool default min size = 1
		osd pool default pg num = 8
		osd pool default pgp num = 8
		osd pool default pg autoscale mode = off
		osd max object name len = 2048
		osd class load list = *
		osd class default list = *
		rgw frontends = $3
		rgw dns name = s3.localhost
		rgw thread pool size = 64
		rgw override bucket index max shards = 1
		rgw dynamic resharding = false
		rgw enable usage log = false
		rgw run sync thread = false
		rgw gc max objs = 2
		rgw lc max objs = 1
		rgw usage max user shards = 1
		rgw objexp hints num shards = 2
		rgw s3 auth use sts = true
		rgw sts key = mdstatictestskey
	CONF
}

start_store() { # FSID MONITOR-PORT
	local uuid
	uuid=$(cat /proc/sys/kernel/random/uuid)
	rm -rf "$dir/mon" "$dir/osd"
	mkdir -p "$dir/mon" "$dir/osd"
	quietly monmap monmaptool --create --clobber --enable-all-features --addv m "[v2:127.0.0.1:$2]" --fsid "$1" "$dir/monmap"
	quietly mon-make ceph-mon -i m --mkfs --monmap "$dir/monmap"
	spawn mon ceph-mon -i m -f
	quietly osd-make ceph-osd -i 0 --mkfs --no-mon-config --osd-uuid "$uuid"
	quietly osd-new ceph --connect-timeout 20 osd new "$uuid" 0
	spawn osd ceph-osd -i 0 -f
}

new_user() { # NAME ACCESS-KEY SECRET-KEY OPTION…
	local name=$1 access=$2 secret=$3
	shift 3
	quietly "user-$name" timeout 60 radosgw-admin user create --uid="$name" --display-name="$name" --access-key="$access" --secret-key="$secret" "$@"
}

session() { # ENDPOINT: prints the lines of temporary credentials
	local field answer policy='{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["sts:GetSessionToken"],"Resource":["*"]}]}'
	signed iam -o "$dir/answer" "$1/" -d Action=PutUserPolicy -d Version=2010-05-08 -d UserName=publisher -d PolicyName=session \
		--data-urlencode "PolicyDocument=$policy"
	answer=$(signed sts "$1/" -d Action=GetSessionToken -d Version=2011-06-15 -d DurationSeconds=3600)
	for field in ACCESS_KEY=AccessKeyId SECRET_KEY=SecretAccessKey TOKEN=SessionToken; do
		echo "S3_SESSION_${field%=*}=$(grep -oP "<${field#*=}>\K[^<]+" <<<"$answer")"
	done
}

start() {
	local port secure monitor fsid frontend
	port=$(free_port) monitor=$(free_port) fsid=$(cat /proc/sys/kernel/random/uuid)
	frontend="beast endpoint=127.0.0.1:$port tcp_nodelay=1"
	if [ "${1:-}" = tls ]; then
		secure=$(free_port)
		quietly tls openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -keyout "$dir/tls.key" -out "$dir/tls.pem" \
			-addext "subjectAltName=IP:127.0.0.1,DNS:localhost,DNS:s3.localhost,DNS:*.s3.localhost"
		frontend="$frontend ssl_endpoint=127.0.0.1:$secure ssl_certificate=$dir/tls.pem ssl_private_key=$dir/tls.key"
	fi
	export CEPH_CONF=$dir/ceph.conf CEPH_ARGS=
	settings "$fsid" "$monitor" "$frontend" >"$CEPH_CONF"
	start_store "$fsid" "$monitor"
	new_user publisher "$access_key" "$secret_key" --caps='user-policy=*;roles=*;users=*'
	spawn radosgw radosgw -n client.rgw -f
	new_user stranger "$other_access_key" "$other_secret_key"
	await 60 listens "$port"
	make_bucket "http://127.0.0.1:$port" "$bucket"
	everybody_reads "http://127.0.0.1:$port" "$bucket"
	cat <<-LINES
		S3_ENDPOINT=http://127.0.0.1:$port
		S3_REGION=$region
		S3_BUCKET=$bucket
		S3_ACCESS_KEY=$access_key
		S3_SECRET_KEY=$secret_key
		S3_OTHER_ACCESS_KEY=$other_access_key
		S3_OTHER_SECRET_KEY=$other_secret_key
		S3_DOMAIN=s3.localhost
		S3_LOG=$dir/client.rgw.log
	LINES
	session "http://127.0.0.1:$port"
	[ "${secure:-}" = "" ] || printf 'S3_TLS_ENDPOINT=https://127.0.0.1:%s\nS3_CA=%s\n' "$secure" "$dir/tls.pem"
}

serve "$@"
