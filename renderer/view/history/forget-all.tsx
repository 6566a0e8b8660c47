import { Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { forgetHistory, useHistory } from '../../store/history.ts';
import { Button } from '../parts/button.tsx';
import { Confirm } from '../parts/confirm.tsx';

/** Takes everything out of the history, after asking. */
export function ForgetAll() {
  const { t } = useTranslation();
  const [asking, setAsking] = useState(false);
  const isEmpty = useHistory(({ rows, query }) => query === '' && (rows?.length ?? 0) === 0);
  return (
    <>
      <Button icon={<Trash2 aria-hidden />} isDisabled={isEmpty} onPress={() => setAsking(true)}>
        {t('history.forgetAll')}
      </Button>
      {asking && (
        <Confirm
          title={t('history.forgetAllTitle')}
          sentences={[t('history.forgetAllText')]}
          action={t('history.forgetAllDo')}
          onConfirm={() => void forgetHistory()}
          onClose={() => setAsking(false)}
        />
      )}
    </>
  );
}
