#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# hull tree and hull pid: a container in a container in a container.

load lib

setup() {
	local file=${BATS_TEST_FILENAME##*/}

	T=$HULL_TEST_WORK/${file%.bats}-$BATS_TEST_NUMBER
	n_bundles=0
	mkdir -p "$T"
}

# nested: three bundles, the outer two run the next one by a runtime of their own. Sets $BUNDLE to the outermost.
nested() {
	local inner=

	for level in 3 2 1; do
		bundle
		cp "$RUNTIME" "$BUNDLE/rootfs/bin/runtime"
		with_all_capabilities
		edit 'del(.linux.maskedPaths, .linux.readonlyPaths, .linux.seccomp, .linux.cgroupsPath) | .root.readonly = false'
		if [ $level = 3 ]; then
			edit '.process.args = ["sleep", "1000"]'
		else
			mkdir "$BUNDLE/rootfs/inner"
			mv "$inner" "$BUNDLE/next"
			# where whoever runs this bundle sees it
			if [ $level = 1 ]; then
				add_mount /inner bind "$BUNDLE/next" rbind
			else
				add_mount /inner bind /inner/next rbind
			fi
			edit --arg id "level$((level + 1))" '.process.args = ["runtime", "--root", "/tmp/state",
				"--cgroup-manager", "disabled", "run", "--bundle", "/inner", $id]'
		fi
		inner=$BUNDLE
	done
	edit --arg group "$CGROUP" '.linux.cgroupsPath = $group'
}

# beside_it SCRIPT: with the outermost container named ID and a /run of its own
beside_it() {
	cat > "$T/script" <<-END
		mount -t tmpfs run /run
		"\$RUNTIME" run --detach --bundle "$BUNDLE" $ID < /dev/null > "$T/log" 2>&1 || { cat "$T/log"; exit 1; }
		for try in \$(seq 100); do
			"\$HULL" tree -n $ID 2> /dev/null | grep -q 'sleep 1000' && break
			sleep 0.05
		done
		cat "$T/log"
		$1
		"\$RUNTIME" delete --force $ID
	END
	run unshare --mount --propagation private bash "$T/script" < /dev/null
	[ "$status" = 0 ]
}

@test "a container in a container in a container has its numbers in all of them" {
	nested
	beside_it '
		"$HULL" tree -n '"$ID"'
		sleeper=$(pgrep -n -x -f "sleep 1000")
		echo "sleeper $sleeper $(awk "/^NSpid/ { \$1 = \"\"; print }" /proc/$sleeper/status)"
		echo "name $("$HULL" pid $sleeper)"
		echo "back $("$HULL" pid "$("$HULL" pid $sleeper)")"
		echo "first $("$HULL" pid '"$ID"') $("$HULL" pid '"$ID"':1) $("$RUNTIME" state '"$ID"' | jq .pid)"
		echo "json $("$HULL" tree -J '"$ID"' | jq -c --argjson pid $sleeper ".processes[] | select(.pid == \$pid) | [.container, .uid_inside, (.pids | length), (.pids[-1]), .memory_bytes > 0]")"
	'
	echo "$output"
	sleeper=$(sed -n 's/^sleeper \([0-9]*\).*/\1/p' <<< "$output")
	# four pid namespaces: the suite's, and the three containers'
	chain=$(sed -n 's/^sleeper [0-9]* *//p' <<< "$output" | tr -s ' ' | sed 's/ /→/g')
	[[ $chain =~ ^$sleeper→[0-9]+→[0-9]+→1$ ]]
	grep -F "$chain " <<< "$output" | grep -q "hull-oci:$ID .* *.-sleep 1000"
	[[ $output == *"name hull-oci:$ID:$(awk -F→ '{ print $2 }' <<< "$chain")"* ]]
	[[ $output == *"back $sleeper"* ]]
	[[ $(sed -n 's/^first //p' <<< "$output") =~ ^([0-9]+)\ ([0-9]+)\ ([0-9]+)$ ]]
	[ "${BASH_REMATCH[1]}" = "${BASH_REMATCH[2]}" ] && [ "${BASH_REMATCH[1]}" = "${BASH_REMATCH[3]}" ]
	[[ $output == *"json [\"hull-oci:$ID\",0,4,1,true]"* ]]
}

@test "the user inside and outside are told apart" {
	user_bundle
	edit '.process.args = ["sleep", "1000"]'
	beside_it '"$HULL" tree -n '"$ID"'; "$HULL" tree -J '"$ID"' | jq -c ".processes[0] | [.uid, .uid_inside]"'
	[[ $output == *"100000→0 "*"[100000,0]"* ]]
}

@test "containers only are shown with what is above them" {
	bundle
	edit '.process.args = ["sleep", "1000"]'
	beside_it 'sleep 77 & "$HULL" tree -c -J | jq -c "[.processes[] | .command] | sort"; kill $!'
	[[ $output == *'"sleep 1000"'* ]]
	[[ $output != *'"sleep 77"'* ]]
	[[ $output == *'integration/run --inside'* ]]
}

@test "names that are not there, or not clear, are refused" {
	run "$HULL" pid nothing
	[ "$status" = 1 ]
	[[ $output == *"nothing: no such process or container"*"hull tree shows them"* ]]
	run "$HULL" tree 4194304
	[ "$status" = 1 ]
	run "$HULL" pid
	[[ $output == *'"pid" requires a minimum of 1 argument(s)'* ]]
	bundle
	edit '.process.args = ["sleep", "1000"]'
	beside_it '"$HULL" pid '"$ID"':99 && exit 1; true'
	[[ $output == *"$ID has no process 99"* ]]
}

@test "a process in no container is told by its numbers" {
	sleep 1000 3>&- &
	run "$HULL" pid $!
	kill $!
	# the suite's own pid namespace is where it is counted from
	[ "$output" = "$!" ] || [[ $output == unit:* ]] || [[ $output == *:$! ]]
}
