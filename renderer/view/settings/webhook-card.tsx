import { Trash2 } from 'lucide-react';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Webhook } from '../../../main/contract/settings.ts';
import { Button } from '../parts/button.tsx';
import { Checkbox, Switch } from '../parts/fields.tsx';
import { Card } from './card.tsx';
import { onKeys } from './on-keys.ts';
import { SecretField } from './secret-field.tsx';
import { EVENTS, type NewWebhook, withEvent } from './webhooks.ts';

export interface WebhookCardProps {
  readonly webhook: Webhook;
  readonly keep: (webhook: NewWebhook) => Promise<string | null>;
  readonly onRemove: () => void;
}

/** An address: which events it is told of, and what its messages are signed with. */
export function WebhookCard({ webhook, keep, onRemove }: WebhookCardProps) {
  const { t } = useTranslation();
  const { url, events } = webhook;
  const summary =
    events === null
      ? t('settings.webhooks.allEvents')
      : t('settings.webhooks.someEvents', { count: events.length });
  return (
    <Card title={url} summary={summary}>
      <Events events={events} onChange={(next) => void keep({ url, events: next })} />
      <Secret keep={(secret) => keep({ url, events, secret })} />
      <Button look="quiet" icon={<Trash2 aria-hidden />} className="self-end" onPress={onRemove}>
        {t('settings.webhooks.remove')}
      </Button>
    </Card>
  );
}

function Events(props: {
  readonly events: Webhook['events'];
  readonly onChange: (events: Webhook['events']) => void;
}) {
  const { events, onChange } = props;
  const { t } = useTranslation();
  const id = useId();
  return (
    <div className="flex flex-col gap-2">
      <Switch
        isSelected={events === null}
        onChange={(all) => onChange(all ? null : ['task.done', 'task.failed'])}
      >
        {t('settings.webhooks.all')}
      </Switch>
      {events !== null && (
        // biome-ignore lint/a11y/useSemanticElements: a fieldset has a border and a shape of its own.
        <div role="group" aria-labelledby={id} className="flex flex-col gap-1.5">
          <div id={id} className="text-small text-dim">
            {t('settings.webhooks.which')}
          </div>
          <div className="grid grid-cols-[repeat(auto-fill,minmax(170px,1fr))] gap-x-4 gap-y-2">
            {EVENTS.map(({ type, words }) => (
              <Checkbox
                key={type}
                isSelected={events.includes(type)}
                // One at least: without any it would be told of nothing.
                isDisabled={events.length === 1 && events[0] === type}
                onChange={(wanted) => onChange(withEvent(events, type, wanted))}
              >
                {t(`settings.webhooks.events.${words}`)}
              </Checkbox>
            ))}
          </div>
        </div>
      )}
    </div>
  );
}

/** Can be set and taken away, and is never shown. */
function Secret({ keep }: { readonly keep: (secret: string | null) => Promise<string | null> }) {
  const { t } = useTranslation();
  const [secret, setSecret] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const set = async (value: string | null) => {
    const refusal = await keep(value);
    setProblem(refusal);
    if (refusal === null) setSecret('');
  };
  return (
    <SecretField
      label={t('settings.webhooks.secret')}
      hint={t('settings.webhooks.secretHint')}
      value={secret}
      onChange={setSecret}
      problem={problem}
      maxLength={1024}
      autoComplete="off"
      onKeyDown={onKeys({ Enter: () => secret !== '' && set(secret) })}
      after={
        <>
          <Button isDisabled={secret === ''} onPress={() => void set(secret)}>
            {t('settings.webhooks.setSecret')}
          </Button>
          <Button look="quiet" onPress={() => void set(null)}>
            {t('settings.webhooks.removeSecret')}
          </Button>
        </>
      }
    />
  );
}
