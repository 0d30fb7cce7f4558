#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Command lines are completed by bash, zsh and fish, from the commands' own tables.

load lib

setup() {
	skip_on_runc "its completion is its own"
	T=$HULL_TEST_WORK/completion-$BATS_TEST_NUMBER
	ROOT=$T/root
	n_bundles=0
	mkdir -p "$ROOT" "$T/bin"
	# under the name that the tables have, with this test's containers
	printf '#!/bin/sh\nexec %q --root %q "$@"\n' "$RUNTIME" "$ROOT" > "$T/bin/hull-oci"
	chmod 755 "$T/bin/hull-oci"
	PATH=$T/bin:$PATH
	hull-oci help --completion "${BATS_TEST_DESCRIPTION%%:*}" > "$T/completion"
	[ -s "$T/completion" ]
}

# completed WORD...: by bash, of the line "hull-oci WORD..." at its end; sets $output
completed() {
	# shellcheck disable=SC2016  # the inner shell's
	output=$(bash -uc '
		source "$1"
		shift
		COMP_WORDS=(hull-oci "$@")
		COMP_CWORD=$#
		_hull_oci
		printf "%s\n" "${COMPREPLY[@]}"' bash "$T/completion" "$@")
}

# by_fish LINE: sets $output to what is offered, without descriptions
by_fish() {
	output=$(HOME=$T XDG_CONFIG_HOME=$T XDG_DATA_HOME=$T fish -N -c "source $T/completion; complete -C '$1'" | cut -f 1)
}

@test "bash: commands, options, words, files and containers" {
	start_sleeper
	completed st
	equal "$output" $'start\nstate'
	completed ''
	says create exec update
	completed state ''
	equal "$output" "$ID"
	completed create ''
	equal "$output" ''
	completed exec --pre
	equal "$output" --preserve-fds
	completed list --format ''
	equal "$output" $'table\njson'
	completed list -f j
	equal "$output" json
	completed --log-format js
	equal "$output" json
	completed --log-format json --root / sta
	equal "$output" $'start\nstate'
	mkdir "$T/bundles"
	completed run --bundle "$T/bun"
	equal "$output" "$T/bundles"
	completed run --pre
	equal "$output" --preserve-fds
}

@test "bash: what cannot be used is not offered" {
	completed ''
	does_not_say checkpoint restore
	completed update --kernel
	does_not_say --kernel-memory
}

# of_hull WORD...: as completed, for the other program
of_hull() {
	"$HULL" help --completion bash > "$T/hull"
	# shellcheck disable=SC2016  # the inner shell's
	output=$(bash -uc '
		source "$1"
		shift
		COMP_WORDS=(hull "$@")
		COMP_CWORD=$#
		_hull
		printf "%s\n" "${COMPREPLY[@]}"' bash "$T/hull" "$@")
}

@test "bash: the other program's commands, too, those of groups by two words" {
	of_hull unshare --mem
	equal "$output" --memory
	of_hull sys
	equal "$output" system
	of_hull system ch
	equal "$output" check
	of_hull system check --rep
	equal "$output" --repair
}

@test "zsh: the file is one of its, and names each command and its options" {
	command -v zsh > /dev/null || skip "there is no zsh"
	zsh -n "$T/completion"
	equal "$(head -n 1 "$T/completion")" "#compdef hull-oci"
	hull-oci --help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p' | while read -r command; do
		grep -q "'$command:" "$T/completion"
		grep -q "^		$command) _arguments" "$T/completion"
	done
	# its own system loads and runs it
	run zsh -fc 'autoload -U compinit && compinit -D -d "$1/dump" && source "$1/completion"; whence -w _hull_oci' zsh "$T"
	says "_hull_oci: function"
}

@test "fish: commands, options, words and containers" {
	command -v fish > /dev/null || skip "there is no fish"
	start_sleeper
	by_fish 'hull-oci st'
	equal "$(sort <<< "$output")" $'start\nstate'
	by_fish 'hull-oci state '
	says "$ID"
	by_fish 'hull-oci exec --pre'
	equal "$output" --preserve-fds
	by_fish 'hull-oci list --format '
	equal "$(sort <<< "$output")" $'json\ntable'
}

@test "bash: another shell is refused, and named are those that there are" {
	try help --completion tcsh
	fails_with tcsh "bash|zsh|fish"
}
