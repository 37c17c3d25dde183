import type { RuleField } from '../../electron/contract/rules/upload-rules.ts'
import type {
  DestinationSetting,
  PartlyRead,
  UnreadSettings,
} from '../../electron/contract/unread-settings.ts'
import { unreachable } from '../../electron/lib/unreachable.ts'
import { formatCount } from '../design/format.ts'

/** The name of each rule, and what applies while its own value cannot be read. */
const RULE_WORDS: Record<RuleField, { readonly name: string; readonly instead: string }> = {
  keyTemplate: { name: 'name in the bucket', instead: 'prefix, folder and file name' },
  onConflict: { name: 'names that are taken', instead: 'both files are kept' },
  allowedTypes: { name: 'allowed types', instead: 'all' },
  maxFileBytes: { name: 'largest file', instead: 'what the store takes' },
  systemFiles: { name: 'system files in folders', instead: 'left out' },
  contentTypes: { name: 'types by extension', instead: 'those that could be read' },
  cacheControl: { name: 'Cache-Control', instead: 'none' },
  disposition: { name: 'when somebody opens it', instead: 'as browsers like' },
  metadata: { name: 'metadata', instead: 'those that could be read' },
  tags: { name: 'tags', instead: 'those that could be read' },
  storageClass: { name: 'storage class', instead: 'the bucket’s own' },
  encryption: { name: 'encryption', instead: 'what could be read, else the bucket’s own' },
  acl: { name: 'ACL', instead: 'none is sent' },
  partBytes: { name: 'part size', instead: 'automatic' },
  parallel: { name: 'requests at once', instead: 'automatic' },
  bytesPerSecond: { name: 'speed limit', instead: 'none' },
}

const PART_WORDS: Record<DestinationSetting, string> = {
  name: 'name',
  color: 'colour',
  place: 'kind of store',
  keys: 'keys',
  'link-life': 'life of links',
}

export interface UnreadText {
  readonly title: string
  readonly detail: string
}

/** Which settings this Ferry cannot read, what applies meanwhile, and the way out. */
export function unreadText(unread: UnreadSettings): UnreadText {
  switch (unread.kind) {
    case 'rules-unread':
      return {
        title: `Some rules of ${unread.name} could not be read.`,
        detail: `Uploads go on without them. Until you save its rules, this counts: ${insteadOf(unread.rules)}. The settings file keeps the old values until then.`,
      }
    case 'destination-unread':
      return {
        title: `Some settings of ${unread.name} could not be read: ${list(unread.parts.map((part) => PART_WORDS[part]))}.`,
        detail:
          'Ferry’s own defaults count instead. Set them again in the destination’s menu; the settings file keeps the old values until then.',
      }
    case 'findings-unread':
      return {
        title: `Part of what Ferry found out about ${unread.name} could not be read.`,
        detail: 'Check its connection to find it out again. Uploads go on meanwhile.',
      }
    case 'settings-newer':
      return {
        title: 'A newer Ferry wrote some of the settings.',
        detail: `This one does not know them, does without, and keeps them in the file: ${unread.places.map(({ name, settings }) => `${settings.join(', ')} (${name})`).join('; ')}. Update Ferry to use them.`,
      }
    case 'destinations-unread':
      return unreadDestinations(unread.count, unread.names)
    case 'default-unread':
      return {
        title: 'Ferry could not read which destination it starts with.',
        detail: 'Choose “Make default” in the menu of a destination.',
      }
    default:
      return unreachable(unread)
  }
}

function unreadDestinations(count: number, names: readonly string[]): UnreadText {
  const named = names.length === 0 ? '' : `: ${list(names)}`
  return {
    title: `${formatCount(count, 'destination', 'destinations')} could not be read${named}.`,
    detail:
      'Nothing of it is lost: the settings file keeps it as it is. Start the Ferry that wrote it, or connect the bucket again.',
  }
}

/** Says what an import omitted from the destinations that it added; empty: nothing. */
export function partlyReadText(partly: readonly PartlyRead[]): string {
  return partly
    .map(({ name, rules, parts, newer }) => {
      const known = [
        ...rules.map((rule) => RULE_WORDS[rule].name),
        ...parts.map((part) => PART_WORDS[part]),
      ]
      return `Of ${name} this could not be read: ${list([...known, ...newer])}.`
    })
    .join(' ')
}

function insteadOf(rules: readonly RuleField[]): string {
  return rules.map((rule) => `${RULE_WORDS[rule].name}: ${RULE_WORDS[rule].instead}`).join('; ')
}

function list(names: readonly string[]): string {
  return new Intl.ListFormat('en', { type: 'conjunction' }).format(names)
}
