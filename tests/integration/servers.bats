#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Programs people run: nginx, postgres, python3 and redis from Debian's packages, in an image made
# with buildah of a debootstrap that is kept in $HULL_TEST_CACHE. Each is started in the background,
# used from inside, by its published port or by its name, and stopped by its own signal, with status 0.

load lib
load engine

SERVERS=$HULL_TEST_CACHE/bookworm-servers.tar

# One store for the file: the image is large.
setup_file() {
	local storage=(--root "$HULL_TEST_WORK/servers" --runroot "$HULL_TEST_WORK/servers-run" --storage-driver vfs)
	local container

	if [ ! -s "$SERVERS" ]; then
		cp "$SERVERS.why" "$BATS_FILE_TMPDIR/missing"
	elif command -v buildah > /dev/null; then
		container=$(buildah "${storage[@]}" from scratch)
		buildah "${storage[@]}" add -q "$container" "$SERVERS" / > /dev/null
		buildah "${storage[@]}" config --volume /var/lib/data --label of=servers "$container"
		buildah "${storage[@]}" commit -q "$container" localhost/servers > /dev/null
		buildah "${storage[@]}" push -q localhost/servers "oci-archive:$BATS_FILE_TMPDIR/servers.tar:localhost/servers"
		rm -rf "$HULL_TEST_WORK/servers" "$HULL_TEST_WORK/servers-run"
		"$HULL" --root "$BATS_FILE_TMPDIR/store" load -q -i "$BATS_FILE_TMPDIR/servers.tar" > /dev/null
		rm "$BATS_FILE_TMPDIR/servers.tar"
	else
		echo "buildah is not installed" > "$BATS_FILE_TMPDIR/missing"
	fi
	snapshot > "$BATS_FILE_TMPDIR/before"
}

setup() {
	begin_engine_test
	[ -d "$BATS_FILE_TMPDIR/store" ] || skip "$(tail -n 1 "$BATS_FILE_TMPDIR/missing")"
	HULL_ROOT=$BATS_FILE_TMPDIR/store
}

teardown() {
	local ids

	ids=$("$HULL" --root "$HULL_ROOT" ps -aq --no-trunc 2> /dev/null) || true
	# shellcheck disable=SC2086 # words
	[ -z "$ids" ] || timeout 50 "$HULL" --root "$HULL_ROOT" rm -f -v $ids > /dev/null
	timeout 50 "$HULL" --root "$HULL_ROOT" network prune -f > /dev/null 2>&1 || true
	"$HULL" --root "$HULL_ROOT" network rm bridge > /dev/null 2>&1 || true
	rm -rf --one-file-system "$T"
}

# serve NAME [OPTION...] -- COMMAND...
serve() {
	local options=(--name "$1")

	shift
	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	shift
	run_hull -d "${options[@]}" servers "$@"
	succeeds
}

answers() { # answers TEXT CONTAINER COMMAND...
	hull exec "${@:2}"
	[ "$status" = 0 ] && [[ $output == *"$1"* ]]
}

# ends_well NAME: it stops by its own signal before the timeout, with status 0
ends_well() {
	hull stop -t 20 "$1"
	succeeds
	equal "$(field "$1" '{{.State.ExitCode}} {{.State.Status}}')" '0 exited'
}

@test "redis keeps its data over a restart and ends by SIGTERM" {
	serve cache --network none -u redis -v keys:/var/lib/redis --ulimit nofile=4096 -m 128m -- \
		redis-server --dir /var/lib/redis --appendonly yes --save ''
	eventually answers PONG cache redis-cli ping
	hull exec cache redis-cli set key value
	says OK
	hull exec cache redis-cli config get maxclients
	says 4064
	ends_well cache
	hull logs cache
	says 'Ready to accept connections' 'bye bye'
	hull start cache
	eventually answers value cache redis-cli get key
	ends_well cache
}

@test "postgres makes a database in a volume, answers, and ends by SIGINT" {
	serve db --network none -u postgres --stop-signal SIGINT --shm-size 64m -v tables:/var/lib/postgresql -- sh -c '
		set -e
		bin=$(echo /usr/lib/postgresql/*/bin)
		[ -e ~/data ] || $bin/initdb -N -D ~/data --auth trust > /dev/null
		exec $bin/postgres -D ~/data -c unix_socket_directories=/tmp -c fsync=off'
	eventually answers 'accepting connections' db pg_isready -h /tmp
	hull exec db psql -qAt -h /tmp -c 'create table t (x int); insert into t select generate_series(1, 1000); select sum(x) from t'
	prints 500500
	ends_well db
	hull start db
	eventually answers 500500 db psql -qAt -h /tmp -c 'select sum(x) from t'
	ends_well db
	hull logs db
	[[ $stderr == *'database system is shut down'* ]]
}

fetches() { # fetches TEXT URL
	[[ $(curl --silent --max-time 3 "$2") == *"$1"* ]]
}

@test "nginx answers at its published port, and ends by SIGTERM" {
	serve web -p 8080:80 -- nginx -g 'daemon off;'
	eventually fetches 'Welcome to nginx' http://127.0.0.1:8080/
	run_hull --rm busybox wget -qO- "http://$(field web '{{.NetworkSettings.IPAddress}}')/"
	says 'Welcome to nginx'
	ends_well web
	not fetches nginx http://127.0.0.1:8080/
}

@test "a server in python and redis are reached by name from another container" {
	hull network create lan
	serve cache --network lan --ulimit nofile=4096 -- redis-server --protected-mode no --save ''
	serve web --network lan -- python3 -c '
import signal, socket, sys
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
cache = socket.create_connection(("cache", 6379))
server = socket.create_server(("", 80))
print("listening", flush=True)
while True:
    client, _ = server.accept()
    client.recv(1000)
    cache.sendall(b"INCR visits\r\n")
    client.sendall(b"HTTP/1.0 200 OK\r\n\r\nvisit " + cache.recv(100))
    client.close()
'
	eventually has_said web listening
	run_hull --rm --network lan busybox sh -c 'wget -qO- http://web/; wget -qO- http://web/'
	says 'visit :1' 'visit :2'
	ends_well web
	ends_well cache
	hull network rm lan
	succeeds
}
