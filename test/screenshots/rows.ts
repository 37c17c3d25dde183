// `npx node test/screenshots/rows.ts [FOLDER]`: takes screenshots of a window with a row of every
// kind, on a fake host, for visual review. The page must be built.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { UploadRecord } from '../../electron/contract/commands/uploads.ts'
import { MIB } from '../../electron/contract/limits.ts'
import { launchChromium } from '../../scripts/chromium.ts'
import type { FakeWorld } from '../fakes/fake-bridge.ts'
import { aDestination, aDoneRecord, aRecord, aWorld } from '../fakes/fake-world.ts'
import { FAILURE_EXAMPLES } from '../renderer/failures/failure-examples.ts'
import { startPageServer } from '../renderer/page-server.ts'
import { openWindow, type TestWindow } from '../renderer/window.ts'

const folder = process.argv[2] ?? join(import.meta.dirname, '..', '..', 'out', 'screenshots')
const SIZES = { large: { width: 1120, height: 1600 }, small: { width: 400, height: 2500 } } as const
const HOUR_MS = 60 * 60 * 1000
/** Rows whose details are opened, by the text that opens them. */
const DETAILS = [
  ['Offer Müller & Söhne.pdf', 'verified'],
  ['scan_0042.tif', 'are kept'],
] as const

const server = await startPageServer()
const browser = await launchChromium()
try {
  await mkdir(folder, { recursive: true })
  for (const [size, viewport] of Object.entries(SIZES)) {
    const opened = await openWindow(browser, server, everyKind(), { viewport })
    await beginLiveRows(opened)
    await takePictures(opened, size)
    server.releaseParts()
    await opened.close()
  }
} finally {
  await browser.close()
  await server.close()
}

function everyKind(): FakeWorld {
  const world = aWorld({ destinations: [aDestination({ provider: 'r2' })] })
  const storeTimeMs = Date.now() + 40 * 24 * HOUR_MS
  return {
    ...world,
    host: { ...world.host, host: 'loopback', troubles: [{ kind: 'clock-off', storeTimeMs }] },
    uploads: [...finishedRows(), ...stoppedRows()],
  }
}

function finishedRows(): UploadRecord[] {
  return [
    aRecord(1, {
      name: 'draft.key',
      status: { phase: 'cancelled', storeIsClean: true, why: 'person' },
    }),
    aDoneRecord(2, HOUR_MS, { name: 'from before.pdf' }),
    aDoneRecord(3, 6 * HOUR_MS, { name: 'backup.tar' }, { level: 'none' }),
    aDoneRecord(4, -1000, { name: 'brand-assets.zip' }, { level: 'parts', algorithm: 'sha256' }),
    aDoneRecord(
      5,
      24 * HOUR_MS,
      { name: 'Offer Müller & Söhne.pdf' },
      { level: 'whole', algorithm: 'crc64nvme' },
    ),
  ]
}

function stoppedRows(): UploadRecord[] {
  const byteLength = 640 * MIB
  const inParts = {
    byteLength,
    plan: { mode: 'multipart', byteLength, partBytes: 16 * MIB },
    recordedBytes: 192 * MIB,
    createdAtMs: Date.now(),
  } as const
  const stopped = (
    place: number,
    name: string,
    kind: keyof typeof FAILURE_EXAMPLES,
    changes: Partial<UploadRecord> = {},
  ) =>
    aRecord(place, {
      name,
      ...changes,
      status: { phase: 'failed', failure: FAILURE_EXAMPLES[kind] },
    })
  return [
    aRecord(10, { name: 'film.mov', ...inParts }),
    stopped(11, 'moved away.psd', 'source-missing', inParts),
    stopped(12, 'sick disk.iso', 'object-differs'),
    stopped(13, 'minutes of today.docx', 'source-changed', inParts),
    stopped(14, 'Interview – final cut (colour).mov', 'store-refused', inParts),
    stopped(16, 'scan_0042.tif', 'credentials-expired', inParts),
  ]
}

async function beginLiveRows({ page, give, row }: TestWindow): Promise<void> {
  await page.evaluate(() => window.fake.hold('checkSource'))
  await give({ name: 'proofs.zip', byteLength: 40 * MIB })
  await row('proofs.zip')
    .getByText(/^Verifying/)
    .waitFor()
  await page.evaluate(
    (failure) => window.fake.failWith('prepareUpload', failure),
    FAILURE_EXAMPLES['disk-full'],
  )
  await give({ name: 'ledger.xlsx', byteLength: 3 * MIB })
  await row('ledger.xlsx')
    .getByText(/^Action needed/)
    .waitFor()
  await page.evaluate(() => window.fake.failWith('prepareUpload', null))
  server.holdParts()
  await give({ name: 'photo.raw', byteLength: 30 * MIB })
  await row('photo.raw')
    .getByText(/^Uploading/)
    .waitFor()
  await page.route('**/store/**', (route) => route.abort())
  await give({ name: 'far away.bin', byteLength: 3 * MIB })
  await row('far away.bin')
    .getByText(/trying again/)
    .waitFor()
}

async function takePictures({ page, row }: TestWindow, size: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await page.screenshot({ path: join(folder, `rows-${size}-${colorScheme}.png`) })
    for (const [name, words] of DETAILS) {
      await row(name).getByRole('button', { name: words }).click()
      await page.getByRole('dialog').waitFor()
      await page.screenshot({ path: join(folder, `${words}-${size}-${colorScheme}.png`) })
      await page.keyboard.press('Escape')
      await page.getByRole('dialog').waitFor({ state: 'detached' })
    }
  }
}
