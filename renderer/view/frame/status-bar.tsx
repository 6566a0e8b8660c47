import { useTranslation } from 'react-i18next';
import { useAbout } from '../../store/about.ts';
import { useConnection } from '../../store/connection.ts';
import { useNow } from '../../store/now.ts';
import { useStatus } from '../../store/status.ts';
import { setView } from '../../store/view.ts';
import { wire } from '../../wire/wires.ts';
import { formatBytes, formatClock } from '../../words/format.ts';

/** Below this the disk is nearly full. */
const LITTLE_ROOM = 2e9;

/** Disk, engine, hosts that asked us to wait, and who else may reach this Satchel. */
export function StatusBar() {
  const { t } = useTranslation();
  const status = useStatus((state) => state.status);
  const connection = useConnection(({ state }) => state);
  const free = status?.disk?.free;
  const little = free !== undefined && free < LITTLE_ROOM;
  return (
    <footer className="num col-span-2 flex min-w-0 items-center gap-4.5 border-t border-line bg-side px-3.5 text-small text-dim [&>span]:truncate">
      {status !== null && (
        <span className={little ? 'font-semibold text-warn' : ''}>
          {free === undefined ? t('frame.freeUnknown') : t('frame.free', { size: formatBytes(free) })}
        </span>
      )}
      {status?.problems.map((problem) => (
        <span key={problem} title={problem} className="text-bad">
          {problem}
        </span>
      ))}
      <Holds />
      <span className="ms-auto" />
      {connection !== 'open' && <span className="text-warn">{t(`frame.connection.${connection}`)}</span>}
      {wire.desktop === null ? connection === 'open' && <span>{location.host}</span> : <Remote />}
    </footer>
  );
}

function Holds() {
  const { t } = useTranslation();
  const now = useNow();
  const holds = useStatus((state) => state.status?.holds);
  const held = (holds ?? []).filter(({ until }) => Date.parse(until) > now);
  const [first] = held;
  if (first === undefined) return null;
  const clock = formatClock((Date.parse(first.until) - now) / 1000);
  return (
    <span className="text-warn">
      {t('frame.held', { host: first.host, clock })}
      {held.length > 1 && ` ${t('frame.heldMore', { count: held.length - 1 })}`}
    </span>
  );
}

/** Of the desktop's own server door. */
function Remote() {
  const { t } = useTranslation();
  const remote = useAbout()?.remote;
  if (remote === undefined) return null;
  const words =
    remote.problem !== null
      ? 'frame.remoteProblem'
      : remote.address === null
        ? 'frame.remoteOff'
        : 'frame.remoteOn';
  return (
    <button
      type="button"
      onClick={() => setView({ page: 'settings' })}
      className={`shrink-0 rounded px-1 hover:text-ink ${remote.problem === null ? '' : 'text-bad'}`}
    >
      {t(words)}
    </button>
  );
}
