import { decodeTime, monotonicFactory } from 'ulid';

/**
 * A new ULID for a moment (milliseconds since 1970); later ones sort behind earlier ones of this process. They name
 * things and keep no secrets, so an ordinary random number does: the default one asks the system for every letter.
 */
export const newId: (now: number) => string = monotonicFactory(() => Math.random());

/** The moment that a ULID was made for, milliseconds since 1970. */
export const timeOfId: (id: string) => number = decodeTime;
