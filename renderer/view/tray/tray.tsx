import type { TFunction } from 'i18next';
import { Package, X } from 'lucide-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ShownError } from '../../store/notices.ts';
import { useStatus } from '../../store/status.ts';
import { closeTray, setTray, takesFocus, useTray } from '../../store/tray.ts';
import { sizeOf } from '../../store/tray-entries.ts';
import { formatBytes } from '../../words/format.ts';
import { PACKINGS, type Packing } from '../add/draft.ts';
import { COMPRESS } from '../add/wanted.ts';
import { Refusal } from '../dialogs/form-dialog.tsx';
import { useDrag, useDragStore } from '../list/drag.ts';
import { FOCUS_HOME } from '../list/keep-focus.ts';
import { Button, IconButton } from '../parts/button.tsx';
import { Select, TextField } from '../parts/fields.tsx';
import { AddToTray, EmptyTray } from './add-to-tray.tsx';
import { pack } from './pack.ts';
import { TrayGrid } from './tray-grid.tsx';
import { TAKES_ROWS, TRAY_TARGET } from './tray-target.tsx';
import { useTrayView } from './tray-view.ts';
import { treeRows } from './tree.ts';

/** The next package while it is put together. */
export function Tray() {
  const { t } = useTranslation();
  const entries = useTray((tray) => tray.entries);
  const closed = useTrayView((view) => view.closed);
  const rows = useMemo(() => treeRows(entries, closed), [entries, closed]);
  const isTarget = useDragStore(({ drag, out }) => drag !== null || out !== null);
  const isOver = useDrag((drag) => drag?.overTray ?? false);
  useEffect(() => focusListAfter, []);
  const edge = isOver ? 'outline-2 -outline-offset-4 outline-dashed outline-acc bg-acc-soft' : '';
  const hint = isTarget && !isOver ? 'outline-2 -outline-offset-4 outline-dashed outline-edge' : '';
  return (
    <div
      {...{ [TRAY_TARGET]: '' }}
      {...TAKES_ROWS}
      className={`flex min-h-0 flex-1 flex-col gap-2.5 px-3.5 pt-3 pb-3.5 ${edge} ${hint}`}
    >
      <Head />
      {entries.length === 0 ? <EmptyTray /> : <TrayGrid rows={rows} />}
      <Foot />
      <span className="sr-only" role="note">
        {entries.length > 0 && t('tray.keys')}
      </span>
    </div>
  );
}

/** What had the focus has gone with the tray: then the list has it. */
function focusListAfter(): void {
  requestAnimationFrame(() => {
    if (document.activeElement !== document.body) return;
    document.querySelector<HTMLElement>(`[${FOCUS_HOME}]`)?.focus();
  });
}

function Head() {
  const { t } = useTranslation();
  const name = useTray((tray) => tray.name);
  const head = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // Only when it is there: a picture of it that is thrown away would have taken the wish along.
    if (takesFocus()) head.current?.querySelector<HTMLElement>('input:not([hidden])')?.focus();
  }, []);
  return (
    <div ref={head} className="flex flex-col gap-2.5">
      <div className="flex items-center gap-2">
        <Package aria-hidden className="size-[18px] shrink-0 text-acc" strokeWidth={1.8} />
        <h2 className="m-0 min-w-0 flex-1 truncate text-title font-semibold">{t('tray.title')}</h2>
        <AddToTray />
        <IconButton label={t('tray.close')} onPress={closeTray}>
          <X aria-hidden />
        </IconButton>
      </div>
      <TextField
        label={t('add.packName')}
        labelHidden
        placeholder={t('add.packUsual')}
        value={name}
        onChange={(text) => setTray({ name: text })}
        maxLength={1024}
      />
    </div>
  );
}

/** How much it is, how it is packed, and that it be done. */
function Foot() {
  const { t } = useTranslation();
  const tray = useTray();
  const [isBusy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<ShownError | null>(null);
  const { entries } = tray;
  const isSending = entries.some(({ source }) => source === null);
  const submit = async () => {
    setBusy(true);
    setRefusal(await pack(tray));
    setBusy(false);
  };
  return (
    <div className="flex flex-col gap-2.5 border-t border-line pt-2.5">
      <Amount />
      <Refusal error={refusal} />
      <div className="flex items-center gap-2">
        <PackingSelect />
        <Button
          look="primary"
          className="min-w-0 flex-1"
          isDisabled={entries.length === 0 || isSending || isBusy}
          onPress={() => void submit()}
        >
          {isSending ? t('tray.sending') : packWords(t, entries.length)}
        </Button>
      </div>
    </div>
  );
}

function Amount() {
  const { t } = useTranslation();
  const entries = useTray((tray) => tray.entries);
  const free = useStatus(({ status }) => status?.disk?.free ?? null);
  const { bytes, unknown } = useMemo(() => sizeOf(entries), [entries]);
  if (entries.length === 0) return null;
  const files = t('add.files', { count: entries.length });
  return (
    <div className="num flex flex-wrap gap-x-3 text-small text-dim">
      <span>{bytes === 0 ? files : t('add.total', { files, size: formatBytes(bytes) })}</span>
      {unknown > 0 && <span>{t('add.someUnknown', { count: unknown })}</span>}
      {free !== null && bytes > free && (
        <span className="font-medium text-bad">{t('add.noRoom', { free: formatBytes(free) })}</span>
      )}
    </div>
  );
}

function PackingSelect() {
  const { t } = useTranslation();
  const compress = useTray((tray) => tray.compress);
  const packing = PACKINGS.find((each) => COMPRESS[each] === compress) ?? 'auto';
  return (
    <Select<Packing>
      label={t('add.packing')}
      labelHidden
      value={packing}
      choices={PACKINGS.map((value) => ({ value, label: t(`add.packings.${value}`) }))}
      onChange={(value) => setTray({ compress: COMPRESS[value] })}
      className="w-[138px] shrink-0"
    />
  );
}

function packWords(t: TFunction, count: number): string {
  return count === 0 ? t('tray.packNothing') : t('tray.pack', { count });
}
