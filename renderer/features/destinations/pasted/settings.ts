import type { Pasted, PastedFields } from './pasted-fields.ts'
import { allFieldsOf, fieldsOfSettings, type Setting } from './setting-fields.ts'
import { settingRole } from './setting-names.ts'

interface Section {
  /** The text of `[profile dev]`; null before the first title. */
  readonly title: string | null
  readonly settings: Setting[]
}

/** Prefixes of a name in shells, PowerShell, Windows and lists. */
const BEFORE = /^(?:export\s+|declare\s+-x\s+|set(?:x|env)?\s+(?:-\w+\s+)*|\$env:|-\s+)/i
const PAIR = /^["']?(?<name>[A-Za-z][\w .-]{0,60}?)["']?\s*(?:[=:\t]\s*)(?<value>.*)$/
/** `setx NAME value`, `setenv NAME value`, `set -gx NAME value`. */
const SPACED = /^(?:setx|setenv|set\s+-\w+)\s+(?<name>\w+)\s+(?<value>\S.*)$/i

/**
 * Reads names with values: `~/.aws/credentials` and `config`, files of rclone and s3cmd, `.env`
 * files, shell variables, and labels copied from a console.
 */
export function parseSettings(text: string): Pasted | null {
  for (const section of sectionsOf(text)) {
    const fields = fieldsOfSection(section)
    if (fields !== null) return { kind: kindOf(fields), fields, unsupported: null }
  }
  return null
}

export function kindOf({ endpoint, bucket, provider }: PastedFields): 'keys' | 'settings' {
  return (endpoint ?? bucket ?? provider) === undefined ? 'keys' : 'settings'
}

function fieldsOfSection({ title, settings }: Section): PastedFields | null {
  const kind = settingOf(settings, 'storeKind')
  // A section of another rclone backend.
  if (title !== null && kind !== undefined && kind !== 's3') return null
  const fields = fieldsOfSettings(settings)
  const leadsElsewhere = settings.some(([name]) => settingRole(name) === 'leadsElsewhere')
  const profile = title?.replace(/^profile\s+/, '')
  if (profile !== undefined && leadsElsewhere && fields?.secretAccessKey === undefined) {
    return { ...allFieldsOf(settings), credentialKind: 'profile', profile }
  }
  return fields !== null && kind === 's3' && title !== null ? { name: title, ...fields } : fields
}

function settingOf(settings: readonly Setting[], role: string): string | undefined {
  return settings.find(([name]) => settingRole(name) === role)?.[1]
}

function sectionsOf(text: string): Section[] {
  const sections: Section[] = [{ title: null, settings: [] }]
  let label: string | null = null
  for (const line of linesOf(text)) {
    const title = /^\[(?<title>[^\]]+)\]$/.exec(line)?.groups?.title
    if (title !== undefined) sections.push({ title: title.trim(), settings: [] })
    const pair = title === undefined ? settingIn(line) : null
    const found: Setting | null = pair ?? (label === null ? null : [label, line])
    if (found !== null && found[1] !== '') sections.at(-1)?.settings.push(found)
    label = title === undefined ? labelIn(line, pair) : null
  }
  return sections
}

/** Consoles show a label on one line and its value on the next. */
function labelIn(line: string, pair: Setting | null): string | null {
  const name = pair === null ? line : pair[1] === '' ? pair[0] : null
  return name !== null && settingRole(name) !== null ? name : null
}

/** A session token has up to 8,000 characters. */
const MAX_LINE_LENGTH = 10_000

function linesOf(text: string): string[] {
  return text
    .replace(/([ \t])[ \t]+/g, '$1')
    .split(/\r?\n/)
    .filter((line) => line.length <= MAX_LINE_LENGTH)
    .flatMap((line) => line.split(/(?:;|&&|[ \t])(?=(?:export |set )?[A-Z][A-Z0-9_]{2,60}=)/))
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^[#;]|^\/\//.test(line))
}

function settingIn(line: string): Setting | null {
  const spaced = SPACED.exec(line)?.groups
  const bare = line.replace(BEFORE, '').replace(/^"(.*)"$/, '$1')
  const groups = spaced ?? PAIR.exec(bare)?.groups
  if (groups?.name === undefined || groups.value === undefined) return null
  // In `NAME=value NAME=value aws s3 ls` a blank ends a value.
  const isShell = /^[A-Z][A-Z0-9_]*=[^\s"']/.test(bare)
  return [groups.name, valueIn(isShell ? groups.value.replace(/\s.*$/, '') : groups.value)]
}

/** Removes quotes, a trailing comma and a comment. */
function valueIn(text: string): string {
  const quoted = /^(["'`])(?<inner>.*?)\1\s*[,;]?\s*(?:#.*)?$/.exec(text)?.groups?.inner
  return (
    quoted ??
    text
      .replace(/\s+[#;].*$/, '')
      .replace(/[,;]$/, '')
      .trim()
  )
}
