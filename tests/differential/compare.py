#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The same configurations for two runtimes: what a program inside and we outside see must be equal.

    compare.py [--cases N] [--seed SEED] [--only N,N-M...] [--show] REFERENCE RUNTIME PROBE WORK TOKEN

Prints TAP: one test a case. A difference that the table differences.toml explains is none; one that it
does not explain fails the test, and so does an explanation that no case needs any more. With --show
all differences are printed, the explained ones too.
"""

import argparse
import collections
import json
import os
import re
import subprocess
import sys
import tomllib

import generate
import observe

ABSENT = "(absent)"
HERE = os.path.dirname(os.path.abspath(__file__))

Difference = collections.namedtuple("Difference", "key reference runtime")


# ---- facts made comparable

class Facts:
    """An observation as a dictionary without the accidents of one run."""

    def __init__(self, observation, laboratory, runtime):
        self.values = {}
        self.laboratory = laboratory
        self.runtime = runtime
        self.errors = observation.errors
        by_group = collections.defaultdict(list)
        for group, key, value in observation.facts:
            by_group[group].append((key, value))
        for group, facts in by_group.items():
            self._add_group(group, facts)

    def put(self, group, key, value):
        self.values[f"{group}: {key}"] = value

    def _add_group(self, group, facts):
        mounts = []
        n = 0
        for key, value in facts:
            if key.startswith("mountinfo "):
                mounts.append(value)
            elif key == "input":
                n += 1
                self._add_state(f"{group} {n}", value)
            else:
                where = f"{group} {n}" if group.startswith("hook-") else group
                self.put(where, self._plain_key(key, value), self._plain(key, value))
        self._add_mounts(group, mounts)

    def _add_state(self, group, text):
        try:
            state = json.loads(text.encode().decode("unicode_escape").encode("latin-1"))
        except ValueError:
            self.put(group, "state", text)
            return
        state["pid"] = "some" if state.get("pid") else "none"
        for key, value in state.items():
            self.put(group, f"state {key}", self._plain(key, json.dumps(value, sort_keys=True)))

    @staticmethod
    def _plain_key(key, value):
        # /proc/self/cgroup numbers its lines by hierarchy
        return "cgroup " + value.split(":")[1] if key.startswith("cgroup ") and value.count(":") > 1 else key

    def _plain(self, key, value):
        if key.startswith("link ns/"):
            return self._namespace(value)
        value = value.replace(self.laboratory.bundle, "@BUNDLE@").replace(self.laboratory.work, "@WORK@")
        value = re.sub(self.laboratory.token + r"-\d+", "@ID@", value)
        value = value.replace(self.laboratory.token, "@TOKEN@")
        value = value.replace(f"/proc/{self.laboratory.holder_pid}/", "/proc/@HOLDER@/")
        value = re.sub(r"(pipe|socket):\[\d+\]", r"\1", value)
        if key.startswith("descriptor"):
            value = re.sub(r"/dev/pts/\d+$", "/dev/pts/@N@", value)
        elif key == "process pid" and value != "1":
            value = "not 1"
        elif re.fullmatch(r"status NS\w+", key):
            value = re.sub(r"\b(?!1\b)\d+\b", "@PID@", value)
        return value

    def _namespace(self, link):
        kind = link.partition(":")[0]
        for name in (kind, kind + "_for_children"):
            if self._read_link(f"/proc/self/ns/{kind}") == link:
                return "host's"
            if self._read_link(f"/proc/{self.laboratory.holder_pid}/ns/{name}") == link:
                return "holder's"
        return "new" if ":[" in link else link

    @staticmethod
    def _read_link(path):
        try:
            return os.readlink(path)
        except OSError:
            return ""

    def _add_mounts(self, group, lines):
        mounts = [self._parse_mount(line) for line in lines]
        by_id = {mount["id"]: mount for mount in mounts}
        times = collections.Counter()
        for mount in mounts:
            depth = self._stack_depth(mount, by_id)
            times[mount["point"], depth] += 1
            mount["name"] = mount["point"] + "#" * depth + "'" * (times[mount["point"], depth] - 1)
        names = {mount["id"]: mount["name"] for mount in mounts}
        peers = {}
        for mount in mounts:
            self._add_mount(group, mount, names, peers)

    @staticmethod
    def _stack_depth(mount, by_id):
        """How many mounts at the same place this one lies on."""
        below = by_id.get(mount["parent"])
        depth = 0
        while below and below is not mount and below["point"] == mount["point"]:
            depth += 1
            mount, below = below, by_id.get(below["parent"])
        return depth

    @staticmethod
    def _parse_mount(line):
        left, right = line.split(" - ", 1)
        fields, kinds = left.split(" "), right.split(" ")
        return {"id": fields[0], "parent": fields[1], "root": fields[3], "point": fields[4],
                "options": fields[5].split(","), "tags": fields[6:], "type": kinds[0], "source": kinds[1],
                "super": kinds[2].split(",") if len(kinds) > 2 else []}

    def _add_mount(self, group, mount, names, peers):
        name = f"mount {mount['name']}"
        self.put(group, name, "there")
        self.put(group, f"{name} parent", names.get(mount["parent"], "outside"))
        for key in ("root", "type", "source"):
            self.put(group, f"{name} {key}", self._plain(key, mount[key]))
        for option in mount["options"]:
            self.put(group, f"{name} option {option}", "yes")
        for option in mount["super"]:
            key, _, value = option.partition("=")
            self.put(group, f"{name} super {key}", self._plain(key, value) or "yes")
        for tag in mount["tags"]:
            kind, _, number = tag.partition(":")
            if number:
                number = peers.setdefault(number, f"group of {mount['name']}")
            # what a slave receives from may be out of sight
            self.put(group, f"{name} propagation {kind}", "yes" if kind != "shared" else number)


# ---- the table of explained differences

class Explanation:
    def __init__(self, row):
        self.name = row["name"]
        self.key = re.compile(row["key"])
        self.reference = re.compile(row.get("runc", ".*"), re.S)
        self.runtime = re.compile(row.get("hull-oci", ".*"), re.S)
        self.features = set(row.get("features", []))
        self.is_rare = row.get("rare", False)
        self.uses = 0
        if not row["why"].strip():
            raise ValueError(f"{self.name}: no reason")

    def explains(self, difference, case):
        if self.features and not self.features & set(case.features):
            return False
        if not (self.key.fullmatch(difference.key) and self.reference.fullmatch(difference.reference)
                and self.runtime.fullmatch(difference.runtime)):
            return False
        self.uses += 1
        return True


def read_table():
    with open(os.path.join(HERE, "differences.toml"), "rb") as stream:
        return [Explanation(row) for row in tomllib.load(stream)["difference"]]


# ---- the comparison

def last_line(text):
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "(no text)"


def differences_of(reference, runtime, facts):
    """Both refuse: that is equal, whatever they say. One refuses: that is the only difference."""
    if not reference.has_started and not runtime.has_started:
        return [difference for difference in plain_differences(facts)
                if difference.key.startswith(("outcome: ", "outside: "))]
    if reference.has_started != runtime.has_started:
        texts = ["starts" if seen.has_started else last_line(seen.errors) for seen in (reference, runtime)]
        texts = [re.sub(r"/\S*?(?=/bundle/)|time=\S+ ", "", text) for text in texts]
        return [Difference("outcome", *texts)]
    return plain_differences(facts)


def plain_differences(facts):
    one, other = (f.values for f in facts)
    return [Difference(key, one.get(key, ABSENT), other.get(key, ABSENT))
            for key in sorted(one.keys() | other.keys()) if one.get(key) != other.get(key)]


class Comparison:
    def __init__(self, options, table):
        self.options = options
        self.table = table
        self.laboratory = observe.Laboratory(options.work, options.probe, options.token, options.reference)

    def compare(self, case, runtimes):
        seen = [self.laboratory.observe(case, runtime) for runtime in runtimes]
        facts = [Facts(s, self.laboratory, r) for s, r in zip(seen, runtimes)]
        return differences_of(*seen, facts)

    def explanation_of(self, difference, case):
        for row in self.table:
            if row.explains(difference, case):
                return row
        return None

    def report(self, case):
        """The lines of what differs without an explanation."""
        lines = []
        for difference in self.compare(case, [self.options.reference, self.options.runtime]):
            row = self.explanation_of(difference, case)
            if row is None or self.options.show:
                lines += [f"# {row.name + ': ' if row else ''}{difference.key}",
                          f"#     runc:     {difference.reference}", f"#     hull-oci: {difference.runtime}"]
        return lines


class Tap:
    def __init__(self, n):
        self.number = self.failed = 0
        print(f"1..{n}")

    def tell(self, is_ok, name, lines=()):
        self.number += 1
        self.failed += not is_ok
        print(f"{'ok' if is_ok else 'not ok'} {self.number} {name}")
        for line in lines:
            print(line)
        sys.stdout.flush()


def check_itself(comparison, tap):
    """A runtime equals itself, and a container that is different is seen to be."""
    reference = comparison.options.reference
    case = generate.make_case(generate.ROUNDS_ALONE * len(generate.FEATURES))
    found = comparison.compare(case, [reference, reference])
    tap.tell(not found, "a runtime does not differ from itself", [f"# {d}" for d in found])
    one, other = generate.make_case(0), generate.make_case(0)
    other.process["env"].append("MORE=1")
    other.process["rlimits"] = [{"type": "RLIMIT_NOFILE", "hard": 77, "soft": 77}]
    seen = [comparison.laboratory.observe(c, reference) for c in (one, other)]
    found = plain_differences([Facts(s, comparison.laboratory, reference) for s in seen])
    keys = {difference.key for difference in found}
    tap.tell({"inside: environment 2", "inside: limit nofile"} <= keys, "what differs is seen to differ")


def chosen_cases(options):
    if not options.only:
        return range(options.cases)
    numbers = []
    for part in options.only.split(","):
        first, _, last = part.partition("-")
        numbers += range(int(first), int(last or first) + 1)
    return numbers


def parse_options():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=int, default=300)
    parser.add_argument("--seed", default=generate.DEFAULT_SEED)
    parser.add_argument("--only", default="")
    parser.add_argument("--show", action="store_true")
    for name in ("reference", "runtime", "probe", "work", "token"):
        parser.add_argument(name)
    return parser.parse_args()


def main():
    options = parse_options()
    is_whole = not options.only and options.seed == generate.DEFAULT_SEED
    table = read_table()
    comparison = Comparison(options, table)
    numbers = chosen_cases(options)
    tap = Tap(len(numbers) + (3 if is_whole else 0))
    try:
        if is_whole:
            check_itself(comparison, tap)
        for number in numbers:
            case = generate.make_case(number, options.seed)
            try:
                lines = comparison.report(case)
            except (subprocess.TimeoutExpired, OSError, ValueError) as failure:
                lines = [f"# {type(failure).__name__}: {failure}"]
            tap.tell(options.show or not lines, f"case {number}, {case.title()}", lines)
        if is_whole:
            unused = [f"# not needed: {row.name}" for row in table if not row.uses and not row.is_rare]
            tap.tell(not unused, "every explanation is needed", unused)
    finally:
        comparison.laboratory.close()
    return 1 if tap.failed else 0


if __name__ == "__main__":
    sys.exit(main())
