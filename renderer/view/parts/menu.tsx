import { Check } from 'lucide-react';
import { type ReactNode, useRef } from 'react';
import {
  Menu as AriaMenu,
  Keyboard,
  MenuContext,
  MenuItem,
  MenuSection,
  MenuTrigger,
  Popover,
} from 'react-aria-components';

/** One entry of a menu, or a line between entries. */
export type MenuEntry =
  | {
      readonly id: string;
      readonly label: string;
      readonly icon?: ReactNode;
      /** As it is written on this system. */
      readonly keys?: string;
      /** One of several that can be chosen, and whether it is; takes the place of the icon. */
      readonly checked?: boolean;
      readonly isDisabled?: boolean;
      readonly danger?: boolean;
      readonly run: () => void;
    }
  | 'line';

/** The entries of a menu, for use in a popover. Lines part it into groups; of a group with checks one can be chosen. */
export function MenuList({
  label,
  entries,
}: {
  readonly label: string;
  readonly entries: readonly MenuEntry[];
}) {
  const groups = groupsOf(entries);
  const known = new Map(groups.flat().map((entry) => [entry.id, entry] as const));
  return (
    <AriaMenu
      aria-label={label}
      onAction={(id) => known.get(String(id))?.run()}
      className="max-h-[inherit] overflow-auto p-1 outline-none"
    >
      {groups.map((group) => (
        <MenuSection
          key={group[0]?.id ?? ''}
          aria-label={label}
          {...choiceOf(group)}
          className="not-first:mt-1 not-first:border-t not-first:border-line not-first:pt-1"
        >
          {group.map((entry) => (
            <Entry key={entry.id} entry={entry} />
          ))}
        </MenuSection>
      ))}
    </AriaMenu>
  );
}

type Item = Exclude<MenuEntry, 'line'>;

function Entry({ entry }: { readonly entry: Item }) {
  const { id, label, icon, keys, checked, isDisabled = false, danger = false } = entry;
  return (
    <MenuItem
      id={id}
      textValue={label}
      isDisabled={isDisabled}
      className={`flex h-[30px] cursor-default items-center gap-2.5 rounded-md px-2 pe-3 whitespace-nowrap outline-none data-disabled:opacity-45 data-focused:bg-hover [&>svg]:size-[15px] [&>svg]:shrink-0 ${danger ? 'text-bad [&>svg]:text-bad' : '[&>svg]:text-dim'}`}
    >
      {checked === undefined ? icon : <Check aria-hidden className={checked ? '' : 'invisible'} />}
      <span className="me-6">{label}</span>
      {keys !== undefined && <Keyboard className="ms-auto text-small text-faint">{keys}</Keyboard>}
    </MenuItem>
  );
}

function groupsOf(entries: readonly MenuEntry[]): Item[][] {
  const groups: Item[][] = [[]];
  for (const entry of entries) {
    if (entry === 'line') groups.push([]);
    else groups.at(-1)?.push(entry);
  }
  return groups.filter((group) => group.length > 0);
}

/** Tells those who do not see the checks. */
function choiceOf(group: readonly Item[]) {
  if (group.every(({ checked }) => checked === undefined)) return {};
  const selectedKeys = group.filter(({ checked }) => checked).map(({ id }) => id);
  return { selectionMode: 'single' as const, selectedKeys, disallowEmptySelection: true };
}

const MENU_BOX = 'min-w-48 rounded-[10px] border border-line bg-panel shadow-float';

/** A button that opens a menu; `children` is the button. */
export function MenuButton(props: {
  readonly children: ReactNode;
  readonly label: string;
  readonly entries: readonly MenuEntry[];
}) {
  return (
    <MenuTrigger>
      {props.children}
      <Popover className={MENU_BOX}>
        <MenuList label={props.label} entries={props.entries} />
      </Popover>
    </MenuTrigger>
  );
}

/** Where in the window a context menu opens, and how it was asked for. */
export interface MenuPlace {
  readonly x: number;
  readonly y: number;
  /** Then its first entry has the focus; else the menu as a whole. */
  readonly byKeyboard: boolean;
}

/** A menu at a place of the window. `onClose` gives the focus back to what it is of. */
export function ContextMenuAt(props: {
  readonly place: MenuPlace;
  readonly label: string;
  readonly entries: readonly MenuEntry[];
  readonly isOpen: boolean;
  readonly onClose: () => void;
}) {
  const { place, label, entries, isOpen, onClose } = props;
  const { x, y, byKeyboard } = place;
  const point = useRef<HTMLDivElement>(null);
  // The menu goes first, so that what it opens gives the focus back to the list and not to the menu.
  const closing = entries.map((entry): MenuEntry => {
    if (entry === 'line') return entry;
    const run = () => {
      onClose();
      entry.run();
    };
    return { ...entry, run };
  });
  return (
    <>
      <div ref={point} aria-hidden className="fixed size-0" style={{ left: x, top: y }} />
      <Popover
        aria-label={label}
        key={`${x} ${y}`}
        isOpen={isOpen}
        triggerRef={point}
        placement="bottom start"
        offset={2}
        onOpenChange={(open) => {
          if (!open) onClose();
        }}
        className={MENU_BOX}
      >
        <MenuContext value={{ autoFocus: byKeyboard ? 'first' : true }}>
          <MenuList label={label} entries={closing} />
        </MenuContext>
      </Popover>
    </>
  );
}
