#!/bin/sh
# make-debian-root.sh SUITE ARCHITECTURE: writes the root file system of debian:SUITE-slim to standard output, as a tar.
# Runs in a mount namespace of its own; needs root and debootstrap. Progress and errors go to standard error.
set -eu
suite=$1 architecture=$2
exec 3>&1 >&2
export LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive
base=$(mktemp -d /var/tmp/sti-debian.XXXXXX)
trap 'rm -rf "$base"' EXIT
# Without room for a tmpfs the tree is made on disk, which takes longer.
free=$(awk '/^MemAvailable/ { print $2 }' /proc/meminfo)
if [ "$free" -gt 1500000 ]; then
  mount -t tmpfs -o size=1g,mode=755 tmpfs "$base"
  trap 'cd /; umount -l "$base"; rmdir "$base"' EXIT
fi
trap 'exit 143' INT TERM HUP
root=$base/root
debootstrap --arch="$architecture" --variant=minbase "$suite" "$root" || {
  code=$?
  if [ -e "$root/debootstrap/debootstrap.log" ]; then cat "$root/debootstrap/debootstrap.log"; fi
  exit $code
}
cd "$root"

# The settings of Debian's own image, with the mirror that debootstrap took.
mirror=$(awk '$1 == "deb" { print $2; exit }' etc/apt/sources.list)
rm -f etc/apt/sources.list etc/resolv.conf etc/hostname
cat > etc/apt/sources.list.d/debian.sources <<END
Types: deb
URIs: $mirror
Suites: $suite $suite-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: ${mirror%/}-security
Suites: $suite-security
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
END
printf '#!/bin/sh\nexit 101\n' > usr/sbin/policy-rc.d
chmod 755 usr/sbin/policy-rc.d
echo force-unsafe-io > etc/dpkg/dpkg.cfg.d/docker-apt-speedup
cat > etc/dpkg/dpkg.cfg.d/docker <<'END'
path-exclude /usr/share/doc/*
path-include /usr/share/doc/*/copyright
path-exclude /usr/share/info/*
path-exclude /usr/share/locale/*
path-exclude /usr/share/man/*
path-exclude /usr/share/groff/*
path-exclude /usr/share/linda/*
path-exclude /usr/share/lintian/*
END
cat > etc/apt/apt.conf.d/docker-clean <<'END'
DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb /var/cache/apt/archives/partial/*.deb /var/cache/apt/*.bin || true"; };
APT::Update::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb /var/cache/apt/archives/partial/*.deb /var/cache/apt/*.bin || true"; };
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
END
echo 'Acquire::Languages "none";' > etc/apt/apt.conf.d/docker-no-languages
echo 'Acquire::GzipIndexes "true";' > etc/apt/apt.conf.d/docker-gzip-indexes
echo 'Apt::AutoRemove::SuggestsImportant "false";' > etc/apt/apt.conf.d/docker-autoremove-suggests

# What its settings would have kept out, and what the making left behind.
find usr/share/doc -mindepth 2 ! -name copyright ! -type d -delete
find usr/share/doc -mindepth 1 -type d -empty -delete
rm -rf usr/share/info/* usr/share/locale/* usr/share/man/* usr/share/groff/* usr/share/linda/* usr/share/lintian/*
rm -rf debootstrap var/cache/apt/archives/*.deb var/cache/apt/*.bin var/cache/debconf/*-old var/cache/ldconfig/aux-cache
rm -rf var/lib/apt/lists/* var/lib/dpkg/*-old run/* tmp/* etc/machine-id
mkdir -p var/lib/apt/lists/partial run/lock
: > etc/machine-id
find var/log -type f -delete
tar --numeric-owner --one-file-system --exclude='./dev/*' --exclude='./proc/*' --exclude='./sys/*' -c . >&3
