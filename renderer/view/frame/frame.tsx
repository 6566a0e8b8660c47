import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useView } from '../../store/view.ts';
import { DropTargets } from '../drop/drop-targets.tsx';
import { TrayTarget } from '../tray/tray-target.tsx';
import { TRAY } from './commands.ts';
import { REGION, useRegions } from './regions.ts';
import { Sidebar } from './sidebar.tsx';
import { StatusBar } from './status-bar.tsx';
import { Toolbar } from './toolbar.tsx';

/** Sidebar, toolbar and status line around what the window shows; `details` and `tray` are null where there are none. */
export function Frame(props: {
  readonly children: ReactNode;
  readonly details: ReactNode;
  /** In the place of the details while it is open. */
  readonly tray: ReactNode;
}) {
  const { children, details, tray } = props;
  const { t } = useTranslation();
  useRegions();
  const detailsOpen = useView((view) => view.detailsOpen) && details !== null;
  return (
    <div className="grid h-full grid-cols-[56px_minmax(0,1fr)] grid-rows-[52px_minmax(0,1fr)_30px] min-[960px]:grid-cols-[212px_minmax(0,1fr)]">
      <Sidebar />
      <Toolbar />
      {/* Where there is no room beside the list, the details lie over it. */}
      <div className="relative flex min-h-0 min-w-0 bg-panel">
        <main {...{ [REGION]: 3 }} className="relative flex min-h-0 min-w-0 flex-1 flex-col">
          {children}
          <TrayTarget />
        </main>
        {(tray !== null || detailsOpen) && (
          <aside
            {...{ [REGION]: 4 }}
            {...(tray !== null && { [TRAY]: '' })}
            aria-label={t(tray === null ? 'frame.details' : 'tray.title')}
            className="absolute inset-y-0 end-0 z-10 flex w-[332px] max-w-full flex-col border-s border-line bg-panel shadow-float min-[1080px]:static min-[1080px]:shadow-none"
          >
            {tray ?? details}
          </aside>
        )}
        <DropTargets />
      </div>
      <StatusBar />
    </div>
  );
}
