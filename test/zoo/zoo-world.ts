import { link } from 'node:fs/promises'
import { join } from 'node:path'
import { GetObjectCommand, NoSuchKey, S3Client } from '@aws-sdk/client-s3'
import type { DestinationId } from '../../electron/contract/ids.ts'
import { MIB, S3_LIMITS } from '../../electron/contract/limits.ts'
import { type LocalBucket, openLocalBucket } from '../../electron/local-bucket/local-bucket.ts'
import { launchChromium } from '../../scripts/chromium.ts'
import { type Ferry, startFerry, temporaryFolder, type WhenOver } from '../e2e/ferry.ts'
import { FerryPage } from '../e2e/ferry-page.ts'
import { writeRandomFile } from '../e2e/files.ts'
import { TYPED_KEYS } from '../fakes/typed-keys.ts'
import { behindProxy } from '../faults/behind-proxy.ts'
import type { Oddity, ZooFile } from './oddity.ts'
import { type SeenZooRequest, startZooProxy, type ZooProxy } from './zoo-proxy.ts'

const LENGTHS: Record<ZooFile, number> = { single: MIB, parts: 6 * MIB }
/** Tall, because only visible rows are in the document. */
const VIEWPORT = { width: 1200, height: 12_000 }

function withFastTimers({ NODE_OPTIONS = '', ...env }: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const preload = new URL('./fast-timers-preload.ts', import.meta.url).href
  return { ...env, NODE_OPTIONS: `${NODE_OPTIONS} --import ${preload}` }
}

/** Written once: all entries upload the same two files, under different names. */
interface Original {
  readonly path: string
  readonly sha256: string
}

/** A bucket with an oddity in front of it, and its destination. */
export interface ZooDestination {
  readonly name: string
  readonly bucket: LocalBucket
  readonly destinationId: DestinationId
}

/** A file that is uploaded to an odd store. */
export interface ZooUpload {
  readonly name: string
  readonly byteLength: number
  readonly sha256: string
  readonly bucket: LocalBucket
}

/** One window and one host; every oddity is one of their destinations. */
export class ZooWorld {
  readonly page: FerryPage
  readonly #ferry: Ferry
  readonly #line: ZooProxy
  readonly #originals: Readonly<Record<ZooFile, Original>>
  readonly #whenOver: WhenOver

  private constructor(
    ferry: Ferry,
    line: ZooProxy,
    page: FerryPage,
    originals: Readonly<Record<ZooFile, Original>>,
    whenOver: WhenOver,
  ) {
    this.#ferry = ferry
    this.#line = line
    this.page = page
    this.#originals = originals
    this.#whenOver = whenOver
  }

  static async start(whenOver: WhenOver): Promise<ZooWorld> {
    const line = await startZooProxy()
    whenOver(line.close)
    const ferry = await startFerry({ env: withFastTimers(behindProxy(line)), whenOver })
    const bypass = `<-loopback>;*.localhost:${ferry.port}`
    const args = [`--proxy-server=${line.address}`, `--proxy-bypass-list=${bypass}`]
    const browser = await launchChromium({ args })
    whenOver(() => browser.close())
    const context = await browser.newContext({ viewport: VIEWPORT })
    // Lets a test advance the page's time: `page.page.clock.runFor(ms)`.
    await context.clock.install()
    // Fixed randomness makes every wait before a retry a twentieth of the longest.
    await context.addInitScript(() => {
      Math.random = () => 0.05
    })
    const page = await FerryPage.open(context, ferry.url)
    await page.button('Connect a bucket').first().waitFor()
    const folder = await temporaryFolder(whenOver)
    const originals = {
      single: await writeOriginal(join(folder, 'single'), LENGTHS.single),
      parts: await writeOriginal(join(folder, 'parts'), LENGTHS.parts),
    }
    return new ZooWorld(ferry, line, page, originals, whenOver)
  }

  /** Creates a bucket for the oddity, and a destination with that name. */
  async house(oddity: Oddity, name: string): Promise<ZooDestination> {
    const bucket = await openLocalBucket({
      folder: await temporaryFolder(this.#whenOver),
      allowedOrigins: [this.#ferry.corsOrigin],
    })
    this.#whenOver(() => bucket.close())
    this.#line.serve(bucket.endpoint, oddity.act())
    const { endpoint, region, accessKeyId, secretAccessKey } = bucket
    const place = { endpoint, region, bucket: bucket.bucket, prefix: '', pathStyle: true }
    const keys = { accessKeyId, secretAccessKey, sessionToken: '', keepSecret: false }
    const { destination } = await this.page.command('saveDestination', {
      ...TYPED_KEYS,
      ...{ destinationId: null, name, provider: 'other', ...place, ...keys },
    })
    const { destinationId, rules } = destination
    await this.page.command('saveRules', {
      destinationId,
      rules: { ...rules, partBytes: S3_LIMITS.minPartBytes },
    })
    return { name, bucket, destinationId }
  }

  /** Drops the files on it, under different names. */
  async invite(
    { files = ['single', 'parts'] }: Oddity,
    house: ZooDestination,
    number: number,
  ): Promise<ReadonlyMap<ZooFile, ZooUpload>> {
    const { bucket, destinationId } = house
    await this.page.command('selectDestination', { destinationId })
    const heading = { name: house.name, exact: true }
    await this.page.page.getByRole('main').getByRole('heading', heading).waitFor()
    const folder = await temporaryFolder(this.#whenOver)
    const guests = new Map<ZooFile, ZooUpload>()
    for (const file of files) {
      const name = `${number} ${file}.bin`
      const { path, sha256 } = this.#originals[file]
      await link(path, join(folder, name))
      guests.set(file, { name, byteLength: LENGTHS[file], sha256, bucket })
    }
    await this.page.drop([...guests.values()].map(({ name }) => join(folder, name)))
    for (const { name } of guests.values()) await this.page.row(name).waitFor()
    return guests
  }

  seenOf({ name, bucket }: ZooUpload): readonly SeenZooRequest[] {
    return this.#line.seenAt(bucket.endpoint).filter(({ key }) => key === name)
  }

  /** How many times the page has sent the file's bytes. */
  sentBytes(guest: ZooUpload): number {
    return this.seenOf(guest)
      .filter(({ from }) => from === 'page')
      .reduce((total, { bodyBytes }) => total + bodyBytes, 0)
  }

  /** Fetched without the oddity; null: there is no such object. */
  async objectOf({ name, bucket }: ZooUpload): Promise<Buffer | null> {
    const { endpoint, region, accessKeyId, secretAccessKey } = bucket
    const credentials = { accessKeyId, secretAccessKey }
    const client = new S3Client({ endpoint, region, forcePathStyle: true, credentials })
    try {
      const command = new GetObjectCommand({ Bucket: bucket.bucket, Key: name })
      const { Body } = await client.send(command)
      return Buffer.from((await Body?.transformToByteArray()) ?? [])
    } catch (error) {
      if (error instanceof NoSuchKey) return null
      throw error
    } finally {
      client.destroy()
    }
  }
}

async function writeOriginal(path: string, byteLength: number): Promise<Original> {
  return { path, sha256: await writeRandomFile(path, byteLength) }
}
