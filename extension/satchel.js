import { settings } from './settings.js';

const HOST = 'dev.satchel.host';
/** Whoever has not answered in so long is not there: the browser goes on by itself. */
const ANSWER_MS = 5000;

let port = null;
let lastId = 0;
/** Who waits for an answer, by the id of the question. */
const waiting = new Map();

/**
 * Asks Satchel: over its native host or, where there is none, at the address that it was paired with. Never rejects.
 * @param {'hello' | 'download' | 'package'} ask
 * @param {readonly object[]} [links]
 * @returns {Promise<{ ok: boolean, code?: string, version?: string }>}
 */
export async function ask(ask, links) {
  lastId += 1;
  const question = { id: lastId, ask, ...(links === undefined ? {} : { links }) };
  const answer = await overHost(question);
  if (answer.ok || answer.code !== 'not-running') return answer;
  return overLoopback(question);
}

function overHost(question) {
  return new Promise((resolve) => {
    const end = (answer) => {
      clearTimeout(timer);
      waiting.delete(question.id);
      resolve(answer);
    };
    const timer = setTimeout(() => end({ ok: false, code: 'not-running' }), ANSWER_MS);
    waiting.set(question.id, end);
    try {
      connect().postMessage(question);
    } catch {
      end({ ok: false, code: 'not-running' });
    }
  });
}

/** One way for all questions: a program for each of them would be started and ended all the time. */
function connect() {
  if (port !== null) return port;
  port = chrome.runtime.connectNative(HOST);
  port.onMessage.addListener((answer) => waiting.get(answer.id)?.(answer));
  port.onDisconnect.addListener(() => {
    // Read, or the browser takes it for an error that nobody has seen to.
    void chrome.runtime.lastError;
    port = null;
    for (const end of [...waiting.values()]) end({ ok: false, code: 'not-running' });
  });
  return port;
}

async function overLoopback(question) {
  const { address, token } = await settings();
  if (address === '' || token === '') return { ok: false, code: 'not-running' };
  try {
    const response = await fetch(`${address}/api/v1/hand-over`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify(question),
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    const answer = await response.json();
    return response.ok ? answer : { ok: false, code: answer.code ?? 'internal' };
  } catch {
    return { ok: false, code: 'not-running' };
  }
}
