# SPDX-License-Identifier: Apache-2.0
"""Runs a case by one runtime and collects what can be seen of it, inside and outside.

`Laboratory` owns what all cases share: the bundle's folder with its sources, a process whose namespaces
can be joined, cgroups. `Laboratory.observe` gives an Observation: raw facts, not yet comparable.
"""

import array
import json
import os
import select
import shutil
import socket
import stat
import subprocess
import time

TIME_LIMIT_SECONDS = 60
CGROUPS = "/sys/fs/cgroup"
LIMITS = ["cpu.shares", "cpu.cfs_quota_us", "cpu.cfs_period_us", "cpuset.cpus", "cpuset.mems",
          "memory.limit_in_bytes", "memory.soft_limit_in_bytes", "memory.memsw.limit_in_bytes",
          "memory.swappiness", "memory.oom_control", "memory.use_hierarchy", "memory.kmem.limit_in_bytes",
          "pids.max", "devices.list", "blkio.throttle.read_bps_device", "freezer.state", "memory.max",
          "memory.low", "memory.high", "memory.swap.max", "cpu.max", "cpu.weight", "cpu.max.burst", "cpu.idle",
          "io.max", "io.weight", "hugetlb.2MB.max", "rdma.max", "cgroup.freeze", "cgroup.type"]


class Observation:
    """What one runtime made of a case. `facts` are lines of (group, key, value)."""

    def __init__(self):
        self.facts = []
        self.errors = ""
        self.has_started = False

    def add(self, group, key, value):
        self.facts.append((group, str(key), str(value)))

    def add_lines(self, group, text):
        for line in text.splitlines():
            key, tab, value = line.partition("\t")
            if tab:
                self.add(group, key, value)


def tree(top):
    """All names below a folder: mode, owner, device number or target."""
    for folder, folders, files in os.walk(top):
        for name in sorted(folders + files):
            path = os.path.join(folder, name)
            st = os.lstat(path)
            what = os.readlink(path) if stat.S_ISLNK(st.st_mode) else f"{st.st_uid}:{st.st_gid} {st.st_rdev}"
            yield os.path.relpath(path, top), f"{st.st_mode:o} {what}"


