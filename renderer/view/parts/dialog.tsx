import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { IconButton } from './button.tsx';

export interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
  /** The buttons, the main one last. */
  readonly actions?: ReactNode;
  /** In front of the buttons, at the other end of their line. */
  readonly beside?: ReactNode;
  readonly width?: number;
  /** Asks before something is lost: read out at once, and a click beside it does not close it. */
  readonly alert?: boolean;
}

/** A box over the window; Escape closes it, and the focus goes back to where it was. */
export function Dialog({
  title,
  onClose,
  children,
  actions,
  beside,
  width = 480,
  alert = false,
}: DialogProps) {
  const { t } = useTranslation();
  return (
    <ModalOverlay
      isOpen
      isDismissable={!alert}
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      className="fixed inset-0 z-20 grid place-items-center bg-veil p-4 data-entering:animate-[fade_120ms]"
    >
      <Modal style={{ width: `min(${width}px, 100%)` }} className="max-h-full">
        <AriaDialog
          role={alert ? 'alertdialog' : 'dialog'}
          className="flex max-h-[calc(100vh-32px)] flex-col rounded-box border border-line bg-panel shadow-float outline-none"
        >
          <div className="flex items-center justify-between gap-3 pt-4 pr-3 pb-2 pl-5">
            <Heading slot="title" className="m-0 text-[16px] font-semibold">
              {title}
            </Heading>
            <IconButton label={t('parts.close')} onPress={onClose}>
              <X aria-hidden />
            </IconButton>
          </div>
          <div className="flex min-h-0 flex-col gap-3.5 overflow-auto px-5 pt-1 pb-4">{children}</div>
          {actions !== undefined && (
            <div className="flex flex-wrap items-center justify-end gap-2.5 px-5 pt-1 pb-5">
              {beside !== undefined && <div className="mr-auto min-w-0">{beside}</div>}
              {actions}
            </div>
          )}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}
