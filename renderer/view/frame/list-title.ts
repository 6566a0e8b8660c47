import { useTranslation } from 'react-i18next';
import { useView } from '../../store/view.ts';
import { useCategoryName } from './category-name.ts';

/** What the list that is shown is called, as in the sidebar. */
export function useListTitle(): string {
  const { t } = useTranslation();
  const nameOf = useCategoryName();
  const filter = useView((view) => view.filter);
  switch (filter.by) {
    case 'all':
      return t('frame.all');
    case 'packages':
      return t('frame.packages');
    case 'state':
      return t(`frame.states.${filter.state}`);
    case 'category':
      return nameOf(filter.name);
  }
}
