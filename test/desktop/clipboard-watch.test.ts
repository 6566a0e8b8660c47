import { expect, test } from 'vitest';
import type { Offer } from '../../main/contract/desktop.ts';
import { ClipboardWatch } from '../../main/desktop/clipboard-watch.ts';
import { FakeClock } from '../kit/fake-clock.ts';

function watching() {
  const clipboard = { text: 'https://old.example/x', wanted: true, focused: true, reads: 0 };
  const offers: Offer[] = [];
  const clock = new FakeClock();
  const watch = new ClipboardWatch({
    clock,
    read: async () => {
      clipboard.reads += 1;
      return clipboard.text;
    },
    isWanted: () => clipboard.wanted,
    isFocused: () => clipboard.focused,
    onOffer: (offer) => offers.push(offer),
  });
  return { clipboard, clock, offers, watch };
}

test('a link that is copied is offered once', async () => {
  const { clipboard, offers, watch } = watching();
  await watch.look();
  expect(offers).toEqual([]);
  clipboard.text = 'https://new.example/y';
  await watch.look();
  await watch.look();
  expect(offers.map(({ text }) => text)).toEqual(['https://new.example/y']);
});

test('what is no link, and what is far too long, is passed over', async () => {
  const { clipboard, offers, watch } = watching();
  await watch.look();
  clipboard.text = 'a secret';
  await watch.look();
  clipboard.text = `https://new.example/y ${'x'.repeat(70_000)}`;
  await watch.look();
  expect(offers).toEqual([]);
});

test('without the wish for it nothing is read', async () => {
  const { clipboard, offers, watch } = watching();
  clipboard.wanted = false;
  await watch.look();
  expect(clipboard.reads).toBe(0);
  clipboard.wanted = true;
  clipboard.text = 'https://there-before.example/x';
  await watch.look();
  expect(offers).toEqual([]);
});

test('while the window is elsewhere nothing is read; what was copied there is offered when it comes back', async () => {
  const { clipboard, offers, watch } = watching();
  await watch.look();
  clipboard.focused = false;
  clipboard.text = 'https://new.example/y';
  await watch.look();
  expect({ reads: clipboard.reads, offers }).toEqual({ reads: 1, offers: [] });
  clipboard.focused = true;
  await watch.look();
  expect(offers.map(({ text }) => text)).toEqual(['https://new.example/y']);
});

test('it is looked at once a second, until that is ended', async () => {
  const { clipboard, clock, watch } = watching();
  watch.start();
  await clock.advance(3000);
  expect(clipboard.reads).toBe(3);
  watch.stop();
  await clock.advance(3000);
  expect(clipboard.reads).toBe(3);
});
