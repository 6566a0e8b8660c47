import { extname } from 'node:path';

/** Endings of files that the system runs rather than shows, by any of the systems: what is harmless here need not be so where it is carried. */
const RUN = new Set(
  (
    'apk app appimage appref-ms bat bin chm cmd com command cpl deb desktop dmg exe flatpakref gadget hta inf ins ' +
    'iso jar js jse jnlp ksh lnk mobileconfig msc msi msix msp mst osx pif pkg ps1 psm1 py rb reg rpm run scf scr ' +
    'settingcontent-ms sh snap sys tool url vb vbe vbs vhd vhdx workflow ws wsc wsf wsh xpi zsh'
  ).split(' '),
);

/** Whether opening a file may run it. */
export function mayRun(path: string): boolean {
  return RUN.has(extname(path).slice(1).toLowerCase());
}

/** The command that sends this computer to sleep. */
export function sleepCommand(platform: NodeJS.Platform): readonly string[] {
  if (platform === 'darwin') return ['pmset', 'sleepnow'];
  if (platform === 'win32') return ['rundll32.exe', 'powrprof.dll,SetSuspendState', '0,1,0'];
  return ['systemctl', 'suspend'];
}
