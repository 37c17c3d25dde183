import { randomBytes, randomInt } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import * as z from 'zod/mini'
import { claimExisting } from '../../files/private-files.ts'
import { renameFile, replaceFile } from '../../files/replace-file.ts'
import { errnoOf } from '../http/errors.ts'

/** Persistent settings of the bucket, so that links stay valid across restarts. */
const BucketState = z.strictObject({
  version: z.literal(1),
  bucket: z.string().check(z.regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/)),
  region: z.string().check(z.minLength(1)),
  accessKeyId: z.string().check(z.minLength(1)),
  secretAccessKey: z.string().check(z.minLength(1)),
  /** 0 when none has been chosen yet. */
  port: z.int().check(z.gte(0), z.lte(65_535)),
  objectsFolder: z.string().check(z.minLength(1)),
})
export type BucketState = z.infer<typeof BucketState>

const FILE = 'bucket.json'
const ID_LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/**
 * Returns null for a new bucket.
 *
 * @throws StateUnreadable when the file is damaged.
 */
export function readState(folder: string): BucketState | null {
  const file = path.join(folder, FILE)
  claimExisting(file)
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null
    throw error
  }
  const parsed = BucketState.safeParse(jsonOf(text))
  if (!parsed.success) throw new StateUnreadable('the state file is damaged')
  return parsed.data
}

export class StateUnreadable extends Error {
  override readonly name = 'StateUnreadable'
}

/** Replaces the file atomically; only this user may read it. */
export async function writeState(folder: string, state: BucketState): Promise<void> {
  await replaceFile(path.join(folder, FILE), `${JSON.stringify(state, null, 2)}\n`)
}

/** Renames a damaged file and returns its new name. */
export async function setAside(folder: string, name: string, nowMs: number): Promise<string> {
  const aside = `${name}.damaged-${nowMs}`
  await renameFile(path.join(folder, name), path.join(folder, aside))
  return aside
}

export const STATE_FILE = FILE

/** New keys have the length of AWS's keys, because some tools validate it. */
export function newState(bucket: string, objectsFolder: string): BucketState {
  const letters = Array.from({ length: 16 }, () => ID_LETTERS[randomInt(ID_LETTERS.length)])
  return {
    version: 1,
    bucket,
    region: 'local',
    accessKeyId: `AKIA${letters.join('')}`,
    secretAccessKey: randomBytes(30).toString('base64url'),
    port: 0,
    objectsFolder,
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
