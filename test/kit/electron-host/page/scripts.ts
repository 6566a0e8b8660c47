import { randomUUID } from 'node:crypto';
import { Bridge } from './bridge.ts';
import { cloned, Decoder, Encoder, fromBase64, pack, toBase64, unpack } from './codec.ts';
import { selectedText, tellMenuWishes } from './context-menu.ts';
import { Emitter } from './emitter.ts';
import { IsolatedWorld, type PreloadProcess } from './isolated-world.ts';
import { startMainWorld } from './main-world.ts';

/** The name Electron gives it. */
export const ISOLATED_WORLD = 'Electron Isolated Context';
/** The function by which that world, and no other, tells the host something. */
export const POST = 'electronHostPost';

export interface WorldScripts {
  readonly mainWorld: string;
  readonly isolatedWorld: string;
}

/**
 * What is run in every document of a window before anything else: in the page's world the far end of contextBridge, and
 * in the isolated one the preload script. The script is part of the text, so that no policy of the page can stop it.
 */
export function worldScripts(preload: string, about: PreloadProcess): WorldScripts {
  // Only these two scripts know the names of the events between them.
  const toIsolated = randomUUID();
  const toMain = randomUUID();
  const isolatedWorld = `
    ${sourceOf(ISOLATED)}
    const preload = function (require, process, Buffer, setImmediate, clearImmediate, global, exports, module) {
${preload}
    };
    const bridge = new Bridge('${toMain}', '${toIsolated}');
    const about = ${JSON.stringify(about)};
    new IsolatedWorld({ bridge, Emitter, pack, unpack, tellMenuWishes, about, preload }).run();`;
  const mainWorld = `
    ${sourceOf([Bridge, startMainWorld])}
    startMainWorld(new Bridge('${toIsolated}', '${toMain}'));`;
  return { mainWorld: inTopFrame(mainWorld), isolatedWorld: inTopFrame(isolatedWorld) };
}

/** What the isolated world is made of, each part with all that it uses. */
const ISOLATED = [
  ...[Encoder, Decoder, pack, unpack, cloned, toBase64, fromBase64],
  ...[Emitter, Bridge, selectedText, tellMenuWishes, IsolatedWorld],
];

/** Node strips types by blanks, so that what a class or function says it is made of is plain JavaScript. */
function sourceOf(parts: readonly { readonly name: string }[]): string {
  return parts.map(String).join('\n');
}

/** As in Electron without nodeIntegrationInSubFrames, frames within a page have no preload script. */
function inTopFrame(script: string): string {
  return `(() => { if (window.top !== window) return; ${script}\n})()`;
}
