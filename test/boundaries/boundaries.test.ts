import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  goImports,
  goSources,
  ROOT,
  typescriptImports,
  typescriptSources,
  violations,
} from './imports.ts';
import { GO_RULES, type Rule, TYPESCRIPT_RULES } from './rules.ts';

const title = ({ from, never, why }: Rule) => `${from} never ${never.source}: ${why}`;
const rows = (rules: readonly Rule[]) => rules.map((rule) => [title(rule), rule] as const);

describe('TypeScript', () => {
  const sources = typescriptSources();

  test.each(rows(TYPESCRIPT_RULES))('%s', (_title, rule) => {
    expect(violations(rule, sources)).toEqual([]);
  });

  test('the sources were found, and every relative import names a file that is there', () => {
    const files = new Set(sources.map(({ file }) => file));
    for (const folder of ['src-shared', 'src-engine', 'src-cli', 'src-renderer']) {
      expect([...files].some((file) => file.startsWith(`${folder}/`))).toBe(true);
    }
    const missing = sources.flatMap(({ imports }) =>
      imports.filter((target) => target.startsWith('src-') && !existsSync(join(ROOT, target))),
    );
    expect(missing).toEqual([]);
  });

  test('no barrel files and no default exports', () => {
    for (const { file } of sources) {
      const text = readFileSync(join(ROOT, file), 'utf8');
      expect([file, /^export (?:\* from|default)\b/m.test(text)]).toEqual([file, false]);
    }
  });
});

describe('Go', () => {
  const sources = goSources();

  test.each(rows(GO_RULES))('%s', (_title, rule) => {
    expect(violations(rule, sources)).toEqual([]);
  });

  test('the sources were found', () => {
    const programs = sources.filter(({ file }) => file.startsWith('helpers/cmd/'));
    expect(programs.flatMap(({ imports }) => imports)).toContain('helpers/internal/server');
  });
});

describe('each folder is checked with the globals that it has', () => {
  const settings = (path: string) =>
    JSON.parse(readFileSync(join(ROOT, path), 'utf8')).compilerOptions ?? {};
  const base = settings('tsconfig.base.json');

  test('the base has neither the DOM nor Node', () => {
    expect([base.lib, base.types, base.strict]).toEqual([['ES2022'], [], true]);
  });

  test.each([
    ['src-shared', {}, 'it runs in the window and outside of it'],
    ['src-engine', { types: ['node'] }, 'it runs on Node'],
    ['src-cli', { types: ['node'] }, 'it runs on Node'],
    [
      'src-renderer',
      { lib: ['ES2022', 'DOM', 'DOM.Iterable'], types: ['vite/client'], jsx: 'react-jsx' },
      'it runs in the page',
    ],
  ])('%s: %j, because %s', (folder, expected, _why) => {
    expect(settings(`${folder}/tsconfig.json`)).toEqual(expected);
  });
});

