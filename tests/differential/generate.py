#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Configurations that two runtimes are given: made from a seed, the same ones each time.

    generate.py NUMBER [SEED]     prints case NUMBER

A case is a plain config.json with some features. Each feature is one function below that changes it,
choosing by the case's own random numbers; first come cases with a single feature, then mixtures.
In texts @BUNDLE@ is the bundle's folder and @HOLDER@ the id of a process whose namespaces can be joined.
"""

import copy
import json
import random
import sys

DEFAULT_SEED = "hull"
ROUNDS_ALONE = 3

BASE = {
    "ociVersion": "1.0.2",
    "process": {
        "terminal": False,
        "user": {"uid": 0, "gid": 0},
        "args": ["/probe"],
        "env": ["PATH=/usr/bin:/bin", "TERM=dumb"],
        "cwd": "/",
        "capabilities": {
            kind: ["CAP_AUDIT_WRITE", "CAP_KILL", "CAP_NET_BIND_SERVICE"]
            for kind in ("bounding", "effective", "permitted")
        },
        "noNewPrivileges": True,
    },
    "root": {"path": "rootfs", "readonly": False},
    "hostname": "inside",
    "mounts": [
        {"destination": "/proc", "type": "proc", "source": "proc"},
        {"destination": "/dev", "type": "tmpfs", "source": "tmpfs",
         "options": ["nosuid", "strictatime", "mode=755", "size=65536k"]},
        {"destination": "/dev/pts", "type": "devpts", "source": "devpts",
         "options": ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"]},
        {"destination": "/dev/shm", "type": "tmpfs", "source": "shm",
         "options": ["nosuid", "noexec", "nodev", "mode=1777", "size=65536k"]},
        {"destination": "/dev/mqueue", "type": "mqueue", "source": "mqueue",
         "options": ["nosuid", "noexec", "nodev"]},
        {"destination": "/sys", "type": "sysfs", "source": "sysfs",
         "options": ["nosuid", "noexec", "nodev", "ro"]},
    ],
    "linux": {
        "namespaces": [{"type": kind} for kind in ("pid", "mount", "ipc", "uts", "network", "cgroup")],
        "resources": {"devices": [{"allow": False, "access": "rwm"}]},
    },
}

CAPABILITIES = ["CAP_" + name for name in (
    "CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE "
    "NET_BIND_SERVICE NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_CHROOT SYS_PTRACE SYS_ADMIN "
    "SYS_NICE SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE SETFCAP SYSLOG WAKE_ALARM PERFMON BPF "
    "CHECKPOINT_RESTORE").split()]


class Case:
    """One configuration and how it is to be run; `tree_owner` owns its root file system."""

    def __init__(self, number, seed):
        self.number = number
        self.random = random.Random(f"{seed}/{number}")
        self.features = []
        self.config = copy.deepcopy(BASE)
        self.run_options = []
        self.mode = self.random.choice(["run", "run", "create", "detach"])
        self.exec_process = None
        self.preserved = 0
        self.tree_owner = 0

    @property
    def process(self):
        return self.config["process"]

    @property
    def linux(self):
        return self.config["linux"]

    @property
    def resources(self):
        return self.linux["resources"]

    def add_mount(self, destination, kind, source, options):
        self.config["mounts"].append(
            {"destination": destination, "type": kind, "source": source, "options": options})

    def look_at(self, path):
        self.process["args"].append("look=" + path)

    def drop_namespace(self, kind):
        self.linux["namespaces"] = [n for n in self.linux["namespaces"] if n["type"] != kind]

    def has_namespace(self, kind):
        return any(n["type"] == kind for n in self.linux["namespaces"])

    def some(self, items, low=1, high=None):
        """Some of the items, in random order."""
        return self.random.sample(items, self.random.randint(low, min(high or len(items), len(items))))

    def process_has_terminal(self):
        return bool(self.process.get("terminal")) if isinstance(self.config.get("process"), dict) else False

    def title(self):
        return f"{self.mode}: {', '.join(self.features)}"


# ---- mounts

FLAGS = ["ro", "nosuid", "nodev", "noexec", "noatime", "nodiratime", "relatime", "strictatime", "rw", "suid",
         "dev", "exec", "sync", "dirsync", "atime", "diratime", "async", "lazytime", "silent", "defaults",
         "norelatime", "nostrictatime", "iversion", "noiversion", "mand", "nomand"]
PROPAGATIONS = ["private", "rprivate", "slave", "rslave", "shared", "rshared", "unbindable", "runbindable"]
DESTINATIONS = ["/data", "/deep/er/path", "/etc/sub", "/link/x", "/absolute-link", "/var/up/../down", "/tmp",
                "/var//double/", "/dev/extra", "/home/user"]


def tmpfs_mount(case):
    options = case.some(FLAGS, 0, 4)
    options += case.some(["size=1m", "mode=0711", "uid=7", "gid=9", "nr_inodes=50", "mode=1777"], 0, 3)
    destination = case.random.choice(DESTINATIONS)
    case.add_mount(destination, "tmpfs", case.random.choice(["tmpfs", "a name", "shm"]), options)
    case.look_at(destination)


def copied_up_tmpfs(case):
    case.add_mount("/home", "tmpfs", "tmpfs", ["tmpcopyup"] + case.some(["ro", "nosuid", "mode=0700"], 0))
    case.look_at("/home")


def bind_mount(case):
    source = case.random.choice(["dir", "nested", "file", "flagged", "dir/../dir", "link"])
    kind = case.random.choice(["bind", "none", ""])
    destination = case.random.choice(["/etc/motd"] if source == "file" else DESTINATIONS)
    options = [case.random.choice(["bind", "rbind"])] + case.some(FLAGS, 0, 3)
    options += case.some(PROPAGATIONS, 0, 1)
    case.add_mount(destination, kind, "@BUNDLE@/source/" + source, options)
    case.look_at(destination)


def relative_bind(case):
    case.add_mount("/data", "bind", "source/dir", ["bind", "ro"])
    case.look_at("/data")


def file_onto_new_file(case):
    destination = case.random.choice(["/new/file", "/file-link", "/etc/passwd"])
    case.add_mount(destination, "bind", "@BUNDLE@/source/file", ["rbind", case.random.choice(["ro", "rw"])])
    case.look_at(destination)


def recursive_flags(case):
    option = case.random.choice(["rro", "rnosuid", "rnodev", "rnoexec", "rnoatime", "rrelatime", "rrw"])
    case.add_mount("/data", "bind", "@BUNDLE@/source/nested", ["rbind", option] + case.some(FLAGS, 0, 1))
    case.look_at("/data")
    case.look_at("/data/sub")


def nested_mounts(case):
    case.add_mount("/data", "tmpfs", "outer", ["mode=755"])
    case.add_mount("/data/a/b", "bind", "@BUNDLE@/source/nested", [case.random.choice(["bind", "rbind"])])
    case.add_mount("/data/a/b/sub", "tmpfs", "inner", case.some(["ro", "noexec"], 0))
    case.look_at("/data/a/b")


def mount_over_mount(case):
    case.add_mount("/data", "tmpfs", "first", ["size=1m"])
    case.add_mount("/data", case.random.choice(["tmpfs", "bind"]), "@BUNDLE@/source/dir",
                   case.some(["ro", "nodev"], 0) + ["bind"])
    case.look_at("/data")


def mounts_in_other_order(case):
    mounts = case.config["mounts"]
    tail = mounts[2:]
    case.random.shuffle(tail)
    case.config["mounts"] = mounts[:2] + tail


def fewer_mounts(case):
    for path in case.some(["/dev/pts", "/dev/shm", "/dev/mqueue", "/sys"]):
        case.config["mounts"] = [m for m in case.config["mounts"] if m["destination"] != path]


def no_dev_mount(case):
    case.config["mounts"] = [m for m in case.config["mounts"] if not m["destination"].startswith("/dev")]


def read_only_dev(case):
    next(m for m in case.config["mounts"] if m["destination"] == "/dev")["options"].append("ro")


def proc_options(case):
    case.config["mounts"][0]["options"] = case.some(
        ["nosuid", "noexec", "nodev", "ro", "hidepid=2", "hidepid=1", "subset=pid"], 1, 3)


def system_options(case):
    target = next((m for m in case.config["mounts"] if m["destination"] == "/sys"), None)
    if target:
        target["options"] = case.some(["nosuid", "noexec", "nodev", "rw", "noatime"], 0)


def cgroup_mount(case):
    options = case.some(["nosuid", "noexec", "nodev", "relatime"], 0) + case.some(["ro", "rw"], 0, 1)
    case.add_mount("/sys/fs/cgroup", "cgroup", "cgroup", options)
    if case.random.random() < 0.5:
        case.drop_namespace("cgroup")


def other_file_systems(case):
    kind, source, options = case.random.choice([
        ("mqueue", "mqueue", ["nosuid"]),
        ("devpts", "devpts", ["newinstance", "ptmxmode=0000", "mode=0600"]),
        ("sysfs", "sysfs", ["ro"]),
        ("overlay", "overlay", ["lowerdir=@BUNDLE@/source/dir:@BUNDLE@/source/nested", "ro"]),
        ("ramfs", "ramfs", ["mode=700"]),
        ("nosuchfs", "none", []),
    ])
    case.add_mount("/data", kind, source, options)
    case.look_at("/data")


def odd_destination(case):
    destination = case.random.choice(["relative/path", "/", "/../../outside", "/proc/self/attr", "/proc/meminfo",
                                      "/proc", "/proc/sys", "/sys/firmware", "/link/../data", "/dangling/x",
                                      "/etc/passwd/below", "/loop/x"])
    case.add_mount(destination, "tmpfs", "tmpfs", [])


def missing_source(case):
    case.add_mount("/data", "bind", "@BUNDLE@/source/missing", ["bind"])


def odd_option(case):
    case.add_mount("/data", "tmpfs", "tmpfs", [case.random.choice(
        ["nosuchoption", "size=much", "mode=9", "", "size=10%", "uid=-1", "rprivate", "remount"])])


def mount_propagation(case):
    case.add_mount("/data", "bind", "@BUNDLE@/source/" + case.random.choice(["shared", "nested", "dir"]),
                   ["rbind"] + case.some(PROPAGATIONS, 1, 2))
    if case.random.random() < 0.6:
        root_propagation(case)


def root_propagation(case):
    case.linux["rootfsPropagation"] = case.random.choice(PROPAGATIONS + ["bogus", ""])


def read_only_root(case):
    case.config["root"]["readonly"] = True


def root_path(case):
    case.config["root"]["path"] = case.random.choice(
        ["@BUNDLE@/rootfs", "./rootfs/", "rootfs-link", "missing", "rootfs/etc/passwd", "source/../rootfs"])


PATHS = ["/proc/kcore", "/proc/keys", "/proc/acpi", "/proc/sys", "/proc/missing", "/etc", "/etc/passwd", "/link",
         "/file-link", "/home/user", "/sys/firmware", "/proc/irq", "/dev/null", "/var/log", "/dangling",
         "/proc/interrupts", "/dev/shm", "/link/deep"]


def masked_paths(case):
    case.linux["maskedPaths"] = case.some(PATHS, 1, 6)
    for path in case.linux["maskedPaths"]:
        case.look_at(path)


def read_only_paths(case):
    case.linux["readonlyPaths"] = case.some(PATHS, 1, 6)
    for path in case.linux["readonlyPaths"]:
        case.look_at(path)


def odd_masked_path(case):
    case.linux[case.random.choice(["maskedPaths", "readonlyPaths"])] = [
        case.random.choice(["relative", "etc/passwd", "", "/", "/etc/passwd/x", "/loop"])]


# ---- namespaces

def fewer_namespaces(case):
    for kind in case.some(["pid", "ipc", "uts", "network", "cgroup"]):
        case.drop_namespace(kind)
    if not case.has_namespace("uts"):
        case.config.pop("hostname", None)
    if not case.has_namespace("network"):
        # only the owner of a network namespace may mount its sysfs
        case.drop_namespace("user")


def hostname_without_namespace(case):
    case.drop_namespace("uts")


def joined_namespaces(case):
    names = {"network": "net", "ipc": "ipc", "uts": "uts", "pid": "pid", "cgroup": "cgroup"}
    for kind in case.some(list(names), 1, 3):
        case.drop_namespace(kind)
        case.linux["namespaces"].append({"type": kind, "path": f"/proc/@HOLDER@/ns/{names[kind]}"})


def odd_namespaces(case):
    extra = case.random.choice([
        {"type": "pid"}, {"type": "nosuch"}, {"type": "time"}, {"type": "network", "path": "/missing"},
        {"type": "network", "path": "@BUNDLE@/source/file"}, {"type": "uts", "path": "/proc/@HOLDER@/ns/net"}])
    if "path" in extra:
        case.drop_namespace(extra["type"])
    case.linux["namespaces"].append(extra)


def shuffled_namespaces(case):
    case.random.shuffle(case.linux["namespaces"])


MAPS = [
    [(0, 100000, 65536)],
    [(0, 100000, 1000)],
    [(0, 100000, 1), (1, 200000, 5000)],
    [(0, 100000, 10), (10, 300000, 1), (1000, 100500, 2)],
    [(0, 0, 4294967295)],
    [(0, 0, 65536)],
]


def user_namespace(case):
    case.linux["namespaces"].append({"type": "user"})
    uids = case.random.choice(MAPS)
    gids = uids if case.random.random() < 0.7 else case.random.choice(MAPS)
    for name, lines in (("uidMappings", uids), ("gidMappings", gids)):
        case.linux[name] = [{"containerID": a, "hostID": b, "size": n} for a, b, n in lines]
    case.tree_owner = uids[0][1]
    pts = next((m for m in case.config["mounts"] if m["destination"] == "/dev/pts"), None)
    if pts and case.random.random() < 0.5:
        pts["options"] = [option for option in pts["options"] if option != "gid=5"]


def odd_user_namespace(case):
    case.linux["namespaces"].append({"type": "user"})
    choice = case.random.choice(["no maps", "zero size", "overlap", "no root"])
    lines = {"no maps": [], "zero size": [(0, 100000, 0)], "overlap": [(0, 100000, 10), (5, 200000, 10)],
             "no root": [(1, 100001, 10)]}[choice]
    for name in ("uidMappings", "gidMappings"):
        case.linux[name] = [{"containerID": a, "hostID": b, "size": n} for a, b, n in lines]
    case.tree_owner = 100000


def maps_without_namespace(case):
    case.linux["uidMappings"] = [{"containerID": 0, "hostID": 100000, "size": 10}]
    case.linux["gidMappings"] = [{"containerID": 0, "hostID": 100000, "size": 10}]


# ---- process

def capability_sets(case):
    chosen = case.some(CAPABILITIES)
    inner = case.some(chosen, 0)
    case.process["capabilities"] = {"bounding": chosen, "permitted": chosen, "effective": inner}
    if case.random.random() < 0.6:
        case.process["capabilities"]["inheritable"] = case.some(chosen, 0)
    if case.random.random() < 0.6:
        case.process["capabilities"]["ambient"] = case.some(
            case.process["capabilities"].get("inheritable") or chosen, 0, 3)


def unruly_capabilities(case):
    case.process["capabilities"] = {
        kind: case.some(CAPABILITIES, 0, 6)
        for kind in case.some(["bounding", "permitted", "effective", "inheritable", "ambient"])}


def odd_capabilities(case):
    case.process["capabilities"] = case.random.choice([
        {}, None, {"bounding": ["CAP_NOSUCH", "CAP_KILL"]}, {"bounding": ["cap_kill"], "effective": ["KILL"]},
        {"bounding": ["CAP_SYS_RESOURCE"], "permitted": ["CAP_SYS_RESOURCE"]}])
    if case.process["capabilities"] is None:
        del case.process["capabilities"]


def resource_limits(case):
    pool = {"CPU": 1000, "FSIZE": 1 << 30, "DATA": 1 << 31, "STACK": 8388608, "CORE": 4096, "RSS": 1 << 40,
            "NPROC": 5000, "NOFILE": 900, "MEMLOCK": 65536, "AS": 1 << 33, "LOCKS": 99, "SIGPENDING": 400,
            "MSGQUEUE": 10000, "NICE": 0, "RTPRIO": 0, "RTTIME": 18446744073709551615}
    case.process["rlimits"] = [
        {"type": "RLIMIT_" + name, "hard": pool[name],
         "soft": pool[name] if case.random.random() < 0.5 else pool[name] // 2}
        for name in case.some(list(pool), 1, 6)]


def odd_limits(case):
    case.process["rlimits"] = case.random.choice([
        [{"type": "RLIMIT_NOSUCH", "hard": 1, "soft": 1}],
        [{"type": "RLIMIT_NOFILE", "hard": 100, "soft": 200}],
        [{"type": "RLIMIT_NOFILE", "hard": 100, "soft": 100}, {"type": "RLIMIT_NOFILE", "hard": 90, "soft": 90}],
        [{"type": "RLIMIT_NOFILE", "hard": 10000000, "soft": 100}],
        [{"type": "nofile", "hard": 100, "soft": 100}]])


def new_privileges(case):
    case.process["noNewPrivileges"] = False


def no_word_on_new_privileges(case):
    del case.process["noNewPrivileges"]


def other_user(case):
    user = case.process["user"]
    user["uid"] = case.random.choice([0, 1, 999, 1000, 65534])
    user["gid"] = case.random.choice([0, 5, 999, 1000])
    if case.random.random() < 0.7:
        user["additionalGids"] = case.some([0, 5, 10, 10, 999, 1000, 60000], 0)
    if case.random.random() < 0.5:
        user["umask"] = case.random.choice([0, 2, 0o22, 0o77, 0o777])


def odd_user(case):
    case.process["user"] = case.random.choice(
        [{"uid": 4294967294, "gid": 4294967294}, {"uid": 4294967295, "gid": 0}, {"uid": -1, "gid": 0},
         {"uid": 0, "gid": 0, "username": "user"}, {}])


def environment(case):
    pool = ["HOME=/somewhere", "HOME=", "A=1", "A=2", "EMPTY=", "=noname", "novalue", "SPACES= a b ", "UTF=\u00fc\u4e16",
            "LINES=a\nb", "PATH=/bin", "HOSTNAME=x", "TERM=xterm", "A=3", "LISTEN_FDS=1", "container=other",
            "_HULL=1", "_LIBCONTAINER_X=1", "NOTIFY_SOCKET=/nowhere"]
    case.process["env"] = case.some(pool, 0, 8)


def no_environment(case):
    if case.random.random() < 0.5:
        del case.process["env"]
    else:
        case.process["env"] = []


def working_directory(case):
    case.process["cwd"] = case.random.choice(
        ["/missing/folder", "/link", "/etc/passwd", "relative", "/etc/../var", "/closed", "/dangling", "/proc/self",
         "/tmp/", "/dev/shm/new", "", "/open"])


def program(case):
    path = case.random.choice(["probe", "./probe", "/missing", "missing", "/etc", "/etc/passwd", "/bin/script",
                               "/bin/lost-script", "/bin/probe-link", "/closed/probe", "", "bin/probe-link",
                               "/bin/empty", "/bin/garbage"])
    case.process["args"][0] = path
    case.process["env"] = [case.random.choice(["PATH=/:/bin", "PATH=", "PATH=bin:.", "PATH=/missing:/", "X=y",
                                               "PATH=/etc:/"])]


def exit_status(case):
    case.process["args"].append(f"exit={case.random.choice([1, 2, 77, 126, 127, 200, 255])}")


def more_arguments(case):
    case.process["args"] += case.some(["", " ", "two words", "\u00e4", "-x", "--", "new\nline"])


def no_arguments(case):
    if case.random.random() < 0.5:
        case.process["args"] = []
    else:
        del case.process["args"]


def host_name(case):
    case.config["hostname"] = case.random.choice(["a", "with.dots", "UPPER", "x" * 64, "x" * 65, "", "under_score"])


def domain_name(case):
    case.config["domainname"] = case.random.choice(["example.org", ""])


def oom_score(case):
    case.process["oomScoreAdj"] = case.random.choice([0, 1, 500, 1000, -1, -1000, 1001])


def execution_domain(case):
    case.linux["personality"] = {"domain": "LINUX"}


def terminal(case):
    case.process["terminal"] = True
    if case.mode == "run":
        case.mode = "detach"
    if case.random.random() < 0.6:
        case.process["consoleSize"] = {"height": 33, "width": 99}


def profiles(case):
    case.process[case.random.choice(["apparmorProfile", "selinuxLabel"])] = "some-profile"


# ---- devices, sysctls, resources

DEVICES = [
    {"path": "/dev/fuse", "type": "c", "major": 10, "minor": 229},
    {"path": "/dev/sub/zero", "type": "c", "major": 1, "minor": 5},
    {"path": "/dev/block", "type": "b", "major": 7, "minor": 0},
    {"path": "/dev/fifo", "type": "p"},
    {"path": "/dev/kmsg", "type": "c", "major": 1, "minor": 11},
    {"path": "/dev/full2", "type": "u", "major": 1, "minor": 7},
    {"path": "/elsewhere", "type": "c", "major": 1, "minor": 3},
    {"path": "/dev/null", "type": "c", "major": 1, "minor": 3},
    {"path": "/dev/zero", "type": "c", "major": 1, "minor": 7},
    {"path": "/link/device", "type": "c", "major": 1, "minor": 3},
]


def devices(case):
    chosen = copy.deepcopy(case.some(DEVICES, 1, 4))
    for device in chosen:
        if case.random.random() < 0.6:
            device["fileMode"] = case.random.choice([0o600, 0o666, 0o640, 0o4755, 0])
        if case.random.random() < 0.5:
            device["uid"], device["gid"] = case.random.choice([(0, 5), (1000, 1000), (5, 0)])
    case.linux["devices"] = chosen


def odd_device(case):
    case.linux["devices"] = [case.random.choice([
        {"path": "dev/relative", "type": "c", "major": 1, "minor": 3},
        {"path": "/dev/x", "type": "x", "major": 1, "minor": 3},
        {"path": "/dev/x", "type": "c"},
        {"path": "/dev", "type": "c", "major": 1, "minor": 3},
        {"path": "/dev/ptmx", "type": "c", "major": 5, "minor": 2},
        {"path": "/etc/passwd", "type": "c", "major": 1, "minor": 3},
        {"path": "/dev/x", "type": "c", "major": 1, "minor": 3, "fileMode": 0o20666}])]


def device_rules(case):
    pool = [{"allow": True, "type": "c", "major": 10, "minor": 229, "access": "rwm"},
            {"allow": True, "type": "c", "major": 1, "access": "rm"},
            {"allow": True, "type": "b", "access": "m"},
            {"allow": False, "type": "c", "major": 1, "minor": 5, "access": "w"},
            {"allow": True, "access": "rwm"},
            {"allow": True, "type": "a", "access": "rwm"},
            {"allow": False, "type": "a", "access": "rwm"},
            {"allow": True, "type": "b", "major": 7, "minor": 0, "access": "rw"},
            {"allow": True, "type": "c", "major": -1, "minor": -1, "access": "r"}]
    case.resources["devices"] = case.some([None, case.resources["devices"]], 1, 1)[0] or []
    case.resources["devices"] += case.some(pool, 0, 4)
    devices(case)


def memory_limits(case):
    limit = case.random.choice([33554432, 64 << 20, -1, 100000001])
    memory = {"limit": limit}
    if case.random.random() < 0.5:
        memory["reservation"] = case.random.choice([16 << 20, -1])
    if case.random.random() < 0.3:
        memory["swappiness"] = case.random.choice([0, 30, 100, 101])
    if case.random.random() < 0.3:
        memory["disableOOMKiller"] = case.random.choice([True, False])
    if case.random.random() < 0.2:
        memory["kernel"] = 32 << 20
    if case.random.random() < 0.2:
        memory["useHierarchy"] = True
    case.resources["memory"] = memory


def cpu_limits(case):
    cpu = {}
    if case.random.random() < 0.6:
        cpu["shares"] = case.random.choice([2, 100, 1024, 300000, 0, 1])
    if case.random.random() < 0.6:
        cpu["quota"] = case.random.choice([20000, 150000, -1, 500])
    if case.random.random() < 0.5:
        cpu["period"] = case.random.choice([50000, 100000, 1000000, 10])
    if case.random.random() < 0.5:
        cpu["cpus"] = case.random.choice(["0", "0-1", "1", "0,1", "77", ""])
    if case.random.random() < 0.3:
        cpu["mems"] = case.random.choice(["0", "9"])
    case.resources["cpu"] = cpu


def process_limit(case):
    case.resources["pids"] = {"limit": case.random.choice([0, -1, 1, 20, 9999999, 5])}


def other_resources(case):
    case.resources.update(case.random.choice([
        {"blockIO": {"weight": 500}},
        {"blockIO": {"throttleReadBpsDevice": [{"major": 7, "minor": 0, "rate": 1048576}]}},
        {"network": {"classID": 1048577}},
        {"hugepageLimits": [{"pageSize": "2MB", "limit": 0}]},
        {"unified": {"memory.high": "33554432"}},
        {"memory": {"limit": 33554432, "swap": 67108864}},
        {"memory": {"limit": 67108864, "swap": 33554432}},
        {"rdma": {"mlx": {"hcaHandles": 1}}}]))


def no_resources(case):
    if case.random.random() < 0.5:
        del case.linux["resources"]
        case.linux["resources"] = {}
    else:
        case.resources["devices"] = []


def cgroup_path(case):
    case.linux["cgroupsPath"] = case.random.choice(
        ["@TOKEN@/relative", "/@TOKEN@/a/b/c", "/@TOKEN@/x/../y", "/@TOKEN@//slashes/", "/@TOKEN@/with space"])


def kernel_parameters(case):
    pool = {"kernel.msgmax": "4096", "kernel.shmmni": "100", "kernel.shm_rmid_forced": "1", "kernel.sem": "10 20 30 40",
            "fs.mqueue.msg_max": "20", "net.ipv4.ip_unprivileged_port_start": "80", "net.core.somaxconn": "99",
            "net.ipv4.ping_group_range": "0 1000", "net.ipv4.conf.lo.forwarding": "1", "net/ipv4/ip_forward": "1"}
    case.linux["sysctl"] = {name: pool[name] for name in case.some(list(pool), 1, 4)}


def odd_kernel_parameter(case):
    name, value = case.random.choice([
        ("vm.swappiness", "@SWAPPINESS@"), ("kernel.nosuch", "1"), ("net.nosuch", "1"), ("kernel.hostname", "other"),
        ("kernel.domainname", "other"), ("kernel.msgmax", "many"), ("net.core.somaxconn", "-5"),
        ("net.ipv4.../../../kernel.msgmax", "1"), ("kernel.shmmax", ""), ("", "1")])
    case.linux["sysctl"] = {name: value}


# ---- seccomp, hooks, the rest

CALLS = ["getcpu", "uname", "personality", "bpf", "swapon", "reboot", "mount", "unshare", "ptrace", "sethostname",
         "settimeofday", "mknodat", "chroot", "setdomainname", "socket", "clone3", "openat2"]


def seccomp(case):
    rules = []
    for _ in range(case.random.randint(1, 5)):
        rule = {"names": case.some(CALLS, 1, 4), "action": case.random.choice(
            ["SCMP_ACT_ERRNO", "SCMP_ACT_ERRNO", "SCMP_ACT_ALLOW", "SCMP_ACT_LOG"])}
        if rule["action"] == "SCMP_ACT_ERRNO" and case.random.random() < 0.6:
            rule["errnoRet"] = case.random.choice([1, 38, 95])
        rules.append(rule)
    if case.random.random() < 0.5:
        rules.append({"names": ["personality"], "action": "SCMP_ACT_ERRNO", "errnoRet": 71, "args": [
            {"index": 0, "value": case.random.choice([0, 0xffffffff]), "op": case.random.choice(
                ["SCMP_CMP_EQ", "SCMP_CMP_NE", "SCMP_CMP_GE", "SCMP_CMP_LT"])}]})
    if case.random.random() < 0.3:
        rules.append({"names": ["nosuchcall", "kill"], "action": "SCMP_ACT_ERRNO"})
    case.linux["seccomp"] = {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": rules}
    if case.random.random() < 0.6:
        case.linux["seccomp"]["architectures"] = case.some(
            ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"])
    case.process["noNewPrivileges"] = case.random.random() < 0.5


def strict_seccomp(case):
    case.linux["seccomp"] = {
        "defaultAction": "SCMP_ACT_ERRNO",
        "syscalls": [{"names": (
            "read write open openat close fstat newfstatat stat lstat lseek mmap munmap mprotect brk ioctl access "
            "faccessat faccessat2 getdents64 execve execveat exit exit_group fcntl getcwd readlink readlinkat getuid "
            "geteuid getgid getegid getresuid getresgid getgroups getpid getppid getpgrp getsid umask prctl "
            "rt_sigaction rt_sigprocmask sched_getaffinity sched_getscheduler arch_prctl set_tid_address rseq "
            "set_robust_list prlimit64 getrlimit capget uname getrandom futex statx dup dup2 poll epoll_pwait "
            "nanosleep sigaltstack rt_sigreturn clone mincore setuid setgid setgroups capset fchdir chdir "
            "getpriority gettid tgkill kill close_range writev socket readv pread64 fstatfs statfs "
            "fchown fchownat pipe2 sendto recvfrom connect sched_yield madvise setresuid setresgid").split(),
            "action": "SCMP_ACT_ALLOW"}]}
    if case.random.random() < 0.5:
        case.linux["seccomp"]["defaultErrnoRet"] = 38


def odd_seccomp(case):
    case.linux["seccomp"] = case.random.choice([
        {"defaultAction": "SCMP_ACT_NOSUCH"},
        {"defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_NOSUCH"]},
        {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": [], "action": "SCMP_ACT_ERRNO"}]},
        {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["uname"], "action": "SCMP_ACT_ERRNO",
                                                          "args": [{"index": 7, "value": 0, "op": "SCMP_CMP_EQ"}]}]},
        {"defaultAction": "SCMP_ACT_ALLOW", "flags": ["SECCOMP_FILTER_FLAG_NOSUCH"]},
        {"defaultAction": "SCMP_ACT_ALLOW", "flags": ["SECCOMP_FILTER_FLAG_LOG"]},
        {}])


HOOKS = ["prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop"]


def hook(kind, *extra):
    path, out = ("/probe", "/hooks") if kind == "startContainer" else ("@BUNDLE@/probe", f"@BUNDLE@/hook-{kind}")
    return {"path": path, "args": ["probe", "hook", out, kind, *extra], "env": ["HOOK=" + kind, "X="]}


def hooks(case):
    case.config["hooks"] = {kind: [hook(kind)] * case.random.randint(1, 2) for kind in case.some(HOOKS)}
    for entries in case.config["hooks"].values():
        if case.random.random() < 0.3:
            entries[0] = dict(entries[0], timeout=50)
        if case.random.random() < 0.3:
            entries[-1] = {k: v for k, v in entries[-1].items() if k != "env"}


def failing_hook(case):
    kind = case.random.choice(HOOKS)
    bad = case.random.choice([hook(kind, "exit=7"), {"path": "/missing"}, {"path": "relative"}, {}])
    case.config["hooks"] = {kind: [hook(kind), bad, hook(kind)]}


def annotations(case):
    case.config["annotations"] = {"org.example.key": "value", "empty": "", "\u00e4": "\n\"quoted\"\\"}


def other_versions(case):
    case.config["ociVersion"] = case.random.choice(["1.0.0", "1.0.0-rc1", "0.5.0", "2.0.0", "", "1.9.9", "one"])


def unknown_fields(case):
    case.config["nosuchfield"] = {"a": [1, 2]}
    case.process["nosuchfield"] = 1


def odd_document(case):
    target, key, value = case.random.choice([
        (case.config, "mounts", "text"), (case.config, "root", None), (case.process, "cwd", 7),
        (case.process, "args", "text"), (case.config, "linux", None), (case.process, "user", None),
        (case.config, "process", None), (case.process["user"], "uid", "0"), (case.config, "hostname", 5)])
    if value is None:
        del target[key]
        if key == "linux":
            case.config.setdefault("linux", None)
            del case.config["linux"]
    else:
        target[key] = value


def preserved_descriptors(case):
    case.preserved = case.random.randint(1, 3)
    case.run_options += ["--preserve-fds", str(case.preserved)]


def run_option(case):
    case.run_options.append(case.random.choice(["--no-new-keyring", "--no-pivot"]))


def executed_process(case):
    """One more process in the running container."""
    process = copy.deepcopy(BASE["process"])
    other = Case(case.number, "exec")
    other.random = case.random
    other.config = {"process": process, "linux": {"resources": {}}}
    for feature in case.some([other_user, environment, working_directory, capability_sets, resource_limits,
                              new_privileges, oom_score, program, exit_status, more_arguments], 1, 2):
        feature(other)
    case.exec_process = process
    if case.mode == "create":
        case.mode = "detach"


FEATURES = [
    tmpfs_mount, copied_up_tmpfs, bind_mount, relative_bind, file_onto_new_file, recursive_flags, nested_mounts,
    mount_over_mount, mounts_in_other_order, fewer_mounts, no_dev_mount, read_only_dev, proc_options,
    system_options, cgroup_mount, other_file_systems, odd_destination, missing_source, odd_option,
    mount_propagation, root_propagation, read_only_root, root_path, masked_paths, read_only_paths,
    odd_masked_path, fewer_namespaces, hostname_without_namespace, joined_namespaces, odd_namespaces,
    shuffled_namespaces, user_namespace, odd_user_namespace, maps_without_namespace, capability_sets,
    unruly_capabilities, odd_capabilities, resource_limits, odd_limits, new_privileges,
    no_word_on_new_privileges, other_user, odd_user, environment, no_environment, working_directory, program,
    exit_status, more_arguments, no_arguments, host_name, domain_name, oom_score, execution_domain, terminal,
    profiles, devices, odd_device, device_rules, memory_limits, cpu_limits, process_limit, other_resources,
    no_resources, cgroup_path, kernel_parameters, odd_kernel_parameter, seccomp, strict_seccomp, odd_seccomp,
    hooks, failing_hook, annotations, other_versions, unknown_fields, odd_document, preserved_descriptors,
    run_option, executed_process,
]
# What makes most configurations be refused says little in a mixture.
MIXED = [feature for feature in FEATURES
         if not feature.__name__.startswith(("odd_", "missing_", "failing_", "no_arguments", "maps_without",
                                             "hostname_without", "program", "profiles", "other_versions"))]
# These replace or remove what the others have put there, so they come first.
FIRST = [user_namespace, read_only_dev, mounts_in_other_order, fewer_namespaces]


def make_case(number, seed=DEFAULT_SEED):
    case = Case(number, seed)
    if number < ROUNDS_ALONE * len(FEATURES):
        chosen = [FEATURES[number % len(FEATURES)]]
    else:
        chosen = case.some(MIXED, 2, 6)
        chosen.sort(key=lambda feature: feature not in FIRST)
    for feature in chosen:
        feature(case)
        case.features.append(feature.__name__.replace("_", " "))
    return case


if __name__ == "__main__":
    shown = make_case(int(sys.argv[1]), *sys.argv[2:3])
    print(f"# {shown.title()}", file=sys.stderr)
    json.dump(shown.config, sys.stdout, indent="\t", ensure_ascii=False)
    print()
