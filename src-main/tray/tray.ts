import { join } from 'node:path';
import { Menu, type MenuItemConstructorOptions, nativeImage, nativeTheme, Tray } from 'electron';
import type { TrayAction, TrayItem, TrayView } from './tray-view.ts';

export type TrayOrder = {
  /** Folder with `STATE-light.png`, `STATE-dark.png` and their @2x. */
  readonly icons: string;
  readonly onAction: (action: TrayAction) => void;
};

/**
 * The tray icon, made once and never again: on Linux only the first of a process is a StatusNotifierItem.
 * Shows one view after the other and changes only what is different.
 */
export class AppTray {
  readonly #order: TrayOrder;
  readonly #tray: Tray;
  #shown: TrayView | undefined;
  #icon = '';

  constructor(order: TrayOrder, view: TrayView) {
    this.#order = order;
    this.#tray = new Tray(this.#image(view));
    // Where the host tells of a click at all; GNOME opens the menu instead.
    this.#tray.on('click', () => order.onAction({ do: 'open' }));
    nativeTheme.on('updated', () => this.#showIcon());
    this.show(view);
  }

  show(view: TrayView): void {
    const before = this.#shown;
    this.#shown = view;
    this.#showIcon();
    if (before?.tooltip !== view.tooltip) {
      this.#tray.setToolTip(view.tooltip);
      this.#tray.setTitle(view.tooltip);
    }
    // The host keeps menus open over a change badly, so it is told of real ones only.
    if (JSON.stringify(before?.menu) !== JSON.stringify(view.menu)) {
      this.#tray.setContextMenu(Menu.buildFromTemplate(this.#template(view.menu)));
    }
  }

  #showIcon(): void {
    if (this.#shown !== undefined && this.#icon !== iconFile(this.#shown)) {
      this.#tray.setImage(this.#image(this.#shown));
    }
  }

  // Electron takes the @2x file beside it by itself.
  #image(view: TrayView) {
    this.#icon = iconFile(view);
    return nativeImage.createFromPath(join(this.#order.icons, this.#icon));
  }

  #template(items: readonly TrayItem[]): MenuItemConstructorOptions[] {
    return items.map((item) => this.#item(item));
  }

  #item(item: TrayItem): MenuItemConstructorOptions {
    switch (item.type) {
      case 'separator':
        return { type: 'separator' };
      case 'text':
        return { label: escaped(item.label), enabled: false };
      case 'submenu':
        return { label: escaped(item.label), submenu: this.#template(item.items) };
      case 'radio':
        return {
          type: 'radio',
          label: escaped(item.label),
          checked: item.checked,
          click: () => this.#order.onAction(item.action),
        };
      case 'action':
        return {
          label: escaped(item.label),
          enabled: item.enabled,
          click: () => this.#order.onAction(item.action),
        };
    }
  }
}

const iconFile = ({ icon }: TrayView) =>
  `${icon}-${nativeTheme.shouldUseDarkColors ? 'dark' : 'light'}.png`;

// A single & would underline the letter after it.
const escaped = (label: string) => label.replace(/&/g, '&&');
