import { bringUp, keepLearnedPrefixes } from '../../src-engine/session/changes.ts';
import {
  type Progress,
  type WaitResult,
  waitUntilUp,
} from '../../src-engine/session/wait-until-up.ts';
import { addressOf, type Profile } from '../../src-shared/model/profile.ts';
import { chooseProfile } from '../choose-profile.ts';
import { complain } from '../complain.ts';
import { type Context, withHelper } from '../context.ts';
import { EXIT, exitCodeOf } from '../exit-codes.ts';
import { printable } from '../printable.ts';
import { ProgressLines } from '../progress-lines.ts';
import { stateText } from '../status-text.ts';

export type UpOptions = { readonly timeoutSeconds: number };

/** Makes a profile desired and waits until its traffic is verified; its address is the answer. */
export async function up(
  context: Context,
  name: string | undefined,
  options: UpOptions,
): Promise<number> {
  const chosen = await chooseProfile(context, name);
  if (!chosen.ok) {
    return complain(context, chosen.error);
  }
  const profile = chosen.value;
  const set = await withHelper(context, (client) => bringUp(client, context.store, profile.name));
  if (!set.ok) {
    return complain(context, set.error);
  }
  return conclude(context, profile, options, await wait(context, profile, options));
}

/** Waits, saying each step; Ctrl-C ends the waiting and nothing else. */
async function wait(context: Context, profile: Profile, options: UpOptions): Promise<WaitResult> {
  const lines = new ProgressLines(profile, Date.now());
  const abort = new AbortController();
  const interrupt = () => abort.abort();
  process.once('SIGINT', interrupt);
  try {
    return await waitUntilUp(context.helper, {
      name: profile.name,
      timeoutMs: options.timeoutSeconds * 1000,
      signal: abort.signal,
      onProgress: (progress: Progress) => context.stderr(lines.next(progress, Date.now())),
    });
  } finally {
    process.off('SIGINT', interrupt);
  }
}

async function conclude(
  context: Context,
  profile: Profile,
  { timeoutSeconds }: UpOptions,
  { outcome, state, observed }: WaitResult,
): Promise<number> {
  const { name } = profile;
  const { stderr } = context;
  const stays = `  It goes on in the background: mooring status follows it, mooring down ${name} ends it.\n`;
  switch (outcome) {
    case 'up':
      return answer(context, profile, { state, observed });
    case 'failed':
      stderr(`mooring: ${name} ${stateText(state, new Date())}\n`);
      stderr(`  It is still wanted; mooring down ${name} gives it up.\n`);
      return failedCode(state);
    case 'timeout':
      stderr(
        `mooring: ${name} is not verified after ${timeoutSeconds} s: ${stateText(state, new Date())}\n`,
      );
      stderr(stays);
      return state.state === 'failed' ? failedCode(state) : EXIT.notVerified;
    case 'aborted':
      stderr(`mooring: no longer waiting for ${name}\n${stays}`);
      return EXIT.interrupted;
    case 'gone':
      stderr(`mooring: somebody has taken ${name} down meanwhile\n`);
      return EXIT.notVerified;
  }
}

async function answer(
  context: Context,
  profile: Profile,
  { state, observed }: Progress,
): Promise<number> {
  if (observed !== undefined) {
    const status = { version: context.version, tunnels: [observed] };
    const kept = await keepLearnedPrefixes(context.store, status);
    if (!kept.ok) {
      context.stderr(`mooring: the prefix could not be kept: ${printable(kept.error.message)}\n`);
    }
  }
  if (state.state === 'degraded') {
    context.stderr(`mooring: ${profile.name} is up, but ${stateText(state, new Date())}\n`);
  }
  context.stdout(`${observed?.address ?? addressOf(profile)}\n`);
  return EXIT.ok;
}

function failedCode(state: WaitResult['state']): number {
  if (state.state !== 'failed') {
    return EXIT.notVerified;
  }
  switch (state.cause) {
    case 'duplicate-identity':
      return EXIT.identityInUse;
    case 'helper-missing':
    case 'untrusted-helper':
    case 'helper-version':
    case 'not-authorised':
      return exitCodeOf(state.cause);
    default:
      return EXIT.notVerified;
  }
}
