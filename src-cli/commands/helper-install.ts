import { installation } from '../../src-engine/installation/installation.ts';
import { complain } from '../complain.ts';
import type { Context } from '../context.ts';
import { runAsRoot } from '../root-helper.ts';

/** Has the system run the helper from now on, with us, or the user named, as an operator. */
export async function helperInstall(
  context: Context,
  { operator }: { readonly operator: string | undefined },
): Promise<number> {
  const { uid, sudoUid } = context.rootHelper;
  const text = operator ?? (uid === 0 ? sudoUid : String(uid));
  if (text === undefined) {
    const message = 'say which user may bring tunnels up and down: --operator 1000';
    return complain(context, { name: 'bad-operator', message });
  }
  if (!/^(?:0|[1-9][0-9]{0,9})$/.test(text)) {
    const message = 'the operator must be a user id, such as 1000';
    return complain(context, { name: 'bad-operator', message, quoted: text });
  }
  return runAsRoot(context, (platform, program) => installation(platform, program, Number(text)));
}
