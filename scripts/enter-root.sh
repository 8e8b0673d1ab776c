#!/bin/sh
# enter-root.sh ROOT NAME NETNS "FOLDER …" COMMAND…: runs a command with the unpacked ROOT as its /, as the first process of
# namespaces of its own (mounts, processes, control groups) in the network namespace NETNS. The folders are seen under the
# same paths. All its processes are in the control groups NAME. With the command's end all of it ends. With STI_GROUPS=2 the
# command sees control groups of version 2 only. Needs root.
set -eu
root=$1 name=$2 netns=$3 folders=$4
shift 4

# The controllers of each hierarchy of version 1, as /proc/self/cgroup has them (NUMBER:CONTROLLERS:PATH; 0 is version 2).
hierarchies() {
  while IFS=: read -r number controllers _; do
    if [ "$number" != 0 ]; then echo "$controllers"; fi
  done < /proc/self/cgroup
}

join_group() {
  if [ ! -e "$1/cgroup.procs" ]; then return; fi
  mkdir -p "$1/$name"
  # A new group of cpuset has no processor and no memory, and takes no process before it has.
  for file in cpuset.cpus cpuset.mems; do
    if [ -e "$1/$file" ]; then cat "$1/$file" > "$1/$name/$file"; fi
  done
  echo $$ > "$1/$name/cgroup.procs"
}

if [ -z "${STI_IN_GROUP:-}" ]; then
  join_group /sys/fs/cgroup
  join_group /sys/fs/cgroup/unified
  for controllers in $(hierarchies); do join_group "/sys/fs/cgroup/${controllers#name=}"; done
  STI_IN_GROUP=1 exec nsenter "--net=$netns" \
    unshare --mount --propagation private --cgroup --pid --fork --kill-child sh "$0" "$root" "$name" "$netns" "$folders" "$@"
fi
unset STI_IN_GROUP
version=${STI_GROUPS:-1}
unset STI_GROUPS

mount --bind "$root" "$root"
cd "$root"
mount -t proc proc proc
mount -t sysfs sysfs sys
mount -t tmpfs -o mode=755 tmpfs run
mount --rbind /dev dev
# Engines without root open these, which may be the machine's root's alone.
device() {
  if [ ! -e "dev/$1" ]; then return; fi
  mknod "run/device-$3" c "$2" "$3"
  chmod 666 "run/device-$3"
  mount --bind "run/device-$3" "dev/$1"
}
device net/tun 10 200
device fuse 10 229
for folder in $folders; do
  mkdir -p ".$folder"
  mount --bind "$folder" ".$folder"
done

if [ -e /sys/fs/cgroup/cgroup.procs ]; then
  # The machine's own view: below a group that has processes, this one, there may be no group with controllers.
  mount --rbind /sys/fs/cgroup sys/fs/cgroup
elif [ "$version" = 2 ]; then
  # Without controllers, which are those of version 1 on such a machine.
  mount -t cgroup2 cgroup2 sys/fs/cgroup
else
  # The hierarchy of version 2 that some machines have beside these is left out: crun refuses to work with both.
  mount -t tmpfs -o mode=755 tmpfs sys/fs/cgroup
  for controllers in $(hierarchies); do
    folder=sys/fs/cgroup/${controllers#name=}
    mkdir "$folder"
    case $controllers in
      name=*) mount -t cgroup -o "none,$controllers" cgroup "$folder" ;;
      *) mount -t cgroup -o "$controllers" cgroup "$folder" ;;
    esac
    for controller in $(echo "${controllers#name=}" | tr , ' '); do
      if [ ! -e "sys/fs/cgroup/$controller" ]; then ln -s "${controllers#name=}" "sys/fs/cgroup/$controller"; fi
    done
  done
fi

mkdir -p .machine
pivot_root . .machine
cd /
umount --lazy /.machine
mount --make-rshared /
exec "$@"
