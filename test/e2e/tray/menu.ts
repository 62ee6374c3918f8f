import type { Variant } from '@jellybrick/dbus-next';

/** An item of a com.canonical.dbusmenu, what is not said filled in as that protocol says. */
export interface MenuItem {
  readonly id: number;
  readonly label: string;
  readonly separator: boolean;
  readonly enabled: boolean;
  readonly visible: boolean;
  /** undefined: nothing to tick. */
  readonly checked: boolean | undefined;
  readonly children: readonly MenuItem[];
}

type Layout = [id: number, properties: Record<string, Variant>, children: Variant<Layout>[]];

/** The items below the root that GetLayout gives. */
export function layout(root: unknown): MenuItem[] {
  const [, , children] = root as Layout;
  return children.map(({ value }) => menuItem(value));
}

function menuItem([id, properties, children]: Layout): MenuItem {
  const value = (name: string) => properties[name]?.value;
  return {
    id,
    // An underscore marks the access key; two are one to be shown.
    label: String(value('label') ?? '').replace(/_(.)/g, '$1'),
    separator: value('type') === 'separator',
    enabled: value('enabled') !== false,
    visible: value('visible') !== false,
    checked: value('toggle-type') ? value('toggle-state') === 1 : undefined,
    children: children.map((child) => menuItem(child.value)),
  };
}

/** The first visible item whose label begins so, looking into submenus too. */
export function find(items: readonly MenuItem[], label: string): MenuItem | undefined {
  for (const item of items) {
    if (!item.visible) continue;
    if (item.label.startsWith(label)) return item;
    const below = find(item.children, label);
    if (below) return below;
  }
  return undefined;
}

export function clickable(item: MenuItem | undefined, label: string): MenuItem {
  if (!item) throw new Error(`the menu has no "${label}"`);
  if (!item.enabled) throw new Error(`"${item.label}" is disabled`);
  return item;
}

/** The menu as a person reads it, one line an item: what a test compares. */
export function text(items: readonly MenuItem[], indent = ''): string {
  const lines = items.filter(({ visible }) => visible).map((item) => line(item, indent));
  return lines.join('\n');
}

function line(item: MenuItem, indent: string): string {
  if (item.separator) return `${indent}---`;
  const tick = item.checked === undefined ? '' : item.checked ? '[x] ' : '[ ] ';
  const own = `${indent}${tick}${item.label}${item.enabled ? '' : ' (disabled)'}`;
  return item.children.length > 0 ? `${own}\n${text(item.children, `${indent}  `)}` : own;
}
