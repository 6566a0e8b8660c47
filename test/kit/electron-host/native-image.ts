import { readFileSync } from 'node:fs';
import type { NativeImage, nativeImage as nativeImageType } from 'electron';
import { offered } from './offered.ts';

type View = Pick<NativeImage, 'getSize' | 'isEmpty' | 'setTemplateImage' | 'toDataURL' | 'toPNG'>;

const PNG = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
/** Of the width, which the height follows, in a PNG file. */
const WIDTH_AT = 16;

/** PNG files only; as in Electron, what is none, or cannot be read, is an empty image. */
function imageOf(bytes: Buffer): NativeImage {
  const isEmpty = !bytes.subarray(0, PNG.length).equals(PNG);
  const png = isEmpty ? Buffer.alloc(0) : bytes;
  const [width, height] = isEmpty ? [0, 0] : [png.readUInt32BE(WIDTH_AT), png.readUInt32BE(WIDTH_AT + 4)];
  const image: View = {
    isEmpty: () => isEmpty,
    toPNG: () => png,
    toDataURL: () => `data:image/png;base64,${png.toString('base64')}`,
    getSize: () => ({ width, height }),
    setTemplateImage: () => {},
  };
  return offered('NativeImage', image) as NativeImage;
}

export const nativeImage = offered('nativeImage', {
  createEmpty: () => imageOf(Buffer.alloc(0)),
  createFromBuffer: (bytes: Buffer) => imageOf(bytes),
  createFromDataURL: (url: string) => imageOf(Buffer.from(url.split(',')[1] ?? '', 'base64')),
  createFromPath(path: string) {
    try {
      return imageOf(readFileSync(path));
    } catch {
      return imageOf(Buffer.alloc(0));
    }
  },
} satisfies Pick<
  typeof nativeImageType,
  'createEmpty' | 'createFromBuffer' | 'createFromDataURL' | 'createFromPath'
>);
