import { type HelperEvent, HelperWatch } from '../../src-engine/helper-client/watch.ts';
import type { Profiles } from '../../src-engine/profiles/profile-store.ts';
import { keepLearnedPrefixes } from '../../src-engine/session/changes.ts';
import {
  type HelperView,
  helperView,
  overview,
  type ProfileView,
} from '../../src-engine/session/overview.ts';
import { ok } from '../../src-shared/model/result.ts';
import { NO_PROFILE, warnOfDamaged } from '../choose-profile.ts';
import { complain } from '../complain.ts';
import { type Context, withHelper } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { statusJson } from '../status-json.ts';
import { profileText, stateText } from '../status-text.ts';

export type StatusOptions = { readonly json: boolean; readonly watch: boolean };

/** What is known of all profiles; without a helper what the profiles say, and the helper's exit code. */
export async function status(context: Context, options: StatusOptions): Promise<number> {
  return options.watch ? watch(context, options) : once(context, options);
}

async function once(context: Context, { json }: StatusOptions): Promise<number> {
  const seen = await withHelper(context, async (client, hello) => {
    const snapshot = await client.status();
    return snapshot.ok ? ok({ hello, status: snapshot.value }) : snapshot;
  });
  const helper = helperView(
    seen.ok ? { kind: 'status', ...seen.value } : { kind: 'lost', reason: seen.error },
  );
  const listed = await listProfiles(context, helper);
  if (typeof listed === 'number') {
    return listed;
  }
  const views = overview(listed.profiles, helper);
  if (json) {
    const value = statusJson(context.version, helper, views, listed.damaged);
    context.stdout(`${JSON.stringify(value, null, 2)}\n`);
  } else {
    sayText(context, helper, views, listed);
  }
  return helper.state === 'ok' ? EXIT.ok : complain(context, helper.reason);
}

function sayText(
  context: Context,
  helper: HelperView,
  views: readonly ProfileView[],
  { damaged }: Profiles,
): void {
  const now = new Date();
  const engines = helper.state === 'ok' ? helper.hello.engines : [];
  context.stdout(views.map((view) => profileText(view, engines, now)).join('\n'));
  warnOfDamaged(context, damaged);
  if (views.length === 0) {
    context.stderr(`${NO_PROFILE.message}\n`);
  }
}

async function listProfiles(context: Context, helper: HelperView): Promise<Profiles | number> {
  if (helper.state === 'ok') {
    await keepLearnedPrefixes(context.store, helper.status);
  }
  const listed = await context.store.list();
  return listed.ok ? listed.value : complain(context, listed.error);
}

/** Never ends by itself; a line for each profile whose state changed, or an object for each snapshot. */
function watch(context: Context, { json }: StatusOptions): Promise<number> {
  return new Promise((resolve) => {
    const said = new Map<string, string>();
    let turn = Promise.resolve();
    const watcher = new HelperWatch(context.helper, (event) => {
      turn = turn.then(() => show(event));
    });
    watcher.start();

    async function show(event: HelperEvent): Promise<void> {
      const helper = helperView(event);
      const listed = await listProfiles(context, helper);
      if (typeof listed === 'number') {
        watcher.dispose();
        return resolve(listed);
      }
      const views = overview(listed.profiles, helper);
      if (json) {
        const value = statusJson(context.version, helper, views, listed.damaged);
        context.stdout(`${JSON.stringify(value)}\n`);
        return;
      }
      if (helper.state !== 'ok') {
        complain(context, helper.reason);
      }
      context.stdout(changedLines(said, views));
    }
  });
}

/** Round-trip times change all the time and are left out; a profile that is gone is said to be off. */
function changedLines(said: Map<string, string>, views: readonly ProfileView[]): string {
  const now = new Date();
  const lines: string[] = [];
  const gone = [...said.keys()].filter((name) => !views.some((view) => view.name === name));
  for (const name of gone) {
    said.delete(name);
    lines.push(`${now.toTimeString().slice(0, 8)}  ${name}  gone\n`);
  }
  for (const { name, state, address } of views) {
    const key = JSON.stringify({ ...state, rttMs: 0, address });
    if (said.get(name) !== key) {
      said.set(name, key);
      const parts = [now.toTimeString().slice(0, 8), name, stateText(state, now), address ?? ''];
      lines.push(`${parts.filter((part) => part !== '').join('  ')}\n`);
    }
  }
  return lines.join('');
}
