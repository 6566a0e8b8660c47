import { expect, test } from 'vitest';
import { offerOfAddress } from '../../renderer/view/add/address-offer.ts';

test('the address of the page offers web addresses, and whether they are to be packed', () => {
  expect(offerOfAddress('#add?url=https%3A%2F%2Fa.example%2Fx%3Fy%3D1&url=http://b.example/')).toEqual({
    text: 'https://a.example/x?y=1\nhttp://b.example/',
    paths: [],
    from: 'link',
    pack: false,
  });
  expect(offerOfAddress('#add?pack=1&url=https://a.example/x')).toMatchObject({ pack: true });
});

test.each([
  '',
  '#',
  '#add',
  '#add?',
  '#add?pack=1',
  '#sign-in=abc',
  '#add?url=javascript:alert(1)',
  '#add?url=file:///etc/passwd',
  '#add?url=ftp://a.example/x',
  `#add?url=${encodeURIComponent('https://a.example/x\n  header=Cookie: a=b')}`,
  `#add?url=https://a.example/${'x'.repeat(70_000)}`,
])('%.60s offers nothing', (hash) => {
  expect(offerOfAddress(hash)).toBeNull();
});

test('no more addresses are offered than anybody can have meant', () => {
  const many = Array.from({ length: 1500 }, (_, number) => `url=http://a.example/${number}`).join('&');
  expect(offerOfAddress(`#add?${many}`)?.text.split('\n')).toHaveLength(1000);
});
