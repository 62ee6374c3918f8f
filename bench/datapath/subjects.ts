import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import type { Daemon } from '../../test/kernel/world/daemon.ts';
import { labProgram } from '../../test/kernel/world/programs.ts';
import { execute, sh } from '../../test/kernel/world/shell.ts';
import { type End, ends, farOf, inner, outer, plugIn, start, unpacked } from './cable.ts';

/** One way to make a cable of two far places, set up as somebody who knows it well would. */
export interface Subject {
  readonly name: string;
  readonly layer: 2 | 3;
  /** Brings both ends up; they carry packets when it resolves. */
  start(): Promise<Record<End, Daemon>>;
}

const home = '/run/bench';
const mtu = 1382;

/** Starts both ends, and gives the interface `tap0` of each what it needs. */
async function both(
  argv: (end: End) => readonly string[],
  size = mtu,
): Promise<Record<End, Daemon>> {
  const right = await start('right', argv('right'));
  const left = await start('left', argv('left'));
  try {
    await plugIn('tap0', size);
  } catch (error) {
    // Their interfaces would be in the way of the next ones'.
    await left.stop();
    await right.stop();
    throw new Error(`${message(error)}\nleft: ${left.log}\nright: ${right.log}`);
  }
  return { left, right };
}

export const message = (error: unknown) => (error instanceof Error ? error.message : String(error));

function folder(name: string): string {
  mkdirSync(`${home}/${name}`, { recursive: true });
  return `${home}/${name}`;
}

const port = 5000;

const mooring = (name: string, layer: 2 | 3, flags: readonly string[] = []): Subject => ({
  name,
  layer,
  start: () =>
    both(
      (end) => [
        ...[labProgram(), 'cable', '--end', end, '--listen', String(port), ...flags],
        // One end calls: see helpers/cmd/mooring-lab.
        ...(end === 'left' ? ['--far', `${outer.right}:${port}`] : []),
      ],
      layer === 2 ? mtu : 1420,
    ),
});

const openvpn: Subject = {
  name: 'OpenVPN, TAP, AES-256-GCM',
  layer: 2,
  async start() {
    const dir = folder('openvpn');
    const openssl = unpacked('usr/bin/openssl');
    const prints: Partial<Record<End, string>> = {};
    for (const end of ends) {
      await sh(`[ -e ${dir}/${end}.crt ] || ${openssl} req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 \
-nodes -days 2 -subj /CN=${end} -keyout ${dir}/${end}.key -out ${dir}/${end}.crt -config /dev/stdin 2>/dev/null <<'EOF'
[req]
distinguished_name = dn
[dn]
EOF`);
      const said = await sh(`${openssl} x509 -in ${dir}/${end}.crt -noout -fingerprint -sha256`);
      prints[end] = said.trim().split('=')[1] ?? '';
    }
    return both((end) => [
      ...[unpacked('usr/sbin/openvpn'), '--dev', 'tap0', '--dev-type', 'tap', '--proto', 'udp'],
      ...['--local', outer[end], '--remote', outer[farOf[end]], '--port', '5001'],
      ...(end === 'right' ? ['--tls-server', '--dh', 'none'] : ['--tls-client']),
      ...['--cert', `${dir}/${end}.crt`, '--key', `${dir}/${end}.key`],
      ...['--peer-fingerprint', prints[farOf[end]] ?? '', '--data-ciphers', 'AES-256-GCM'],
      ...['--tun-mtu', String(mtu), '--mssfix', '0', '--txqueuelen', '4000', '--fast-io'],
      ...['--sndbuf', '4194304', '--rcvbuf', '4194304', '--verb', '1'],
    ]);
  },
};

const fastd = (method: string): Subject => ({
  name: `fastd, ${method}`,
  layer: 2,
  async start() {
    const program = unpacked('usr/bin/fastd');
    const dir = folder('fastd');
    const keys: Partial<Record<End, { secret: string; public: string }>> = {};
    for (const end of ends) {
      const { stdout, stderr } = await execute([program, '--generate-key']);
      const [, secret = ''] = /Secret: ([0-9a-f]{64})/.exec(stdout + stderr) ?? [];
      const [, open = ''] = /Public: ([0-9a-f]{64})/.exec(stdout + stderr) ?? [];
      keys[end] = { secret, public: open };
    }
    for (const end of ends) {
      const far = farOf[end];
      writeFileSync(
        `${dir}/${end}.conf`,
        `log level warn;
mode tap;
interface "tap0";
mtu ${mtu};
method "${method}";
bind ${outer[end]}:5002;
secret "${keys[end]?.secret}";
peer "far" { key "${keys[far]?.public}"; remote ${outer[far]} port 5002; }
`,
        { mode: 0o600 },
      );
    }
    return both((end) => [program, '--config', `${dir}/${end}.conf`]);
  },
});

const tinc: Subject = {
  name: 'tinc, switch mode, aes-128-cbc',
  layer: 2,
  async start() {
    const program = unpacked('usr/sbin/tincd');
    // Begun anew, because making a key adds to a host's file, and the file is written here.
    rmSync(`${home}/tinc`, { recursive: true, force: true });
    const dir = folder('tinc');
    for (const end of ends) {
      mkdirSync(`${dir}/${end}/hosts`, { recursive: true });
      const connect = end === 'left' ? `ConnectTo = ${farOf[end]}\n` : '';
      writeFileSync(
        `${dir}/${end}/tinc.conf`,
        `Name = ${end}
Mode = switch
DeviceType = tap
Interface = tap0
AddressFamily = ipv4
BindToAddress = ${outer[end]} 5003
UDPRcvBuf = 4194304
UDPSndBuf = 4194304
ReplayWindow = 128
${connect}`,
      );
      writeFileSync(
        `${dir}/${end}/hosts/${end}`,
        `Address = ${outer[end]} 5003\nCipher = aes-128-cbc\nDigest = sha1\nPMTU = 1482\nCompression = 0\n`,
      );
      await sh(`${program} -c ${dir}/${end} -K2048 </dev/null >/dev/null 2>&1`);
    }
    for (const end of ends)
      await sh(`cp ${dir}/${end}/hosts/${end} ${dir}/${farOf[end]}/hosts/${end}`);
    return both((end) => [program, '-c', `${dir}/${end}`, '-D', `--pidfile=${dir}/${end}.pid`]);
  },
};

const n2n: Subject = {
  name: 'n2n',
  layer: 2,
  async start() {
    const supernode = await start('right', [unpacked('usr/bin/supernode'), '-l', '7654']);
    const edge = (end: End) => [
      ...[unpacked('usr/sbin/edge'), '-d', 'tap0', '-a', inner[end], '-c', 'bench', '-k', 'bench'],
      ...['-l', `${outer.right}:7654`, '-M', String(mtu), '-u', '0', '-g', '0'],
    ];
    const running = await both(edge);
    const stop = running.right.stop.bind(running.right);
    running.right.stop = async (signal) => {
      const how = await stop(signal);
      await supernode.stop();
      return how;
    };
    return running;
  },
};

/** Ours first; the order is that of every round. */
export const subjects = {
  mooring: mooring('Mooring', 2),
  wireguard: mooring('wireguard-go alone, layer 3', 3, ['--layer3']),
  openvpn,
  fastdAes: fastd('aes128-ctr+umac'),
  fastdSalsa: fastd('salsa2012+umac'),
  tinc,
  n2n,
} as const satisfies Record<string, Subject>;
export type SubjectName = keyof typeof subjects;
