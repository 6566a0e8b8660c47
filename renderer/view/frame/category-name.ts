import { useTranslation } from 'react-i18next';

const STANDARD = ['Video', 'Audio', 'Documents', 'Archives', 'Programs', 'Images', 'Other'] as const;

/** What a category is called: the standard ones in the user's language, others as the user has named them. */
export function useCategoryName(): (name: string) => string {
  const { t } = useTranslation();
  return (name) => {
    const standard = STANDARD.find((each) => each === name);
    return standard === undefined ? name : t(`frame.categories.${standard}`);
  };
}
