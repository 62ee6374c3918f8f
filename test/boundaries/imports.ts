import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Rule } from './rules.ts';

/** A file by its path in the repository, with what it imports, resolved to the same kind of path. */
export type Source = { readonly file: string; readonly imports: readonly string[] };

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const GO_MODULE = 'mooring.dev/helpers/';

const TYPESCRIPT = /\.(?:[cm]?ts|tsx)$/;
const FROM = /(?:^|[;\n])\s*(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]/g;
const BARE = /(?:^|[;\n])\s*import\s*['"]([^'"]+)['"]/g;
const CALLED = /\b(?:import|require)\(\s*['"]([^'"]+)['"]/g;

/** What a TypeScript source imports, types included: as written, in order of kind. */
export function typescriptImports(text: string): string[] {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
  return [FROM, BARE, CALLED].flatMap((kind) =>
    [...code.matchAll(kind)].map((match) => match[1] ?? ''),
  );
}

/** What a Go source imports, as written. */
export function goImports(text: string): string[] {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/\/\/.*$/gm, '');
  const blocks = [...code.matchAll(/^import\s*\(([\s\S]*?)\)/gm)].map((match) => match[1] ?? '');
  const single = [...code.matchAll(/^import\s+(?:[\w.]+\s+)?"([^"]+)"/gm)].map(
    (match) => match[1] ?? '',
  );
  const listed = blocks.flatMap((block) =>
    [...block.matchAll(/"([^"]+)"/g)].map((m) => m[1] ?? ''),
  );
  return [...single, ...listed];
}

/** The TypeScript sources of all src-* folders, tests included. */
export function typescriptSources(): Source[] {
  const folders = readdirSync(ROOT).filter((name) => name.startsWith('src-'));
  return folders
    .flatMap((folder) => filesBelow(folder))
    .filter((file) => TYPESCRIPT.test(file))
    .map((file) => {
      const imports = typescriptImports(readFileSync(join(ROOT, file), 'utf8'));
      return { file, imports: imports.map((target) => resolved(file, target)) };
    });
}

/** The Go sources of the helpers, tests apart. */
export function goSources(): Source[] {
  const files = filesBelow('helpers').filter((f) => f.endsWith('.go') && !f.endsWith('_test.go'));
  return files.map((file) => {
    const imports = goImports(readFileSync(join(ROOT, file), 'utf8'));
    const ours = (target: string) =>
      target.startsWith(GO_MODULE) ? target.replace(GO_MODULE, 'helpers/') : target;
    return { file, imports: imports.map(ours) };
  });
}

/** `file -> target` for each import that the rule forbids. */
export function violations(rule: Rule, sources: readonly Source[]): string[] {
  return sources
    .filter(({ file }) => concerns(rule, file))
    .flatMap(({ file, imports }) =>
      imports.filter((target) => rule.never.test(target)).map((target) => `${file} -> ${target}`),
    );
}

function concerns({ from, except }: Rule, file: string): boolean {
  const below = file === from || file.startsWith(from.endsWith('-') ? from : `${from}/`);
  return below && (except === undefined || !except.test(file));
}

function resolved(file: string, target: string): string {
  return target.startsWith('.') ? posix.join(posix.dirname(file), target) : target;
}

function filesBelow(folder: string): string[] {
  const path = join(ROOT, folder);
  if (!existsSync(path)) {
    return [];
  }
  const entries = readdirSync(path, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => posix.join(folder, relative(path, join(entry.parentPath, entry.name))));
}
