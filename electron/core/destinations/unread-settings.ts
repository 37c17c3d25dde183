import { RuleField } from '../../contract/rules/upload-rules.ts'
import type { DestinationSetting, UnreadSettings } from '../../contract/unread-settings.ts'
import { isFields } from '../../lib/read-fields.ts'
import { unreachable } from '../../lib/unreachable.ts'
import type { Json } from '../ports.ts'
import type { UnreadList } from './destination-list.ts'
import { unknownRulesIn, unreadRulesIn } from './destination-rules.ts'
import { knownFields, type StoredDestination } from './stored-destination.ts'

/** Settings that this version of Ferry cannot read, as the window shows them. */
export function unreadSettings(
  list: readonly StoredDestination[],
  aside: UnreadList,
): readonly UnreadSettings[] {
  const places = list.flatMap((each) => {
    const settings = newerSettings(each)
    return settings.length === 0 ? [] : [{ name: each.name, settings }]
  })
  return [
    ...list.flatMap(unreadOf),
    ...(places.length === 0 ? [] : [{ kind: 'settings-newer' as const, places }]),
    ...unreadEntries(aside),
    ...(isDefaultUnread(aside) ? [{ kind: 'default-unread' as const }] : []),
  ]
}

/** For the log: only the names of settings; a destination's name and all values are private. */
export function namesOnly(unread: UnreadSettings): Record<string, unknown> {
  const { kind } = unread
  switch (kind) {
    case 'rules-unread':
      return { kind, destinationId: unread.destinationId, rules: unread.rules }
    case 'destination-unread':
      return { kind, destinationId: unread.destinationId, parts: unread.parts }
    case 'findings-unread':
      return { kind, destinationId: unread.destinationId }
    case 'settings-newer':
      return { kind, settings: unread.places.map(({ settings }) => settings) }
    case 'destinations-unread':
      return { kind, count: unread.count }
    case 'default-unread':
      return { kind }
    default:
      return unreachable(kind)
  }
}

function unreadOf(stored: StoredDestination): readonly UnreadSettings[] {
  const { destinationId, name } = stored
  const whose = { destinationId, name }
  const rules = unreadRules(stored)
  const parts = unreadParts(stored)
  return [
    ...(rules.length === 0 ? [] : [{ kind: 'rules-unread' as const, ...whose, rules }]),
    ...(parts.length === 0 ? [] : [{ kind: 'destination-unread' as const, ...whose, parts }]),
    ...(areFindingsUnread(stored) ? [{ kind: 'findings-unread' as const, ...whose }] : []),
  ]
}

/** In the order of the form; all rules if the stored value is no object of rules at all. */
export function unreadRules({ aside }: StoredDestination): RuleField[] {
  return Object.hasOwn(aside.fields, 'rules') ? RuleField.options : unreadRulesIn(aside.rules)
}

type FieldPart = DestinationSetting | 'findings' | 'rules'

/** Maps a stored field to the part of a destination that users know. */
const PART_OF: { readonly [K in keyof Omit<StoredDestination, 'aside'>]: FieldPart } = {
  destinationId: 'place',
  kind: 'place',
  name: 'name',
  color: 'color',
  provider: 'place',
  endpoint: 'place',
  region: 'place',
  bucket: 'place',
  prefix: 'place',
  pathStyle: 'place',
  credentials: 'keys',
  secretPlace: 'keys',
  keptSecret: 'keys',
  linkSeconds: 'link-life',
  maxPartCount: 'findings',
  integrity: 'findings',
  probeKey: 'findings',
  findings: 'findings',
  rules: 'rules',
}

export function unreadParts(stored: StoredDestination): DestinationSetting[] {
  return partsUnread(stored).filter((part) => part !== 'findings' && part !== 'rules')
}

function areFindingsUnread(stored: StoredDestination): boolean {
  const known = Object.keys(stored.findings ?? {})
  const { findings } = stored.aside
  return partsUnread(stored).includes('findings') || known.some((name) => name in findings)
}

function partsUnread({ aside }: StoredDestination): FieldPart[] {
  const names = Object.keys(knownFields(aside.fields)) as (keyof typeof PART_OF)[]
  return [...new Set(names.map((name) => PART_OF[name]))]
}

/** Names that this version of Ferry does not know, as they are in the file. */
export function newerSettings({ aside, findings }: StoredDestination): string[] {
  const known = knownFields(aside.fields)
  const names = [
    ...unknownRulesIn(aside.rules),
    ...Object.keys(aside.fields).filter((name) => !Object.hasOwn(known, name)),
    ...Object.keys(aside.findings).filter((name) => !Object.hasOwn(findings ?? {}, name)),
  ]
  return names.slice(0, MAX_NAMES).map(shortName)
}

function unreadEntries({ entries }: UnreadList): readonly UnreadSettings[] {
  if (entries.length === 0) return []
  const names = entries.flatMap(nameIn).slice(0, MAX_NAMES).map(shortName)
  return [{ kind: 'destinations-unread', count: entries.length, names }]
}

function nameIn(entry: Json): string[] {
  return isFields(entry) && typeof entry.name === 'string' ? [entry.name] : []
}

/** If the default is an entry that could not be read, the notice about that entry covers it. */
function isDefaultUnread({ fields, entries }: UnreadList): boolean {
  const { defaultId } = fields
  if (defaultId === undefined) return false
  return !entries.some((entry) => isFields(entry) && entry.destinationId === defaultId)
}

/** A file can contain anything; the window and the log get one short sentence. */
const MAX_NAMES = 20

function shortName(name: string): string {
  return name.slice(0, 100).toWellFormed()
}
