#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# hull cp, export and volumes against containers that want it to touch the host: links exchanged
# while it works (CVE-2018-15664, CVE-2019-10152), libraries and programs of the container's
# (CVE-2019-14271, CVE-2026-41567), archives that lead out, paths of procfs.

load lib
load ../integration/engine

setup_file() {
	[ -n "${ATTACK_BIN:-}" ] || {
		echo "these tests are started by tests/attack/run" >&2
		return 1
	}
	snapshot > "$BATS_FILE_TMPDIR/before"
}

start_attacker() { # start_attacker [OPTION...] -- SCRIPT
	start_box evil --network none -v "$ATTACK_BIN/attack:/bin/attack:ro" "$@"
	root=/proc/$(field evil '{{.State.Pid}}')/root
}

both_were_met() {
	[ "$n_inside" -gt 0 ] && [ "$n_refused" -gt 0 ]
}

count_try() {
	if [ "$status" = 0 ]; then
		n_inside=$((n_inside + 1))
	else
		n_refused=$((n_refused + 1))
	fi
}

@test "a directory that is exchanged with a link to the host is never followed there, in or out" {
	host_canary
	n_inside=0
	n_refused=0
	start_attacker -- "mkdir -p /x/dir; ln -s $T/outside /x/link; echo inside > /x/dir/canary; echo ready
		attack exchange /x/dir /x/link"
	eventually has_said evil ready
	echo attack > "$T/file"
	while rounds_until 40 both_were_met; do
		hull cp "$T/file" evil:/x/dir/canary
		count_try
		hull cp evil:/x/dir/canary "$T/got"
		[ ! -e "$T/got" ] || not grep -q "the host's" "$T/got"
		rm -f "$T/got"
	done
	canary_is_safe
	# control: by a path of the host the same link leads out
	hull pause evil
	cat "$root"/x/dir/canary "$root"/x/link/canary | grep -q "the host's"
}

@test "links of every kind stay inside" {
	local path

	host_canary
	start_attacker -- "ln -s / /abs; ln -s ../../../../../../.. /up; ln -s $CANARY /canary; ln -s /proc/1/root /proc1
		ln -s /proc/self/root /self; ln -s /proc/1/cwd /cwd; echo ready; sleep 1000"
	eventually has_said evil ready
	echo attack > "$T/file"
	for path in abs up proc1 self cwd; do
		hull cp "evil:/$path$CANARY" "$T/got"
		[ "$status" != 0 ] && [ ! -e "$T/got" ] || {
			echo "$path: out" >&2
			return 1
		}
		hull cp "$T/file" "evil:/$path$CANARY"
		[ "$status" != 0 ] || {
			echo "$path: in" >&2
			return 1
		}
	done
	hull cp "$T/file" evil:/canary
	hull cp -L evil:/canary "$T/got"
	[ ! -e "$T/got" ] || not grep -q "the host's" "$T/got"
	canary_is_safe
	# control: by a path of the host the link leads out
	equal "$(cat "$root/canary")" "the host's"
}

@test "with the host's processes in view, their roots are no way out" {
	host_canary
	start_attacker --pid host -- "ln -s /proc/1/root /out; ln -s /proc/$$/root /test; echo ready; sleep 1000"
	eventually has_said evil ready
	echo attack > "$T/file"
	for path in /out /test "/proc/$$/root"; do
		hull cp "evil:$path$CANARY" "$T/got"
		[ "$status" != 0 ] && [ ! -e "$T/got" ]
		hull cp "$T/file" "evil:$path$CANARY"
		[ "$status" != 0 ]
	done
	canary_is_safe
	# control: who may, gets out there
	equal "$(cat "/proc/$$/root$CANARY")" "the host's"
}

