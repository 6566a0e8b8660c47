import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';

/** Asks before something is lost. */
export function Confirm(props: {
  readonly title: string;
  /** What is lost, each a paragraph. */
  readonly sentences: readonly string[];
  /** What else is to be decided. */
  readonly children?: ReactNode;
  readonly width?: number;
  /** What is done, as a verb on its button. */
  readonly action: string;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
}) {
  const { title, sentences, children, width = 420, action, onConfirm, onClose } = props;
  const { t } = useTranslation();
  return (
    <Dialog
      alert
      title={title}
      width={width}
      onClose={onClose}
      actions={
        <>
          <Button autoFocus onPress={onClose}>
            {t('parts.cancel')}
          </Button>
          <Button
            look="danger"
            onPress={() => {
              onClose();
              onConfirm();
            }}
          >
            {action}
          </Button>
        </>
      }
    >
      {sentences.map((sentence) => (
        <p key={sentence} className="m-0 break-words text-dim">
          {sentence}
        </p>
      ))}
      {children}
    </Dialog>
  );
}
