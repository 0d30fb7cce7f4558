#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Files of containers: cp, export, diff and commit; what comes of it beside podman's.

load lib
load engine

needs() {
	command -v "$1" > /dev/null || skip "$1 is not installed"
}

podman_here() {
	podman --root "$T/podman" --runroot "$T/podman-run" --storage-driver vfs "$@" 2> /dev/null
}

buildah_here() {
	buildah --root "$T/podman" --runroot "$T/podman-run" --storage-driver vfs "$@"
}

list_tree() {
	"$HELPERS/list-tree" "$1" | tail -n +2
}

# make_files DIRECTORY: of every kind
make_files() {
	mkdir -p "$1"/{sub/deep,empty}
	echo one > "$1/one"
	chmod 640 "$1/one"
	chown 12:34 "$1/one"
	touch -d '2001-02-03 04:05:06' "$1/one" "$1/sub"
	ln "$1/one" "$1/sub/hard"
	ln -s ../one "$1/sub/deep/link"
	ln -s /nowhere "$1/dangling"
	mkfifo "$1/fifo"
	truncate -s 3M "$1/sparse"
	echo end >> "$1/sparse"
	setfattr -n user.of -v value "$1/sub/deep"
	mkdir "$1/$(printf 'l%.0s' {1..150})"
	echo > "$1/ümläut"
}

# fill_container: changes of every kind in container box
fill_container() {
	hull exec box sh -c 'mkdir -p /a/b; echo 1 > /a/b/c; ln /a/b/c /a/hard; ln -s c /a/b/link; mkfifo /a/fifo
		rm /bin/vi /bin/zcat; rm -r /home; mkdir /home; echo new > /home/new; chmod 700 /a; echo >> /etc/passwd
		chown 12:34 /a/b/c; chmod 4755 /a/b/c; truncate -s 3M /a/sparse; rm -r /usr; echo file > /usr'
	succeeds
	hull cp -a "$T/files" box:/a/files
	succeeds
}

# exported DIRECTORY: the root of container box, unpacked by tar
exported() {
	mkdir "$1"
	hull export -o "$1.tar" box
	succeeds
	tar -x --xattrs --xattrs-include='*' -p -C "$1" -f "$1.tar"
}

@test "files go in and out under the names that docker gives them" {
	start_box box -- 'mkdir /dir; echo old > /file; ln -s /dir /todir; ln -s file /tofile; echo ready; sleep 100'
	eventually has_said box ready
	mkdir -p "$T/src/sub"
	echo new > "$T/src/f"
	cd "$T"
	hull cp src/f box:/named && hull cp src/f box:/dir && hull cp src/f box:/dir/ && hull cp src/f box:tofile
	hull cp src/f box:/todir/other
	hull exec box sh -c 'cat /named /dir/f /file /dir/other; ls -l /tofile | grep -c ">"'
	prints $'new\nnew\nnew\nnew\n1'
	hull cp src box:/as && hull cp src box:/dir && hull cp src/. box:/dir/ && hull cp src box:/new/
	hull exec box sh -c 'ls /as /dir /new'
	prints $'/as:\nf\nsub\n\n/dir:\nf\nother\nsrc\nsub\n\n/new:\nf\nsub'
	hull cp box:/file plain && hull cp box:/dir/. content && hull cp box:/dir asdir && hull cp box:/dir asdir
	equal "$(cat plain) $(ls content | xargs) $(ls asdir | xargs)" 'new f other src sub dir f other src sub'
	hull cp box:/todir link
	equal "$(readlink link)" /dir
	hull cp -L box:/todir followed
	equal "$(ls followed | xargs)" 'f other src sub'
	hull cp -L box:/tofile tofile
	equal "$(cat tofile)" new
	# onto a file that is mounted there
	hull cp src/f box:/etc/hosts
	hull exec box cat /etc/hosts
	prints new
}

