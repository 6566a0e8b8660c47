import { CircleCheck, CircleX, Copy, Info, LoaderCircle, TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CommandAnswer } from '../../../main/contract/commands.ts';
import { copyText } from '../../store/actions.ts';
import type { ShownError } from '../../store/notices.ts';
import { type TaskView, taskById } from '../../store/tasks.ts';
import { wire } from '../../wire/wires.ts';
import { formatBytes } from '../../words/format.ts';
import { Button, IconButton } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { TextField } from '../parts/fields.tsx';
import { ALGORITHM_NAMES, checksumText, readChecksum } from './checksum.ts';
import { Refusal } from './form-dialog.tsx';

type Verified = CommandAnswer<'tasks.verify'>;

/** Reads a finished download once more: against a checksum, or for one. */
export function VerifyDialog({ id, onClose }: { readonly id: string; readonly onClose: () => void }) {
  const { t } = useTranslation();
  const [task] = useState(() => taskById(id));
  const { typed, setTyped, wanted, isWrong, busy, verified, refusal, verify } = useVerify(id, task);
  const isZip = task?.kind === 'package';
  const action = wanted !== null ? 'compare' : isZip ? 'check' : 'compute';
  return (
    <Dialog
      title={t('dialogs.verify.title')}
      width={560}
      onClose={onClose}
      actions={
        <>
          <Button onPress={onClose}>{t('parts.close')}</Button>
          <Button look="primary" isDisabled={busy || isWrong} onPress={() => void verify()}>
            {t(`dialogs.verify.${action}`)}
          </Button>
        </>
      }
    >
      <p className="m-0 break-words text-dim">
        {t(isZip ? 'dialogs.verify.whatZip' : 'dialogs.verify.what', {
          name: task?.name ?? '',
          size: formatBytes(task?.received ?? 0),
        })}
      </p>
      <TextField
        autoFocus
        label={t('dialogs.verify.checksum')}
        hint={
          wanted === null
            ? t('dialogs.verify.checksumHint')
            : t('dialogs.verify.detected', { algorithm: ALGORITHM_NAMES[wanted.algorithm] })
        }
        mono
        value={typed}
        onChange={setTyped}
        onKeyDown={(event) => {
          if (event.key === 'Enter') void verify();
          // Escape is the box's.
          else event.continuePropagation();
        }}
        problem={isWrong ? t('dialogs.verify.wrong') : null}
      />
      <div role="status" className="flex flex-col gap-2 empty:hidden">
        {busy && (
          <div className="flex items-center gap-2.5 text-dim">
            <LoaderCircle aria-hidden className="size-4 animate-spin" />
            {t('dialogs.verify.reading')}
          </div>
        )}
        {verified !== null && <Result verified={verified.answer} wanted={verified.wanted} isZip={isZip} />}
      </div>
      <Refusal error={refusal} />
    </Dialog>
  );
}

function useVerify(id: string, task: TaskView | undefined) {
  const given = task?.kind === 'file' ? (task.items[0]?.checksum ?? '') : '';
  const [typed, setTyped] = useState(given);
  const [busy, setBusy] = useState(false);
  const [verified, setVerified] = useState<{ answer: Verified; wanted: string | null } | null>(null);
  const [refusal, setRefusal] = useState<ShownError | null>(null);
  const wanted = readChecksum(typed);
  const isWrong = typed.trim() !== '' && wanted === null;
  const verify = async () => {
    if (busy || isWrong) return;
    setBusy(true);
    setVerified(null);
    setRefusal(null);
    const checksum = wanted === null ? null : checksumText(wanted);
    const answer = await wire.call('tasks.verify', { id, ...(checksum !== null && { checksum }) });
    setBusy(false);
    if (answer.ok) setVerified({ answer: answer.value, wanted: checksum });
    else setRefusal(answer.error);
  };
  return { typed, setTyped, wanted, isWrong, busy, verified, refusal, verify };
}

const LOOKS = {
  same: { box: 'bg-ok-soft text-ok', Icon: CircleCheck },
  different: { box: 'bg-bad-soft text-bad', Icon: CircleX },
  computed: { box: 'bg-side text-dim', Icon: Info },
} as const;

function Result(props: {
  readonly verified: Verified;
  readonly wanted: string | null;
  readonly isZip: boolean;
}) {
  const { verified, wanted, isZip } = props;
  const { checksum, matches, problems } = verified;
  const { t } = useTranslation();
  const kind = matches === null ? 'computed' : matches ? 'same' : 'different';
  const { box, Icon } = LOOKS[kind];
  return (
    <>
      <div className={`flex items-center gap-2.5 rounded-control px-3 py-2 font-medium ${box}`}>
        <Icon aria-hidden className="size-4 shrink-0" />
        {t(`dialogs.verify.${kind}`)}
      </div>
      {(isZip || problems.length > 0) && <Findings problems={problems} />}
      <dl className="m-0 grid grid-cols-[auto_minmax(0,1fr)_auto] items-start gap-x-3 gap-y-1 text-small">
        {matches === false && wanted !== null && (
          <Sum label={t('dialogs.verify.wanted')} checksum={wanted} isCopied={false} />
        )}
        <Sum label={t('dialogs.verify.is')} checksum={checksum} isCopied />
      </dl>
    </>
  );
}

function Sum(props: { readonly label: string; readonly checksum: string; readonly isCopied: boolean }) {
  const { label, checksum, isCopied } = props;
  const { t } = useTranslation();
  return (
    <>
      <dt className="pt-1 text-dim">{label}</dt>
      <dd data-selectable className={`m-0 pt-1 font-mono break-all ${isCopied ? '' : 'col-span-2'}`}>
        {checksum}
      </dd>
      {isCopied && (
        <dd className="m-0">
          <IconButton label={t('dialogs.verify.copy')} onPress={() => void copyText(checksum)}>
            <Copy aria-hidden />
          </IconButton>
        </dd>
      )}
    </>
  );
}

function Findings({ problems }: { readonly problems: readonly string[] }) {
  const { t } = useTranslation();
  if (problems.length === 0) {
    return (
      <div className="flex items-center gap-2.5 rounded-control bg-ok-soft px-3 py-2 font-medium text-ok">
        <CircleCheck aria-hidden className="size-4 shrink-0" />
        {t('dialogs.verify.zipGood')}
      </div>
    );
  }
  return (
    <div className="flex items-start gap-2.5 rounded-control bg-bad-soft px-3 py-2 text-bad">
      <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
      <div className="min-w-0">
        <div className="font-medium">{t('dialogs.verify.zipBad', { count: problems.length })}</div>
        <ul className="m-0 max-h-40 overflow-auto ps-4 text-small break-words">
          {problems.map((problem) => (
            <li key={problem}>{problem}</li>
          ))}
        </ul>
      </div>
    </div>
  );
}
