import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Duplicate } from '../../../main/contract/commands.ts';
import { refusalWords } from '../dialogs/refusal-words.ts';
import { Select } from '../parts/fields.tsx';
import type { Choice } from './duplicates.ts';
import type { Row } from './rows.ts';

const LOOKS = {
  good: 'bg-acc-soft text-acc-text',
  warn: 'bg-warn-soft text-warn',
  bad: 'bg-bad-soft text-bad',
  plain: 'bg-side text-dim',
} as const;

function Tag(props: {
  readonly look: keyof typeof LOOKS;
  readonly title?: string;
  readonly children: ReactNode;
}) {
  return (
    <span
      {...(props.title !== undefined && { title: props.title })}
      className={`min-w-0 truncate rounded-full px-2 py-0.5 text-tiny ${LOOKS[props.look]}`}
    >
      {props.children}
    </span>
  );
}

/** What is to be said of a row, and asked. */
export function RowNotes(props: { readonly row: Row; readonly onChoose: (choice: Choice) => void }) {
  const { row, onChoose } = props;
  const { t } = useTranslation();
  const { error, duplicate, choices, choice, resumable, ask } = row;
  if (error !== null) {
    return (
      <Tag look="bad" title={refusalWords(t, error).join(' ')}>
        {t(`errors.${error.code}.title`)}
      </Tag>
    );
  }
  if (duplicate !== null) {
    return (
      <>
        <Tag look="warn" title={t(whyOf(duplicate), { path: duplicate.path })}>
          {t(tagOf(duplicate))}
        </Tag>
        <Select<Choice>
          label={t('add.whatToDo', { name: row.name })}
          labelHidden
          value={choice}
          choices={choices.map((value) => ({ value, label: t(`add.choice.${value}`) }))}
          onChange={onChoose}
          isDisabled={row.leftOut}
          className="ms-auto w-[110px] shrink-0"
        />
      </>
    );
  }
  return (
    <>
      {ask && <Tag look="plain">{t('add.asks')}</Tag>}
      <ResumableTag resumable={resumable} />
    </>
  );
}

/** Nothing while nobody knows. */
export function ResumableTag({ resumable }: { readonly resumable: boolean | null }) {
  const { t } = useTranslation();
  if (resumable === null) return null;
  return <Tag look={resumable ? 'good' : 'plain'}>{t(resumable ? 'add.resumable' : 'add.notResumable')}</Tag>;
}

const TAGS = { url: 'add.byUrl', name: 'add.byName', content: 'add.byContent' } as const;

function tagOf({ by, state }: Duplicate) {
  return state === null ? 'add.before' : TAGS[by];
}

function whyOf({ by, state }: Duplicate) {
  return `add.duplicateWhy.${state === null ? 'before' : by}` as const;
}
