import { Copy } from 'lucide-react';
import { copyText } from '../../store/actions.ts';
import { IconButton } from '../parts/button.tsx';

/** Longer texts are copied whole and shown in part. */
const LONGEST_SHOWN = 600;

/** A text that is not ours, over a few lines at most, with a button that copies it. */
export function Copyable({ text, label }: { readonly text: string; readonly label: string }) {
  const shown = text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
  return (
    <span className="flex items-start gap-1">
      <bdi title={shown} className="line-clamp-3 min-w-0 flex-1 [overflow-wrap:anywhere]">
        {shown}
      </bdi>
      <IconButton label={label} onPress={() => void copyText(text)} className="-my-1 size-[26px]">
        <Copy aria-hidden />
      </IconButton>
    </span>
  );
}