def read(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as stream:
            return stream.read()
    except OSError as failure:
        return failure.strerror


class Laboratory:
    def __init__(self, work, probe, token, reference):
        self.work = work
        self.reference = reference  # runc's path
        self.probe = probe
        self.token = token
        self.bundle = os.path.join(work, "bundle")
        os.makedirs(self.bundle)
        self._make_sources()
        self._make_cgroups()
        self.holder = subprocess.Popen(
            ["unshare", "--net", "--ipc", "--uts", "--cgroup", "--pid", "--fork", "--kill-child",
             "sh", "-c", "hostname of-the-holder; exec sleep 1000"])
        self.holder_pid = self._wait_for_holder()
        self.n_runs = 0

    def _wait_for_holder(self):
        path = f"/proc/{self.holder.pid}/task/{self.holder.pid}/children"
        for _ in range(500):
            child = read(path).split()
            if child and read(f"/proc/{child[0]}/comm").strip() == "sleep":
                return int(child[0])
            time.sleep(0.01)
        raise RuntimeError("no process whose namespaces could be joined")

    def close(self):
        self.holder.kill()
        self.holder.wait()

    def _make_sources(self):
        source = os.path.join(self.bundle, "source")
        for folder in ("dir/inner", "nested/sub", "flagged", "shared/sub"):
            os.makedirs(os.path.join(source, folder))
        for name in ("file", "dir/file", "nested/file"):
            with open(os.path.join(source, name), "w", encoding="utf-8") as stream:
                stream.write("text\n")
        os.symlink("dir", os.path.join(source, "link"))
        shutil.copy(self.probe, os.path.join(self.bundle, "probe"))
        os.symlink("rootfs", os.path.join(self.bundle, "rootfs-link"))
        for folder, options in (("nested/sub", "nosuid"), ("flagged", "nosuid,nodev,noexec,noatime"),
                                ("shared", "rw"), ("shared/sub", "rw")):
            path = os.path.join(source, folder)
            subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m,mode=755," + options, "source", path], check=True)
            if folder == "shared":
                subprocess.run(["mount", "--make-shared", path], check=True)
                os.mkdir(os.path.join(path, "sub"))

    def hierarchies(self):
        for line in read("/proc/self/mounts").splitlines():
            _, path, kind = line.split()[:3]
            if kind in ("cgroup", "cgroup2"):
                yield path

    def _make_cgroups(self):
        for hierarchy in self.hierarchies():
            group = os.path.join(hierarchy, self.token)
            os.makedirs(group, exist_ok=True)
            # version 1: no process enters a cpuset group before it has processors and memory nodes
            for name in ("cpuset.cpus", "cpuset.mems"):
                if all(os.path.exists(os.path.join(folder, name)) for folder in (group, hierarchy)):
                    with open(os.path.join(group, name), "w", encoding="ascii") as stream:
                        stream.write(read(os.path.join(hierarchy, name)))

    def _make_rootfs(self, case):
        rootfs = os.path.join(self.bundle, "rootfs")
        subprocess.run(["rm", "-rf", "--one-file-system", rootfs], check=True)
        for folder in ("bin", "dev", "etc", "home/user", "proc", "sys", "tmp", "var/log", "usr/bin", "closed",
                       "target/deep", "open"):
            os.makedirs(os.path.join(rootfs, folder))
        texts = {"etc/passwd": "root:x:0:0::/root:/bin/sh\nuser:x:1000:1000::/home/user:/bin/sh\n",
                 "etc/group": "root:x:0:\n", "home/file": "x\n", "bin/script": "#!/probe\n",
                 "bin/lost-script": "#!/missing\n", "bin/empty": "", "bin/garbage": "\x01\x02\x03\n"}
        for name, text in texts.items():
            with open(os.path.join(rootfs, name), "w", encoding="ascii") as stream:
                stream.write(text)
            os.chmod(os.path.join(rootfs, name), 0o755 if name.startswith("bin/") else 0o644)
        for name, target in {"link": "target", "absolute-link": "/target", "dangling": "/nowhere/at/all",
                             "loop": "loop", "file-link": "etc/passwd", "bin/probe-link": "../probe"}.items():
            os.symlink(target, os.path.join(rootfs, name))
        shutil.copy(self.probe, os.path.join(rootfs, "probe"))
        if case.tree_owner:
            subprocess.run(["chown", "-hR", f"{case.tree_owner}:{case.tree_owner}", rootfs], check=True)
        os.chmod(os.path.join(rootfs, "closed"), 0o700)
        os.chmod(os.path.join(rootfs, "tmp"), 0o1777)
        os.chmod(os.path.join(rootfs, "open"), 0o777)

    def fill(self, value):
        text = json.dumps(value, ensure_ascii=False)
        for name, replacement in {"@BUNDLE@": self.bundle, "@HOLDER@": str(self.holder_pid), "@TOKEN@": self.token,
                                  "@SWAPPINESS@": read("/proc/sys/vm/swappiness").strip()}.items():
            text = text.replace(name, replacement)
        return text

    def _make_bundle(self, case):
        self._make_rootfs(case)
        for name in os.listdir(self.bundle):
            if name.startswith("hook-"):
                os.unlink(os.path.join(self.bundle, name))
        config = dict(case.config)
        if isinstance(config.get("linux"), dict):
            config["linux"] = {"cgroupsPath": f"/{self.token}/case", **config["linux"]}
        with open(os.path.join(self.bundle, "config.json"), "w", encoding="utf-8") as stream:
            stream.write(self.fill(config))

    def observe(self, case, runtime):
        """The bundle made anew, run by `runtime` (a path), and all that could be seen of it."""
        self._make_bundle(case)
        self.n_runs += 1
        run = Run(self, case, runtime)
        try:
            run.start()
            run.look()
            run.finish()
        finally:
            run.clean_up()
        return run.seen


class Run:
    """One container, from its creation to what is left of it."""

    def __init__(self, laboratory, case, runtime):
        self.laboratory = laboratory
        self.case = case
        # an id of its own: a session keyring is joined by name, also that of a container just gone
        self.id = f"{laboratory.token}-{laboratory.n_runs}"
        self.root = os.path.join(laboratory.work, "state")
        os.makedirs(self.root, exist_ok=True)
        self.command = [runtime, "--root", self.root]
        self.pid_file = os.path.join(laboratory.work, "pid")
        self.error_file = os.path.join(laboratory.work, "errors")
        self.seen = Observation()
        self.pid = 0
        self.deadline = time.monotonic() + TIME_LIMIT_SECONDS
        self.process = None
        self.status = None
        self.input = self.output = -1

    def _call(self, *arguments, **options):
        return subprocess.run(self.command + list(arguments), stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, errors="replace", timeout=TIME_LIMIT_SECONDS, check=False, **options)

    # ---- start

    def start(self):
        if self.case.process_has_terminal():
            self._start_with_terminal()
        else:
            self._start_with_pipes()

    def _arguments(self):
        verb = {"run": ["run"], "detach": ["run", "--detach"], "create": ["create"]}[self.case.mode]
        return [*verb, *self.case.run_options, "--bundle", self.laboratory.bundle, "--pid-file", self.pid_file]

    def _spawn(self, arguments, stdin, stdout):
        preserved = []
        with open(self.error_file, "w", encoding="utf-8") as errors:
            for number in range(3, 3 + self.case.preserved):
                fd = os.open(os.path.join(self.laboratory.bundle, "source/file"), os.O_RDONLY)
                preserved.append((number, fd))
            self.process = subprocess.Popen(
                self.command + arguments + [self.id], stdin=stdin, stdout=stdout, stderr=errors,
                close_fds=False if preserved else True,
                preexec_fn=(lambda: self._place(preserved)) if preserved else None)
        for _, fd in preserved:
            os.close(fd)
        if self.case.mode != "run":
            self.status = self.process.wait(TIME_LIMIT_SECONDS)
            if self.case.mode == "create" and self.status == 0:
                started = self._call("start", self.id)
                self.status = started.returncode
                self.seen.errors += started.stderr

    @staticmethod
    def _place(preserved):
        copies = [(number, os.dup2(fd, 100 + number)) for number, fd in preserved]
        for number, fd in copies:
            os.dup2(fd, number)
            os.close(fd)

    def _start_with_pipes(self):
        stdin, self.input = os.pipe()
        self.output, stdout = os.pipe()
        self._spawn(self._arguments(), stdin, stdout)
        os.close(stdin)
        os.close(stdout)

    def _start_with_terminal(self):
        path = os.path.join(self.laboratory.work, "console")
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
            listener.bind(path)
            listener.listen()
            listener.settimeout(TIME_LIMIT_SECONDS)
            try:
                self._spawn(self._arguments() + ["--console-socket", path], subprocess.DEVNULL, subprocess.DEVNULL)
                if self.status == 0:
                    self._take_terminal(listener)
            finally:
                os.unlink(path)

    def _take_terminal(self, listener):
        connection, _ = listener.accept()
        with connection:
            message, ancillary, _, _ = connection.recvmsg(4096, socket.CMSG_SPACE(4))
        fds = array.array("i", ancillary[0][2])
        self.seen.add("terminal", "text", "some" if message else "none")
        self.seen.add("terminal", "descriptors", len(fds))
        self.output = fds[0]
        self.input = os.dup(self.output)

    # ---- look

    def _read_until_end(self):
        text = b""
        while time.monotonic() < self.deadline and not b"\nend\t" in text[-30:]:
            if not select.select([self.output], [], [], 0.2)[0]:
                continue
            try:
                chunk = os.read(self.output, 1 << 16)
            except OSError:
                break
            if not chunk:
                break
            text += chunk
        return text.decode(errors="replace").replace("\r\n", "\n")

    def look(self):
        text = self._read_until_end() if self.output >= 0 else ""
        self.seen.has_started = "\nend\t" in text
        self.seen.add_lines("inside", text)
        if self.seen.has_started:
            self._look_from_outside()
            if self.case.exec_process:
                self._look_at_executed()

    def _state(self):
        while True:
            answer = self._call("state", self.id)
            try:
                state = json.loads(answer.stdout)
            except ValueError:
                return {"none": answer.stderr}
            # the program may do all it has to before runc marks the container as started
            if (self.command[0] != self.laboratory.reference or state["status"] != "created"
                    or time.monotonic() > self.deadline):
                return state
            time.sleep(0.01)

    def _look_from_outside(self):
        state = self._state()
        self.pid = state.pop("pid", 0)
        state.pop("created", None)
        for key, value in state.items():
            self.seen.add("state", key, json.dumps(value, sort_keys=True))
        self.seen.add("outside", "pid file", read(self.pid_file) == str(self.pid))
        self.seen.add("outside", "oom_score_adj", read(f"/proc/{self.pid}/oom_score_adj"))
        for line in read(f"/proc/{self.pid}/cgroup").splitlines():
            number, controllers, path = line.split(":", 2)
            self.seen.add("cgroup-path", controllers, path)
            folder = {"": "unified", "name=systemd": "systemd"}.get(controllers, controllers)
            if os.path.exists(f"{CGROUPS}/cgroup.controllers"):
                folder = ""  # version 2 alone
            self._look_at_cgroup(controllers, f"{CGROUPS}/{folder}{path}")

    def _look_at_cgroup(self, controllers, folder):
        if not os.path.isdir(folder) or self.laboratory.token not in folder:
            return
        st = os.stat(folder)
        self.seen.add("cgroup-folder", controllers, f"{st.st_mode:o} {st.st_uid}:{st.st_gid}")
        for name in LIMITS:
            if os.path.exists(f"{folder}/{name}"):
                self._look_at_limit(folder, name)

    def _look_at_limit(self, folder, name):
        lines = [line for line in read(f"{folder}/{name}").splitlines()
                 if not line.startswith(("oom_kill ", "under_oom "))]
        if name == "devices.list":
            for line in lines:
                self.seen.add("cgroup-file", f"{name} {line}", "yes")
        else:
            self.seen.add("cgroup-file", name, " ".join(lines))

    def _look_at_executed(self):
        path = os.path.join(self.laboratory.work, "process.json")
        with open(path, "w", encoding="utf-8") as stream:
            stream.write(self.laboratory.fill(self.case.exec_process))
        answer = self._call("exec", "--process", path, self.id)
        self.seen.add("executed", "status", answer.returncode)
        self.seen.add_lines("executed", answer.stdout)
        self.seen.errors += answer.stderr

    # ---- finish

    def finish(self):
        self._let_it_end()
        if self.case.mode == "run":
            self.status = self.process.wait(TIME_LIMIT_SECONDS)
        elif self.seen.has_started:
            self._wait_for_container()
            answer = self._call("state", self.id)
            if answer.returncode == 0:
                self.seen.add("outside", "status after its end", json.loads(answer.stdout)["status"])
            self.seen.add("outside", "delete", self._call("delete", self.id).returncode)
        self.seen.errors += read(self.error_file)
        self.seen.add("outcome", "status", self.status)
        self._look_at_remains()

    def _let_it_end(self):
        for fd in {self.input, self.output} - {-1}:
            if fd == self.input and self.seen.has_started:
                try:
                    os.write(fd, b"\n")
                except OSError:
                    pass
        if self.seen.has_started and self.case.mode != "run":
            self._wait_for_container()
        for fd in {self.input, self.output} - {-1}:
            os.close(fd)
        self.input = self.output = -1

    def _wait_for_container(self):
        """We are the reaper of what runtimes leave behind."""
        if not self.pid:
            return
        while time.monotonic() < self.deadline:
            try:
                pid, status = os.waitpid(self.pid, os.WNOHANG)
            except ChildProcessError:
                break
            if pid:
                self.seen.add("outside", "container's status", os.waitstatus_to_exitcode(status))
                break
            time.sleep(0.005)
        self.pid = 0

    def _look_at_remains(self):
        bundle = self.laboratory.bundle
        for name in sorted(os.listdir(bundle)):
            if name.startswith("hook-"):
                self.seen.add_lines(name, read(os.path.join(bundle, name)))
        self.seen.add_lines("hook-startContainer", read(os.path.join(bundle, "rootfs/hooks")))
        for path, what in tree(os.path.join(bundle, "rootfs")):
            self.seen.add("rootfs", path, what)
        for path, what in tree(os.path.join(bundle, "source")):
            self.seen.add("source", path, what)
        self.seen.add("outside", "state folder stays", os.path.exists(os.path.join(self.root, self.id)))

    def clean_up(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if os.path.exists(os.path.join(self.root, self.id)):
            self._call("delete", "--force", self.id)
        for path in (self.pid_file, os.path.join(self.root, self.id)):
            subprocess.run(["rm", "-rf", path], check=True)
        self._remove_cgroups()
        try:
            while os.waitpid(-1, os.WNOHANG) != (0, 0):
                pass
        except ChildProcessError:
            pass

    def _remove_cgroups(self):
        for hierarchy in self.laboratory.hierarchies():
            for folder, _, _ in os.walk(os.path.join(hierarchy, self.laboratory.token), topdown=False):
                if os.path.basename(folder) != self.laboratory.token:
                    try:
                        os.rmdir(folder)
                    except OSError:
                        pass
