import i18next, { type TFunction } from 'i18next';
import {
  AlertTriangle,
  Check,
  CircleHelp,
  Clock,
  Download,
  LoaderCircle,
  type LucideIcon,
  Pause,
  Unplug,
} from 'lucide-react';
import { useNow } from '../../store/now.ts';
import { useAhead } from '../../store/shown.ts';
import { useStatus } from '../../store/status.ts';
import type { TaskView } from '../../store/tasks.ts';
import { Cell } from './cell.tsx';
import { sourcesOf } from './sources.ts';
import { type More, type Sentence, sentenceOf } from './state-sentence.ts';
import { moreText, titleText } from './state-words.ts';

const PICTURES: Readonly<Record<Sentence['picture'], LucideIcon>> = {
  running: Download,
  waiting: Clock,
  paused: Pause,
  done: Check,
  failed: AlertTriangle,
  lost: Unplug,
  asking: CircleHelp,
  working: LoaderCircle,
};

const TONES: Readonly<Record<Sentence['tone'], string>> = {
  acc: 'text-acc-text',
  dim: 'text-dim',
  ok: 'text-ok',
  warn: 'text-warn',
  bad: 'text-bad',
};

/** The state as a sentence: what is, and below it what comes next. */
export function StateCell({ t, task }: { readonly t: TFunction; readonly task: TaskView }) {
  const ahead = useAhead(task.id);
  const heldUntil = useHeldUntil(task);
  const { picture, tone, title, more } = sentenceOf(
    heldUntil === null ? task : { ...task, retryAt: heldUntil },
    ahead,
  );
  const Picture = PICTURES[picture];
  const words = titleText(t, title);
  return (
    <Cell column="state" className="num min-w-0 text-end text-small">
      <div className={`flex items-center justify-end gap-1.5 font-semibold ${TONES[tone]}`}>
        <Picture aria-hidden className="size-[13px] shrink-0" />
        <span title={words} className={`truncate ${title.say === 'speed' ? 'min-w-[8ch]' : ''}`}>
          {words}
        </span>
      </div>
      <div className="h-[18px] truncate text-dim group-data-compact/grid:h-4 group-data-compact/grid:text-tiny group-data-compact/grid:leading-4">
        {more !== null && <SecondLine t={t} more={more} />}
      </div>
    </Cell>
  );
}

/** A task that was held up before this window came does not say until when; its host does. */
function useHeldUntil(task: TaskView): string | null {
  return useStatus(({ status }) => {
    if (task.state !== 'running' || task.retryAt !== null || task.error === null) return null;
    const { host } = sourcesOf(task);
    return status?.holds.find((hold) => hold.host === host)?.until ?? null;
  });
}

interface LineProps {
  readonly t: TFunction;
  readonly more: More;
}

function SecondLine({ t, more }: LineProps) {
  return isTimed(more) ? <TimedLine t={t} more={more} /> : moreText(t, more, 0, i18next.language);
}

/** Only what counts time is drawn every second. */
function TimedLine({ t, more }: LineProps) {
  return moreText(t, more, useNow(), i18next.language);
}

function isTimed({ say }: More): boolean {
  return say === 'goingOn' || say === 'again' || say === 'since';
}
