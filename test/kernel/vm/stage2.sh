# Second stage, with the machine's files as root: makes the rest of a system and runs the job that
# the share describes. However the job ends, the power goes off; its status is a file in the share.
guest=/run/guest
bb() { $guest/busybox "$@"; }
bb mkdir -p /dev/pts /dev/shm /run/netns /run/lock
bb mount -t devpts -o newinstance,gid=5,mode=620,ptmxmode=666 pts /dev/pts
bb mount -t tmpfs -o mode=1777 shm /dev/shm
bb ln -sf pts/ptmx /dev/ptmx
bb ln -sf /proc/self/fd /dev/fd
bb mount -t cgroup2 cgroup /sys/fs/cgroup
bb hostname guest
bb ip link set lo up
# Where the machine has a program of a name, the machine's is used: busybox comes last in the PATH.
$guest/busybox --install -s $guest/bin
. $guest/share/env.sh
# The kernel loads modules by this program.
for probe in /usr/sbin/modprobe $guest/bin/modprobe; do
  [ -x $probe ] && break
done
echo $probe >/proc/sys/kernel/modprobe
# nf_tables does not load its own parts everywhere, so the usual ones are there beforehand. Without udev nobody makes
# /dev/net/tun but the module itself.
$probe -a tun wireguard ip_gre nf_tables nft_chain_nat nft_masq nft_ct nft_reject_inet nft_fib_inet

tty=/dev/hvc0
if [ -e $guest/share/interactive ]; then
  bb stty -F $tty sane $(cat $guest/share/interactive)
  bb setsid -c /bin/sh $guest/share/job.sh <$tty >$tty 2>&1
else
  bb stty -F $tty raw -echo
  # Not busybox's own shell, which would prefer its applets to the machine's programs.
  /bin/sh $guest/share/job.sh </dev/null >$tty 2>&1
fi
echo $? >$guest/share/status
bb sync
bb poweroff -f
