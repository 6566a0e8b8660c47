import { deflateRaw } from 'node:zlib';

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** Extensions of what packing makes much smaller: text of all kinds, and a few formats with long runs of the same. */
const GAINING = words(`
  txt text log md markdown rst adoc org tex bib me nfo diz
  html htm xhtml shtml mhtml mht css scss sass less js mjs cjs jsx ts mts cts tsx vue svelte map
  json jsonl json5 ndjson geojson jsonld har xml xsd xsl xslt rss atom svg kml gpx dae plist xib wsdl
  yaml yml toml ini cfg conf config properties env reg inf desktop service lock
  csv tsv tab psv sql ddl dump ldif
  c h cc cpp cxx hh hpp hxx ino m mm cs java kt kts scala groovy gradle go rs swift dart zig nim
  py pyi pyx ipynb rb erb php phtml pl pm t lua r rmd jl hs elm erl hrl ex exs clj cljs lisp el scm ml mli fs fsx
  f f90 f95 for pas pp vb vbs bas asm s v sv vhd vhdl proto thrift graphql gql
  sh bash zsh fish ksh bat cmd ps1 psm1 awk sed cmake mk mak ninja bazel bzl dockerfile tf hcl nix
  diff patch po pot strings resx srt vtt ass ssa sub lrc m3u m3u8 pls cue
  eml mbox ics vcf vcard rtf ps eps tcl tk obj ply stl gcode dxf step stp iges igs
  pdb cif fasta fa fastq fq gff gtf bed sam nt ttl rdf owl n3
  bmp ppm pgm pbm pnm xpm xbm ttf otf wasm
`);

/** Extensions of what is packed already, whatever a server calls it. */
const PACKED = words(`
  zip zipx jar war ear apk aab ipa xpi crx whl egg nupkg vsix epub cbz cbr odt ods odp docx xlsx pptx
  gz tgz bz2 tbz tbz2 xz txz lzma lz lz4 lzo zst tzst br z 7z rar arj cab ace lha lzh deb rpm snap flatpak msi dmg
  jpg jpeg jpe png gif webp avif heic heif jxl jp2
  mp3 m4a aac ogg oga opus flac wma ape wv mp4 m4v mkv webm mov avi wmv flv mpg mpeg mpv ogv 3gp vob m2ts
  pdf woff woff2 swf gpg pgp age kdbx
`);

/** Files that are text and have no extension. */
const NAMES = words(`
  readme license licence copying notice authors contributors changelog changes news todo install version
  makefile gnumakefile dockerfile containerfile vagrantfile jenkinsfile procfile gemfile rakefile cmakelists
  sha1sums sha256sums sha512sums md5sums
`);

const TEXT_TYPES = words(`
  application/json application/xml application/javascript application/x-javascript application/ecmascript
  application/x-ndjson application/yaml application/x-yaml application/toml application/sql application/rtf
  application/postscript application/x-sh application/x-shellscript application/x-httpd-php application/x-tex
  application/x-subrip application/x-mpegurl application/vnd.apple.mpegurl application/mbox application/wasm
  application/graphql application/x-perl application/x-python application/n-triples application/n-quads
  image/bmp image/x-ms-bmp image/x-portable-pixmap image/x-portable-graymap font/ttf font/otf
`);

/**
 * Whether an entry may become much smaller when it is packed, by its name in the ZIP, and by its media type
 * where the name says nothing.
 */
export function isTextLike(name: string, mediaType: string | null): boolean {
  const base = name.slice(name.lastIndexOf('/') + 1).toLowerCase();
  const dot = base.lastIndexOf('.');
  const extension = base.slice(dot + 1);
  const type = (mediaType ?? '').replace(/;.*$/s, '').trim().toLowerCase();
  // TypeScript and MPEG streams; M2TS and modules. The server may know.
  if ((extension === 'ts' || extension === 'mts') && /^(video|audio)\//.test(type)) return false;
  if (dot >= 0 && GAINING.has(extension)) return true;
  if (dot >= 0 && PACKED.has(extension)) return false;
  if (NAMES.has(base)) return true;
  return type.startsWith('text/') || TEXT_TYPES.has(type) || /\+(xml|json|yaml)$/.test(type);
}

/** Less than a tenth is not worth that the entry cannot be fetched in parts any more. */
const WORTHWHILE = 0.9;

/** Whether packing makes bytes smaller that are like these, the first 64 KiB of an entry, say. */
export async function gains(sample: Buffer): Promise<boolean> {
  if (sample.length === 0) return false;
  const packed = await new Promise<Buffer>((resolve, reject) => {
    deflateRaw(sample, { level: 1 }, (error, result) => (error ? reject(error) : resolve(result)));
  });
  return packed.length <= sample.length * WORTHWHILE;
}
