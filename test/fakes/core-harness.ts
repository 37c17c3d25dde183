import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { get } from 'node:http'
import { join } from 'node:path'
import {
  DeleteObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3'
import { expect } from 'vitest'
import type { ChecksumAlgorithm } from '../../electron/contract/checksum.ts'
import type { Destination } from '../../electron/contract/commands/destinations.ts'
import type {
  PreparedUpload,
  Source,
  UploadRecord,
} from '../../electron/contract/commands/uploads.ts'
import type { CommandInput, CommandName, CommandOutput } from '../../electron/contract/commands.ts'
import type { UploadId } from '../../electron/contract/ids.ts'
import { MIB } from '../../electron/contract/limits.ts'
import type { Outcome } from '../../electron/contract/outcome.ts'
import { rangeOfPart } from '../../electron/contract/part-plan.ts'
import { type Core, createCore } from '../../electron/core/create-core.ts'
import { dispatch } from '../../electron/core/dispatch.ts'
import type { CorePorts } from '../../electron/core/ports.ts'
import { readState } from '../../electron/local-bucket/bucket/state-file.ts'
import { startChecksum } from '../../electron/local-bucket/http/checksums.ts'
import { corePorts, Heard, temporaryFolder } from './core-ports.ts'

export const PART = 5 * MIB

export const NO_CHANGES: CommandInput<'syncUploads'> = { receipts: [], marks: [], cleared: [] }

/** A core with the real bucket on this computer, with the calls that a page makes. */
export class CoreHarness {
  readonly heard: Heard
  readonly folder: string
  readonly ports: CorePorts
  core: Core
  readonly #removeFolder: () => void
  readonly #algorithms = new Map<UploadId, ChecksumAlgorithm>()

  private constructor(
    folder: string,
    remove: () => void,
    ports: CorePorts,
    heard: Heard,
    core: Core,
  ) {
    this.folder = folder
    this.#removeFolder = remove
    this.ports = ports
    this.heard = heard
    this.core = core
  }

  static async start(changes: Partial<CorePorts> = {}): Promise<CoreHarness> {
    const { folder, remove } = temporaryFolder()
    const heard = new Heard()
    const ports = await corePorts(folder, heard, changes)
    return new CoreHarness(folder, remove, ports, heard, await createCore(ports))
  }

  /** Restarts in the same folder, like after a crash of the host; everything in memory is lost. */
  async restart(changes: Partial<CorePorts> = {}): Promise<CoreHarness> {
    await this.core.close()
    const heard = new Heard()
    const ports = await corePorts(this.folder, heard, changes)
    return new CoreHarness(this.folder, this.#removeFolder, ports, heard, await createCore(ports))
  }

  async close(): Promise<void> {
    await this.core.close()
    this.#removeFolder()
  }

  /** Dispatches a command the way a page's commands are: by name, with all schemas. */
  async ask<N extends CommandName>(
    name: N,
    input: CommandInput<N>,
  ): Promise<Outcome<CommandOutput<N>>> {
    const outcome = await dispatch(this.core.handlers, this.ports.log, name, input)
    if (name === 'prepareUpload' && outcome.ok) this.#noteAlgorithm(input, outcome.value)
    return outcome as Outcome<CommandOutput<N>>
  }

  /** Prepares an upload whose destination's rules set this part length; null: Ferry chooses it. */
  async prepare(
    uploadId: UploadId,
    partBytes: number | null = null,
  ): Promise<Outcome<CommandOutput<'prepareUpload'>>> {
    await this.#rulePartBytes(uploadId, partBytes)
    return this.ask('prepareUpload', { uploadId })
  }

  async prepared(uploadId: UploadId, partBytes: number | null = null): Promise<PreparedUpload> {
    await this.#rulePartBytes(uploadId, partBytes)
    return this.must('prepareUpload', { uploadId })
  }

  async #rulePartBytes(uploadId: UploadId, partBytes: number | null): Promise<void> {
    const record = (await this.records()).find((each) => each.uploadId === uploadId)
    const { destinations } = await this.must('listDestinations', {})
    const found = destinations.find((each) => each.destinationId === record?.destinationId)
    if (found === undefined || found.rules.partBytes === partBytes) return
    const { destinationId } = found
    await this.must('saveRules', { destinationId, rules: { ...found.rules, partBytes } })
  }

  /** A page gets it from the same answer. */
  #noteAlgorithm(input: object, prepared: unknown): void {
    const { uploadId } = input as CommandInput<'prepareUpload'>
    this.#algorithms.set(uploadId, (prepared as PreparedUpload).algorithm)
  }

  /** For commands that must succeed for the test to make sense. */
  async must<N extends CommandName>(name: N, input: CommandInput<N>): Promise<CommandOutput<N>> {
    const outcome = await this.ask(name, input)
    if (!outcome.ok) throw new Error(`${name} answered ${JSON.stringify(outcome.failure)}`)
    return outcome.value
  }

  /** Registers a file on the disk, like the desktop. */
  async registerFile(name: string, bytes: Uint8Array): Promise<Source> {
    writeFileSync(join(this.folder, name), bytes)
    return this.registerPath(name)
  }

  registerPath(name: string): Promise<Source> {
    return this.register({ path: join(this.folder, name), name, byteLength: 0, modifiedAtMs: 0 })
  }

  /** Registers only the file's facts, like a browser. */
  registerFacts(name: string, byteLength: number, modifiedAtMs = 1000): Promise<Source> {
    return this.register({ path: null, name, byteLength, modifiedAtMs })
  }

  async queue(destination: Destination, source: Source, relativePath = source.name) {
    const { uploads } = await this.must('queueUploads', {
      destinationId: destination.destinationId,
      items: [{ sourceId: source.sourceId, relativePath, contentType: '', hash8: null }],
    })
    return this.only(uploads)
  }

  /** Queues bytes that exist only in the test. */
  async queueBytes(destination: Destination, name: string, bytes: Uint8Array) {
    return this.queue(destination, await this.registerFacts(name, bytes.length))
  }

  /** Signs parts like the page: with each part's checksum by the upload's algorithm. */
  async sign(uploadId: UploadId, bytes: Uint8Array, partNumbers: readonly number[]) {
    const { plan } = await this.record(uploadId)
    const algorithm = this.#algorithms.get(uploadId)
    if (plan === null || algorithm === undefined) throw new Error('Not prepared')
    const parts = await Promise.all(
      partNumbers.map(async (partNumber) => {
        const { start, end } = rangeOfPart(plan, partNumber)
        const body = new Uint8Array(bytes.subarray(start, end))
        return { partNumber, body, checksum: await checksumOf(algorithm, body) }
      }),
    )
    const asked = parts.map(({ partNumber, checksum }) => ({ partNumber, checksum }))
    const signed = await this.must('signParts', { uploadId, parts: asked })
    return parts.map((part, index) => ({ ...part, ...this.only(signed.slice(index, index + 1)) }))
  }

  /** Sends parts like the page, and records the store's answers. */
  async send(uploadId: UploadId, bytes: Uint8Array, partNumbers: readonly number[]): Promise<void> {
    for (const put of await this.sign(uploadId, bytes, partNumbers)) {
      const { partNumber, url, headers, body, checksum } = put
      const answer = await fetch(url, { method: 'PUT', body, headers })
      expect(answer.status).toBe(200)
      const etag = answer.headers.get('etag') ?? ''
      await this.sync({ receipts: [{ uploadId, receipt: { partNumber, etag, checksum } }] })
    }
  }

  /** Reports changes to the host, like the page's outbox; none may be refused. */
  async sync(changes: Partial<CommandInput<'syncUploads'>>): Promise<void> {
    const { refused } = await this.must('syncUploads', { ...NO_CHANGES, ...changes })
    expect(refused).toEqual([])
  }

  async record(uploadId: UploadId): Promise<UploadRecord> {
    const { uploads } = await this.must('listUploads', { after: null, limit: 5000 })
    return this.only(uploads.filter((each) => each.uploadId === uploadId))
  }

  async records(): Promise<UploadRecord[]> {
    return (await this.must('listUploads', { after: null, limit: 5000 })).uploads
  }

  localKeys() {
    const state = readState(join(this.folder, 'local-bucket'))
    if (state === null) throw new Error('No local bucket')
    const { accessKeyId, secretAccessKey } = state
    return { accessKeyId, secretAccessKey }
  }

  /** Another client of the same store. */
  otherClient(destination: Destination): S3Client {
    return new S3Client({
      endpoint: destination.endpoint,
      region: destination.region,
      forcePathStyle: true,
      credentials: this.localKeys(),
      requestChecksumCalculation: 'WHEN_REQUIRED',
    })
  }

  async deleteObject(destination: Destination, key: string): Promise<void> {
    const client = this.otherClient(destination)
    await client.send(new DeleteObjectCommand({ Bucket: destination.bucket, Key: key }))
    client.destroy()
  }

  async stored(destination: Destination) {
    const client = this.otherClient(destination)
    const Bucket = destination.bucket
    const objects = await client.send(new ListObjectsV2Command({ Bucket }))
    const uploads = await client.send(new ListMultipartUploadsCommand({ Bucket }))
    client.destroy()
    return {
      keys: (objects.Contents ?? []).map((each) => each.Key),
      unfinished: (uploads.Uploads ?? []).map((each) => each.Key),
    }
  }

  only<T>(items: readonly T[]): T {
    const [item] = items
    if (item === undefined || items.length !== 1) throw new Error(`${items.length} items, not one`)
    return item
  }

  private async register(facts: Parameters<Core['registerSources']>[0][number]): Promise<Source> {
    const outcome = this.only(await this.core.registerSources([facts]))
    if (!outcome.ok) throw new Error(`Refused: ${outcome.failure.kind}`)
    return outcome.value
  }
}

/** Downloads on a new connection: `fetch` could reuse one that a restart has closed. */
export function statusOf(url: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const request = get(url, { agent: false }, (answer) => {
      answer.resume()
      resolve(answer.statusCode)
    })
    request.on('error', reject)
  })
}

/** Bytes that differ from part to part, and are the same in every run. */
export function someBytes(length: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(length)
  let state = seed >>> 0 || 1
  for (let index = 0; index < length; index += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    bytes[index] = state >>> 24
  }
  return bytes
}

const OF_S3 = { crc64nvme: 'CRC64NVME', crc32c: 'CRC32C', sha256: 'SHA256' } as const

/** A body's checksum in the form of its header. */
export async function checksumOf(algorithm: ChecksumAlgorithm, bytes: Uint8Array): Promise<string> {
  if (algorithm === 'md5') return createHash('md5').update(bytes).digest('base64')
  const running = await startChecksum(OF_S3[algorithm])
  running.update(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
  return running.digest().toString('base64')
}
