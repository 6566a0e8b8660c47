// The two containers of icons; both are a table of pictures. A picture is `{ size, png, rgba }`, `size` in pixels.

/** Windows icons: up to here a bitmap, since some programs that read icons know PNG only at 256 pixels. */
const LARGEST_BITMAP = 128;

/** Which of Apple's types a PNG of so many pixels is: twice the points that it is shown at, but for 1× and 2× of 128. */
const APPLE_TYPES = {
  32: ['ic11'],
  64: ['ic12'],
  128: ['ic07'],
  256: ['ic08', 'ic13'],
  512: ['ic09', 'ic14'],
  1024: ['ic10'],
};

/** An .icns file: `icns`, the length of all, then type, length and PNG of each; lengths with their own 8 bytes. */
export function icns(images) {
  const parts = images.flatMap(({ size, png }) => APPLE_TYPES[size].map((type) => chunk(type, png)));
  return chunk('icns', Buffer.concat(parts));
}

function chunk(type, data) {
  const head = Buffer.alloc(8);
  head.write(type, 'latin1');
  head.writeUInt32BE(data.length + 8, 4);
  return Buffer.concat([head, data]);
}

/** An .ico file: a directory of 16 bytes for each picture, then the pictures. */
export function ico(images) {
  const pictures = images.map((image) => (image.size > LARGEST_BITMAP ? image.png : bitmap(image)));
  const head = Buffer.alloc(6 + 16 * images.length);
  // Type 1 is an icon.
  head.writeUInt16LE(1, 2);
  head.writeUInt16LE(images.length, 4);
  let offset = head.length;
  for (const [index, { size }] of images.entries()) {
    const at = 6 + 16 * index;
    // 0 stands for 256.
    head.writeUInt8(size % 256, at);
    head.writeUInt8(size % 256, at + 1);
    head.writeUInt16LE(1, at + 4);
    head.writeUInt16LE(32, at + 6);
    head.writeUInt32LE(pictures[index].length, at + 8);
    head.writeUInt32LE(offset, at + 12);
    offset += pictures[index].length;
  }
  return Buffer.concat([head, ...pictures]);
}

/** BITMAPINFOHEADER, rows of BGRA from the bottom up, then the mask: all clear, since alpha says it better. */
function bitmap({ size, rgba }) {
  const maskRow = Math.ceil(size / 32) * 4;
  const head = Buffer.alloc(40);
  head.writeUInt32LE(40, 0);
  head.writeInt32LE(size, 4);
  // Picture and mask are one above the other.
  head.writeInt32LE(size * 2, 8);
  head.writeUInt16LE(1, 12);
  head.writeUInt16LE(32, 14);
  head.writeUInt32LE(size * size * 4, 20);
  const rows = Buffer.alloc(size * size * 4);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const from = (y * size + x) * 4;
      const to = ((size - 1 - y) * size + x) * 4;
      rows[to] = rgba[from + 2];
      rows[to + 1] = rgba[from + 1];
      rows[to + 2] = rgba[from];
      rows[to + 3] = rgba[from + 3];
    }
  }
  return Buffer.concat([head, rows, Buffer.alloc(maskRow * size)]);
}