@test "libraries and programs of the container are never run" {
	local name

	host_canary
	cat > "$T/evil.c" <<- EOF
		#include <fcntl.h>
		__attribute__((constructor)) static void run(void) { open("/flag", O_CREAT | O_WRONLY, 0600); }
	EOF
	cc -shared -fPIC -o "$T/evil.so" "$T/evil.c"
	start_attacker -- 'mkdir -p /lib/x86_64-linux-gnu /usr/lib/x86_64-linux-gnu/gconv /usr/bin; echo ready; sleep 1000'
	eventually has_said evil ready
	for name in lib/x86_64-linux-gnu/libnss_files.so.2 lib/x86_64-linux-gnu/libc.so.6 lib/x86_64-linux-gnu/libisal.so.2 \
		usr/lib/x86_64-linux-gnu/gconv/UTF-16.so usr/lib/x86_64-linux-gnu/gconv/ISO8859-1.so; do
		cp "$T/evil.so" "$root/$name"
	done
	echo 'passwd: files' > "$root/etc/nsswitch.conf"
	printf 'module UTF-8// INTERNAL ISO8859-1 1\nmodule INTERNAL UTF-8// ISO8859-1 1\n' \
		> "$root/usr/lib/x86_64-linux-gnu/gconv/gconv-modules"
	for name in xz unxz unpigz gzip zstd tar; do
		printf '#!/bin/sh\ntouch /flag\n' > "$root/usr/bin/$name"
		chmod 755 "$root/usr/bin/$name"
	done
	mkdir "$T/src"
	echo x > "$T/src/ümläut"
	for name in xz gzip zstd; do
		tar -C "$T/src" -c . | "$name" > "$T/tar.$name"
		INPUT=$T/tar.$name hull cp - evil:/tmp
		succeeds
	done
	hull cp evil:/tmp "$T/got"
	succeeds
	hull export -o "$T/e.tar" evil
	succeeds
	[ ! -e "$root/flag" ]
	# control: the library does it where it is loaded
	python3 -c 'import ctypes, os, sys; l = os.open("/", 0); os.chroot(sys.argv[1]); ctypes.CDLL("/lib/x86_64-linux-gnu/libnss_files.so.2")' \
		"$root"
	[ -e "$root/flag" ]
}

# evil_tar NAME...: entries whose names lead out, as a stream
evil_tar() {
	python3 - "$@" <<- 'EOF'
		import io, sys, tarfile
		out = tarfile.open(fileobj=sys.stdout.buffer, mode="w|", format=tarfile.PAX_FORMAT)
		for word in sys.argv[1:]:
		    kind, name, *rest = word.split("=")
		    info = tarfile.TarInfo(name)
		    if kind == "file":
		        info.size = 6
		        out.addfile(info, io.BytesIO(b"attack"))
		    else:
		        info.type = {"link": tarfile.SYMTYPE, "hard": tarfile.LNKTYPE}[kind]
		        info.linkname = rest[0]
		        out.addfile(info)
		out.close()
	EOF
}

@test "archives cannot lead out of the container" {
	host_canary
	start_attacker -- 'mkdir /in; echo ready; sleep 1000'
	eventually has_said evil ready
	evil_tar "file=../../..$CANARY" > "$T/up"
	INPUT=$T/up hull cp - evil:/in
	[ "$status" != 0 ]
	[[ $stderr == *'leads out of the archive'* ]]
	evil_tar "link=out=$T/outside" "file=out/canary" "file=out/new" > "$T/link"
	INPUT=$T/link hull cp - evil:/in
	evil_tar "hard=hard=$CANARY" "file=hard" > "$T/hard"
	INPUT=$T/hard hull cp - evil:/in
	[ "$status" != 0 ]
	evil_tar "file=$CANARY" > "$T/absolute"
	INPUT=$T/absolute hull cp - evil:/in
	canary_is_safe
	# control: tar that trusts the names does it
	evil_tar "file=x/../../outside/control" > "$T/control"
	mkdir -p "$T/in/x"
	tar -C "$T/in" -P -xf "$T/control"
	[ -e "$T/outside/control" ]
}

@test "what comes out of a container has no power on the host" {
	host_canary
	start_attacker --cap-add MKNOD -- 'cp /bin/busybox /su; chmod 6755 /su; mknod /dev2 c 1 3; echo ready; sleep 1000'
	eventually has_said evil ready
	setcap cap_sys_admin+ep "$root/su"
	hull cp evil:/su "$T/su"
	equal "$(stat -c %a "$T/su")" 755
	equal "$(getcap "$T/su")" ''
	hull cp evil:/dev2 "$T/dev2"
	[ ! -e "$T/dev2" ]
	[[ $stderr == *'devices were left out'* ]]
	hull cp -a evil:/su "$T/su2" # asked for by name
	equal "$(stat -c %a "$T/su2")" 6755
}
