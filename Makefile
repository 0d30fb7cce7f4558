# SPDX-License-Identifier: Apache-2.0
# A thin front: meson.build says what is built and how. `make help` lists the targets.
PREFIX ?= /usr/local
DESTDIR ?=
JOBS ?= $(shell nproc)
# Seconds for each fuzz target.
SECONDS ?= 60
FORMATTED = $(shell find src tests bench -name '*.[ch]' -not -path '*/corpus/*')

.PHONY: all help deps demo test bench install clean format check-format check-layers fuzz man \
	test-vm test-unit test-integration test-clients test-attacks test-old test-newest test-faults test-differential

all: build/build.ninja ## build build/hull and build/hull-oci
	@ninja -j $(JOBS) -C build

build/build.ninja:
	@tools/deps --check build
	meson setup build --prefix $(abspath $(PREFIX))

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "%-18s %s\n", $$1, $$2 }' Makefile

deps: ## install what is missing of Debian's packages
	@tools/deps all

demo: ## set up, build and show a running container
	@tools/deps build demo
	@$(MAKE) --no-print-directory all
	@demo/demo
	@demo/containers

test: ## set up, build and run all tests
	@tools/deps build test
	@tools/deps clients || echo "not every client could be installed: its tests are skipped"
	@tests/run

test-unit: ## unit tests and fuzz corpora, plain and with ASan and UBSan
	@tools/deps build test
	@tests/run build unit sanitized

test-integration: ## whole commands, as root and as an ordinary user
	@tools/deps build test
	@tests/run build integration

test-differential: ## the same configurations for runc and for hull-oci
	@tools/deps build test
	@tests/run build differential

test-clients: ## podman, containerd and Docker drive hull-oci
	@tools/deps build test
	@tools/deps clients || echo "not every client could be installed: its tests are skipped"
	@tests/run build clients

test-attacks: ## every known escape, the long form
	@tools/deps build test
	@ATTACK_LONG=1 tests/run build attacks

test-old: ## the integration tests and attacks without the newer system calls
	@tools/deps build test
	@OLD_LONG=1 tests/run build old

test-newest: ## the newest clients that Debian has, in a chroot of its release 13
	@tools/deps build test
	@tests/run build newest

test-faults: ## every step and system call fails once
	@tools/deps build test
	@FAULT_LONG=1 tests/run build faults

test-vm: ## on pure cgroup v2, in a virtual machine; VM="cgroups podman" chooses parts
	@tools/deps build test
	@tools/deps clients vm || echo "not everything could be installed: what needs it is skipped"
	@VM_PARTS="$(VM)" WHOLE_LIMIT=7200 tests/run build vm

fuzz: ## run each fuzz target for SECONDS=60
	@tools/deps build test
	@tests/fuzz/run $(SECONDS)

bench: ## compare with crun and runc
	@tools/deps build bench
	@$(MAKE) --no-print-directory all
	@bench/run $(BENCH)

install: all ## install below DESTDIR and PREFIX
	@meson configure build -Dprefix=$(abspath $(PREFIX))
	DESTDIR=$(DESTDIR) meson install -C build --strip

man: all ## write the manual pages into build/man
	@tools/man-pages build/hull-oci build/man
	@tools/man-pages build/hull build/man

format: ## format the sources
	clang-format -i $(FORMATTED)

check-format: ## are the sources formatted?
	@clang-format --dry-run $(FORMATTED) 2>&1 | sed -n 's/:.*\[-Wclang-format.*/ is not formatted (make format)/p' | \
		sort -u | { ! grep .; }

check-layers: ## do includes point down only?
	tests/check-layers

clean: ## remove what was built
	rm -rf build build-sanitized build-fuzz
