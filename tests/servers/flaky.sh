#!/usr/bin/env bash
# flaky.sh start DIR ENDPOINT [SHARES] | stop DIR: nginx in front of an S3 server ("http://127.0.0.1:1234") on a bad day.
#   SHARES, default "3% 503;2% 500;1% drop;5% late"; "" for none:
#     503, 500   the request is not passed on, and S3's SlowDown or InternalError answered
#     drop       not passed on, and the connection closed
#     late       passed on and carried out; the answer is a 504, a tenth of a second later
#   FLAKY_ENDPOINT   in place of ENDPOINT; the Host that is signed reaches the server as it is
#   FLAKY_LOG        a line for each request: status method uri fault=503|500|drop|late|- connection=N
. "$(dirname "$0")/common.sh"
programs=(nginx)
packages=(nginx-light)
farewell=KILL

error() { # STATUS CODE
	echo "return $1 '<?xml version=\"1.0\"?><Error><Code>$2</Code><Message>a bad day</Message></Error>';"
}

start() {
	local port behind=${1:?the endpoint is missing} shares=${2-3% 503;2% 500;1% drop;5% late}
	port=$(free_port)
	rm -rf "$dir/temp"
	mkdir -p "$dir/temp"
	rm -f "$dir/late.sock"
	cat >"$dir/nginx.conf" <<-CONF
		$(user_line)
		worker_processes 1;
		pid $dir/nginx.pid;
		events { worker_connections 4096; }
		http {
			log_format flaky '\$status \$request_method \$request_uri fault=\$fault connection=\$connection';
			access_log off;
			split_clients \$request_id \$fault { ${shares:+${shares%;};} * -; }
			upstream behind { server ${behind#http://}; keepalive 64; }
			proxy_http_version 1.1;
			proxy_set_header Connection '';
			proxy_set_header Host \$http_host;
			proxy_next_upstream off;
			client_max_body_size 0;
			client_body_buffer_size 1m;
			keepalive_requests 1000000;
			merge_slashes off;
			default_type application/xml;
			$(temp_paths)
			server {
				listen 127.0.0.1:$port backlog=1024;
				access_log $dir/access.log flaky;
				location / {
					error_page 418 = @late;
					if (\$fault = late) { return 418; }
					if (\$fault = 503) { $(error 503 SlowDown) }
					if (\$fault = 500) { $(error 500 InternalError) }
					if (\$fault = drop) { return 444; }
					proxy_pass http://behind;
					proxy_request_buffering off;
				}
				location @late {
					mirror /-carry-out;
					proxy_pass http://unix:$dir/late.sock;
					proxy_set_header Authorization '';
					proxy_hide_header WWW-Authenticate;
				}
				location = /-carry-out {
					internal;
					proxy_pass http://behind\$request_uri;
				}
			}
			server { # says no after a while: of all answers, only this one can wait
				listen unix:$dir/late.sock;
				auth_delay 100ms;
				auth_basic late;
				auth_basic_user_file /dev/null;
				error_page 401 =504 /-late;
				location = /-late { internal; auth_basic off; $(error 504 GatewayTimeout) }
			}
		}
	CONF
	nginx_up "$port"
	printf 'FLAKY_ENDPOINT=http://127.0.0.1:%s\nFLAKY_LOG=%s\n' "$port" "$dir/access.log"
}

serve "$@"
