import { create } from 'zustand';
import type { TaskState } from '../../main/contract/task.ts';

/** Which tasks the list shows. */
export type Filter =
  | { readonly by: 'all' }
  | { readonly by: 'state'; readonly state: TaskState }
  | { readonly by: 'packages' }
  | { readonly by: 'category'; readonly name: string };

export const SORTS = ['list', 'name', 'size', 'progress', 'state', 'added'] as const;
/** `list` is the order that tasks run in, and the only one that can be changed by hand. */
export type Sort = (typeof SORTS)[number];

/** What fills the window beside the sidebar. */
export type Page = 'list' | 'history' | 'settings';

/** Which box is open over the window; it brings what it begins with. */
export type Dialog =
  | { readonly kind: 'add'; readonly text: string; readonly paths: readonly string[]; readonly pack: boolean }
  | { readonly kind: 'remove'; readonly ids: readonly string[] }
  | { readonly kind: 'newLink'; readonly id: string }
  | { readonly kind: 'rename'; readonly id: string }
  | { readonly kind: 'folder'; readonly id: string }
  | { readonly kind: 'limit'; readonly ids: readonly string[] }
  | { readonly kind: 'verify'; readonly id: string }
  | { readonly kind: 'addToPackage'; readonly ids: readonly string[] }
  | { readonly kind: 'shortcuts' }
  | { readonly kind: 'importList' };

export interface ViewState {
  readonly page: Page;
  readonly filter: Filter;
  readonly search: string;
  readonly sort: Sort;
  readonly descending: boolean;
  readonly detailsOpen: boolean;
  readonly dialog: Dialog | null;
}

/** Narrower windows have no room for the details beside the list; there they are shown when asked for. */
const WIDE_ENOUGH = 1080;

export const useView = create<ViewState>(() => ({
  page: 'list',
  filter: { by: 'all' },
  search: '',
  sort: 'list',
  descending: false,
  detailsOpen: globalThis.innerWidth >= WIDE_ENOUGH,
  dialog: null,
}));

export function setView(change: Partial<ViewState>): void {
  useView.setState(change);
}

export function openDialog(dialog: Dialog): void {
  useView.setState({ dialog });
}

export function closeDialog(): void {
  useView.setState({ dialog: null });
}

/** The Add box, with what was pasted or dropped. */
export function openAdd(given: { text?: string; paths?: readonly string[]; pack?: boolean } = {}): void {
  openDialog({ kind: 'add', text: given.text ?? '', paths: given.paths ?? [], pack: given.pack ?? false });
}
