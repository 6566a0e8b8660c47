import { FolderOpen } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { orTell } from '../../store/engine.ts';
import { wire } from '../../wire/wires.ts';
import { Button } from '../parts/button.tsx';
import { TextField } from '../parts/fields.tsx';
import { useDraft } from './use-draft.ts';

/** A folder as text; on the desktop it can be chosen too. Null is what `placeholder` says. */
export function FolderField(props: {
  readonly label: string;
  readonly labelHidden?: boolean;
  readonly hint?: string;
  readonly value: string | null;
  readonly placeholder: string;
  readonly keep: (dir: string | null) => Promise<string | null>;
}) {
  const { value, keep, ...rest } = props;
  const { t } = useTranslation();
  const draft = useDraft(value ?? '', (text) => keep(text.trim() === '' ? null : text.trim()));
  const { desktop } = wire;
  const choose = async () => {
    const answer = desktop && (await orTell(desktop.call('desktop.chooseFolder', { from: value })));
    if (answer?.path != null) await keep(answer.path);
  };
  return (
    <TextField
      {...rest}
      {...draft}
      after={
        desktop && (
          <Button icon={<FolderOpen aria-hidden />} onPress={() => void choose()}>
            {t('parts.choose')}
          </Button>
        )
      }
    />
  );
}
