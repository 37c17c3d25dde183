import {
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
} from '@aws-sdk/client-s3'
import { type Outcome, succeeded } from '../../contract/outcome.ts'
import { ask, type Store } from '../store/store.ts'
import { abortIfAllowed, isDefinite } from './integrity-probe.ts'
import { removeVersion } from './probe-object.ts'

const NAME = '.ferry-check-'
const KEY_END = /^\.ferry-check-[0-9a-f]{16}(-as\.[A-Za-z0-9]{1,10})?$/
/** No check takes as long, so what is older belongs to one that was killed. */
const KILLED_AFTER_MS = 10 * 60_000

interface Found {
  readonly key: string
  readonly atMs: number
}

/** What of that which lies below a prefix is to go. */
interface Leavings {
  readonly prefix: string
  readonly isMeant: (found: Found) => boolean
}

/** Everything under a check's key, also that of which no answer ever told. */
export function removeAll(store: Store, key: string, signal: AbortSignal): Promise<Outcome<null>> {
  return removeProbes(store, { prefix: key, isMeant: (found) => found.key === key }, signal)
}

/** What checks that were killed have left below the destination's own prefix. */
export function sweepKilled(store: Store, signal: AbortSignal): Promise<Outcome<null>> {
  const { prefix } = store.destination
  const isMeant = ({ key, atMs }: Found) =>
    KEY_END.test(key.slice(prefix.length)) && atMs < store.clock.nowMs() - KILLED_AFTER_MS
  return removeProbes(store, { prefix: prefix + NAME, isMeant }, signal)
}

/**
 * What these keys may not list is left to the bucket's rules. Fails with what kept something from
 * being removed, once all of it was tried.
 */
async function removeProbes(
  store: Store,
  leavings: Leavings,
  signal: AbortSignal,
): Promise<Outcome<null>> {
  const outcomes: Outcome<unknown>[] = []
  const uploads = await uploadsAmong(store, leavings, signal)
  for (const upload of uploads.ok ? uploads.value : []) {
    outcomes.push(await abortIfAllowed(store, upload, signal))
  }
  const versions = await versionsAmong(store, leavings, signal)
  for (const { key, versionId } of versions.ok ? versions.value : []) {
    outcomes.push(await removeVersion(store, key, versionId, signal))
  }
  const kept = [uploads, versions, ...outcomes].find((each) => !each.ok)
  return kept === undefined || kept.ok ? succeeded(null) : kept
}

async function uploadsAmong(store: Store, { prefix, isMeant }: Leavings, signal: AbortSignal) {
  const place = { Bucket: store.destination.bucket, Prefix: prefix }
  const listed = await ask(
    store,
    (client, options) => client.send(new ListMultipartUploadsCommand(place), options),
    { signal },
  )
  if (!listed.ok) return isDefinite(listed.failure) ? succeeded([]) : listed
  const uploads = (listed.value.Uploads ?? []).flatMap(({ Key, UploadId, Initiated }) =>
    Key !== undefined && UploadId !== undefined && isMeant(foundAt(Key, Initiated))
      ? [{ key: Key, storeUploadId: UploadId }]
      : [],
  )
  return succeeded(uploads)
}

/** Stores without versions know no list of them. */
async function versionsAmong(store: Store, leavings: Leavings, signal: AbortSignal) {
  const place = { Bucket: store.destination.bucket, Prefix: leavings.prefix }
  const listed = await ask(
    store,
    (client, options) => client.send(new ListObjectVersionsCommand(place), options),
    { signal },
  )
  if (!listed.ok) return isDefinite(listed.failure) ? objectsAmong(store, leavings, signal) : listed
  const { Versions = [], DeleteMarkers = [] } = listed.value
  // Keys that may delete may not always delete versions, and `null` is the one that needs no name.
  const versions = Versions.map((each) => ({
    ...each,
    VersionId: each.VersionId === 'null' ? '' : each.VersionId,
  }))
  const meant = [...versions, ...DeleteMarkers].flatMap(({ Key, VersionId, LastModified }) =>
    Key !== undefined && leavings.isMeant(foundAt(Key, LastModified))
      ? [{ key: Key, versionId: VersionId ?? '' }]
      : [],
  )
  return succeeded(meant)
}

async function objectsAmong(store: Store, { prefix, isMeant }: Leavings, signal: AbortSignal) {
  const place = { Bucket: store.destination.bucket, Prefix: prefix }
  const listed = await ask(
    store,
    (client, options) => client.send(new ListObjectsV2Command(place), options),
    { signal },
  )
  if (!listed.ok) return isDefinite(listed.failure) ? succeeded([]) : listed
  const keys = (listed.value.Contents ?? []).flatMap(({ Key, LastModified }) =>
    Key !== undefined && isMeant(foundAt(Key, LastModified)) ? [{ key: Key, versionId: '' }] : [],
  )
  return succeeded(keys)
}

/** Of unknown age it is nobody's leavings. */
function foundAt(key: string, at: Date | undefined): Found {
  return { key, atMs: at?.getTime() ?? Number.POSITIVE_INFINITY }
}
