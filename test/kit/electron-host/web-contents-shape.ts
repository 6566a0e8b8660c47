/** The events of a page that there are; of some, a test is what says them. */
export const EVENTS = [
  'console-message',
  'context-menu',
  'destroyed',
  'did-fail-load',
  'did-finish-load',
  'did-navigate',
  'did-navigate-in-page',
  'dom-ready',
  'ipc-message',
  'preload-error',
  'render-process-gone',
  'responsive',
  'unresponsive',
  'will-attach-webview',
  'will-frame-navigate',
  'will-navigate',
  'will-redirect',
] as const;

/** What of Electron's `WebContents` the host offers. */
export type Members =
  | 'close'
  | 'copy'
  | 'cut'
  | 'delete'
  | 'executeJavaScript'
  | 'focus'
  | 'getOSProcessId'
  | 'getType'
  | 'getURL'
  | 'getZoomFactor'
  | 'getZoomLevel'
  | 'id'
  | 'ipc'
  | 'isCrashed'
  | 'isDestroyed'
  | 'isFocused'
  | 'loadURL'
  | 'mainFrame'
  | 'paste'
  | 'redo'
  | 'reload'
  | 'selectAll'
  | 'send'
  | 'session'
  | 'setWindowOpenHandler'
  | 'setZoomFactor'
  | 'setZoomLevel'
  | 'startDrag'
  | 'undo';
