import {
  type DeleteMarkerEntry,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
  type ObjectVersion,
} from '@aws-sdk/client-s3'
import { type Outcome, succeeded } from '../../contract/outcome.ts'
import { abortIfAllowed, isDefinite } from '../integrity/integrity-probe.ts'
import { listUploads } from '../s3/list-uploads.ts'
import { readPages } from '../s3/read-pages.ts'
import { type Store, sendToStore } from '../s3/request.ts'
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
  const kept = new Set<string>()
  for (const { key, versionId, isMarker } of versions.ok ? versions.value : []) {
    // A marker goes last, and stays on top of what does not go: else that could be seen again.
    if (isMarker && kept.has(key)) continue
    const removed = await removeVersion(store, key, versionId, signal)
    outcomes.push(removed)
    if (!removed.ok) kept.add(key)
  }
  const refused = [uploads, versions, ...outcomes].find((each) => !each.ok)
  return refused === undefined || refused.ok ? succeeded(null) : refused
}

async function uploadsAmong(store: Store, { prefix, isMeant }: Leavings, signal: AbortSignal) {
  const listed = await listUploads(store, prefix, signal)
  if (!listed.ok) return isDefinite(listed.failure) ? succeeded([]) : listed
  const meant = listed.value.filter(({ key, initiatedAtMs }) =>
    isMeant(foundAt(key, initiatedAtMs)),
  )
  return succeeded(meant)
}

/** Stores without versions know no list of them. */
async function versionsAmong(store: Store, leavings: Leavings, signal: AbortSignal) {
  const place = { Bucket: store.destination.bucket, Prefix: leavings.prefix }
  const pages = await readPages<ListObjectVersionsCommandOutput, object>({
    ask: (marker) => {
      const command = new ListObjectVersionsCommand({ ...place, ...marker })
      return sendToStore(store, (client, options) => client.send(command, options), { signal })
    },
    next: ({ IsTruncated, NextKeyMarker, NextVersionIdMarker }) =>
      IsTruncated === true && NextKeyMarker
        ? { KeyMarker: NextKeyMarker, VersionIdMarker: NextVersionIdMarker }
        : null,
    count: ({ Versions = [], DeleteMarkers = [] }) => Versions.length + DeleteMarkers.length,
    signal,
  })
  if (!pages.ok) return isDefinite(pages.failure) ? objectsAmong(store, leavings, signal) : pages
  const versions = pages.value.flatMap(({ Versions = [] }) => Versions)
  const markers = pages.value.flatMap(({ DeleteMarkers = [] }) => DeleteMarkers)
  const meant = (isMarker: boolean) => (each: ObjectVersion | DeleteMarkerEntry) => {
    const { Key: key, VersionId, LastModified } = each
    // Keys that may delete may not always delete versions, and `null` is the one that needs no name.
    const isUnnamed = VersionId === undefined || (VersionId === 'null' && !isMarker)
    const versionId = isUnnamed ? '' : VersionId
    const isMeant =
      key !== undefined && leavings.isMeant(foundAt(key, LastModified?.getTime() ?? null))
    return isMeant ? [{ key, versionId, isMarker }] : []
  }
  return succeeded([...versions.flatMap(meant(false)), ...markers.flatMap(meant(true))])
}

async function objectsAmong(store: Store, { prefix, isMeant }: Leavings, signal: AbortSignal) {
  const place = { Bucket: store.destination.bucket, Prefix: prefix }
  const pages = await readPages<ListObjectsV2CommandOutput, string>({
    ask: (token) => {
      const more = token === null ? {} : { ContinuationToken: token }
      const command = new ListObjectsV2Command({ ...place, ...more })
      return sendToStore(store, (client, options) => client.send(command, options), { signal })
    },
    next: ({ IsTruncated, NextContinuationToken }) =>
      IsTruncated === true ? NextContinuationToken || null : null,
    count: ({ Contents = [] }) => Contents.length,
    signal,
  })
  if (!pages.ok) return isDefinite(pages.failure) ? succeeded([]) : pages
  const keys = pages.value
    .flatMap(({ Contents = [] }) => Contents)
    .flatMap(({ Key, LastModified }) =>
      Key !== undefined && isMeant(foundAt(Key, LastModified?.getTime() ?? null))
        ? [{ key: Key, versionId: '', isMarker: false }]
        : [],
    )
  return succeeded(keys)
}

/** Of unknown age it is nobody's leavings. */
function foundAt(key: string, atMs: number | null): Found {
  return { key, atMs: atMs ?? Number.POSITIVE_INFINITY }
}
