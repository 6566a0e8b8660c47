import { Plus, RotateCcw } from 'lucide-react';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { CATEGORIES } from '../../../main/contract/categories.ts';
import type { Category, Settings } from '../../../main/contract/settings.ts';
import { Button } from '../parts/button.tsx';
import { Confirm } from '../parts/confirm.tsx';
import { CategoryCard } from './category-card.tsx';
import { save } from './saving.tsx';

const MOST = 100;

export function CategoriesSection({ settings: { categories } }: { readonly settings: Settings }) {
  const { t } = useTranslation();
  const [added, setAdded] = useState<string | null>(null);
  const [resetting, setResetting] = useState(false);
  const addId = useId();
  const keep = (next: Category[]) => save({ categories: next });
  const add = async () => {
    const name = freshName(t('settings.categories.newName'), categories);
    setAdded(name);
    await keep([...categories, { name, extensions: [], dir: null, ask: false }]);
  };
  return (
    <>
      <p className="m-0 mb-3 text-dim">{t('settings.categories.about')}</p>
      <div className="flex flex-col gap-2">
        {categories.map((category, index) => (
          <CategoryCard
            // biome-ignore lint/suspicious/noArrayIndexKey: a name may be changed while its card is open.
            key={index}
            category={category}
            others={categories.filter((_, other) => other !== index).map(({ name }) => name)}
            isOpen={category.name === added}
            keep={(next) => keep(categories.with(index, next))}
            onRemove={() => {
              void keep(categories.filter((_, other) => other !== index));
              document.getElementById(addId)?.focus();
            }}
          />
        ))}
      </div>
      <div className="mt-3 flex flex-wrap gap-2">
        <Button
          id={addId}
          icon={<Plus aria-hidden />}
          isDisabled={categories.length >= MOST}
          onPress={() => void add()}
        >
          {t('settings.categories.add')}
        </Button>
        <Button icon={<RotateCcw aria-hidden />} look="quiet" onPress={() => setResetting(true)}>
          {t('settings.categories.reset')}
        </Button>
      </div>
      {resetting && (
        <Confirm
          title={t('settings.categories.resetTitle')}
          sentences={[t('settings.categories.resetText')]}
          action={t('settings.categories.resetDo')}
          onConfirm={() => void keep(CATEGORIES)}
          onClose={() => setResetting(false)}
        />
      )}
    </>
  );
}

/** The name, with a number behind it where it is taken. */
function freshName(name: string, categories: readonly Category[]): string {
  const taken = new Set(categories.map((each) => each.name));
  let fresh = name;
  for (let number = 2; taken.has(fresh); number += 1) fresh = `${name} ${number}`;
  return fresh;
}
