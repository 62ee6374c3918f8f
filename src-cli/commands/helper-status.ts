import { existsSync } from 'node:fs';
import type { HelperFailure } from '../../src-engine/helper-client/failure.ts';
import { installedHelper } from '../../src-engine/installation/installation.ts';
import type { Hello } from '../../src-shared/helper-protocol/replies.ts';
import { ok, type Result } from '../../src-shared/model/result.ts';
import { complain } from '../complain.ts';
import { type Context, withHelper } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { printable } from '../printable.ts';

type Greeted = Result<Hello, HelperFailure>;

/** Whether the helper is installed and runs, and what it lets us do. */
export async function helperStatus(
  context: Context,
  { json }: { readonly json: boolean },
): Promise<number> {
  const greeted = await withHelper(context, async (_client, hello): Promise<Greeted> => ok(hello));
  const place = installedHelper(context.rootHelper.platform);
  const installed = existsSync(place) ? place : undefined;
  context.stdout(json ? asJson(context, installed, greeted) : asText(context, installed, greeted));
  return greeted.ok ? EXIT.ok : complain(context, greeted.error);
}

/** Fields may be added, none is renamed or dropped. */
function asJson(
  { version, helper }: Context,
  installed: string | undefined,
  greeted: Greeted,
): string {
  const hello = greeted.ok ? greeted.value : undefined;
  const value = {
    version,
    installed: installed !== undefined,
    running: greeted.ok,
    helperVersion: hello?.version ?? null,
    socket: helper.socketPath,
    access: hello?.access ?? null,
    engines: hello?.engines ?? null,
    reason: greeted.ok ? null : { name: greeted.error.name, message: greeted.error.message },
  };
  return `${JSON.stringify(value, null, 2)}\n`;
}

function asText({ helper }: Context, installed: string | undefined, greeted: Greeted): string {
  const rows: [string, string][] = [
    ['installed', installed ?? 'no'],
    ['running', greeted.ok ? `version ${greeted.value.version}` : `no, ${greeted.error.name}`],
    ['socket', helper.socketPath],
  ];
  if (greeted.ok) {
    const { access, engines } = greeted.value;
    rows.push(['access', access === 'write' ? 'write' : 'read only']);
    rows.push(['engines', engines.map(engineText).join('; ')]);
  }
  return rows.map(([label, text]) => `${label.padEnd(9)}  ${printable(text)}\n`).join('');
}

function engineText({ kind, lacks }: Hello['engines'][number]): string {
  return lacks.length === 0 ? kind : `${kind} (this machine lacks ${lacks.join(', ')})`;
}
