export const parts = {
  close: 'Close',
  cancel: 'Cancel',
  dismiss: 'Dismiss',
  choose: 'Choose…',
  share: '{{received}} of {{total}}',
  percent: '{{count}} %',
  duration: {
    d_one: '{{count}} day',
    d_other: '{{count}} days',
    h: '{{count}} h',
    min: '{{count}} min',
    s: '{{count}} s',
    left: '{{time}} left',
  },
} as const;
