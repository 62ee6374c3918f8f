import type { Damaged } from '../src-engine/profiles/profile-store.ts';
import type { HelperView, ProfileView } from '../src-engine/session/overview.ts';
import type { Reading } from '../src-shared/helper-protocol/status.ts';
import type { SessionState } from '../src-shared/model/session-state.ts';

/** The value of `mooring status --json`; protocol/cli-status.schema.json describes it. */
export function statusJson(
  version: string,
  helper: HelperView,
  views: readonly ProfileView[],
  damaged: readonly Damaged[],
): object {
  return {
    version,
    helper: helperJson(helper),
    profiles: views.map(profileJson),
    damaged: damaged.map(({ name, error }) => ({ name, message: error.message })),
  };
}

function helperJson(helper: HelperView): object {
  if (helper.state !== 'ok') {
    const { state, reason } = helper;
    return { state, detail: reason.message, version: null, access: null, engines: [] };
  }
  const { version, access, engines } = helper.hello;
  return { state: 'ok', detail: null, version, access, engines };
}

function profileJson({ name, profile, observed, state, address, prefix }: ProfileView): object {
  return {
    name,
    local: profile !== undefined,
    ...stateJson(state),
    address,
    prefix,
    mac: (observed?.mac ?? profile?.mac ?? '').toLowerCase(),
    interfaces: observed?.interfaces ?? null,
    engine: observed?.engine ?? null,
    underlay: observed?.underlay ?? null,
    endpoint: observed?.endpoint ?? profile?.hub.endpoint ?? null,
    reachability: {
      link: readingJson(observed?.reachability.link),
      ethernet: readingJson(observed?.reachability.ethernet),
      internet: readingJson(observed?.reachability.internet),
    },
    lastHandshake: observed?.lastHandshake ?? null,
    roams: observed?.roam.count ?? 0,
    lastOutageMs: observed?.roam.lastOutageMs ?? null,
  };
}

const NOTHING = {
  state: null, // stands first for whoever reads it
  step: null,
  why: null,
  cause: null,
  reasons: [],
  detail: null,
  since: null,
};

/** The union flattened, every field always there: easier on jq than fields that come and go. */
function stateJson(state: SessionState): object {
  switch (state.state) {
    case 'verified':
      return { ...NOTHING, state: state.state, since: state.since };
    default:
      return { ...NOTHING, ...state };
  }
}

function readingJson(reading: Reading | undefined): object {
  return { ok: reading?.ok ?? null, rttMs: reading?.rttMs ?? null };
}
