import { type Headers, header } from './headers.ts';
import { nameFor } from './names.ts';

/** Endings of files that are never web pages: an HTML answer for one of them is a login or an error page. */
const NEVER_HTML = new Set(
  (
    '7z apk appimage avi bin bz2 cab deb dmg doc docx epub exe flac gif gz img iso jar jpeg jpg m4a m4v mkv mov mp3 ' +
    'mp4 msi odt ogg opus part pdf pkg png ppt pptx rar rpm tar tgz tif tiff torrent txz wav webm webp whl wim xls ' +
    'xlsx xpi xz z zip zst'
  ).split(' '),
);

const OWN_ENCODINGS: Readonly<Record<string, string>> = {
  gz: 'gzip',
  tgz: 'gzip',
  svgz: 'gzip',
  z: 'deflate',
  br: 'br',
  zst: 'zstd',
};

function endingOf(url: string, headers: Headers): string {
  const name = nameFor({ disposition: header(headers, 'content-disposition'), url, mediaType: null });
  return name.includes('.') ? name.slice(name.lastIndexOf('.') + 1).toLowerCase() : '';
}

/** By its name, what is asked for cannot be a web page. */
export function neverHtml(url: string, headers: Headers): boolean {
  return NEVER_HTML.has(endingOf(url, headers));
}

/** The content-encoding that the file itself is in by its name: `x.tar.gz` sent "with gzip" is kept as sent. */
export function ownEncodingOf(url: string, headers: Headers): string | null {
  return OWN_ENCODINGS[endingOf(url, headers)] ?? null;
}
