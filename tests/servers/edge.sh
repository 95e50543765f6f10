#!/usr/bin/env bash
# edge.sh start DIR SOURCE [MAX-AGE] | stop DIR: nginx as the edge of a CDN, which is templates/cdn/nginx.conf with our ports and folders.
# SOURCE: the folder of a file:// destination, whose origin is the template's too, with MAX-AGE (60) for pointerMaxAge; or the address of
# a bucket that everybody may read ("http://127.0.0.1:1234/bucket"), which is cached as its Cache-Control says.
#   EDGE_URL   "http://127.0.0.1:PORT"
#   EDGE_LOG   a line for each request, those to the origin of a folder too: port status bytes method uri range=… cache=HIT|MISS|EXPIRED…
. "$(dirname "$0")/common.sh"
programs=(nginx)
packages=(nginx-light)
farewell=KILL

start() {
	local port origin source=${1:?the source is missing} age=${2:-60} bucket_path='' root=/nonexistent server
	port=$(free_port)
	origin=$(free_port)
	server=127.0.0.1:$origin
	case $source in
	http://*)
		server=${source#http://}
		bucket_path=/${server#*/}
		server=${server%%/*}
		;;
	*) root=$(cd "$source" && pwd) ;;
	esac
	rm -rf "$dir/cache" "$dir/temp"
	mkdir -p "$dir/temp"
	sed -e "s|/var/cache/nginx/mdstatic|$dir/cache|; s|listen 8080;|listen 127.0.0.1:$port;|; s|listen 127.0.0.1:8081;|listen 127.0.0.1:$origin;|" \
		-e "s|server 127.0.0.1:8081;|server $server;|; s|host 127.0.0.1:8081;|host $server;|; s|root /srv/www;|root $root;|; s|max-age=60\"|max-age=$age\"|" \
		-e "s|http://mdstatic_origin\\\$|http://mdstatic_origin$bucket_path\$|" "$servers/../../templates/cdn/nginx.conf" >"$dir/mdstatic.conf"
	cat >"$dir/nginx.conf" <<-CONF
		$(user_line)
		worker_processes 2;
		pid $dir/nginx.pid;
		events { worker_connections 1024; }
		http {
			log_format edge '\$server_port \$status \$body_bytes_sent \$request_method \$request_uri range=\$http_range cache=\$upstream_cache_status';
			access_log $dir/access.log edge;
			$(temp_paths)
			include $dir/mdstatic.conf;
		}
	CONF
	nginx_up "$port"
	printf 'EDGE_URL=http://127.0.0.1:%s\nEDGE_LOG=%s\n' "$port" "$dir/access.log"
}

serve "$@"
