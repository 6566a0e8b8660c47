import { expect } from 'vitest';
import { SEGMENT_LIMIT } from '../../main/source/names.ts';

const bytes = (text: string) => Buffer.byteLength(text, 'utf8');

/** One path segment that every system takes for what it is. */
export function expectSafe(name: string, limit = SEGMENT_LIMIT): void {
  expect(bytes(name)).toBeGreaterThanOrEqual(1);
  expect(bytes(name)).toBeLessThanOrEqual(limit);
  expect(name.length).toBeLessThanOrEqual(limit);
  expect(name).not.toMatch(/[<>:"|?*/\\\p{Cc}\p{Cs}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/u);
  expect(name).not.toMatch(/^\s|[\s.]$/);
  expect(name).not.toMatch(/^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[\d¹²³])\s*(\.|$)/i);
  expect(['.', '..', '.satchel']).not.toContain(name.toLowerCase());
  expect(name.normalize('NFC')).toBe(name);
}