@test "what cannot be copied is said, and nothing changes" {
	local words

	start_box box -- 'mkdir -p /dir/f; echo file > /file; echo ready; sleep 100'
	eventually has_said box ready
	mkdir "$T/src"
	echo f > "$T/f"
	while read -r words; do
		# shellcheck disable=SC2086 # words
		hull cp ${words%%|*}
		[ "$status" = 1 ] && [[ $stderr == *"${words#*|}"* ]] || {
			echo "$words: $status $stderr" >&2
			return 1
		}
	done <<- EOF
		$T/f box:/none/|/none/: there is no such directory
		$T/f box:/none/x|no such file or directory
		$T/f box:/dir|a directory is there: a file cannot replace it
		$T/src box:/file|/file is a file: a directory cannot become one
		$T/none box:/|no such file or directory
		box:/none $T/x|no such file or directory
		box:/file $T/none/x|no such file or directory
		box:/file/. $T/x|not a directory
		$T/f $T/x|one of both has to be in a container
		box:/file box:/x|both are in the same container
		nobody:/x $T/x|no such container: nobody
	EOF
	[ ! -e "$T/x" ]
	hull exec box sh -c 'cat /file; ls /dir'
	prints $'file\nf'
}

@test "every kind of file comes back as it went, from running and from stopped containers" {
	make_files "$T/files"
	list_tree "$T/files" > "$T/expected"
	start_box box -v data:/vol -- 'sleep 100'
	hull cp -a "$T/files" box:/running
	succeeds
	hull cp -a "$T/files" box:/vol/files
	succeeds
	hull stop -t 0 box
	hull cp -a "$T/files" box:/stopped
	succeeds
	for place in running stopped vol/files; do
		hull cp -a "box:/$place" "$T/back"
		succeeds
		list_tree "$T/back" | diff "$T/expected" -
		rm -r "$T/back"
	done
	list_tree "$HULL_ROOT/volumes/data/_data/files" | diff "$T/expected" -
	hull start box
	hull cp -a box:/stopped "$T/back"
	list_tree "$T/back" | diff "$T/expected" -
	# without -a files are the receiver's
	hull cp "$T/files/one" box:/one
	hull exec box stat -c '%u:%g %a' /one
	prints '0:0 640'
}

@test "a tar goes in and out as a stream, plain or compressed" {
	local form

	make_files "$T/files"
	start_box box -- 'mkdir /plain /gzip /xz /zstd; sleep 100'
	eventually hull exec box ls /zstd
	tar -C "$T" --xattrs --format=pax -cf "$T/plain" files
	gzip < "$T/plain" > "$T/gzip"
	xz -0 < "$T/plain" > "$T/xz"
	zstd -q < "$T/plain" > "$T/zstd"
	for form in plain gzip xz zstd; do
		INPUT=$T/$form hull cp -a - "box:/$form"
		succeeds
		hull cp -a "box:/$form/files" - > /dev/null
		mkdir "$T/out"
		"${CALLER[@]}" "$HULL" --root "$HULL_ROOT" cp "box:/$form/files" - | tar -x --xattrs -C "$T/out"
		diff <(list_tree "$T/files") <(list_tree "$T/out/files")
		rm -r "$T/out"
	done
	INPUT=$T/plain hull cp - box:/none
	exits_with 1
	echo nonsense > "$T/none"
	INPUT=$T/none hull cp - box:/plain
	exits_with 1
	[[ $stderr == *'damaged archive'* ]]
}

@test "between two containers, and with one that never ran" {
	hull create --cgroup-parent "/$HULL_TEST_TOKEN" --name fresh --rm busybox cat /given
	start_box box -- 'echo content > /file; sleep 100'
	eventually hull exec box cat /file
	hull cp box:/file fresh:/given
	succeeds
	hull start -a fresh
	prints content
	hull create --cgroup-parent "/$HULL_TEST_TOKEN" --name fixed --read-only -v data:/data busybox true
	hull cp "$T/hull.out" fixed:/x
	exits_with 1
	[[ $stderr == *'read-only'* ]]
	# a place that nothing was ever mounted on takes what is not seen later
	hull start -a fixed
	hull cp "$T/hull.out" fixed:/data/x
	succeeds
	[ -e "$HULL_ROOT/volumes/data/_data/x" ]
}

