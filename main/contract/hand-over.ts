import { z } from 'zod';

/** The host's name in the manifests by which browsers find it. */
export const NATIVE_HOST = 'dev.satchel.host';
/** The extension, by the key in its manifest; and in Firefox, by its own name. */
export const EXTENSION_IDS = ['ihbpcdijakjdffoafcifbldmkkgclkie'] as const;
export const FIREFOX_EXTENSION_ID = 'extension@satchel.dev';
/** The most bytes of one message; browsers take no more than that from a host. */
export const HAND_OVER_BYTES = 1024 * 1024;

const Text = z.string().max(65_536);

/** A download of a browser, with what lets it in. */
export const HandedLink = z.strictObject({
  url: z.string().max(65_536),
  /** As the browser would call it: a suggestion. */
  name: z.string().max(1024).optional(),
  referer: Text.optional(),
  userAgent: Text.optional(),
  /** As in a `Cookie` header. */
  cookies: Text.optional(),
});
export type HandedLink = z.infer<typeof HandedLink>;

/** What an extension asks. `id` is its own, and comes back with the answer. */
export const HandOver = z.discriminatedUnion('ask', [
  z.strictObject({ id: z.number().int(), ask: z.literal('hello') }),
  /** To be fetched at once: the browser has left it to us. */
  z.strictObject({
    id: z.number().int(),
    ask: z.literal('download'),
    links: z.array(HandedLink).min(1).max(1000),
  }),
  /** Into the package tray. */
  z.strictObject({
    id: z.number().int(),
    ask: z.literal('package'),
    links: z.array(HandedLink).min(1).max(1000),
  }),
]);
export type HandOver = z.infer<typeof HandOver>;

/** Only what is accepted is ours: of everything else the browser takes care itself. */
export type HandOverAnswer =
  | { readonly id: number | null; readonly ok: true; readonly version: string }
  | { readonly id: number | null; readonly ok: false; readonly code: string; readonly message: string };
