import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { icnsOf, icoOf } from '../../scripts/icon-containers.ts'

const built = (name: string) => readFileSync(new URL(`../../build/${name}`, import.meta.url))

/** Width and height from a PNG's first chunk; throws for other files. */
function sizeOf(png: Buffer): [number, number] {
  expect(png.subarray(1, 4).toString()).toBe('PNG')
  return [png.readUInt32BE(16), png.readUInt32BE(20)]
}

describe('the icons of the package', () => {
  it('contain a PNG of each size that Windows needs', () => {
    const ico = built('icon.ico')
    const entries = Array.from({ length: ico.readUInt16LE(4) }, (_none, index) => 6 + 16 * index)

    const sizes = entries.map((at) => {
      const start = ico.readUInt32LE(at + 12)
      const png = ico.subarray(start, start + ico.readUInt32LE(at + 8))
      return [ico.readUInt8(at) || 256, ...sizeOf(png)]
    })

    expect(sizes).toEqual([16, 24, 32, 48, 64, 128, 256].map((size) => [size, size, size]))
  })

  it('contain a PNG of each size that macOS needs, complete to the last byte', () => {
    const icns = built('icon.icns')
    const found: Record<string, number> = {}
    for (let at = 8; at < icns.byteLength; at += icns.readUInt32BE(at + 4)) {
      const png = icns.subarray(at + 8, at + icns.readUInt32BE(at + 4))
      found[icns.subarray(at, at + 4).toString('latin1')] = sizeOf(png)[0]
    }

    expect(icns.subarray(0, 4).toString()).toBe('icns')
    expect(icns.readUInt32BE(4)).toBe(icns.byteLength)
    expect(found).toEqual({
      icp4: 16,
      icp5: 32,
      ic11: 32,
      ic12: 64,
      ic07: 128,
      ic13: 256,
      ic08: 256,
      ic14: 512,
      ic09: 512,
      ic10: 1024,
    })
  })

  it('exist in each size that Linux desktops need', () => {
    const sizes = [16, 32, 48, 64, 128, 256, 512]

    expect(sizes.map((size) => sizeOf(built(`icons/${size}x${size}.png`))[0])).toEqual(sizes)
    expect(sizeOf(built('icon.png'))).toEqual([1024, 1024])
  })

  it('leave out sizes that a container does not support', () => {
    const png = Buffer.from('png')

    expect(icnsOf([{ size: 17, png }]).byteLength).toBe(8)
    expect(icoOf([{ size: 16, png }]).byteLength).toBe(6 + 16 + 3)
  })
})
