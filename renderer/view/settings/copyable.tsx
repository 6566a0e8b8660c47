import { Copy } from 'lucide-react';
import type { ReactNode } from 'react';
import { copyText } from '../../store/actions.ts';
import { IconButton } from '../parts/button.tsx';

/** A text to be taken elsewhere, with a button that copies it; `children`: what is shown instead of it. */
export function Copyable(props: {
  readonly text: string;
  readonly label: string;
  readonly beside?: ReactNode;
  readonly children?: ReactNode;
}) {
  const { text, label, beside, children = text } = props;
  return (
    <span className="flex min-w-0 max-w-full items-center gap-1">
      <code data-selectable className="min-w-0 font-mono text-small break-all">
        {children}
      </code>
      {beside}
      <IconButton label={label} onPress={() => void copyText(text)}>
        <Copy aria-hidden />
      </IconButton>
    </span>
  );
}
