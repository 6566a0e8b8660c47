import { Trash2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Category } from '../../../main/contract/settings.ts';
import { useCategoryName } from '../frame/category-name.ts';
import { Button } from '../parts/button.tsx';
import { Switch, TextField } from '../parts/fields.tsx';
import { Card } from './card.tsx';
import { endingsText, parseEndings } from './endings.ts';
import { FolderField } from './folder-setting.tsx';
import { useDraft } from './use-draft.ts';

const LONGEST_NAME = 100;

export interface CategoryCardProps {
  readonly category: Category;
  /** The names of the other ones. */
  readonly others: readonly string[];
  /** It has just been added: it is open, and its name is to be typed. */
  readonly isOpen: boolean;
  readonly keep: (category: Category) => Promise<string | null>;
  readonly onRemove: () => void;
}

export function CategoryCard({ category, others, isOpen, keep, onRemove }: CategoryCardProps) {
  const { t } = useTranslation();
  const name = useCategoryName()(category.name);
  const endings =
    category.extensions.length === 0 ? t('settings.categories.theRest') : endingsText(category.extensions);
  return (
    <Card title={name} summary={endings} isOpen={isOpen}>
      <NameField
        autoFocus={isOpen}
        shown={name}
        others={others}
        keep={(next) => keep({ ...category, name: next })}
      />
      <EndingsField
        endings={category.extensions}
        keep={(extensions) => keep({ ...category, extensions: [...extensions] })}
      />
      <FolderField
        label={t('settings.categories.folder')}
        hint={t('settings.categories.folderHint')}
        placeholder={t('settings.categories.folderNone')}
        value={category.dir}
        keep={(dir) => keep({ ...category, dir })}
      />
      <div className="flex flex-wrap items-center justify-between gap-3">
        <Switch isSelected={category.ask} onChange={(ask) => void keep({ ...category, ask })}>
          {t('settings.categories.ask')}
        </Switch>
        <Button look="quiet" icon={<Trash2 aria-hidden />} onPress={onRemove}>
          {t('settings.categories.remove')}
        </Button>
      </div>
    </Card>
  );
}

function NameField(props: {
  readonly autoFocus: boolean;
  readonly shown: string;
  readonly others: readonly string[];
  readonly keep: (name: string) => Promise<string | null>;
}) {
  const { t } = useTranslation();
  const draft = useDraft(props.shown, (text) => {
    const name = text.trim();
    if (name === '' || name.length > LONGEST_NAME) {
      return Promise.resolve(t('settings.categories.wrongName', { max: LONGEST_NAME }));
    }
    if (props.others.includes(name)) return Promise.resolve(t('settings.categories.nameTaken'));
    return props.keep(name);
  });
  return <TextField label={t('settings.categories.name')} autoFocus={props.autoFocus} {...draft} />;
}

function EndingsField(props: {
  readonly endings: readonly string[];
  readonly keep: (endings: readonly string[]) => Promise<string | null>;
}) {
  const { t } = useTranslation();
  const draft = useDraft(endingsText(props.endings), (text) => {
    const { endings, wrong } = parseEndings(text);
    if (wrong.length === 0) return props.keep(endings);
    return Promise.resolve(t('settings.categories.wrongEndings', { endings: endingsText(wrong) }));
  });
  return (
    <TextField
      label={t('settings.categories.endings')}
      hint={t('settings.categories.endingsHint')}
      mono
      {...draft}
    />
  );
}
