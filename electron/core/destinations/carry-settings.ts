import { randomUUID } from 'node:crypto'
import type { CommandOutput } from '../../contract/commands.ts'
import type { CredentialSource } from '../../contract/credentials.ts'
import type { DestinationDraft } from '../../contract/destination-draft.ts'
import type { DestinationId } from '../../contract/ids.ts'
import { failed, type Outcome, succeeded } from '../../contract/outcome.ts'
import { judgedRules } from './clean-rules.ts'
import type { Destinations } from './destinations.ts'
import { cleanDraft } from './draft.ts'
import { freeName } from './look.ts'
import { ExportedDestination, settingsEntries, settingsText } from './settings-file.ts'
import { NOTHING_LEARNT, type StoredDestination } from './stored-destination.ts'

export function exportSettings(
  destinations: Destinations,
  nowMs: number,
): CommandOutput<'exportSettings'> {
  const day = new Date(nowMs).toISOString().slice(0, 10)
  return { fileName: `ferry-settings-${day}.json`, text: settingsText(destinations.all()) }
}

/**
 * Adds what is not there yet; an entry that is damaged costs no other. Fails with `form-invalid`
 * for what is no file of Ferry's settings, or of a Ferry to come.
 */
export function importSettings(
  destinations: Destinations,
  text: string,
): Outcome<CommandOutput<'importSettings'>> {
  const entries = settingsEntries(text)
  if (entries === null) return failed({ kind: 'form-invalid', problems: [] })
  const judged = entries.map(judgedEntry)
  const readable = judged.filter((each) => each !== null)
  // Of the file's own entries two may well mean one place, with rules of their own.
  const before = destinations.all()
  const added = readable.filter((each) => !before.some((one) => isSameAim(one, each)))
  if (added.length > 0) destinations.add(named(added, before))
  return succeeded({
    addedCount: added.length,
    knownCount: readable.length - added.length,
    unreadableCount: judged.length - readable.length,
  })
}

/** Null when the form would not take it either. */
function judgedEntry(entry: unknown): StoredDestination | null {
  const parsed = ExportedDestination.safeParse(entry)
  if (!parsed.success) return null
  const { color, linkSeconds, rules, credentials, ...place } = parsed.data
  const clean = cleanDraft({ ...WITHOUT_KEYS, ...place }, false)
  const judged = judgedRules(rules)
  if (!clean.ok || judged.problems.length > 0) return null
  return {
    ...clean.value.fields,
    ...NOTHING_LEARNT,
    destinationId: randomUUID() as DestinationId,
    kind: 's3',
    color,
    credentials: withoutKeyId(credentials),
    secretPlace: 'memory',
    keptSecret: null,
    linkSeconds,
    rules: judged.rules,
  }
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

function withoutKeyId(credentials: ExportedDestination['credentials']): CredentialSource {
  return credentials.kind === 'keys' ? { kind: 'keys', accessKeyId: '' } : credentials
}

function isSameAim(one: StoredDestination, other: StoredDestination): boolean {
  return (
    one.endpoint === other.endpoint && one.bucket === other.bucket && one.prefix === other.prefix
  )
}

function named(
  added: readonly StoredDestination[],
  before: readonly StoredDestination[],
): readonly StoredDestination[] {
  const all = [...before]
  for (const each of added) all.push({ ...each, name: freeName(each.name, all) })
  return all.slice(before.length)
}
