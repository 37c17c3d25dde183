import {
  type DeleteMarkerEntry,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
  type ObjectVersion,
} from '@aws-sdk/client-s3'
import { type Outcome, succeeded } from '../../contract/outcome.ts'
import type { Store } from '../destinations/open-store.ts'
import { abortIfAllowed, isDefinite } from '../integrity/integrity-probe.ts'
import type { Log } from '../ports.ts'
import { listUploads } from '../s3/list-uploads.ts'
import { readPages } from '../s3/read-pages.ts'
import { sendToStore } from '../s3/request.ts'
import { removeVersion } from './probe-object.ts'
import type { CheckContext } from './step.ts'

const FIRST_PAUSE_MS = 1000
/** After that, the next check removes the probes as those of a killed check. */
const MAX_PAUSE_MS = 5 * 60_000
const ROUND_MS = 10_000

/**
 * Removes probes that a check could not remove itself, because the connection was down or its keys
 * may not delete. Retries with growing pauses, and immediately when the next check begins.
 */
export class ProbeCleanup {
  readonly #log: Log
  readonly #pending = new Set<Probes>()
  readonly #closed = new AbortController()
  #pauseMs = FIRST_PAUSE_MS
  #timer: NodeJS.Timeout | null = null
  #round: Promise<void> | null = null

  constructor(log: Log) {
    this.#log = log
  }

  /** Takes ownership of their store's client. */
  keep(probes: Probes): void {
    this.#pending.add(probes)
    this.#pauseMs = FIRST_PAUSE_MS
    this.#schedule()
  }

