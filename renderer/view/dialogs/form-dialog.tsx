import { TriangleAlert } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { Form } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import type { ShownError } from '../../store/notices.ts';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { refusalWords } from './refusal-words.ts';

/** Gives why it was refused; null closes the box, unless another one has taken its place (`replaced`). */
type Submit = () => Promise<ShownError | 'replaced' | null>;

export interface FormDialogProps {
  readonly title: string;
  /** What the main button, and Enter, do. */
  readonly action: string;
  readonly canSubmit: boolean;
  readonly submit: Submit;
  readonly onClose: () => void;
  readonly children: ReactNode;
  /** Another way to do it, with a button before the main one. */
  readonly other?: { readonly action: string; readonly submit: Submit } | null;
  readonly width?: number;
}

/** A small box with fields that does one thing. */
export function FormDialog(props: FormDialogProps) {
  const { title, action, canSubmit, submit, onClose, children, other = null, width = 440 } = props;
  const { t } = useTranslation();
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<ShownError | null>(null);
  const run = async (how: Submit) => {
    if (!canSubmit || busy) return;
    setBusy(true);
    const error = await how();
    setBusy(false);
    if (error === null) onClose();
    else if (error !== 'replaced') setRefusal(error);
  };
  return (
    <Dialog
      title={title}
      width={width}
      onClose={onClose}
      actions={
        <>
          <Button onPress={onClose}>{t('parts.cancel')}</Button>
          {other !== null && (
            <Button isDisabled={!canSubmit || busy} onPress={() => void run(other.submit)}>
              {other.action}
            </Button>
          )}
          <Button look="primary" isDisabled={!canSubmit || busy} onPress={() => void run(submit)}>
            {action}
          </Button>
        </>
      }
    >
      <Form
        onSubmit={(event) => {
          event.preventDefault();
          void run(submit);
        }}
        className="flex flex-col gap-3.5"
      >
        {children}
        {/* A form of several fields takes Enter only where it has a button of its own. */}
        <button type="submit" hidden tabIndex={-1} aria-hidden />
      </Form>
      <Refusal error={refusal} />
    </Dialog>
  );
}

/** Why the engine would not do it; said as soon as it is there. */
export function Refusal({ error }: { readonly error: ShownError | null }) {
  const { t } = useTranslation();
  const [what, ...more] = error === null ? [] : refusalWords(t, error);
  return (
    <div role="alert" className="empty:hidden">
      {error !== null && (
        <div className="flex items-start gap-2.5 rounded-control bg-bad-soft px-3 py-2 text-small text-bad">
          <TriangleAlert aria-hidden className="mt-px size-4 shrink-0" />
          <div className="min-w-0 break-words">
            <div className="font-medium">{what}</div>
            {more.map((sentence) => (
              <div key={sentence}>{sentence}</div>
            ))}
          </div>
        </div>
      )}
    </div>
  );
}
