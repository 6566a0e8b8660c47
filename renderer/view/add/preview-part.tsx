import { LoaderCircle, TriangleAlert, Unplug } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { ShownError } from '../../store/notices.ts';
import { useStatus } from '../../store/status.ts';
import { formatBytes } from '../../words/format.ts';
import { refusalWords } from '../dialogs/refusal-words.ts';
import { Button } from '../parts/button.tsx';
import { PreviewTable } from './preview-table.tsx';
import { MOST_LINKS } from './reading/read-text.ts';
import type { Sum } from './rows.ts';
import type { AddState } from './use-add.ts';

/** What the text would add, and whatever stands in the way. */
export function PreviewPart({ state }: { readonly state: AddState }) {
  const { t } = useTranslation();
  const { rows, draft, change, preview, sum } = state;
  return (
    <>
      <Troubles state={state} />
      {rows.length > 0 && (
        <div className="flex flex-col gap-1.5">
          <PreviewTable
            rows={rows}
            isAsking={preview.phase === 'sizing'}
            refused={state.refusal?.detail ?? null}
            onLeaveOut={(leftOut) => change({ leftOut })}
            onChoose={(row, choice) => change({ choices: new Map(draft.choices).set(row.key, choice) })}
          />
          <SumLine sum={sum} />
        </div>
      )}
      {rows.length === 0 && preview.phase === 'thinking' && (
        <Said icon={<LoaderCircle aria-hidden className="animate-spin" />}>{t('add.thinking')}</Said>
      )}
    </>
  );
}

function Troubles({ state }: { readonly state: AddState }) {
  const { t } = useTranslation();
  const { draft, reading, preview, refusal, isOffline, again } = state;
  const links = reading.kind === 'links' ? reading : null;
  const isNothing = draft.text.trim() !== '' && links?.links.length === 0 && !links.tooMany;
  const alert = <TriangleAlert aria-hidden />;
  return (
    <div aria-live="polite" className="flex flex-col gap-2 empty:hidden">
      {isOffline && (
        <Said look="warn" icon={<Unplug aria-hidden />}>
          {t('add.offline')}
        </Said>
      )}
      {isNothing && (
        <Said icon={alert} more={[t('add.nothingHint')]}>
          {t('add.nothing')}
        </Said>
      )}
      {links?.tooMany && (
        <Said look="warn" icon={alert}>
          {t('add.tooMany', { count: MOST_LINKS })}
        </Said>
      )}
      {links?.sends && (
        <Said look="warn" icon={alert}>
          {t('add.sends')}
        </Said>
      )}
      {preview.error !== null && (
        <Said
          look="bad"
          icon={alert}
          more={refusalWords(t, preview.error)}
          action={<Button onPress={again}>{t('add.again')}</Button>}
        >
          {t('add.failed')}
        </Said>
      )}
      {refusal !== null && <Refused error={refusal} />}
    </div>
  );
}

/** What the engine would not add, and why. */
export function Refused({ error }: { readonly error: ShownError }) {
  const { t } = useTranslation();
  return (
    <Said look="bad" icon={<TriangleAlert aria-hidden />} more={refusalWords(t, error)}>
      {t('add.refused')}
    </Said>
  );
}

const LOOKS = {
  plain: 'bg-side text-dim',
  warn: 'bg-warn-soft text-warn',
  bad: 'bg-bad-soft text-bad',
} as const;

/** A sentence that stands out, in the place where the table would be. */
export function Said(props: {
  readonly look?: keyof typeof LOOKS;
  readonly icon: ReactNode;
  readonly children: ReactNode;
  /** Further sentences. */
  readonly more?: readonly string[];
  readonly action?: ReactNode;
}) {
  const { look = 'plain', icon, children, more = [], action } = props;
  return (
    <div
      className={`flex min-h-10 items-center gap-2.5 rounded-control px-3 py-2 [&>svg]:size-4 [&>svg]:shrink-0 ${LOOKS[look]}`}
    >
      {icon}
      <div className="min-w-0 flex-1 text-small break-words">
        <div className="font-medium">{children}</div>
        {more.map((sentence) => (
          <div key={sentence}>{sentence}</div>
        ))}
      </div>
      {action}
    </div>
  );
}

/** How many files, how large, and whether there is room. */
function SumLine({ sum }: { readonly sum: Sum }) {
  const { t } = useTranslation();
  const free = useStatus(({ status }) => status?.disk?.free ?? null);
  const { fetched, bytes, unknown } = sum;
  const files = t('add.files', { count: fetched.length });
  const isFull = free !== null && bytes > free;
  return (
    <div role="status" className="num flex flex-wrap gap-x-4 px-2 text-small text-dim">
      <span>{bytes === 0 ? files : t('add.total', { files, size: formatBytes(bytes) })}</span>
      {bytes > 0 && unknown > 0 && <span>{t('add.someUnknown', { count: unknown })}</span>}
      {isFull && <span className="font-medium text-bad">{t('add.noRoom', { free: formatBytes(free) })}</span>}
    </div>
  );
}
