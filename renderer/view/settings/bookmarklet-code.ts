import { CATEGORIES } from '../../../main/contract/categories.ts';

/** Longer addresses Windows does not hand to a program, and no server of ours is sent one: the rest is left out. */
const LONGEST = { program: 2000, page: 60_000 } as const;

/** In what a bookmark is given to: the desktop's program, or the page of a server. */
export interface BookmarkTarget {
  readonly kind: keyof typeof LONGEST;
  /** Up to where `url=…` comes. */
  readonly address: string;
}

const FILES = CATEGORIES.flatMap(({ extensions }) => extensions).join('|');

/** Hands over the address of the page that is open. */
export function pageCode({ address }: BookmarkTarget): string {
  return wrapped(`location.href='${address}url='+encodeURIComponent(location.href)`);
}

/** Hands over what the page plays and shows, small pictures excepted, and the files that it links to. */
export function filesCode({ kind, address }: BookmarkTarget): string {
  return wrapped(
    [
      'const s=new Set,e=new RegExp(',
      JSON.stringify(`\\.(?:${FILES})$`),
      ",'i');",
      "for(const n of document.querySelectorAll('a[href],area[href],video,audio,source,embed,img')){",
      "const u=n.currentSrc||n.href||n.src||'',l=/^A/.test(n.tagName)&&n.tagName!='AUDIO';",
      'if(!/^https?:/.test(u)||l&&!e.test(new URL(u).pathname)||n.naturalWidth<200)continue;',
      's.add(u)}',
      `let t='${address}pack=1';`,
      "for(const u of s){const p='&url='+encodeURIComponent(u);",
      `if((t+p).length>${LONGEST[kind]})break;t+=p}`,
      'location.href=t',
    ].join(''),
  );
}

/** What a bookmark runs must give nothing back: that would be shown in the place of the page. */
function wrapped(code: string): string {
  return `javascript:(()=>{${code}})();void 0`;
}
