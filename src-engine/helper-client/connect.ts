import { connect as connectSocket, type Socket } from 'node:net';
import { fail, ok, type Result } from '../../src-shared/model/result.ts';
import { errnoOf, type HelperFailure, messageOf } from './failure.ts';
import { checkSocket } from './trust.ts';

/** Opens the socket at `path` once it is known to be `owner`'s. Errors: those of checkSocket. */
export async function openTrusted(
  path: string,
  owner: number,
): Promise<Result<Socket, HelperFailure>> {
  const trusted = await checkSocket(path, owner);
  return trusted.ok ? open(path) : trusted;
}

function open(path: string): Promise<Result<Socket, HelperFailure>> {
  return new Promise((resolve) => {
    const socket = connectSocket(path);
    const refused = (error: Error) => resolve(fail(refusal(path, error)));
    socket.once('error', refused);
    socket.once('connect', () => {
      socket.off('error', refused);
      resolve(ok(socket));
    });
  });
}

function refusal(path: string, error: Error): HelperFailure {
  switch (errnoOf(error)) {
    case 'EACCES':
    case 'EPERM':
      return { name: 'not-authorised', message: `${path} is closed to this user` };
    case 'ECONNREFUSED':
    case 'ENOENT':
      return { name: 'helper-missing', message: `no helper listens at ${path}` };
    default:
      return { name: 'helper-missing', message: messageOf(error) };
  }
}
