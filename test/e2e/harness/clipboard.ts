import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

export async function clipboard(env: NodeJS.ProcessEnv): Promise<string> {
  const args = ['-selection', 'clipboard', '-out'];
  try {
    return (await execute('xclip', args, { env, timeout: 3000 })).stdout;
  } catch (error) {
    // xclip calls an empty clipboard an error.
    if (String((error as { stderr?: string }).stderr).includes('not available')) return '';
    throw error;
  }
}
