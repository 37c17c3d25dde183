import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, onTestFinished, vi } from 'vitest'
import type { ChecksumAlgorithm } from '../../../electron/contract/checksum.ts'
import type {
  PartReceipt,
  SignedPart,
  Source,
} from '../../../electron/contract/commands/uploads.ts'
import type {
  CommandInput,
  CommandName,
  CommandOutput,
} from '../../../electron/contract/commands.ts'
import type { UploadId } from '../../../electron/contract/ids.ts'
import { MIB } from '../../../electron/contract/limits.ts'
import type { Outcome } from '../../../electron/contract/outcome.ts'
import { rangeOfPart } from '../../../electron/contract/part-plan.ts'
import { DEFAULT_RULES } from '../../../electron/contract/rules/upload-rules.ts'
import {
  APP_ORIGIN,
  commandChannel,
  REGISTER_SOURCES_CHANNEL,
  sourceUrl,
} from '../../../electron/contract/transport.ts'
import { checksumOf } from '../../fakes/core-harness.ts'

let folder: string
let bytes: Buffer

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ferry-job-'))
  bytes = randomBytes(12 * MIB + 7)
  writeFileSync(join(folder, 'film.mov'), bytes)
})

afterEach(() => rmSync(folder, { recursive: true }))

/** The app as seen by the page and Chromium, with everything behind it real. */
async function startApp() {
  vi.resetModules()
  const electron = await import('../../fakes/electron.ts')
  const argv = ['Ferry', '--data-dir', join(folder, 'data')]
  vi.spyOn(process, 'argv', 'get').mockReturnValue(argv)
  await import('../../../electron/desktop/main.ts')
  const opened = once(electron.FakeWindow.events, 'opened')
  electron.app.becomeReady()
  await opened
  const { webContents } = electron.FakeWindow.opened[0] ?? new electron.FakeWindow()
  const { defaultSession } = electron.session
  const quit = async () => {
    if (electron.app.exitCode !== null) return
    const ended = once(electron.app, 'exited')
    electron.app.emit('will-quit', { preventDefault: () => undefined })
    await ended
  }
  onTestFinished(quit)
  const invoke = async <T>(channel: string, input: unknown): Promise<T> => {
    const event = { sender: webContents, senderFrame: webContents.mainFrame }
    const outcome = (await electron.ipcMain.invoke(channel, event, input)) as Outcome<T>
    if (!outcome.ok) throw new Error(`${channel}: ${JSON.stringify(outcome.failure)}`)
    return outcome.value
  }
  return {
    quit,
    call: <N extends CommandName>(name: N, input: CommandInput<N>) =>
      invoke<CommandOutput<N>>(commandChannel(name), input),
    register: (files: unknown) =>
      invoke<readonly Outcome<Source>[]>(REGISTER_SOURCES_CHANNEL, files),
    isReachable: (url: string) => !defaultSession.isCancelled(url),
    read: (url: string, range: string) => {
      const request = new Request(url, { headers: { range } })
      return defaultSession.fetch(Object.assign(request, { initiatorOrigin: APP_ORIGIN }))
    },
  }
}

type RunningApp = Awaited<ReturnType<typeof startApp>>

/** Sends a part like the page: with the presigned URL and the signed headers only. */
async function send(
  app: RunningApp,
  part: SignedPart,
  body: Buffer,
): Promise<Omit<PartReceipt, 'checksum'>> {
  expect(app.isReachable(part.url)).toBe(true)
  const { url, headers, partNumber } = part
  const answer = await fetch(url, { method: 'PUT', headers, body: new Uint8Array(body) })
  expect(answer.status).toBe(200)
  return { partNumber, etag: answer.headers.get('etag') ?? '' }
}

async function sendParts(
  app: RunningApp,
  { uploadId, algorithm }: { readonly uploadId: UploadId; readonly algorithm: ChecksumAlgorithm },
  partNumbers: number[],
  bodyOf: (partNumber: number) => Promise<Buffer>,
): Promise<void> {
  for (const partNumber of partNumbers) {
    const body = await bodyOf(partNumber)
    const checksum = await checksumOf(algorithm, body)
    const [part] = await app.call('signParts', { uploadId, parts: [{ partNumber, checksum }] })
    if (part === undefined) throw new Error('The part was not signed')
    const receipt = { ...(await send(app, part, body)), checksum }
    await app.call('syncUploads', {
      receipts: [{ uploadId, receipt }],
      marks: [],
      cleared: [],
    })
  }
}

it('carries a file to a link across a restart, and sends no part twice', async () => {
  const first = await startApp()
  const { destinationId } = await first.call('openLocalBucket', {})
  const [source] = await first.register([
    { path: join(folder, 'film.mov'), name: 'film.mov', byteLength: 0, modifiedAtMs: 0 },
  ])
  if (!source?.ok) throw new Error('The file was not taken')
  const item = {
    sourceId: source.value.sourceId,
    relativePath: 'film.mov',
    contentType: 'video/quicktime',
    hash8: null,
  }
  const queued = await first.call('queueUploads', { destinationId, items: [item] })
  const uploadId = queued.uploads[0]?.uploadId
  if (uploadId === undefined) throw new Error('Nothing was queued')
  const { destinations } = await first.call('listDestinations', {})
  const rules = destinations[0]?.rules ?? DEFAULT_RULES
  await first.call('saveRules', { destinationId, rules: { ...rules, partBytes: 5 * MIB } })
  const { plan, algorithm } = await first.call('prepareUpload', { uploadId })
  const piece = (partNumber: number) => {
    const { start, end } = rangeOfPart(plan, partNumber)
    return bytes.subarray(start, end)
  }
  await sendParts(first, { uploadId, algorithm }, [1], async (partNumber) => piece(partNumber))
  await first.quit()

  const second = await startApp()
  const listed = await second.call('listUploads', { after: null, limit: 10 })
  const { sourceId, isSourceDurable } = listed.uploads[0] ?? {}
  const prepared = await second.call('prepareUpload', { uploadId })
  await sendParts(
    second,
    { uploadId, algorithm: prepared.algorithm },
    [2, 3],
    async (partNumber) => {
      const { start, end } = rangeOfPart(prepared.plan, partNumber)
      const answer = await second.read(sourceUrl(sourceId ?? ''), `bytes=${start}-${end - 1}`)
      expect(answer.status).toBe(206)
      return Buffer.from(await answer.arrayBuffer())
    },
  )
  const { link, status } = await second.call('completeUpload', { uploadId })
  const got = await fetch(link?.url ?? '')

  expect(isSourceDurable).toBe(true)
  expect(prepared.held.map(({ partNumber }) => partNumber)).toEqual([1])
  expect(status).toMatchObject({ phase: 'done', proof: { level: 'whole', algorithm } })
  expect(got.headers.get('content-type')).toBe('video/quicktime')
  expect(bytes.equals(Buffer.from(await got.arrayBuffer()))).toBe(true)
}, 60_000)
