import { randomUUID } from 'node:crypto'
import type { CommandOutput, PartlyRead } from '../../contract/commands.ts'
import type { CredentialSource } from '../../contract/credentials.ts'
import type { DestinationDraft } from '../../contract/destination-draft.ts'
import type { DestinationId } from '../../contract/ids.ts'
import { failed, type Outcome, succeeded } from '../../contract/outcome.ts'
import type { Json } from '../ports.ts'
import type { JsonFields } from '../read-fields.ts'
import type { Destinations } from './destinations.ts'
import { cleanDraft } from './draft.ts'
import { freeName } from './look.ts'
import { type ImportedEntry, readEntry, settingsEntries, settingsText } from './settings-file.ts'
import {
  type Aside,
  NOTHING_LEARNT,
  type StoredDestination,
  withFields,
} from './stored-destination.ts'
import { newerSettings, unreadParts, unreadRules } from './unread-settings.ts'

export function exportSettings(
  destinations: Destinations,
  nowMs: number,
): CommandOutput<'exportSettings'> {
  const day = new Date(nowMs).toISOString().slice(0, 10)
  return { fileName: `ferry-settings-${day}.json`, text: settingsText(destinations.all()) }
}

/**
 * Adds what is not there yet; an entry that is damaged costs no other, and a setting that cannot be
 * read no other setting. Fails with `form-invalid` for what is no file of Ferry's settings.
 */
export function importSettings(
  destinations: Destinations,
  text: string,
): Outcome<CommandOutput<'importSettings'>> {
  const file = settingsEntries(text)
  if (file === null) return failed({ kind: 'form-invalid', problems: [] })
  const readable = file.entries.map(judgedEntry).filter((each) => each !== null)
  // Of the file's own entries two may well mean one place, with rules of their own.
  const before = destinations.all()
  const fresh = readable.filter(({ stored }) => !before.some((one) => isSameAim(one, stored)))
  const added = named(fresh, before)
  if (added.length > 0) destinations.add(added.map(({ stored }) => stored))
  return succeeded({
    addedCount: added.length,
    knownCount: readable.length - added.length,
    unreadableCount: file.entries.length - readable.length,
    partlyRead: added.flatMap(partlyRead),
    fileVersion: file.version,
  })
}

interface Imported {
  readonly stored: StoredDestination
  /** All that could not be read, also what is not kept. */
  readonly unread: Aside
}

/** Null when the form would not take its place either. */
function judgedEntry(entry: Json, index: number): Imported | null {
  const read = readEntry(entry, index)
  if (read === null) return null
  const { color, linkSeconds, credentials, ...place } = read.fields
  const clean = cleanDraft({ ...WITHOUT_KEYS, ...place }, null)
  if (!clean.ok) return null
  const unread = { ...read.aside, findings: {} }
  const stored: StoredDestination = {
    ...clean.value.fields,
    ...NOTHING_LEARNT,
    destinationId: randomUUID() as DestinationId,
    kind: 's3',
    color,
    credentials: withoutKeyId(credentials),
    secretPlace: 'memory',
    keptSecret: null,
    linkSeconds,
    rules: read.rules,
    aside: { ...unread, fields: keptFields(unread.fields) },
  }
  return { stored, unread }
}

/**
 * What a newer Ferry may find again. A file from elsewhere must not set anything else: a name that
 * means nothing here could stand for a secret there.
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

/** The place alone is judged as the form judges it; keys come later, or from elsewhere. */
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

function withoutKeyId(credentials: ImportedEntry['fields']['credentials']): CredentialSource {
  return credentials.kind === 'keys' ? { kind: 'keys', accessKeyId: '' } : credentials
}

function isSameAim(one: StoredDestination, other: StoredDestination): boolean {
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
