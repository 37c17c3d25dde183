import { randomUUID } from 'node:crypto'
import type { PartlyRead } from '../../contract/commands/host.ts'
import type { CommandOutput } from '../../contract/commands.ts'
import type { DestinationDraft } from '../../contract/destination-draft.ts'
import type { DestinationId } from '../../contract/ids.ts'
import { failed, type Outcome, succeeded } from '../../contract/outcome.ts'
import { isPlain, plainName } from '../../contract/plain-text.ts'
import type { JsonFields } from '../../lib/read-fields.ts'
import type { Approvals } from '../confirm/approvals.ts'
import type { ImportedPlace } from '../confirm/confirmation.ts'
import type { Json } from '../ports.ts'
import type { Destinations } from './destinations.ts'
import { cleanDraft } from './draft.ts'
import { freeName } from './look.ts'
import { readEntry, settingsEntries, settingsText } from './settings-file.ts'
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

/** More than anybody has, and as many as somebody can look through. */
const MAX_ENTRIES = 100

interface ImportDeps {
  readonly destinations: Destinations
  readonly approvals: Approvals
}

/**
 * Adds what is not there yet and the user agrees to, without any way to keys: a file from somebody
 * else must not decide whose keys go where. An entry that is damaged costs no other, and a setting
 * that cannot be read no other setting. Fails with `form-invalid` for what is no file of Ferry's
 * settings, with `too-many-destinations`, and with `not-confirmed`.
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
  // As it is after the waiting.
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

/** Two entries of one file may name the same place and have different rules. */
function freshIn(readable: readonly Imported[], before: readonly StoredDestination[]) {
  const fresh = readable.filter(({ stored }) => !before.some((one) => isSameAim(one, stored)))
  return named(fresh, before)
}

function placesOf(imported: readonly Imported[]): ImportedPlace[] {
  return imported.map(({ stored: { name, endpoint } }) => ({ name, host: new URL(endpoint).host }))
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
  const { color, linkSeconds, credentials: _keys, ...place } = read.fields
  const name = plainName(place.name)
  // A folder that shows as another one is nobody's wish.
  if (!isPlain(place.prefix)) return null
  const clean = cleanDraft({ ...WITHOUT_KEYS, ...place, name }, null)
  if (!clean.ok) return null
  const unread = { ...read.aside, findings: {} }
  const stored: StoredDestination = {
    ...clean.value.fields,
    ...NOTHING_LEARNT,
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
