import type { UploadRecord } from '../../electron/contract/commands/uploads.ts'
import { DestinationId, SourceId, UploadId } from '../../electron/contract/ids.ts'
import type { TargetBucket } from '../../electron/core/records/stored-upload.ts'

const uuid = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`

export const uploadIdOf = (number: number): UploadId => UploadId.parse(uuid(number))
export const sourceIdOf = (number: number): SourceId => SourceId.parse(uuid(number))
export const destinationIdOf = (number: number): DestinationId => DestinationId.parse(uuid(number))

/** The record of the `number`th file, just queued by default. */
export function uploadRecord(
  number: number,
  byteLength: number,
  changes: Partial<UploadRecord> = {},
): UploadRecord {
  return {
    uploadId: uploadIdOf(number),
    destinationId: destinationIdOf(1),
    name: `file-${number}.bin`,
    folder: '',
    key: `file-${number}.bin`,
    byteLength,
    contentType: 'application/octet-stream',
    status: { phase: 'waiting' },
    sourceId: sourceIdOf(number),
    isSourceDurable: false,
    plan: null,
    recordedBytes: 0,
    link: null,
    createdAtMs: Date.UTC(2026, 10, 20) + number,
    ...changes,
  }
}

/** The target bucket of these tests' uploads. */
export const A_PLACE: TargetBucket = {
  endpoint: 'https://store.example',
  bucket: 'films',
  region: 'eu-1',
  keys: 'keys AKIA',
}
