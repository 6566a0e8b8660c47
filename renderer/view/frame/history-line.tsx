import { History } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useHistoryCount } from '../../store/history.ts';
import { setView, useView } from '../../store/view.ts';
import { Button } from '../parts/button.tsx';

/** Under what a search has found in the list: how much more there is in the history. */
export function HistoryLine() {
  const { t } = useTranslation();
  const search = useView((view) => view.search);
  const found = useHistoryCount(search);
  if (found === null || found.count === 0) return null;
  return (
    <div className="flex shrink-0 justify-center border-t border-line bg-panel p-2">
      <Button look="quiet" icon={<History aria-hidden />} onPress={() => setView({ page: 'history' })}>
        {t('frame.inHistory', { count: found.count })}
      </Button>
    </div>
  );
}
