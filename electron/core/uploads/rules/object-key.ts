import { S3_LIMITS } from '../../../contract/limits.ts'
import { failed, type Outcome, succeeded } from '../../../contract/outcome.ts'
import {
  type KeyFacts,
  keyFrom,
  splitName,
  templateAsks,
} from '../../../contract/rules/key-template.ts'
import type { StoredDestination } from '../../destinations/stored-destination.ts'
import type { Records } from '../../records/records.ts'
import type { UploadRow } from '../../records/stored-upload.ts'

/** The object key of a file, split into the pieces that users see. */
export interface ObjectKey {
  readonly key: string
  /** The folders between the destination's prefix and the name, `a/b/`, or empty. */
  readonly folder: string
  readonly name: string
}

/** The inputs that turn a file's path in a drop into an object key. */
export interface KeyNaming extends Pick<KeyFacts, 'prefix' | 'at' | 'uuid' | 'hash8'> {
  readonly keyTemplate: string
}

/**
 * The object key for a file with this path in a drop. Names are taken byte for byte, in whichever
 * Unicode form the file system has them. Fails with `name-unusable` if no S3 request could carry
 * the key.
 * @param relativePath `photos/2026/a.jpg`, with `/` on every system.
 */
export function objectKeyOf(naming: KeyNaming, relativePath: string): Outcome<ObjectKey> {
  const segments = relativePath.split('/')
  if (segments.includes('')) return failed({ kind: 'name-unusable', reason: 'empty' })
  const name = fileNameOf(relativePath)
  const folder = relativePath.slice(0, relativePath.length - name.length)
  // Refused even if the template leaves the folders out: nobody drops such a path with good intent.
  if (segments.some((each) => each === '.' || each === '..')) {
    return failed({ kind: 'name-unusable', reason: 'dot-segment' })
  }
  const key = keyFrom(naming.keyTemplate, { ...naming, folder, name })
  return key.ok ? succeeded(splitKey(naming.prefix, key.value)) : key
}

/** A key without the prefix is shown with all of its folders. */
function splitKey(prefix: string, key: string): ObjectKey {
  const name = fileNameOf(key)
  const folders = key.slice(0, key.length - name.length)
  return { key, folder: folders.startsWith(prefix) ? folders.slice(prefix.length) : folders, name }
}

/** The last segment of a path, which for a path in a drop is the file's own name. */
export function fileNameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

/**
 * The same object key with the next free name: `name (2).ext`, `name (3).ext` … Null when the
 * numbered name no longer fits into a key.
 * @param count from 2.
 */
export function numberedKey(placing: ObjectKey, count: number): ObjectKey | null {
  const { stem, extension } = splitName(placing.name)
  const name = `${stem} (${count})${extension}`
  const key = `${placing.key.slice(0, placing.key.length - placing.name.length)}${name}`
  return Buffer.byteLength(key) <= S3_LIMITS.maxKeyBytes ? { ...placing, key, name } : null
}

/** A token is as random as a UUID, and the object shows it to its readers anyway. */
function uuidOf(token: string): string {
  const [hex, variant] = [token.padEnd(32, '0'), '89ab'[Number.parseInt(token[16] ?? '0', 16) & 3]]
  const groups = [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`]
  return [...groups, `${variant}${hex.slice(17, 20)}`, hex.slice(20, 32)].join('-')
}

interface NewFile {
  readonly relativePath: string
  readonly hash8: string | null
  readonly token: string
  /** When it was queued, epoch ms. */
  readonly createdAtMs: number
}

/** The object key that the destination's template gives a file, even if it is taken. */
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
 * name no longer fits into a key.
 */
export function freeKey(
  records: Records,
  { destinationId }: Pick<StoredDestination, 'destinationId'>,
  wanted: ObjectKey,
  except: UploadRow['record']['uploadId'] | null,
): ObjectKey | null {
  const isTaken = ({ key }: ObjectKey) => records.uploads.isKeyTaken(destinationId, key, except)
  let placing: ObjectKey | null = wanted
  for (let count = 2; placing !== null && isTaken(placing); count += 1) {
    placing = numberedKey(wanted, count)
  }
  return placing
}

/** The object key that an upload had before it was numbered. */
export function unnumberedKey(row: UploadRow): ObjectKey {
  const { key, folder, name } = row.record
  const before = key.slice(0, key.length - name.length)
  const wantedKey = row.keyOrigin?.wantedKey ?? `${before}${fileNameOf(row.relativePath)}`
  return { ...splitKey('', wantedKey), folder }
}

/**
 * The stored key if the template has not changed since; otherwise a new one.
 * @param hash8 of the file as it is now, which the template may use.
 */
export function currentKeyByTemplate(
  destination: StoredDestination,
  row: UploadRow,
  hash8 = row.hash8,
): Outcome<ObjectKey> {
  const { keyTemplate } = destination.rules
  const isSame = row.keyOrigin !== null && row.keyOrigin.keyTemplate === keyTemplate
  const isSameFile = hash8 === row.hash8 || !templateAsks(keyTemplate, 'hash8')
  if (isSame && isSameFile) return succeeded(unnumberedKey(row))
  return keyByTemplate(destination, { ...row, hash8, createdAtMs: row.record.createdAtMs })
}
