import * as z from 'zod/mini'
import { CredentialSource } from '../../contract/commands/credentials.ts'
import { Destination } from '../../contract/commands/destinations.ts'
import { DEFAULT_LINK_SECONDS } from '../../contract/limits.ts'
import type { UploadRules } from '../../contract/rules/upload-rules.ts'
import { isFields, type JsonFields, parseJson, readFields } from '../../lib/read-fields.ts'
import type { Json } from '../ports.ts'
import { colorAt, type StoredDestination, writtenDestination } from './stored-destination.ts'
import { readStoredRules } from './stored-rules.ts'

/** Grows when a file of before could be misread. */
const VERSION = 1

const [, ...OTHER_SOURCES] = CredentialSource.def.options

/**
 * A destination as it leaves this computer, beside its rules. What is not named here stays at home:
 * secrets, what the vault answered, and the ids of access keys, which say whose they are and are of
 * no use alone.
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
export interface ImportedEntry {
  readonly fields: Exported
  readonly rules: UploadRules
  /** As in `Aside`: the stored form of what could not be read in whole. */
  readonly aside: { readonly fields: JsonFields; readonly rules: JsonFields }
}

const NEEDED = ['endpoint', 'region', 'bucket', 'prefix', 'pathStyle'] as const

const SettingsFile = z.object({
  ferry: z.literal('settings'),
  version: z.int().check(z.gte(1)),
  destinations: z.array(z.unknown()),
})

export interface SettingsEntries {
  readonly version: 'known' | 'newer'
  /** As they come, each to be judged by itself. */
  readonly entries: readonly Json[]
}

export function settingsText(stored: readonly StoredDestination[]): string {
  const destinations = stored.filter(({ kind }) => kind === 's3').map(exported)
  return `${JSON.stringify({ ferry: 'settings', version: VERSION, destinations }, null, 2)}\n`
}

/** Rules that only another Ferry can read go along as they are. */
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

/** Null: no settings of Ferry's, or those of a newer one that keeps its destinations elsewhere. */
export function settingsEntries(text: string): SettingsEntries | null {
  const parsed = SettingsFile.safeParse(parseJson(text))
  if (!parsed.success) return null
  const version = parsed.data.version > VERSION ? 'newer' : 'known'
  // They come from JSON text.
  const entries = parsed.data.destinations as readonly Json[]
  return version === 'newer' && entries.length === 0 ? null : { version, entries }
}

/**
 * Null when it does not say where files would go.
 * @param place in the file: an entry without a colour gets one by it.
 */
export function readEntry(entry: Json, place: number): ImportedEntry | null {
  if (!isFields(entry)) return null
  const { rules: storedRules, ...stored } = entry
  const own = readFields(EXPORTED, { ...DEFAULTS, color: colorAt(place) }, stored)
  if (NEEDED.some((field) => own.defaulted.has(field))) return null
  const { rules, aside, whole } = readStoredRules(storedRules)
  return {
    fields: own.value,
    rules,
    aside: { fields: { ...own.aside, ...whole }, rules: aside },
  }
}

/** Keys have to be entered in any case, so that stands in for ways to keys that cannot be read. */
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
