import type { Proof } from '../../electron/contract/checksum.ts'
import { CheckStep } from '../../electron/contract/commands/checks.ts'
import type { Destination } from '../../electron/contract/commands/destinations.ts'
import type { UploadRecord } from '../../electron/contract/commands/uploads.ts'
import { DestinationId, SourceId, UploadId } from '../../electron/contract/ids.ts'
import { DEFAULT_RULES } from '../../electron/contract/rules/upload-rules.ts'
import type { FakeWorld } from './fake-bridge.ts'

const idOf = (place: number) => `00000000-0000-4000-8000-${place.toString(16).padStart(12, '0')}`

/** A destination with every field that a user can fill in. */
export function aDestination(changes: Partial<Destination> = {}): Destination {
  return {
    destinationId: DestinationId.parse(idOf(1)),
    kind: 's3',
    name: 'Client files',
    provider: 'aws',
    endpoint: 'https://s3.eu-central-1.amazonaws.com',
    region: 'eu-central-1',
    bucket: 'acme-client-files',
    prefix: '2026/11/',
    pathStyle: false,
    credentials: { kind: 'keys', accessKeyId: 'AKIAFAKE' },
    color: 'blue',
    keysExpireAtMs: null,
    rules: DEFAULT_RULES,
    findings: null,
    secretPlace: 'system',
    hasSecret: true,
    linkSeconds: 86_400,
    maxPartCount: 10_000,
    integrity: 'crc64nvme',
    ...changes,
  }
}

export const localDestination = () =>
  aDestination({
    destinationId: DestinationId.parse(idOf(2)),
    kind: 'local',
    name: 'This computer',
    provider: 'other',
    bucket: 'ferry',
    prefix: '',
    secretPlace: 'file',
  })

/** `place` identifies and orders the records. */
export function aRecord(place: number, changes: Partial<UploadRecord> = {}): UploadRecord {
  const name = changes.name ?? `file-${place}.bin`
  return {
    uploadId: UploadId.parse(idOf(1000 + place)),
    destinationId: DestinationId.parse(idOf(1)),
    name,
    folder: '',
    key: `2026/11/${name}`,
    byteLength: 2_300_000,
    contentType: 'application/octet-stream',
    status: { phase: 'paused' },
    sourceId: SourceId.parse(idOf(5000 + place)),
    isSourceDurable: false,
    plan: null,
    recordedBytes: 0,
    link: null,
    createdAtMs: 1_763_640_000_000,
    ...changes,
  }
}

/**
 * A finished upload whose link expires in `linkMs`; negative: it expired that long ago. Without a
 * `proof`: one of an earlier Ferry that did not verify objects.
 */
export function aDoneRecord(
  place: number,
  linkMs: number,
  changes: Partial<UploadRecord> = {},
  proof: Proof | null = null,
): UploadRecord {
  const record = aRecord(place, changes)
  return {
    ...record,
    status: { phase: 'done', finishedAtMs: Date.now(), etag: '"d41d8"', proof },
    link: {
      url: `http://127.0.0.1:9/ferry/${encodeURIComponent(record.name)}?X-Amz-Signature=fake`,
      createdAtMs: Date.now() - 1000,
      expiresAtMs: Date.now() + linkMs,
    },
    ...changes,
  }
}

export function aWorld(changes: Partial<FakeWorld> = {}): FakeWorld {
  return {
    host: {
      host: 'desktop',
      version: '0.1.0',
      platform: 'linux',
      secretPlace: 'system',
      dataFolder: '/home/ada/ferry',
      corsOrigin: 'http://*.localhost:47470',
      troubles: [],
    },
    destinations: [aDestination()],
    selectedId: DestinationId.parse(idOf(1)),
    uploads: [],
    checkReport: {
      lines: CheckStep.options.map((step) => ({
        step,
        verdict: 'passed' as const,
        finding: null,
        fix: null,
      })),
      notes: [],
    },
    rules: DEFAULT_RULES,
    isCopied: true,
    proof: { level: 'whole', algorithm: 'crc64nvme' },
    failures: {},
    answers: {},
    ...changes,
  }
}

/** No bucket is connected yet. */
export const freshWorld = (changes: Partial<FakeWorld> = {}) =>
  aWorld({ destinations: [], selectedId: null, ...changes })
