import { lazy, Suspense, useEffect } from 'react';
import { useConnection } from '../store/connection.ts';
import { followEngine } from '../store/engine.ts';
import { loadSettings, useSettings } from '../store/settings.ts';
import { watchStatus } from '../store/status.ts';
import { showTheme } from '../store/theme.ts';
import { restoreTray, useTray } from '../store/tray.ts';
import { useView } from '../store/view.ts';
import { chooseLanguage } from '../words/words.ts';
import { usePasteOpensAdd } from './add/paste.ts';
import { useDesktopEvents } from './frame/desktop-events.ts';
import { ErrorBoundary } from './frame/error-boundary.tsx';
import { Frame } from './frame/frame.tsx';
import { HistoryLine } from './frame/history-line.tsx';
import { useListTitle } from './frame/list-title.ts';
import { useShortcuts } from './frame/shortcuts.ts';
import { useTitle } from './frame/use-title.ts';
import { TaskList } from './list/task-list.tsx';
import { Notices } from './parts/notices.tsx';

// What the first picture does without is loaded after it.
const Details = lazy(async () => ({ default: (await import('./details/details.tsx')).Details }));
const Dialogs = lazy(async () => ({ default: (await import('./dialogs/dialogs.tsx')).Dialogs }));
const HistoryPage = lazy(async () => ({ default: (await import('./history/history-page.tsx')).HistoryPage }));
const SettingsPage = lazy(async () => ({
  default: (await import('./settings/settings-page.tsx')).SettingsPage,
}));
const Tray = lazy(async () => ({ default: (await import('./tray/tray.tsx')).Tray }));
const SignIn = lazy(async () => ({ default: (await import('./settings/sign-in.tsx')).SignIn }));

/** The whole window. */
export function App() {
  return (
    <ErrorBoundary>
      <Window />
    </ErrorBoundary>
  );
}

function Window() {
  useEffect(followEngine, []);
  useShortcuts();
  useDesktopEvents();
  usePasteOpensAdd();
  useTitle();
  const connection = useConnection(({ state }) => state);
  useSettingsOf(connection === 'open');
  if (connection === 'signedOut') {
    return (
      <Suspense>
        <SignIn />
      </Suspense>
    );
  }
  return (
    <>
      <Pages />
      <Suspense>
        <Dialogs />
      </Suspense>
      <Notices />
    </>
  );
}

function Pages() {
  const page = useView((view) => view.page);
  const details = (
    <Suspense>
      <Details />
    </Suspense>
  );
  const trayOpen = useTray((tray) => tray.isOpen);
  const tray = (
    <Suspense>
      <Tray />
    </Suspense>
  );
  return (
    <Frame details={page === 'list' ? details : null} tray={page === 'list' && trayOpen ? tray : null}>
      {page === 'list' && <ListPage />}
      <Suspense>
        {page === 'history' && <HistoryPage />}
        {page === 'settings' && <SettingsPage />}
      </Suspense>
    </Frame>
  );
}

function ListPage() {
  const title = useListTitle();
  return (
    <>
      <h1 className="sr-only">{title}</h1>
      <TaskList />
      <HistoryLine />
    </>
  );
}

/** Language and theme are as the settings say, as soon as they are known; the state is looked at while there is a way. */
function useSettingsOf(isOpen: boolean): void {
  useEffect(() => {
    if (!isOpen) return;
    void loadSettings();
    void restoreTray();
    return watchStatus();
  }, [isOpen]);
  const settings = useSettings((state) => state.settings);
  useEffect(() => {
    if (settings === null) return;
    showTheme(settings.theme);
    void chooseLanguage(settings.language);
  }, [settings]);
}
