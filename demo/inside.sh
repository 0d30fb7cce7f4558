# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# The container's first process (busybox's shell): says what it sees, one part after another, each
# below a line "@NAME", and then waits.

# limit NAME FILE... : the first of these files that there is, v2's or v1's
limit() {
	name=$1
	shift
	for file; do
		if [ -r "/sys/fs/cgroup/$file" ]; then
			echo "$name|$file|$(cat "/sys/fs/cgroup/$file")"
			return
		fi
	done
	echo "$name|-|not shown inside"
}

echo @hostname
hostname
echo @pid
echo $$
echo @id
echo "$(id -u)|$(tr -s ' ' </proc/self/uid_map | sed 's/^ //')"
echo @processes
ps -o pid,ppid,comm
echo @namespaces
for type in mnt pid net ipc uts user cgroup time; do
	echo "$type $(readlink /proc/self/ns/$type)"
done
echo @interfaces
ls /sys/class/net
echo @mounts
cat /proc/self/mountinfo
echo @limits
limit "memory" memory.max memory/memory.limit_in_bytes
limit "processes" pids.max pids/pids.max
limit "CPU quota, us" cpu.max cpu/cpu.cfs_quota_us cpu,cpuacct/cpu.cfs_quota_us
# shellcheck disable=SC3045  # busybox has it
echo "open files|ulimit -n|$(ulimit -n)"
echo @capabilities
grep CapEff /proc/self/status
echo @ready
exec sleep 1000
