# Runs a job on the machine's own kernel, in namespaces of its own: network, mounts, processes.
# Arguments: the folder of unpacked packages, the job's share, the busybox.
set -e
packages=$1 share=$2 busybox=$3
work=$(mktemp -d)
mount -t tmpfs -o mode=755 work "$work"
mkdir "$work/upper" "$work/work" "$work/root"
root=$work/root
# Copied rather than laid over: overlayfs refuses a layer that lies inside another.
tar -C "$packages" --exclude=./usr/lib/modules -c . | tar -C "$work/upper" -x
mount -t overlay -o "lowerdir=/,upperdir=$work/upper,workdir=$work/work" root "$root"

# The overlay shows only the root's own file system; the others are added as they are mounted.
while read -r _ _ _ _ point _; do
  case $point in
    / | /proc | /proc/* | /sys | /sys/* | /dev/* | /run | /run/* | /tmp | "$work"*) continue ;;
  esac
  mkdir -p "$root$point" 2>/dev/null || continue
  [ -d "$point" ] && mount --bind "$point" "$root$point"
done </proc/self/mountinfo
mount -t proc proc "$root/proc"
mount -t sysfs sys "$root/sys"
mount -t tmpfs -o mode=755 run "$root/run"
mount -t tmpfs -o mode=1777 tmp "$root/tmp"
# A checkout below /tmp would be hidden by that.
here=$(pwd)
mkdir -p "$root$here" "$root/run/guest/bin" "$root/run/guest/share" "$root/run/netns"
mount --bind "$here" "$root$here"
mount --bind "$share" "$root/run/guest/share"
cp "$busybox" "$root/run/guest/busybox"
exec chroot "$root" /bin/sh -c '
  /run/guest/busybox --install -s /run/guest/bin
  . /run/guest/share/env.sh
  ip link set lo up
  exec 2>&1
  /bin/sh /run/guest/share/job.sh
  echo $? >/run/guest/share/status'
