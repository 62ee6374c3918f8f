import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { waitFor } from '../harness/wait.ts';

// What has the focus, for tests that have a keyboard only.

export interface Focus {
  /** As a screen reader would say it, in short. */
  readonly name: string;
  readonly role: string;
  /** It, or what stands right around it, looks other than without the focus. */
  readonly shown: boolean;
  /** Nothing of it is outside of the window. */
  readonly inView: boolean;
}

export function focused(page: Page): Promise<Focus> {
  return page.evaluate(() => {
    const element = document.activeElement ?? document.body;
    const nothing = element === document.body;
    const field = element as Partial<HTMLInputElement>;
    const label = (id: string) => {
      const by = document.getElementById(id);
      return by?.getAttribute('aria-label') ?? by?.textContent ?? '';
    };
    const labels = (element.getAttribute('aria-labelledby') ?? '').split(' ').map(label);
    const named = [
      labels.join(' '),
      element.getAttribute('aria-label') ?? '',
      ...[...(field.labels ?? [])].map((label) => label.textContent ?? ''),
      field.value === undefined || element.matches('button') ? (element.textContent ?? '') : '',
    ];
    const outlined = (candidate: Element) => {
      const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(candidate);
      const seen = !/^(transparent|rgba\(.*, 0\))$/.test(outlineColor);
      return outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2 && seen;
    };
    const filled = (candidate: Element) => getComputedStyle(candidate).backgroundColor;
    const around = [element, element.parentElement, element.parentElement?.parentElement];
    // An option is drawn as chosen rather than outlined.
    const others = [...(element.parentElement?.children ?? [])].filter((one) => one !== element);
    const option = element.matches('[role="option"]');
    const shown = option
      ? others.every((other) => filled(other) !== filled(element))
      : around.some((one) => one?.matches(':focus-within') && outlined(one));
    const { top, left, bottom, right } = element.getBoundingClientRect();
    return {
      name: nothing ? '' : (named.find((text) => text !== '') ?? ''),
      role: element.getAttribute('role') ?? element.tagName.toLowerCase(),
      shown: shown && !nothing,
      inView: top >= 0 && left >= 0 && bottom <= innerHeight && right <= innerWidth,
    };
  });
}

/** Until what has the focus is called so, which must be seen. */
export async function focusOn(page: Page, name: string): Promise<void> {
  const focus = await waitFor(
    `the focus on ${name}`,
    () => focused(page),
    (now) => now.name.includes(name),
  );
  assertSeen(focus);
}

/** Presses Tab until what is called so has the focus; gives all that had it on the way. */
export async function tabTo(page: Page, name: string, key = 'Tab'): Promise<string[]> {
  const stops: string[] = [];
  while (stops.length < 12) {
    await page.keyboard.press(key);
    const focus = await focused(page);
    assertSeen(focus);
    stops.push(focus.name);
    if (focus.name.includes(name)) return stops;
  }
  throw new Error(`${key} never comes to ${name}, only to ${stops.join(', ')}`);
}

function assertSeen({ name, role, shown, inView }: Focus): void {
  assert.ok(shown, `the focus on "${name}" (${role}) is not to be seen`);
  assert.ok(inView, `"${name}" (${role}) has the focus outside of the window`);
}
