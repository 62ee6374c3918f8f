#!/bin/sh
# First process of the guest: makes one root out of the machine's own files (read-only, over 9p),
# the unpacked Debian packages above them, and a tmpfs on top that takes all writing.
export PATH=/bin
bb() { busybox "$@"; }
bb mount -t devtmpfs dev /dev
bb mount -t proc proc /proc
bb mount -t sysfs sys /sys
for module in /modules/*.ko; do bb insmod "$module"; done

p9=trans=virtio,version=9p2000.L,msize=512000
bb mkdir /packages /share
bb mount -t 9p -o "$p9,ro,cache=loose" machine /host || bb reboot -f
bb mount -t 9p -o "$p9,ro,cache=loose" packages /packages || bb reboot -f
bb mount -t tmpfs -o mode=755 over /over
bb mkdir /over/upper /over/work
lower=lowerdir=/packages:/host,upperdir=/over/upper,workdir=/over/work
bb mount -t overlay -o "$lower" root /root || bb reboot -f

bb mkdir -p /root/run /root/tmp /root/dev /root/proc /root/sys
# No mount on /tmp: it would hide a checkout there, and what is written goes to the tmpfs above anyway.
bb mount -t tmpfs -o mode=755 run /root/run
bb mount --move /dev /root/dev
bb mount --move /proc /root/proc
bb mount --move /sys /root/sys
bb mkdir -p /root/run/guest/bin /root/run/guest/share
bb cp /bin/busybox /stage2 /root/run/guest/
# Uncached: how the job ended has to be with the machine before the power goes.
bb mount -t 9p -o "$p9,cache=none" share /root/run/guest/share || bb reboot -f
exec busybox switch_root /root /run/guest/busybox sh /run/guest/stage2
