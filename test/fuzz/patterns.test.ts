import fc from 'fast-check';
import { expect } from 'vitest';
import { SatchelError } from '../../main/contract/errors.ts';
import { excluder } from '../../main/source/globs.ts';
import { holds } from './hold.ts';
import { mutatedText } from './mutate.ts';

holds(
  'patterns of what is left out are taken or refused',
  mutatedText(fc.constantFrom('*.tmp\n!a/**\n{a,b}/[!c]?', '+(a|b)/**', '/x/')),
  (text) => {
    try {
      excluder(text.split('\n'))('a/b/c.tmp', false);
    } catch (thrown) {
      expect(thrown).toBeInstanceOf(SatchelError);
    }
  },
);
