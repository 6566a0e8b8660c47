import { Plus } from 'lucide-react';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Settings } from '../../../main/contract/settings.ts';
import { Button } from '../parts/button.tsx';
import { TextField } from '../parts/fields.tsx';
import { Note } from './notes.tsx';
import { onKeys } from './on-keys.ts';
import { save } from './saving.tsx';
import { Group } from './setting-fields.tsx';
import { WebhookCard } from './webhook-card.tsx';
import { addressProblem, type NewWebhook } from './webhooks.ts';

const MOST = 20;

export function WebhooksSection({ settings: { webhooks, onDone } }: { readonly settings: Settings }) {
  const { t } = useTranslation();
  const fieldId = useId();
  const keep = (next: NewWebhook[]) => save({ webhooks: next });
  return (
    <>
      <p className="m-0 mb-3 text-dim">{t('settings.webhooks.about')}</p>
      <div className="flex flex-col gap-2">
        {webhooks.map((webhook, index) => (
          <WebhookCard
            key={webhook.url}
            webhook={webhook}
            keep={(next) => keep((webhooks as NewWebhook[]).with(index, next))}
            onRemove={() => {
              void keep(webhooks.filter(({ url }) => url !== webhook.url));
              document.getElementById(fieldId)?.querySelector('input')?.focus();
            }}
          />
        ))}
        {webhooks.length < MOST && (
          <div id={fieldId}>
            <NewAddress webhooks={webhooks} keep={keep} />
          </div>
        )}
      </div>
      <Group title={t('settings.webhooks.onDone')}>
        <Note>
          {onDone === null ? t('settings.webhooks.onDoneNone') : t('settings.webhooks.onDoneIs')}
          {onDone !== null && (
            <code data-selectable className="mt-1 block font-mono break-all text-ink">
              {onDone.command.join(' ')}
            </code>
          )}
        </Note>
      </Group>
    </>
  );
}

function NewAddress(props: {
  readonly webhooks: Settings['webhooks'];
  readonly keep: (webhooks: NewWebhook[]) => Promise<string | null>;
}) {
  const { t } = useTranslation();
  const [url, setUrl] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const add = async () => {
    const wrong = addressProblem(url, props.webhooks);
    if (wrong !== null) return setProblem(t(`settings.webhooks.wrong.${wrong}`));
    const refusal = await props.keep([...props.webhooks, { url: url.trim(), events: null }]);
    setProblem(refusal);
    if (refusal === null) setUrl('');
  };
  return (
    <TextField
      label={t('settings.webhooks.newAddress')}
      placeholder={t('settings.webhooks.addressExample')}
      mono
      value={url}
      onChange={setUrl}
      problem={problem}
      onKeyDown={onKeys({ Enter: add })}
      after={
        <Button icon={<Plus aria-hidden />} isDisabled={url.trim() === ''} onPress={() => void add()}>
          {t('settings.webhooks.add')}
        </Button>
      }
    />
  );
}
