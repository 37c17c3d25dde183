import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3'
import { type KeySource, NoKeys, sendableKeys } from './access-keys.ts'
import { type BucketAddress, usesPathStyle } from './bucket-url.ts'
import { ServerClock } from './clock.ts'
import { boundedHttp, type HttpTimeouts } from './http/bounded-http.ts'
import type { NetworkPorts } from './http/network-ports.ts'
import { readLeniently } from './lenient-answers.ts'
import type { S3Store } from './request.ts'
import { noteCommands } from './request-failure.ts'

export const DEFAULT_TIMEOUTS: HttpTimeouts = { connectMs: 10_000, idleMs: 90_000 }
/** The user looks at the form and waits. */
export const CHECK_TIMEOUTS: HttpTimeouts = { connectMs: 8000, idleMs: 15_000 }

export interface StorePorts extends NetworkPorts {
  /** This computer's clock, epoch ms. */
  readonly now: () => number
  /** Called after every answer with the store's time minus this computer's. */
  readonly clockSeen?: (offsetMs: number) => void
}

/**
 * All settings are given here, so that nothing from the user's AWS profile or environment is used.
 */
export function openS3Store<Bucket extends BucketAddress>(
  destination: Bucket,
  given: KeySource,
  ports: StorePorts,
  patience: HttpTimeouts = DEFAULT_TIMEOUTS,
): S3Store<Bucket> {
  const keys = sendableKeys(given)
  const clock = new ServerClock(ports.now, () => performance.now())
  const client = new S3Client({
    region: destination.region,
    endpoint: destination.endpoint,
    forcePathStyle: usesPathStyle(destination),
    credentials: providerOf(keys),
    // Many stores refuse the SDK's own checksums: aws-sdk-js-v3#6810.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    // `sendToStore` and the engine decide what is retried.
    maxAttempts: 1,
    retryMode: 'standard',
    useFipsEndpoint: false,
    useDualstackEndpoint: false,
    useArnRegion: false,
    followRegionRedirects: false,
    disableS3ExpressSessionAuth: true,
    requestHandler: boundedHttp(ports, patience) as NonNullable<S3ClientConfig['requestHandler']>,
  })
  learnTime(client, clock, ports.clockSeen)
  readLeniently(client)
  noteCommands(client)
  return { destination, keys, client, clock, access: { provenAtMs: null } }
}

/** `memoized` keeps the SDK from remembering the first access keys for ever. */
function providerOf(source: KeySource) {
  const provide = async () => {
    const keys = await source.current()
    if (!keys.ok) throw new NoKeys(keys.failure)
    const { accessKeyId, secretAccessKey, sessionToken } = keys.value
    return { accessKeyId, secretAccessKey, ...(sessionToken === '' ? {} : { sessionToken }) }
  }
  return Object.assign(provide, { memoized: true })
}

/** Sees every answer, including refusals, before the SDK reads it. */
function learnTime(client: S3Client, clock: ServerClock, clockSeen: StorePorts['clockSeen']): void {
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args)
      clock.learn(dateOf(result.response))
      clockSeen?.(clock.offsetMs)
      return result
    },
    { step: 'deserialize', priority: 'low', name: 'ferryLearnTime' },
  )
}

function dateOf(response: unknown): string | null {
  if (typeof response !== 'object' || response === null || !('headers' in response)) return null
  const { headers } = response
  if (typeof headers !== 'object' || headers === null) return null
  const found = Object.entries(headers).find(([name]) => name.toLowerCase() === 'date')
  return typeof found?.[1] === 'string' ? found[1] : null
}