  isKept(store: Store): boolean {
    return [...this.#pending].some((probes) => probes.store === store)
  }

  /** The cause may be gone by now. */
  retryNow(): void {
    this.#pauseMs = FIRST_PAUSE_MS
    this.#begin()
  }

  async close(): Promise<void> {
    this.#closed.abort()
    this.#stopTimer()
    await this.#round
    for (const probes of this.#pending) this.#drop(probes)
  }

  #begin(): void {
    if (this.#round !== null || this.#pending.size === 0) return
    this.#stopTimer()
    this.#round = this.#sweep()
      .catch((error: unknown) => this.#log.error({ error }, 'Cleaning up after a check failed'))
      .finally(() => {
        this.#round = null
        this.#schedule()
      })
  }

  async #sweep(): Promise<void> {
    const signal = AbortSignal.any([this.#closed.signal, AbortSignal.timeout(ROUND_MS)])
    const isLast = this.#pauseMs > MAX_PAUSE_MS
    await Promise.all(
      [...this.#pending].map(async (probes) => {
        const cleaned = await removeProbes(probes, signal)
        if (cleaned.ok || isLast) this.#drop(probes)
      }),
    )
  }

  #drop(probes: Probes): void {
    this.#pending.delete(probes)
    probes.store.client.destroy()
  }

  #schedule(): void {
    const isOver = this.#closed.signal.aborted || this.#pending.size === 0
    if (isOver || this.#timer !== null || this.#round !== null) return
    this.#timer = setTimeout(() => this.#begin(), this.#pauseMs)
    // Waiting must not keep Ferry alive.
    this.#timer.unref()
    this.#pauseMs *= 2
  }

  #stopTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
  }
}

/** The objects and uploads that a check has put into a bucket. */
export type Probes = Pick<CheckContext, 'store' | 'object' | 'uploads'>

/**
 * First removes the objects and uploads that it remembers, since these keys may not list; then
 * everything under its key. Fails with the first failure to remove something.
 */
export async function removeProbes(
  { store, object, uploads }: Probes,
  signal: AbortSignal,
): Promise<Outcome<null>> {
  const known = await Promise.all([object.remove(signal), uploads.clean(signal)])
  const found = await removeUnderKey(store, object.key, signal)
  return [...known, found].find((each) => !each.ok) ?? succeeded(null)
}

const PROBE_NAME = '.ferry-check-'
const PROBE_KEY = /^\.ferry-check-[0-9a-f]{16}(-as\.[A-Za-z0-9]{1,10})?$/
/** No check takes this long, so older probes belong to a killed check. */
const ABANDONED_AFTER_MS = 10 * 60_000

interface ListedProbe {
  readonly key: string
  readonly atMs: number
}

/** Selects the probes to remove below a prefix. */
interface ProbeSelection {
  readonly prefix: string
  readonly isMeant: (found: ListedProbe) => boolean
}

/** Removes everything under a check's key, including writes whose answer never arrived. */
function removeUnderKey(store: Store, key: string, signal: AbortSignal): Promise<Outcome<null>> {
  return removeSelected(store, { prefix: key, isMeant: (found) => found.key === key }, signal)
}

/** Removes the probes of killed checks below the destination's own prefix. */
export function removeAbandonedProbes(store: Store, signal: AbortSignal): Promise<Outcome<null>> {
  const { prefix } = store.destination
  const isMeant = ({ key, atMs }: ListedProbe) =>
    PROBE_KEY.test(key.slice(prefix.length)) && atMs < store.clock.nowMs() - ABANDONED_AFTER_MS
  return removeSelected(store, { prefix: prefix + PROBE_NAME, isMeant }, signal)
}

/**
 * Probes that these keys may not list are left to the bucket's rules. Fails with the first failure
 * to remove something, after trying everything.
 */
async function removeSelected(
  store: Store,
  selection: ProbeSelection,
  signal: AbortSignal,
): Promise<Outcome<null>> {
  const outcomes: Outcome<unknown>[] = []
  const uploads = await uploadsAmong(store, selection, signal)
  for (const upload of uploads.ok ? uploads.value : []) {
    outcomes.push(await abortIfAllowed(store, upload, signal))
  }
  const versions = await versionsAmong(store, selection, signal)
  const kept = new Set<string>()
  for (const { key, versionId, isMarker } of versions.ok ? versions.value : []) {
    // A marker is removed last, and stays if a version below it stays: otherwise that version would
    // become visible again.
    if (isMarker && kept.has(key)) continue
    const removed = await removeVersion(store, key, versionId, signal)
    outcomes.push(removed)
    if (!removed.ok) kept.add(key)
  }
  const refused = [uploads, versions, ...outcomes].find((each) => !each.ok)
  return refused === undefined || refused.ok ? succeeded(null) : refused
}

async function uploadsAmong(
  store: Store,
  { prefix, isMeant }: ProbeSelection,
  signal: AbortSignal,
) {
  const listed = await listUploads(store, prefix, signal)
  if (!listed.ok) return isDefinite(listed.failure) ? succeeded([]) : listed
  const meant = listed.value.filter(({ key, initiatedAtMs }) =>
    isMeant(listedProbe(key, initiatedAtMs)),
  )
  return succeeded(meant)
}

/** Stores without versioning cannot list versions. */
async function versionsAmong(store: Store, selection: ProbeSelection, signal: AbortSignal) {
  const place = { Bucket: store.destination.bucket, Prefix: selection.prefix }
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
  if (!pages.ok) return isDefinite(pages.failure) ? objectsAmong(store, selection, signal) : pages
  const versions = pages.value.flatMap(({ Versions = [] }) => Versions)
  const markers = pages.value.flatMap(({ DeleteMarkers = [] }) => DeleteMarkers)
  const meant = (isMarker: boolean) => (each: ObjectVersion | DeleteMarkerEntry) => {
    const { Key: key, VersionId, LastModified } = each
    // Keys that may delete objects may not always delete versions, and version `null` needs no
    // name.
    const isUnnamed = VersionId === undefined || (VersionId === 'null' && !isMarker)
    const versionId = isUnnamed ? '' : VersionId
    const isMeant =
      key !== undefined && selection.isMeant(listedProbe(key, LastModified?.getTime() ?? null))
    return isMeant ? [{ key, versionId, isMarker }] : []
  }
  return succeeded([...versions.flatMap(meant(false)), ...markers.flatMap(meant(true))])
}

async function objectsAmong(
  store: Store,
  { prefix, isMeant }: ProbeSelection,
  signal: AbortSignal,
) {
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
      Key !== undefined && isMeant(listedProbe(Key, LastModified?.getTime() ?? null))
        ? [{ key: Key, versionId: '', isMarker: false }]
        : [],
    )
  return succeeded(keys)
}

/** A probe of unknown age is never treated as abandoned. */
function listedProbe(key: string, atMs: number | null): ListedProbe {
  return { key, atMs: atMs ?? Number.POSITIVE_INFINITY }
}
