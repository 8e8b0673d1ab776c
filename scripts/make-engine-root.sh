#!/bin/sh
# make-engine-root.sh SUITE ARCHITECTURE PACKAGE…: writes the root file system of that Debian suite with these packages to standard
# output, as a tar. For "experimental" the suite is sid, and PACKAGE/experimental is a package from there. Runs in a mount namespace of its own; needs root and mmdebstrap. Progress and errors go to standard error.
set -eu
suite=$1 architecture=$2
shift 2
export LC_ALL=C.UTF-8
base=$(mktemp -d /var/tmp/sti-root.XXXXXX)
trap 'rm -rf --one-file-system "$base"' EXIT
# Without room for a tmpfs the tree is made on disk, which takes longer.
free=$(awk '/^MemAvailable/ { print $2 }' /proc/meminfo)
if [ "$free" -gt 4000000 ]; then
  mount -t tmpfs -o size=3g,mode=755 tmpfs "$base"
  trap 'cd /; umount -l "$base"; rmdir "$base"' EXIT
fi
trap 'exit 143' INT TERM HUP
hook=true
if [ "$suite" = experimental ]; then
  suite=sid
  # shellcheck disable=SC2016 # the hook's own argument
  hook='sed "s/ sid / experimental /" "$1/etc/apt/sources.list" > "$1/etc/apt/sources.list.d/experimental.list"'
fi
# Mirrors that are kept as of a date serve lists whose time has passed; their signatures are checked all the same.
TMPDIR=$base mmdebstrap --mode=root --variant=essential --format=tar \
  --architectures="$architecture" --include="$(echo "$*" | tr ' ' ,)" \
  --keyring=/usr/share/keyrings \
  --setup-hook="$hook" \
  --aptopt='APT::Install-Recommends "false"' \
  --aptopt='Acquire::Check-Valid-Until "false"' \
  --dpkgopt=force-unsafe-io \
  --dpkgopt='path-exclude=/usr/share/doc/*' \
  --dpkgopt='path-exclude=/usr/share/info/*' \
  --dpkgopt='path-exclude=/usr/share/locale/*' \
  --dpkgopt='path-exclude=/usr/share/man/*' \
  "$suite" -
