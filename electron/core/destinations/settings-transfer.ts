import { randomUUID } from 'node:crypto'
import * as z from 'zod/mini'
import { CredentialSource } from '../../contract/commands/credentials.ts'
import { Destination } from '../../contract/commands/destinations.ts'
import type { CommandOutput } from '../../contract/commands.ts'
import type { DestinationDraft } from '../../contract/destination-draft.ts'
import type { DestinationId } from '../../contract/ids.ts'
import { DEFAULT_LINK_SECONDS } from '../../contract/limits.ts'
import { failed, type Outcome, succeeded } from '../../contract/outcome.ts'
import { isPlain, plainName } from '../../contract/plain-text.ts'
import type { UploadRules } from '../../contract/rules/upload-rules.ts'
import type { PartlyRead } from '../../contract/unread-settings.ts'
import { isFields, type JsonFields, parseJson, readFields } from '../../lib/read-fields.ts'
import type { Approvals } from '../credentials/approvals.ts'
import type { ImportedBucket } from '../credentials/confirmation.ts'
import type { Json } from '../ports.ts'
import { readStoredRules } from './destination-rules.ts'
import type { Destinations } from './destinations.ts'
import { cleanDraft } from './draft.ts'
import { freeName } from './new-destination.ts'
import {
  colorAt,
  NOTHING_KNOWN,
  type StoredDestination,
  type UnreadFields,
  withFields,
  writtenDestination,
} from './stored-destination.ts'
import { newerSettings, unreadParts, unreadRules } from './unread-settings.ts'

export function exportSettings(
  destinations: Destinations,
  nowMs: number,
): CommandOutput<'exportSettings'> {
  const day = new Date(nowMs).toISOString().slice(0, 10)
  return { fileName: `ferry-settings-${day}.json`, text: settingsText(destinations.all()) }
}

/** More than anybody has, and as many as a user can review. */
const MAX_ENTRIES = 100

interface ImportDeps {
  readonly destinations: Destinations
  readonly approvals: Approvals
}

/**
 * Adds the new destinations that the user agrees to, without any source of keys: a file from
 * somebody else must not decide whose keys go where. A damaged entry does not affect other entries,
 * and an unreadable setting does not affect other settings. Fails with `form-invalid` for a file
 * that is not Ferry's settings, with `too-many-destinations`, and with `not-confirmed`.
 */
export async function importSettings(
  { destinations, approvals }: ImportDeps,
  text: string,
): Promise<Outcome<CommandOutput<'importSettings'>>> {
  const file = settingsEntries(text)
  if (file === null) return failed({ kind: 'form-invalid', problems: [] })
  if (file.entries.length > MAX_ENTRIES) {
    return failed({ kind: 'too-many-destinations', limitCount: MAX_ENTRIES })
  }
  const readable = file.entries.map(judgedEntry).filter((each) => each !== null)
  const toAdd = freshIn(readable, destinations.all())
  const allowed =
    toAdd.length === 0 ? succeeded(null) : await approvals.allowImport(placesOf(toAdd))
  if (!allowed.ok) return allowed
  // Compared again, because the list may have changed while the user was asked.
  const added = freshIn(readable, destinations.all())
  if (added.length > 0) destinations.add(added.map(({ stored }) => stored))
  return succeeded({
    addedCount: added.length,
    knownCount: readable.length - added.length,
    unreadableCount: file.entries.length - readable.length,
    partlyRead: added.flatMap(partlyRead),
    fileVersion: file.version,
  })
}

/** Two entries of one file may name the same folder and have different rules. */
function freshIn(readable: readonly Imported[], before: readonly StoredDestination[]) {
  const fresh = readable.filter(({ stored }) => !before.some((one) => isSameFolder(one, stored)))
  return named(fresh, before)
}

function placesOf(imported: readonly Imported[]): ImportedBucket[] {
  return imported.map(({ stored: { name, endpoint } }) => ({ name, host: new URL(endpoint).host }))
}

interface Imported {
  readonly stored: StoredDestination
  /** All settings that could not be read, including those that are not kept. */
  readonly unread: UnreadFields
}

/** Null if the form would not accept its address either. */
function judgedEntry(entry: Json, index: number): Imported | null {
  const read = readEntry(entry, index)
  if (read === null) return null
  const { color, linkSeconds, credentials: _keys, ...place } = read.fields
  const name = plainName(place.name)
  // Nobody wants a folder that is displayed as a different one.
  if (!isPlain(place.prefix)) return null
  const clean = cleanDraft({ ...WITHOUT_KEYS, ...place, name }, null)
  if (!clean.ok) return null
  const unread = { ...read.aside, findings: {} }
  const stored: StoredDestination = {
    ...clean.value.fields,
    ...NOTHING_KNOWN,
    destinationId: randomUUID() as DestinationId,
    kind: 's3',
    color,
    credentials: { kind: 'keys', accessKeyId: '' },
    secretPlace: 'memory',
    keptSecret: null,
    linkSeconds,
    rules: read.rules,
    aside: { ...unread, fields: keptFields(unread.fields) },
  }
  return { stored, unread }
}

/**
 * Unreadable settings that a newer version of Ferry may find again. A file from elsewhere must not
 * set anything else: a name that is unknown here could stand for a secret there.
 */
