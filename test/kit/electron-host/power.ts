import type { PowerMonitor, PowerSaveBlocker } from 'electron';
import { host } from './host.ts';
import { Offered, offered } from './offered.ts';

let lastId = 0;

export const powerSaveBlocker = offered('powerSaveBlocker', {
  start(type: 'prevent-app-suspension' | 'prevent-display-sleep') {
    lastId += 1;
    host.blockers.set(lastId, type);
    host.note('power-save', { id: lastId, type });
    return lastId;
  },
  stop(id: number) {
    host.note('power-save', { id, type: null });
    return host.blockers.delete(id);
  },
  isStarted: (id: number) => host.blockers.has(id),
} satisfies Pick<PowerSaveBlocker, 'start' | 'stop' | 'isStarted'>);

type Members = 'getSystemIdleTime' | 'isOnBatteryPower' | 'onBatteryPower';

class HostPowerMonitor extends Offered implements Pick<PowerMonitor, Members> {
  /** What the user's computer runs on. */
  onBatteryPower = false;

  constructor() {
    super('powerMonitor', [
      'lock-screen',
      'on-ac',
      'on-battery',
      'resume',
      'shutdown',
      'suspend',
      'unlock-screen',
    ]);
  }

  isOnBatteryPower(): boolean {
    return this.onBatteryPower;
  }

  getSystemIdleTime(): number {
    return 0;
  }
}

/** `emit('suspend')` and `emit('resume')` are the computer's. */
export const powerMonitor = new HostPowerMonitor();