// A rule that matches nothing would pass for ever.
describe('the rules bite', () => {
  const ruleFor = (rules: readonly Rule[], file: string, target: string) =>
    rules.filter((rule) => violations(rule, [{ file, imports: [target] }]).length > 0).length;

  test.each([
    ['src-shared/model/mac.ts', 'node:fs'],
    ['src-shared/model/mac.ts', 'src-engine/keys/key-pair.ts'],
    ['src-shared/model/mac.ts', 'react'],
    ['src-engine/keys/key-pair.ts', 'electron'],
    ['src-engine/keys/key-pair.ts', 'src-cli/main.ts'],
    ['src-engine/keys/key-pair.ts', 'src-engine/testing/examples.ts'],
    ['src-cli/main.ts', 'electron/main'],
    ['src-cli/main.ts', 'src-main/index.ts'],
    ['src-cli/main.ts', 'test/kernel/world/world.ts'],
    ['src-cli/main.ts', 'protocol/helper.schema.json'],
    ['src-main/index.ts', 'src-renderer/app/app.tsx'],
    ['src-main/preload.ts', 'src-engine/keys/key-pair.ts'],
    ['src-main/preload.ts', 'src-shared/model/mac.ts'],
    ['src-renderer/app/app.tsx', 'src-engine/keys/key-pair.ts'],
    ['src-renderer/ui/Button.tsx', 'src-renderer/store/window-store.ts'],
    ['src-renderer/app/App.tsx', 'src-renderer/testing/fake-ipc.ts'],
    ['src-hub/plan.ts', 'src-cli/main.ts'],
    ['src-main/choose-world.ts', 'src-engine/mock-helper/mock-helper.ts'],
  ])('%s -> %s', (file, target) => {
    expect(ruleFor(TYPESCRIPT_RULES, file, target)).toBeGreaterThan(0);
  });

  test.each([
    ['src-shared/model/mac.ts', 'zod'],
    ['src-shared/helper-protocol/status.ts', 'src-shared/model/mac.ts'],
    ['src-engine/keys/key-pair.ts', 'node:crypto'],
    ['src-engine/keys/key-pair.test.ts', 'src-engine/testing/examples.ts'],
    ['src-cli/main.ts', 'src-engine/keys/key-pair.ts'],
    ['src-main/preload.ts', 'src-shared/ipc/schema.ts'],
    ['src-renderer/app/App.tsx', 'react'],
    ['src-renderer/features/home/Home.test.tsx', 'src-renderer/testing/states.ts'],
  ])('and let pass what is right: %s -> %s', (file, target) => {
    expect(ruleFor(TYPESCRIPT_RULES, file, target)).toBe(0);
  });

  test.each([
    ['helpers/internal/gretap/codec.go', 'golang.org/x/sys/unix', 1],
    ['helpers/internal/gretap/codec.go', 'encoding/binary', 0],
    ['helpers/internal/plan/plan.go', 'helpers/internal/proto', 1],
    ['helpers/internal/server/server.go', 'helpers/internal/link', 1],
    ['helpers/internal/server/server.go', 'helpers/internal/reconcile', 0],
    ['helpers/internal/reconcile/set.go', 'github.com/vishvananda/netlink', 1],
    ['helpers/internal/reconcile/set.go', 'helpers/internal/proto', 0],
    ['helpers/internal/link/link.go', 'helpers/internal/reconcile', 1],
    ['helpers/internal/probe/echo_linux.go', 'os/exec', 1],
    ['helpers/cmd/mooring-helper/main.go', 'helpers/internal/link', 0],
    ['helpers/internal/netnstest/netnstest_linux.go', 'os/exec', 0],
    ['helpers/internal/link/link.go', 'helpers/internal/netnstest', 1],
    ['helpers/internal/server/session.go', 'helpers/internal/install', 1],
    ['helpers/internal/reconcile/set.go', 'github.com/coreos/go-systemd/v22/dbus', 1],
    ['helpers/internal/install/systemd_linux.go', 'github.com/coreos/go-systemd/v22/dbus', 0],
  ])('%s -> %s: %i', (file, target, count) => {
    expect(ruleFor(GO_RULES, file, target)).toBe(count);
  });
});

describe('the scanners see every way of importing', () => {
  test('TypeScript', () => {
    const text = `
import * as z from 'zod';
import { type A, b } from './a.ts';
import type {
  C,
} from '../c.ts';
import 'side-effect';
export { d } from './d.ts';
export type * from './e.ts';
const f = await import('./f.ts'); const g = require("./g.cjs");
// import { h } from './h.ts';
/* import { i } from './i.ts'; */
const from = 'nowhere';
`;
    expect(typescriptImports(text).sort()).toEqual(
      ['zod', './a.ts', '../c.ts', 'side-effect', './d.ts', './e.ts', './f.ts', './g.cjs'].sort(),
    );
  });

  test('Go', () => {
    const text = `package p
import "a"
import b "example.net/b"
import (
	"c"
	. "d"
	e "example.net/e" // "f"
	// "g"
)
var s = "h"
`;
    expect(goImports(text).sort()).toEqual(['a', 'c', 'd', 'example.net/b', 'example.net/e']);
  });
});
