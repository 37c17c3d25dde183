// Creates the application icons in build/ from the logo: `node scripts/icons.ts`. Run it by hand
// when the logo changes; electron-builder would otherwise download a converter for this.
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { launchChromium } from './chromium.ts'
import { icnsOf, icoOf } from './icon-containers.ts'

const at = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url))

const SIZES = [16, 24, 32, 48, 64, 128, 256, 512, 1024] as const
const LINUX_SIZES = [16, 32, 48, 64, 128, 256, 512] as const
const WINDOWS_SIZES = [16, 24, 32, 48, 64, 128, 256] as const

const svg = await readFile(at('renderer/design/ferry.svg'), 'utf8')
const pngs = await renderAll(svg)

await mkdir(at('build/icons'), { recursive: true })
for (const size of LINUX_SIZES) {
  await writeFile(at(`build/icons/${size}x${size}.png`), png(size))
}
await writeFile(at('build/icon.png'), png(1024))
await writeFile(
  at('build/icon.ico'),
  icoOf(WINDOWS_SIZES.map((size) => ({ size, png: png(size) }))),
)
await writeFile(at('build/icon.icns'), icnsOf(SIZES.map((size) => ({ size, png: png(size) }))))

function png(size: number): Buffer {
  const found = pngs.get(size)
  if (found === undefined) throw new Error(`No icon of ${size} pixels was drawn`)
  return found
}

async function renderAll(mark: string): Promise<Map<number, Buffer>> {
  const browser = await launchChromium()
  try {
    const page = await browser.newPage()
    const drawn = new Map<number, Buffer>()
    const source = `data:image/svg+xml;base64,${Buffer.from(mark).toString('base64')}`
    for (const size of SIZES) {
      await page.setViewportSize({ width: size, height: size })
      await page.setContent(
        `<body style="margin:0"><img src="${source}" width="${size}" height="${size}" style="display:block">`,
      )
      await page.evaluate('document.images[0].decode()')
      drawn.set(size, await page.screenshot({ omitBackground: true }))
    }
    return drawn
  } finally {
    await browser.close()
  }
}
