import { useTranslation } from 'react-i18next';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';

/** Asks before something is lost. */
export function Confirm(props: {
  readonly title: string;
  readonly text: string;
  /** What is done, as a verb on its button. */
  readonly action: string;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
}) {
  const { title, text, action, onConfirm, onClose } = props;
  const { t } = useTranslation();
  return (
    <Dialog
      alert
      title={title}
      width={420}
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
      <p className="m-0 text-dim">{text}</p>
    </Dialog>
  );
}
