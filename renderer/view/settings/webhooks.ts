import type { CommandInput } from '../../../main/contract/commands.ts';
import type { EventMessage } from '../../../main/contract/events.ts';
import type { Webhook } from '../../../main/contract/settings.ts';

type EventType = EventMessage['event_type'];
/** As it is set: the secret may come along, and stays as it is where it is left out. */
export type NewWebhook = NonNullable<CommandInput<'settings.update'>['webhooks']>[number];

/** Each event with the key of its words, in the order they are shown in. */
const EVENT_WORDS = {
  'task.added': 'taskAdded',
  'task.started': 'taskStarted',
  'task.paused': 'taskPaused',
  'task.resumed': 'taskResumed',
  'task.retrying': 'taskRetrying',
  'task.rewound': 'taskRewound',
  'task.done': 'taskDone',
  'task.failed': 'taskFailed',
  'task.removed': 'taskRemoved',
  'task.changed': 'taskChanged',
  'item.done': 'itemDone',
  'item.failed': 'itemFailed',
} as const satisfies Record<EventType, string>;

export const EVENTS = Object.entries(EVENT_WORDS).map(([type, words]) => ({
  type: type as EventType,
  words,
}));

export type AddressProblem = 'form' | 'login' | 'taken';

/** What is wrong with an address that is to be told of events, or null. */
export function addressProblem(text: string, webhooks: readonly Webhook[]): AddressProblem | null {
  const url = URL.parse(text.trim());
  if (url === null || !/^https?:$/.test(url.protocol)) return 'form';
  if (url.username !== '' || url.password !== '') return 'login';
  return webhooks.some((webhook) => webhook.url === text.trim()) ? 'taken' : null;
}

/** The events with one more or one less, in the order they are shown in. Null is all of them. */
export function withEvent(
  events: Webhook['events'],
  type: EventType,
  wanted: boolean,
): NonNullable<Webhook['events']> {
  const chosen = new Set(events ?? EVENTS.map((each) => each.type));
  if (wanted) chosen.add(type);
  else chosen.delete(type);
  return EVENTS.map((each) => each.type).filter((each) => chosen.has(each));
}
