import type { drop as english } from '../en/drop.ts';
import type { SameWords } from '../same-words.ts';

export const drop = {
  download: '下载',
  links: '链接，分别下载为单独的文件',
  lists: '下载列表文件中的链接',
  noDownload: '本机文件只能打包',
  pack: '打包为 ZIP',
  packMore: '加入打包',
  linksPacked: '链接，全部装进一个文件',
  files_other: '本机的 {{count}} 个文件或文件夹',
  onlyPacked_other: '其中 {{count}} 个文件不是链接列表，可以把它们打包为 ZIP。',
  nothing: '拖入的内容中没有找到链接。',
} satisfies SameWords<typeof english>;
