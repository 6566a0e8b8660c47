import { Eye, EyeOff } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { IconButton } from '../parts/button.tsx';
import { TextField, type TextFieldProps } from '../parts/fields.tsx';

/** A field for a secret, hidden until it is to be shown; `after` stands behind the button for that. */
export function SecretField({ after, ...rest }: Omit<TextFieldProps, 'type' | 'lines'>) {
  const [shown, setShown] = useState(false);
  return (
    <TextField
      {...rest}
      type={shown ? 'text' : 'password'}
      spellCheck="false"
      after={
        <>
          <ShowButton label={rest.label} shown={shown} onChange={setShown} />
          {after as ReactNode}
        </>
      }
    />
  );
}

/** Shows what is hidden, and hides it again. */
export function ShowButton(props: {
  readonly label: string;
  readonly shown: boolean;
  readonly onChange: (shown: boolean) => void;
}) {
  const { label, shown, onChange } = props;
  const { t } = useTranslation();
  return (
    <IconButton
      label={t(shown ? 'settings.hide' : 'settings.show', { name: label })}
      onPress={() => onChange(!shown)}
    >
      {shown ? <EyeOff aria-hidden /> : <Eye aria-hidden />}
    </IconButton>
  );
}
