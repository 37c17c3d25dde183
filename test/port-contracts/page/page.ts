// Runs in Chromium: exposes the real adapters to `page.evaluate`.

import type { ChecksumAlgorithm } from '../../../electron/contract/checksum.ts'
import type { SignedPart } from '../../../electron/contract/commands/uploads.ts'
import type { FerryBridge } from '../../../electron/contract/ferry-bridge.ts'
import type { Outcome } from '../../../electron/contract/outcome.ts'
import { connectBridge, type HostConnection } from '../../../renderer/bridge/connect.ts'
import type { RefusedItem } from '../../../renderer/engine/intake/intake-report.ts'
import type {
  Checksums,
  ChecksumWithCrc,
  FileSource,
  PartBody,
} from '../../../renderer/engine/ports.ts'
import { browserClock } from '../../../renderer/platform/browser-clock.ts'
import { browserNetwork } from '../../../renderer/platform/browser-network.ts'
import { browserPower } from '../../../renderer/platform/browser-power.ts'
import { checksumPool } from '../../../renderer/platform/checksum-pool.ts'
import { fileSource } from '../../../renderer/platform/file-source.ts'
import { type InspectFolders, walkTransfer } from '../../../renderer/platform/transfer-walk.ts'
import {
  type XhrPartTransport,
  xhrPartTransport,
} from '../../../renderer/platform/xhr-transport.ts'
import type { PutReport } from '../part-transport-contract.ts'

interface WalkReport {
  readonly files: readonly { readonly path: string; readonly name: string; readonly size: number }[]
  readonly batchCount: number
  readonly emptyFolderCount: number
  readonly unreadable: readonly RefusedItem[]
  readonly refused: readonly RefusedItem[]
  readonly fileCount: number
}

interface AdaptersUnderTest {
  readonly put: (part: SignedPart, body: PutBody, when: AbortMoment) => Promise<PutReport>
  /** Reads one of the input's files; each file has one source. */
  readonly read: (index: number, start: number, end: number) => Promise<ReadReport>
  /** Checks whether the file is still the same, through the same source. */
  readonly check: (index: number) => Promise<Outcome<null>>
  /** Computes the checksums of ranges of the input's files, all requested at once. */
  readonly sums: (asked: readonly SumAsked[]) => Promise<readonly SumAnswer[]>
  /** Checksums of a whole file, in one reading. */
  readonly sumWithCrc: (
    file: number,
    algorithm: ChecksumAlgorithm,
  ) => Promise<Outcome<ChecksumWithCrc>>
  /** The number of checksums in the last request. */
  readonly sumsAsked: () => number
  /** Aborts the checksum with this index in the last request. */
  readonly abortSum: (index: number) => void
  /** Makes a new pool; its workers may be silent for `silentMs`. */
  readonly newChecksums: (workerCount: number, silentMs: number) => void
  readonly sleep: (ms: number, abortAfterMs: number | null) => Promise<'woke' | 'rejected'>
  /**
   * Listens to the computer's sleep over this host's notices. Returns the reports and a way to
   * stop.
   */
  readonly hearOfPower: (bridge: FerryBridge<File>) => { readonly told: string[]; stop: () => void }
  readonly networkCalls: () => number
  readonly lastDrop: () => Promise<WalkReport>
  /** Reads a file of the last drop to its end, for the first time. */
  readonly readDropped: (path: string) => Promise<Outcome<{ readonly text: string }>>
  readonly paste: (names: readonly string[]) => Promise<WalkReport>
  readonly connect: () => Promise<HostConnection>
  readonly linkStates: string[]
}

/** Zeros, with or without a type, or the bytes that the last `read` of a file returned. */
export type PutBody = { readonly byteLength: number; readonly type?: string } | 'last-read'
export type AbortMoment = 'never' | 'before' | 'after-first-byte' | 'when-asked'
type ReadReport = Outcome<{ readonly text: string; readonly type: string }>

export interface SumAsked {
  readonly file: number
  readonly start: number
  readonly end: number
  readonly algorithm: ChecksumAlgorithm
  readonly order: 'next' | 'idle'
}
/** `place`: how many checksums of the same request ended earlier. */
interface SumAnswer {
  readonly outcome: Outcome<string> | 'rejected'
  readonly place: number
}

declare global {
  interface Window {
    adapters: AdaptersUnderTest
    /** The reports that a test listens to. */
    power: ReturnType<AdaptersUnderTest['hearOfPower']>
    abortPut: () => void
  }
}

const sources = new Map<File, FileSource>()
/** Created when first needed: its worker is served only to a session. */
let transport: XhrPartTransport | null = null
let lastBody: PartBody = { byteLength: 0, payload: new Blob([]) }
let lastDrop: Promise<WalkReport> = Promise.reject(new Error('Nothing was dropped'))
lastDrop.catch(() => undefined)
let networkCallCount = 0
browserNetwork().subscribe(() => {
  networkCallCount += 1
})
const linkStates: string[] = []

async function put(part: SignedPart, body: PutBody, when: AbortMoment): Promise<PutReport> {
  const controller = new AbortController()
  window.abortPut = () => controller.abort()
  if (when === 'before') controller.abort()
  const reported: number[] = []
  const onSent = (sentBytes: number) => {
    reported.push(sentBytes)
    if (when === 'after-first-byte') controller.abort()
  }
  try {
    const sending = { signal: controller.signal, onSent }
    const bytes = body === 'last-read' ? lastBody : zeros(body)
    transport ??= xhrPartTransport()
    const outcome = await transport.putPart(part, bytes, sending)
    return { outcome, reported }
  } catch (error) {
    if (!controller.signal.aborted) throw error
    return { outcome: 'rejected', reported }
  }
}

