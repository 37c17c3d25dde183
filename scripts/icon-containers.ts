export interface DrawnIcon {
  /** Width and height in pixels. */
  readonly size: number
  readonly png: Buffer
}

/**
 * Creates an ICO file with PNG images, which Windows Vista and later support.
 * Source: learn.microsoft.com/previous-versions/ms997538(v=msdn.10)
 */
export function icoOf(icons: readonly DrawnIcon[]): Buffer {
  const header = Buffer.alloc(6 + 16 * icons.length)
  header.writeUInt16LE(1, 2)
  header.writeUInt16LE(icons.length, 4)
  let offset = header.byteLength
  for (const [index, { size, png }] of icons.entries()) {
    const entry = 6 + 16 * index
    // One byte per side, where 0 means 256.
    header.writeUInt8(size % 256, entry)
    header.writeUInt8(size % 256, entry + 1)
    header.writeUInt16LE(1, entry + 4)
    header.writeUInt16LE(32, entry + 6)
    header.writeUInt32LE(png.byteLength, entry + 8)
    header.writeUInt32LE(offset, entry + 12)
    offset += png.byteLength
  }
  return Buffer.concat([header, ...icons.map(({ png }) => png)])
}

/** The ICNS type for each PNG size; other sizes are left out. */
const ICNS_TYPES: readonly (readonly [type: string, size: number])[] = [
  ['icp4', 16],
  ['icp5', 32],
  ['ic11', 32],
  ['ic12', 64],
  ['ic07', 128],
  ['ic13', 256],
  ['ic08', 256],
  ['ic14', 512],
  ['ic09', 512],
  ['ic10', 1024],
]

/** Source: Apple's iconutil, en.wikipedia.org/wiki/Apple_Icon_Image_format#Icon_types */
export function icnsOf(icons: readonly DrawnIcon[]): Buffer {
  const chunks = ICNS_TYPES.flatMap(([type, size]) => {
    const icon = icons.find((each) => each.size === size)
    return icon === undefined ? [] : [chunkOf(type, icon.png)]
  })
  return chunkOf('icns', Buffer.concat(chunks))
}

function chunkOf(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(8)
  head.write(type, 'latin1')
  head.writeUInt32BE(head.byteLength + body.byteLength, 4)
  return Buffer.concat([head, body])
}
