import { pair } from './pairing.js';
import { ask } from './satchel.js';
import { saveSettings, settings } from './settings.js';

const KILO = 1000;
const words = (key, ...given) => chrome.i18n.getMessage(key, given);

for (const element of document.querySelectorAll('[data-words]')) {
  element.textContent = words(element.dataset.words);
}
// Of the words that there are, which need not be the browser's.
document.documentElement.lang = words('language');

const form = document.querySelector('#settings');
const pairing = document.querySelector('#pairing');
const state = document.querySelector('#state');

const now = await settings();
form.takesOver.checked = now.takesOver;
form.smallest.value = String(now.smallest / KILO);
form.leftAlone.value = now.leftAlone;
pairing.address.value = now.address;
form.addEventListener('input', () => {
  const { takesOver, smallest, leftAlone } = form;
  void saveSettings({
    takesOver: takesOver.checked,
    smallest: Math.max(0, Number(smallest.value) || 0) * KILO,
    leftAlone: leftAlone.value,
  });
});
pairing.addEventListener('submit', (event) => {
  event.preventDefault();
  void tryPairing();
});
await showState();

async function tryPairing() {
  const address = pairing.address.value.trim().replace(/\/+$/, '');
  const token = await pair(address, pairing.code.value.trim());
  if (token === null) {
    state.textContent = words('notPaired');
    return;
  }
  pairing.code.value = '';
  await saveSettings({ address, token });
  await showState();
}

async function showState() {
  const answer = await ask('hello');
  state.textContent = answer.ok ? words('isThere', answer.version) : words('isNotThere');
}
