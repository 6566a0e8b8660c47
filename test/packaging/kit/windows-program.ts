import { NtExecutable, NtExecutableResource, Resource } from 'resedit';

const ENGLISH = { lang: 1033, codepage: 1200 };

/** The smallest program for Windows that electron-builder can edit: one with a description of itself. */
export function windowsProgram(): Buffer {
  const program = NtExecutable.createEmpty(false, false);
  const resources = NtExecutableResource.from(program, true);
  const description = Resource.VersionInfo.createEmpty();
  description.lang = ENGLISH.lang;
  description.setFileVersion(45, 4, 1, 0, ENGLISH.lang);
  description.setStringValues(ENGLISH, { ProductName: 'Electron', OriginalFilename: 'electron.exe' });
  description.outputToResourceEntries(resources.entries);
  resources.outputResource(program);
  return Buffer.from(program.generate());
}
