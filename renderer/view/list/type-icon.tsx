import {
  Archive,
  Disc3,
  File,
  FileText,
  Film,
  Image,
  type LucideIcon,
  Music,
  Package,
  SquareTerminal,
} from 'lucide-react';
import { CATEGORIES } from '../../../main/contract/categories.ts';

const ICONS: Readonly<Record<string, LucideIcon>> = {
  Video: Film,
  Audio: Music,
  Documents: FileText,
  Archives: Archive,
  Programs: SquareTerminal,
  Images: Image,
};

/** Pictures of whole disks are archives in name only. */
const DISCS = new Set(['iso', 'img', 'dmg']);

const BY_ENDING = new Map(
  CATEGORIES.flatMap(({ name, extensions }) => extensions.map((ending) => [ending, ICONS[name]] as const)),
);

/** What kind of file it is, by its name; a package is a box. */
export function TypeIcon({ isPackage, name }: { readonly isPackage: boolean; readonly name: string }) {
  const Icon = isPackage ? Package : fileIcon(name);
  return (
    <span
      className={`grid size-8 place-items-center forced-colors:bg-transparent! rounded-control group-data-compact/grid:size-[26px] group-data-compact/grid:rounded-md [&>svg]:size-[17px] group-data-compact/grid:[&>svg]:size-[15px] ${isPackage ? 'bg-acc-soft text-acc-text' : 'bg-hover text-dim group-hover/row:bg-track'}`}
    >
      <Icon aria-hidden strokeWidth={1.8} />
    </span>
  );
}

/** By the ending of its name. */
export function fileIcon(name: string): LucideIcon {
  const ending = name.slice(name.lastIndexOf('.') + 1).toLowerCase();
  return DISCS.has(ending) ? Disc3 : (BY_ENDING.get(ending) ?? File);
}
