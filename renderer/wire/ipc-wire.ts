import type { Bridge } from '../../main/contract/bridge.ts';
import type { Wire } from './wire.ts';

/** Over Electron's IPC. */
export function ipcWire(bridge: Bridge): Wire {
  return {
    call: (command, input) => bridge.call(command, input),
    follow: ({ message, connection }) => {
      const stop = bridge.listen('message', message);
      connection('connecting');
      void bridge.call('desktop.watch', {}).then(({ ok }) => connection(ok ? 'open' : 'lost'));
      return stop;
    },
    desktop: {
      call: (command, input) => bridge.call(command, input),
      listen: (channel, listener) => bridge.listen(channel, listener),
      pathOf: (file) => bridge.pathOf(file),
    },
    browser: null,
  };
}
