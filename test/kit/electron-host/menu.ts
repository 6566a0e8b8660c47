import type { Menu, MenuItem, MenuItemConstructorOptions } from 'electron';
import { HostBrowserWindow } from './browser-window.ts';
import { newEvent } from './event.ts';
import { host } from './host.ts';
import { roleOf } from './menu-roles.ts';
import { Offered } from './offered.ts';

type ItemMembers =
  | 'accelerator'
  | 'checked'
  | 'click'
  | 'enabled'
  | 'id'
  | 'label'
  | 'registerAccelerator'
  | 'sublabel'
  | 'submenu'
  | 'toolTip'
  | 'type'
  | 'visible';

type ItemView = Pick<MenuItem, ItemMembers>;

/** One item; `click()` is the user who clicks it, and does nothing while it is disabled. */
export class HostMenuItem implements ItemView {
  readonly id: string;
  readonly type: MenuItem['type'];
  readonly role?: NonNullable<MenuItemConstructorOptions['role']>;
  readonly submenu?: Menu;
  readonly accelerator: MenuItem['accelerator'];
  readonly registerAccelerator: boolean;
  label: string;
  sublabel: string;
  toolTip: string;
  enabled: boolean;
  visible: boolean;
  checked: boolean;
  readonly #options: MenuItemConstructorOptions;

  constructor(options: MenuItemConstructorOptions) {
    const { role } = options;
    const known = role === undefined ? null : roleOf(role);
    const submenu = options.submenu ?? (known?.submenu ? [...known.submenu] : undefined);
    this.#options = options;
    this.id = options.id ?? '';
    this.type = submenu === undefined ? (options.type ?? 'normal') : 'submenu';
    if (role !== undefined) this.role = role;
    if (submenu !== undefined) {
      this.submenu = Array.isArray(submenu)
        ? (HostMenu.buildFromTemplate(submenu) as unknown as Menu)
        : submenu;
    }
    this.accelerator = (options.accelerator ?? known?.accelerator ?? null) as MenuItem['accelerator'];
    this.registerAccelerator = options.registerAccelerator ?? true;
    this.label = options.label ?? known?.label ?? '';
    this.sublabel = options.sublabel ?? '';
    this.toolTip = options.toolTip ?? '';
    this.enabled = options.enabled ?? true;
    this.visible = options.visible ?? true;
    this.checked = options.checked ?? false;
  }

  readonly click = (): void => {
    if (!this.enabled) return;
    if (this.type === 'checkbox') this.checked = !this.checked;
    const window = HostBrowserWindow.getFocusedWindow();
    const { click } = this.#options;
    if (click) click(this as unknown as MenuItem, window as never, newEvent() as never);
    else if (this.role !== undefined) roleOf(this.role).act?.(window);
  };
}

let applicationMenu: HostMenu | null = null;

type MenuMembers = 'append' | 'closePopup' | 'getMenuItemById' | 'insert' | 'items' | 'popup';

/** A menu as a list of items; nothing is drawn. */
export class HostMenu extends Offered implements Pick<Menu, MenuMembers> {
  readonly items: MenuItem[] = [];
  #onClose: (() => void) | null = null;

  constructor() {
    super('Menu', ['menu-will-close', 'menu-will-show']);
  }

  static buildFromTemplate(template: readonly (MenuItemConstructorOptions | HostMenuItem)[]): HostMenu {
    if (!Array.isArray(template)) {
      throw new TypeError('Invalid template for Menu: Menu template must be an array');
    }
    const menu = new HostMenu();
    for (const each of template) {
      const item = each instanceof HostMenuItem ? each : new HostMenuItem(each);
      menu.append(item as unknown as MenuItem);
    }
    return menu;
  }

  static setApplicationMenu(menu: HostMenu | null): void {
    applicationMenu = menu;
  }

  static getApplicationMenu(): HostMenu | null {
    return applicationMenu;
  }

  append(item: MenuItem): void {
    this.items.push(item);
  }

  insert(position: number, item: MenuItem): void {
    this.items.splice(position, 0, item);
  }

  getMenuItemById(id: string): MenuItem | null {
    for (const item of this.items) {
      const found = item.id === id ? item : item.submenu?.getMenuItemById(id);
      if (found) return found;
    }
    return null;
  }

  popup({ callback }: { callback?: () => void } = {}): void {
    host.contextMenu = this as unknown as Menu;
    this.#onClose = callback ?? null;
    host.note('popup', { labels: this.items.map(({ label }) => label) });
    this.emit('menu-will-show', newEvent());
  }

  closePopup(): void {
    this.emit('menu-will-close', newEvent());
    this.#onClose?.();
    this.#onClose = null;
  }
}

/** The user presses keys that are no other program's: the item of the application menu that has them is clicked. */
export function press(accelerator: string): boolean {
  const item = applicationMenu === null ? null : itemFor(keysOf(accelerator), applicationMenu.items);
  item?.click();
  return item !== null;
}

function itemFor(keys: string, items: readonly MenuItem[]): MenuItem | null {
  for (const item of items) {
    const isMeant = item.registerAccelerator && item.accelerator && keysOf(`${item.accelerator}`) === keys;
    if (isMeant && item.enabled) return item;
    const found = item.submenu ? itemFor(keys, item.submenu.items) : null;
    if (found) return found;
  }
  return null;
}

/** The same keys have the same text: on Linux and Windows `CmdOrCtrl` is the control key. */
function keysOf(accelerator: string): string {
  const names = accelerator.toLowerCase().split('+');
  const known = names.map((name) => name.replace(/^(cmdorctrl|commandorcontrol|control)$/, 'ctrl'));
  return known.toSorted().join('+');
}
