import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { Systemd } from './nested-systemd.ts';

const busConfig = `<busconfig>
<type>system</type><listen>unix:path=/run/dbus/system_bus_socket</listen><auth>EXTERNAL</auth>
<policy context="default">
  <allow user="*"/><allow own="*"/><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/>
</policy>
</busconfig>
`;

// Debian's own, but for the words; the guest has no /usr/share of the package.
const action = `<?xml version="1.0" encoding="UTF-8"?>
<policyconfig><action id="org.freedesktop.policykit.exec">
  <description>Run a program</description><message>Authentication is required</message>
  <defaults>
    <allow_any>auth_admin</allow_any><allow_inactive>auth_admin</allow_inactive>
    <allow_active>auth_admin</allow_active>
  </defaults>
</action></policyconfig>
`;

const agree = `polkit.addRule(function (action) {
  if (action.id == 'org.freedesktop.policykit.exec') return polkit.Result.YES;
});
`;

const rules = '/etc/polkit-1/rules.d';
const actions = '/usr/share/polkit-1/actions';

/** The real polkitd and pkexec, on a message bus of their own. */
export async function startPolkit(systemd: Systemd): Promise<void> {
  const passwd = readFileSync('/etc/passwd', 'utf8');
  if (!/^polkitd:/m.test(passwd)) {
    appendFileSync('/etc/passwd', 'polkitd:x:991:991::/:/usr/sbin/nologin\n');
    appendFileSync('/etc/group', 'polkitd:x:991:\n');
  }
  for (const dir of [rules, actions]) mkdirSync(dir, { recursive: true });
  const own = `${actions}/org.freedesktop.policykit.policy`;
  if (!existsSync(own)) writeFileSync(own, action);
  writeFileSync('/run/world/bus.conf', busConfig);
  // polkitd looks for sessions where logind would have put them. Unpacking has taken pkexec its owner and so its power.
  await systemd.sh(`
mkdir -p /run/dbus /run/systemd/seats /run/systemd/sessions /run/systemd/users /run/systemd/machines
chown root:root /usr/bin/pkexec
chmod 4755 /usr/bin/pkexec
chown polkitd ${rules}
chmod 755 ${rules}
dbus-daemon --config-file /run/world/bus.conf --fork >/dev/null 2>&1`);
}

/** What polkit answers pkexec from now on; `ask` has it ask, and nobody is there to answer. */
export async function polkitAnswers(systemd: Systemd, answer: 'ask' | 'YES'): Promise<void> {
  writeFileSync(`${rules}/10-test.rules`, answer === 'ask' ? '' : agree);
  await systemd.sh(`
[ ! -e /run/polkitd.pid ] || kill $(cat /run/polkitd.pid)
while busctl status org.freedesktop.PolicyKit1 >/dev/null 2>&1; do sleep 0.1; done
/usr/lib/polkit-1/polkitd >/run/polkitd.log 2>&1 &
echo $! >/run/polkitd.pid
for i in $(seq 50); do
  busctl status org.freedesktop.PolicyKit1 >/dev/null 2>&1 && exit
  sleep 0.1
done
cat /run/polkitd.log >&2
exit 1`);
}
