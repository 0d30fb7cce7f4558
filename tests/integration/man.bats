#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# The manual pages that are made from the commands' own tables.

load lib

pages() {
	skip_on_runc "its pages are its own"
	"$BATS_TEST_DIRNAME/../../tools/man-pages" "$RUNTIME" "$T/man"
	NAME=$(basename "$RUNTIME")
}

@test "each command that the help names has a manual page, and no other" {
	pages
	"$RUNTIME" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p' | sort > "$T/commands"
	[ -s "$T/commands" ]
	(cd "$T/man" && printf '%s\n' "$NAME"-*.8) | sed "s/^$NAME-//; s/\.8\$//" | sort > "$T/pages"
	diff "$T/commands" "$T/pages"
}

@test "the formatter has nothing to say about the pages" {
	local page
	pages
	command -v groff > /dev/null || skip "there is no groff"
	for page in "$T"/man/*.8; do
		run groff -man -ww -z "$page"
		prints ''
	done
}

@test "pages of an older program do not stay" {
	pages
	touch "$T/man/$NAME-gone.8"
	pages
	[ ! -e "$T/man/$NAME-gone.8" ]
	[ -s "$T/man/$NAME.8" ]
}

@test "pages of both programs stand beside each other" {
	pages
	"$BATS_TEST_DIRNAME/../../tools/man-pages" "$HULL" "$T/man"
	pages
	[ -s "$T/man/hull.8" ] && [ -s "$T/man/hull-help.8" ] && [ -s "$T/man/$NAME-run.8" ]
	touch "$T/man/hull-gone.8"
	"$BATS_TEST_DIRNAME/../../tools/man-pages" "$HULL" "$T/man"
	[ ! -e "$T/man/hull-gone.8" ]
	[ -s "$T/man/$NAME-run.8" ]
}
