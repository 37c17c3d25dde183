import { definedFields, type Pasted, type PastedFields } from './pasted-fields.ts'
import { fieldsOfSettings } from './setting-fields.ts'
import { parseStoreAddress } from './store-address.ts'

const ENTRY = /<key>(?<name>[^<]*)<\/key>\s*<(?:string|integer)>(?<value>[^<]*)</g

/** Reads Cyberduck's bookmarks (`.duck`) and profiles (`.cyberduckprofile`): Apple property lists. */
export function parseCyberduckBookmark(text: string): Pasted | null {
  if (!/<plist[\s>]/.test(text)) return null
  const said = new Map<string, string>()
  for (const { groups } of text.matchAll(ENTRY)) {
    const name = (groups?.name ?? '').replace(/^Default /, '')
    if (!said.has(name)) said.set(name, plain(groups?.value ?? '').trim())
  }
  const protocol = said.get('Protocol') ?? ''
  if (protocol === '') return null
  if (!protocol.startsWith('s3')) return { kind: 'bookmark', fields: {}, unsupported: 'not-s3' }
  const own = definedFields({
    region: said.get('Region'),
    name: said.get('Nickname'),
    accessKeyId: said.get('Username'),
  })
  const place = bookmarkLocation(said)
  const fields = { ...place?.fields, ...own }
  return { kind: 'bookmark', fields, unsupported: place?.unsupported ?? null }
}

function bookmarkLocation(
  said: ReadonlyMap<string, string>,
): { fields: PastedFields; unsupported: Pasted['unsupported'] } | null {
  const host = said.get('Hostname')
  if (host === undefined || host === '') return null
  const port = said.get('Port') ?? ''
  const scheme = said.get('Scheme') ?? (port === '80' ? 'http' : 'https')
  const path = (said.get('Path') ?? '').replace(/^\/*/, '/')
  const encoded = path.split('/').map(encodeURIComponent).join('/')
  const url = URL.parse(`${scheme}://${host}${port === '' ? '' : `:${port}`}${encoded}`)
  return url === null ? null : parseStoreAddress(url)
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&apos;': "'",
}

function plain(text: string): string {
  return text.replaceAll(/&\w+;/g, (entity) => ENTITIES[entity] ?? entity)
}

const COMMAND =
  /^(?:\$\s*)?mc(?:\.exe)?\s+(?:alias\s+set|config\s+host\s+add)\s+(?:-\S+\s+)*(?<rest>[\s\S]+)$/

/** Reads `mc alias set NAME URL KEY SECRET`. */
export function parseMinioCommand(text: string): Pasted | null {
  const rest = COMMAND.exec(text)?.groups?.rest
  if (rest === undefined) return null
  const words = (rest.match(/"[^"]*"|'[^']*'|\S+/g) ?? []).map((word) =>
    word.replace(/^(["'])(.*)\1$/, '$2'),
  )
  const [name = '', url = '', accessKey = '', secretKey = ''] = words.filter(
    (word) => !/^(?:--.*|\\)$/.test(word),
  )
  const fields = fieldsOfSettings([
    ['url', url],
    ['accessKey', accessKey],
    ['secretKey', secretKey],
  ])
  if (fields?.endpoint === undefined && fields?.provider === undefined) return null
  return { kind: 'settings', fields: { name, ...fields }, unsupported: null }
}
