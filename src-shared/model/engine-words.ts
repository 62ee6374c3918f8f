import type { Hello } from '../helper-protocol/replies.ts';
import type { TunnelStatus } from '../helper-protocol/status.ts';

type Kind = NonNullable<TunnelStatus['engine']>;

/** Which engine carries a tunnel, and why it is not the kernel's: `userspace (the kernel lacks GRETAP)`. */
export function engineText(kind: Kind, engines: Hello['engines']): string {
  const kernel = engines.find((engine) => engine.kind === 'kernel');
  if (kind === 'kernel' || kernel === undefined || kernel.lacks.length === 0) {
    return kind;
  }
  return `${kind} (the kernel lacks ${listed(kernel.lacks)})`;
}

/** `a, b and c` */
function listed(names: readonly string[]): string {
  const last = names.at(-1) ?? '';
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} and ${last}`;
}
