import { basename } from 'node:path';
import { dialog } from 'electron';
import { readNamedFile } from '../../src-engine/profiles/read-input.ts';
import type { Asked } from '../../src-shared/ipc/schema.ts';
import { ok } from '../../src-shared/model/result.ts';

export type OpenedFile = { readonly fileName: string; readonly text: string };

/** Lets the person choose a WireGuard file and reads it; null when none was chosen. */
export async function openFile(): Promise<Asked<OpenedFile | null>> {
  const { canceled, filePaths } = await dialog.showOpenDialog({
    title: 'Choose a WireGuard file',
    properties: ['openFile'],
    filters: [
      { name: 'WireGuard files', extensions: ['conf'] },
      { name: 'All files', extensions: ['*'] },
    ],
  });
  const path = filePaths[0];
  if (canceled || path === undefined) {
    return ok(null);
  }
  const read = await readNamedFile(path);
  return read.ok ? ok({ fileName: basename(path), text: read.value }) : read;
}
