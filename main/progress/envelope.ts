import type { EventMessage, EventType } from '../contract/events.ts';
import type { Clock } from '../world/clock.ts';
import { newId } from '../world/ids.ts';

export type EventPayload = { readonly taskId: string } & Record<string, unknown>;

/** Something that happened, now, in its envelope: the same for everybody who is told. */
export function eventMessage(clock: Clock, event_type: EventType, payload: EventPayload): EventMessage {
  const now = clock.now();
  return {
    type: 'event',
    event_id: `evt_${newId(now)}`,
    event_type,
    source: 'satchel',
    payload,
    timestamp: new Date(now).toISOString(),
  };
}
