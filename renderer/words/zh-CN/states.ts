import type { states as english } from '../en/states.ts';
import type { SameWords } from '../same-words.ts';

export const states = {
  waiting: '等待中',
  ahead_other: '前面还有 {{count}} 个',
  next: '下一个就是它',
  paused: '已暂停',
  byYou: '由你暂停',
  notBegun: '尚未开始',
  whenRoom: '有空间后自动继续',
  asking: '保存到哪里？',
  askingMore: '请选择文件夹',
  held: '服务器要求等待',
  goingOn: '{{clock}} 后继续',
  trouble: '服务器出错',
  lost: '连接已断开',
  silent: '服务器没有响应',
  again: '{{time}}后重试',
  againNow: '正在重试',
  probing: '正在询问服务器',
  connecting: '正在连接',
  packing: '正在打包',
  verifying: '正在校验',
  done: '已完成',
  justNow: '刚刚',
  kept: '已保留 {{size}}',
  nothingKept: '尚未收到数据',
} satisfies SameWords<typeof english>;
