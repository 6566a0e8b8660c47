const category = (name: string, extensions: string) => ({
  name,
  extensions: extensions.split(' ').filter(Boolean),
  dir: null,
  ask: false,
});

/** The kinds of file there are until the user says otherwise. */
export const CATEGORIES = [
  category('Video', 'mp4 mkv webm avi mov wmv flv m4v mpg mpeg ts m2ts 3gp ogv'),
  category('Audio', 'mp3 flac wav ogg opus m4a aac wma aiff mid'),
  category('Documents', 'pdf doc docx odt rtf txt md epub mobi xls xlsx ods csv ppt pptx odp'),
  category('Archives', 'zip 7z rar tar gz tgz bz2 xz zst tar.gz tar.bz2 tar.xz tar.zst iso img'),
  category('Programs', 'exe msi dmg pkg deb rpm apk appimage jar sh run'),
  category('Images', 'jpg jpeg png gif webp avif svg bmp tif tiff heic ico psd'),
  category('Other', ''),
];
