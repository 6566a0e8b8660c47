import type { parts as english } from '../en/parts.ts';
import type { SameWords } from '../same-words.ts';

export const parts = {
  close: '关闭',
  cancel: '取消',
  dismiss: '知道了',
  choose: '选择…',
  share: '{{received}}，共 {{total}}',
  percent: '{{count}}%',
  duration: {
    d_other: '{{count}} 天',
    h: '{{count}} 小时',
    min: '{{count}} 分',
    s: '{{count}} 秒',
    left: '剩余 {{time}}',
  },
} satisfies SameWords<typeof english>;