function keptFields(fields: JsonFields): JsonFields {
  const kept = Object.entries(fields).filter(([name]) => KEPT_FIELDS.has(name))
  return Object.fromEntries(kept)
}

const KEPT_FIELDS: ReadonlySet<string> = new Set(['color', 'provider', 'linkSeconds', 'rules'])

function partlyRead({ stored, unread }: Imported): PartlyRead[] {
  const seen = { ...stored, aside: unread }
  const [rules, parts, newer] = [unreadRules(seen), unreadParts(seen), newerSettings(seen)]
  const isWhole = rules.length + parts.length + newer.length === 0
  return isWhole ? [] : [{ name: stored.name, rules, parts, newer }]
}

/** Only the address is validated as the form does it; the keys come later. */
const WITHOUT_KEYS = {
  destinationId: null,
  credentialKind: 'environment',
  accessKeyId: '',
  secretAccessKey: '',
  sessionToken: '',
  keepSecret: false,
  profile: '',
  ssoStartUrl: '',
  ssoRegion: '',
  ssoAccountId: '',
  ssoRoleName: '',
} as const satisfies Partial<DestinationDraft>

function isSameFolder(one: StoredDestination, other: StoredDestination): boolean {
  return (
    one.endpoint === other.endpoint && one.bucket === other.bucket && one.prefix === other.prefix
  )
}

function named(
  added: readonly Imported[],
  before: readonly StoredDestination[],
): readonly Imported[] {
  const all = [...before]
  return added.map(({ stored, unread }) => {
    const free = withFields(stored, { name: freeName(stored.name, all) })
    all.push(free)
    return { stored: free, unread }
  })
}

/** Grows when an older version would misread the file. */
const VERSION = 1

const [, ...OTHER_SOURCES] = CredentialSource.def.options

/**
 * The exported fields of a destination, besides its rules. All other fields are not exported:
 * secrets, the vault's answers, and access key IDs, which reveal their owner and are of no use
 * alone.
 */
const EXPORTED = {
  ...z.pick(Destination, {
    name: true,
    color: true,
    provider: true,
    endpoint: true,
    region: true,
    bucket: true,
    prefix: true,
    pathStyle: true,
    linkSeconds: true,
  }).shape,
  credentials: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('keys') }),
    ...OTHER_SOURCES,
  ]),
}
type Exported = { readonly [K in keyof typeof EXPORTED]: z.infer<(typeof EXPORTED)[K]> }

/** An entry of a settings file, read field by field. */
interface ImportedEntry {
  readonly fields: Exported
  readonly rules: UploadRules
  /** As in `UnreadFields`: the stored form of values that could not be read completely. */
  readonly aside: { readonly fields: JsonFields; readonly rules: JsonFields }
}

const REQUIRED = ['endpoint', 'region', 'bucket', 'prefix', 'pathStyle'] as const

const SettingsFile = z.object({
  ferry: z.literal('settings'),
  version: z.int().check(z.gte(1)),
  destinations: z.array(z.unknown()),
})

interface SettingsEntries {
  readonly version: 'known' | 'newer'
  /** Unvalidated: each entry is judged by itself. */
  readonly entries: readonly Json[]
}

function settingsText(stored: readonly StoredDestination[]): string {
  const destinations = stored.filter(({ kind }) => kind === 's3').map(exported)
  return `${JSON.stringify({ ferry: 'settings', version: VERSION, destinations }, null, 2)}\n`
}

/** Rules that only another version of Ferry can read are exported unchanged. */
function exported(stored: StoredDestination): JsonFields {
  const { credentials } = stored
  const written = writtenDestination(stored)
  const own = Object.keys(EXPORTED).map((name) => [name, written[name] ?? null])
  return {
    ...Object.fromEntries(own),
    credentials: credentials.kind === 'keys' ? { kind: 'keys' } : credentials,
    rules: written.rules ?? null,
  }
}

/**
 * Null: not Ferry's settings, or those of a newer version that stores its destinations elsewhere.
 */
function settingsEntries(text: string): SettingsEntries | null {
  const parsed = SettingsFile.safeParse(parseJson(text))
  if (!parsed.success) return null
  const version = parsed.data.version > VERSION ? 'newer' : 'known'
  // The entries come from JSON text.
  const entries = parsed.data.destinations as readonly Json[]
  return version === 'newer' && entries.length === 0 ? null : { version, entries }
}

/**
 * Null if it does not say where files would go.
 * @param place the index in the file, from which an entry without a colour gets one.
 */
function readEntry(entry: Json, place: number): ImportedEntry | null {
  if (!isFields(entry)) return null
  const { rules: storedRules, ...stored } = entry
  const own = readFields(EXPORTED, { ...DEFAULTS, color: colorAt(place) }, stored)
  if (REQUIRED.some((field) => own.defaulted.has(field))) return null
  const { rules, aside, whole } = readStoredRules(storedRules)
  return {
    fields: own.value,
    rules,
    aside: { fields: { ...own.aside, ...whole }, rules: aside },
  }
}

/** Keys have to be entered in any case, so typed keys stand in for unreadable sources of keys. */
const DEFAULTS: Exported = {
  name: '',
  color: 'blue',
  provider: 'other',
  endpoint: '',
  region: '',
  bucket: '',
  prefix: '',
  pathStyle: true,
  linkSeconds: DEFAULT_LINK_SECONDS,
  credentials: { kind: 'keys' },
}