@test "diff tells what was added, changed and deleted, and nothing else" {
	start_box box -v data:/vol --tmpfs /ram/in -- 'sleep 100'
	hull diff box
	prints 'A /ram'
	hull exec box sh -c 'echo x > /new; rm /bin/vi; echo >> /etc/passwd; mkdir /d; touch /d/f; chmod 700 /home
		rm -r /root; mkdir -m 700 /root; touch /vol/x /ram/in/y; mv /bin/ash /bin/moved'
	hull diff box
	# a directory that was made anew and is as it was is no change
	prints $'C /bin\nD /bin/ash\nA /bin/moved\nD /bin/vi\nA /d\nA /d/f\nC /etc\nC /etc/passwd\nC /home\nA /new\nA /ram'
	hull diff --format json box
	equal "$(jq -rs 'map(select(.Kind == "D").Path) | join(" ")' <<< "$output")" '/bin/ash /bin/vi'
	hull stop -t 0 box
	hull diff --format '{{.Path}}' box
	says /etc/passwd
}

@test "what is committed is what the container had, here and in podman" {
	local container

	needs podman
	needs buildah
	make_files "$T/files"
	start_box box -e A=b -w /home -v data:/vol --stop-signal INT -- 'sleep 100'
	fill_container
	hull commit -m message -a author -c 'CMD ["cat", "/home/new"]' -c 'LABEL l=v' -c 'EXPOSE 80' box committed:1
	matches "$output" '^sha256:[0-9a-f]{64}$'
	equal "$(field box '{{.State.Status}}')" running
	run_hull --rm committed:1
	prints new
	hull inspect --format '{{.Author}} {{.Config.WorkingDir}} {{.Config.StopSignal}} {{.Config.Labels.l}} {{json .Config.Env}}' committed:1
	says 'author /home INT v' A=b
	exported "$T/exported"
	hull save -o "$T/saved.tar" committed:1
	podman_here load -q -i "$T/saved.tar" > /dev/null
	container=$(buildah_here from docker.io/library/committed:1)
	list_tree "$(buildah_here mount "$container")" > "$T/podmans"
	# what stands for mounts is not committed
	rmdir "$T/exported/vol"
	list_tree "$T/exported" | without_places > "$T/ours"
	without_places < "$T/podmans" | diff "$T/ours" -
	[ "$(wc -l < "$T/ours")" -gt 100 ]
	buildah_here rm -a > /dev/null
	buildah_here rmi -af > /dev/null
}

# without_places: where hull makes places to mount on; directories with times that it changes
without_places() {
	grep -v -e "^'\?\.\?/\?\(dev\|proc\|sys\|etc\)' " -e "hostname\|hosts\|resolv.conf"
}

@test "what is exported is imported again, here and in podman" {
	needs podman
	make_files "$T/files"
	start_box box -- 'sleep 100'
	fill_container
	exported "$T/exported"
	hull import "$T/exported.tar" again
	run_hull --rm again cat /home/new
	prints new
	run_hull -d --name second again sleep 100
	hull export -o "$T/second.tar" second
	diff <(tar -tvf "$T/exported.tar" | without_times) <(tar -tvf "$T/second.tar" | without_times)
	podman_here import -q "$T/exported.tar" localhost/imported > /dev/null
	podman --root "$T/podman" --runroot "$T/podman-run" --storage-driver vfs save -q -o "$T/podmans.tar" localhost/imported
	hull load -q -i "$T/podmans.tar"
	run_hull --rm localhost/imported cat /home/new
	prints new
}

without_times() { # directories that something was mounted in
	sed 's/ [0-9-]* [0-9:]* \(dev\|proc\|sys\|etc\)\/$/ \1/'
}

@test "a commit that is killed leaves nothing that counts" {
	local pid i

	start_box box -- 'dd if=/dev/urandom of=/big bs=1M count=20 2> /dev/null; echo ready; sleep 100'
	eventually has_said box ready
	for i in 0.01 0.03 0.06 0.1; do
		"${CALLER[@]}" "$HULL" --root "$HULL_ROOT" commit -p=false box half > /dev/null 2>&1 &
		pid=$!
		sleep "$i"
		kill -9 "$pid" 2> /dev/null || true
		wait "$pid" || true
	done
	hull system check --repair
	hull system check
	prints ''
	hull commit box whole
	run_hull --rm whole stat -c %s /big
	prints 20971520
}