function zeros({ byteLength, type = '' }: Exclude<PutBody, 'last-read'>): PartBody {
  return { byteLength, payload: new Blob([new Uint8Array(byteLength)], { type }) }
}

function sourceAt(index: number): FileSource {
  const file = document.querySelector('input')?.files?.[index]
  if (file === undefined) throw new Error(`The input has no file ${index}`)
  const source = sources.get(file) ?? fileSource(file)
  sources.set(file, source)
  return source
}

async function read(index: number, start: number, end: number): Promise<ReadReport> {
  const body = await sourceAt(index).read({ start, end }, new AbortController().signal)
  if (!body.ok) return body
  lastBody = body.value
  const { payload } = body.value
  if (!(payload instanceof Blob)) throw new TypeError('The body is not a Blob')
  return { ok: true, value: { text: await payload.text(), type: payload.type } }
}

let checksums: Checksums | null = null
let summing: readonly AbortController[] = []

async function sums(asked: readonly SumAsked[]): Promise<readonly SumAnswer[]> {
  let endedCount = 0
  const controllers = asked.map(() => new AbortController())
  checksums ??= checksumPool()
  const { of } = checksums
  // All bodies are ready before the first request, so that all are requested at once.
  const bodies = await Promise.all(
    asked.map(({ file, start, end }) =>
      sourceAt(file).read({ start, end }, new AbortController().signal),
    ),
  )
  summing = controllers
  return Promise.all(
    asked.map(async ({ algorithm, order }, index): Promise<SumAnswer> => {
      const [body, controller] = [bodies[index], controllers[index]]
      if (body === undefined || controller === undefined) throw new Error('Nothing was asked for')
      const outcome = body.ok
        ? await of(body.value, algorithm, order, controller.signal).catch(() => 'rejected' as const)
        : body
      endedCount += 1
      return { outcome, place: endedCount - 1 }
    }),
  )
}

async function sleep(ms: number, abortAfterMs: number | null): Promise<'woke' | 'rejected'> {
  const controller = new AbortController()
  if (abortAfterMs === 0) controller.abort()
  else if (abortAfterMs !== null) setTimeout(() => controller.abort(), abortAfterMs)
  return browserClock.sleep(ms, controller.signal).then(
    () => 'woke',
    () => 'rejected',
  )
}

const dropped = new Map<string, File>()

async function readDropped(path: string): Promise<Outcome<{ readonly text: string }>> {
  const file = dropped.get(path)
  if (file === undefined) throw new Error(`The drop had no ${path}`)
  const whole = { start: 0, end: file.size }
  const body = await fileSource(file).read(whole, new AbortController().signal)
  if (!body.ok) return body
  if (!(body.value.payload instanceof Blob)) throw new TypeError('The body is not a Blob')
  return { ok: true, value: { text: await body.value.payload.text() } }
}

async function report(transfer: DataTransfer): Promise<WalkReport> {
  const nobodyKnows: InspectFolders = async (folders) => folders.map(() => null)
  const walk = walkTransfer(transfer, new Date(2026, 10, 20, 14, 5, 9), nobodyKnows)
  const files: WalkReport['files'][number][] = []
  let batchCount = 0
  dropped.clear()
  for await (const batch of walk.batches('leave-out')) {
    batchCount += 1
    for (const { file, relativePath } of batch) {
      dropped.set(relativePath, file)
      files.push({ path: relativePath, name: file.name, size: file.size })
    }
  }
  return { files, batchCount, ...walk.findings.totals() }
}

document.addEventListener('dragover', (event) => event.preventDefault())
document.addEventListener('drop', (event) => {
  event.preventDefault()
  if (event.dataTransfer !== null) lastDrop = report(event.dataTransfer)
})

window.adapters = {
  put,
  read,
  check: (index) => sourceAt(index).check(new AbortController().signal),
  sums,
  sumsAsked: () => summing.length,
  abortSum: (index) => summing[index]?.abort(),
  sumWithCrc: async (file, algorithm) => {
    const { signal } = new AbortController()
    checksums ??= checksumPool()
    const end = document.querySelector('input')?.files?.[file]?.size ?? 0
    const body = await sourceAt(file).read({ start: 0, end }, signal)
    return body.ok ? checksums.withCrc(body.value, algorithm, 'next', signal) : body
  },
  newChecksums: (workerCount, silenceTimeoutMs) => {
    checksums = checksumPool({ workerCount, silenceTimeoutMs })
  },
  sleep,
  hearOfPower: ({ notices }) => {
    const told: string[] = []
    const stop = browserPower(notices.powerChanged).subscribe((state) => told.push(state))
    return { told, stop }
  },
  networkCalls: () => networkCallCount,
  lastDrop: () => lastDrop,
  readDropped,
  paste: (names) => {
    const transfer = new DataTransfer()
    for (const name of names) {
      const type = name.endsWith('.png') ? 'image/png' : 'text/plain'
      transfer.items.add(new File(['x'], name, { type }))
    }
    transfer.items.add('just words', 'text/plain')
    return report(transfer)
  },
  connect: async () => {
    const connection = await connectBridge()
    linkStates.push(connection.link.state())
    connection.link.subscribe(() => linkStates.push(connection.link.state()))
    return connection
  },
  linkStates,
}
