import { templateAsks } from '../../contract/key-template.ts'
import { type Outcome, succeeded } from '../../contract/outcome.ts'
import type { StoredDestination } from '../destinations/stored-destination.ts'
import type { UploadRecords } from '../records/upload-records.ts'
import type { UploadRow } from '../records/upload-row.ts'
import { fileNameOf, numberedKey, type ObjectKey, objectKeyOf, splitKey, uuidOf } from './keys.ts'

interface NewFile {
  readonly relativePath: string
  readonly hash8: string | null
  readonly token: string
  /** When it was queued, epoch ms. */
  readonly createdAtMs: number
}

/** Where the destination's template puts a file, whoever is there. */
export function keyByTemplate(
  { prefix, rules }: Pick<StoredDestination, 'prefix' | 'rules'>,
  { relativePath, hash8, token, createdAtMs }: NewFile,
): Outcome<ObjectKey> {
  const { keyTemplate } = rules
  const [at, uuid] = [new Date(createdAtMs), uuidOf(token)]
  return objectKeyOf({ prefix, keyTemplate, at, uuid, hash8 }, relativePath)
}

/**
 * The first of its names that no other unfinished upload is going to write. Null when the numbered
 * name does not fit into a key any more.
 */
export function freeKey(
  records: UploadRecords,
  { destinationId }: Pick<StoredDestination, 'destinationId'>,
  wanted: ObjectKey,
  except: UploadRow['record']['uploadId'] | null,
): ObjectKey | null {
  const isTaken = ({ key }: ObjectKey) => records.isKeyTaken(destinationId, key, except)
  let placing: ObjectKey | null = wanted
  for (let count = 2; placing !== null && isTaken(placing); count += 1) {
    placing = numberedKey(wanted, count)
  }
  return placing
}

/** The place that an upload was given before it was numbered. */
export function unnumberedKey(row: UploadRow): ObjectKey {
  const { key, folder, name } = row.record
  const before = key.slice(0, key.length - name.length)
  const wantedKey = row.placed?.wantedKey ?? `${before}${fileNameOf(row.relativePath)}`
  return { ...splitKey('', wantedKey), folder }
}

/**
 * As it is for an upload whose template has not changed since; else made anew.
 * @param hash8 of the file as it is now, which the template may ask for.
 */
export function currentKeyByTemplate(
  destination: StoredDestination,
  row: UploadRow,
  hash8 = row.hash8,
): Outcome<ObjectKey> {
  const { keyTemplate } = destination.rules
  const isSame = row.placed !== null && row.placed.keyTemplate === keyTemplate
  const isSameFile = hash8 === row.hash8 || !templateAsks(keyTemplate, 'hash8')
  if (isSame && isSameFile) return succeeded(unnumberedKey(row))
  return keyByTemplate(destination, { ...row, hash8, createdAtMs: row.record.createdAtMs })
}
