import {
  Bell,
  Download,
  Gauge,
  Globe,
  Info,
  ListChecks,
  LogIn,
  type LucideIcon,
  Monitor,
  Palette,
  Puzzle,
  Radio,
  Shapes,
} from 'lucide-react';
import type { ComponentType } from 'react';
import type { Settings } from '../../../main/contract/settings.ts';
import { AboutSection } from './about-section.tsx';
import { BrowsersSection } from './browsers-section.tsx';
import { CategoriesSection } from './categories-section.tsx';
import { DesktopSection } from './desktop-section.tsx';
import { DownloadsSection } from './downloads-section.tsx';
import { ListsSection } from './lists-section.tsx';
import { LookSection } from './look-section.tsx';
import { NetworkSection } from './network-section.tsx';
import { RemoteSection } from './remote-section.tsx';
import { SessionSection } from './session-section.tsx';
import { SpeedSection } from './speed-section.tsx';
import { WebhooksSection } from './webhooks-section.tsx';

export interface Section {
  readonly icon: LucideIcon;
  /** Left out: in the desktop's window and in a browser. */
  readonly only?: 'desktop' | 'browser';
  readonly Content: ComponentType<{ readonly settings: Settings }>;
}

/** In the order they are listed in. */
export const SECTIONS = {
  look: { icon: Palette, Content: LookSection },
  downloads: { icon: Download, Content: DownloadsSection },
  speed: { icon: Gauge, Content: SpeedSection },
  network: { icon: Globe, Content: NetworkSection },
  categories: { icon: Shapes, Content: CategoriesSection },
  desktop: { icon: Monitor, only: 'desktop', Content: DesktopSection },
  remote: { icon: Radio, only: 'desktop', Content: RemoteSection },
  session: { icon: LogIn, only: 'browser', Content: SessionSection },
  browsers: { icon: Puzzle, Content: BrowsersSection },
  webhooks: { icon: Bell, Content: WebhooksSection },
  lists: { icon: ListChecks, Content: ListsSection },
  about: { icon: Info, Content: AboutSection },
} as const satisfies Record<string, Section>;
export type SectionId = keyof typeof SECTIONS;

/** Those that there are where this runs. */
export function sectionsOf(place: 'desktop' | 'browser'): readonly SectionId[] {
  const sections: readonly (readonly [string, Section])[] = Object.entries(SECTIONS);
  return sections
    .filter(([, { only }]) => only === undefined || only === place)
    .map(([id]) => id as SectionId);
}
