import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import type { Item } from '../../../main/contract/task.ts';
import type { TaskView } from '../../store/tasks.ts';
import { formatBytes, formatSpeed, formatTime } from '../../words/format.ts';
import { sourcesOf } from '../list/sources.ts';
import { Copyable } from './copyable.tsx';
import { type Fact, KeyValues } from './key-values.tsx';

/** What is known of a task, by name. */
export function Facts({ task }: { readonly task: TaskView }) {
  const { t, i18n } = useTranslation();
  const time = (name: 'added' | 'started' | 'finished' | 'ended', iso: string | null): Fact => [
    t(`details.overview.${name}`),
    iso === null ? null : formatTime(iso, i18n.language),
  ];
  return (
    <KeyValues
      facts={[
        ...placeFacts(t, task),
        [t('details.overview.connections'), connectionsText(t, task)],
        [t('details.overview.limit'), task.limitRate === null ? null : formatSpeed(task.limitRate)],
        [t('details.overview.resumable'), resumableText(t, task)],
        time('added', task.createdAt),
        time('started', task.startedAt),
        time('finished', task.state === 'done' ? task.finishedAt : null),
        time('ended', task.state === 'failed' ? task.finishedAt : null),
        ...sourceFacts(t, task),
      ]}
    />
  );
}

function placeFacts(t: TFunction, { kind, state, dir, path, received, total }: TaskView): Fact[] {
  const used = state === 'done' ? (total ?? received) : received;
  return [
    [
      t(state === 'done' ? 'details.overview.savedTo' : 'details.overview.willBe'),
      state === 'done' ? (
        <Copyable key="path" text={path} label={t('details.copyPath')} />
      ) : (
        <bdi key="dir" title={dir}>
          {dir}
        </bdi>
      ),
    ],
    [t('details.overview.size'), total === null ? null : formatBytes(total)],
    [
      t('details.overview.diskUsed'),
      kind === 'package' && used > 0 ? t('details.overview.noCopy', { size: formatBytes(used) }) : null,
    ],
  ];
}

function sourceFacts(t: TFunction, task: TaskView): Fact[] {
  if (task.kind === 'package') {
    const { host, others } = sourcesOf(task);
    const from =
      host === null ? t('list.fromHere') : others === 0 ? host : t('list.hosts', { host, count: others });
    return [[t('details.overview.sources'), <bdi key="from">{from}</bdi>]];
  }
  const [item] = task.items;
  if (item === undefined) return [];
  const { url, checksum } = item;
  return [
    [
      t('details.overview.checksum'),
      checksum && <Copyable key="sum" text={checksum} label={t('details.copyChecksum')} />,
    ],
    [
      t('details.overview.address'),
      url && <Copyable key="url" text={url} label={t('details.copyAddress')} />,
    ],
    [t('details.overview.spares'), sparesText(t, item)],
  ];
}

function sparesText(t: TFunction, { spares = [] }: Item): string | null {
  if (spares.length === 0) return null;
  const failed = spares.filter((spare) => spare.failed).length;
  return failed === 0
    ? String(spares.length)
    : t('details.overview.sparesFailed', { count: spares.length, failed });
}

/** How many, and to how many hosts; null while there are none. */
function connectionsText(t: TFunction, { segments, connections }: TaskView): string | null {
  if (connections === 0) return null;
  const hosts = new Set(segments.map(({ host }) => host)).size;
  return hosts === 0 ? String(connections) : t('details.overview.toHosts', { connections, count: hosts });
}

function resumableText(t: TFunction, { resumable, state }: TaskView): string | null {
  if (resumable === null || state === 'done') return null;
  return t(resumable ? 'details.overview.yes' : 'details.overview.no');
}
