# Runs a job on the machine's own kernel with nothing but its own programs, in namespaces of its own: network, mounts,
# processes and, for an ordinary user, users. Argument: the job's share.
set -e
share=$1 here=$(pwd) root=/run/root
mount -t tmpfs -o mode=755 run /run
mkdir $root
mount -t tmpfs -o mode=755 root $root
# A root folder of our own, since in a user namespace the machine's belongs to nobody, and the command trusts no helper
# below such a folder.
for path in /* /.[!.]*; do
  case $path in
    /proc | /run | /etc | '/*' | '/.[!.]*') ;;
    *) if [ -L "$path" ]; then
      cp -P "$path" "$root$path"
    elif [ -d "$path" ]; then
      mkdir "$root$path"
      mount --rbind "$path" "$root$path"
    fi ;;
  esac
done
# A copy, since each namespace of the world has names of its own below /etc/netns. What an ordinary user may not
# read is left out.
mkdir $root/etc $root/proc $root/run
cp -a /etc/. $root/etc 2>/dev/null || true
mount -t proc proc $root/proc
mount -t tmpfs -o mode=755 run $root/run
mkdir -p $root/run/guest/share $root/run/netns $root/run/lock
mount --bind "$share" $root/run/guest/share
exec chroot $root /bin/sh -c '
  cd "$1"
  ip link set lo up
  . /run/guest/share/env.sh
  # In a process of its own: how the job ended has to be told after it. All that it says comes out one way, as from a guest.
  exec 2>&1
  sh /run/guest/share/job.sh && status=0 || status=$?
  echo $status >/run/guest/share/status' sh "$here"
