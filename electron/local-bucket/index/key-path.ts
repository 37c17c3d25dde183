import { createHash } from 'node:crypto'

/**
 * The three folders of a bucket, side by side: a path in one of them leads into no other one, by
 * whatever name a file system may know it. A stored path begins with one of them.
 */
export const OBJECTS = 'objects'
/** Objects whose keys cannot be file names everywhere. */
export const UNUSUAL = 'unusual-names'
/** Bodies on their way, parts, older versions, and what is to be deleted. */
export const WORK = 'work'

/** An older Ferry kept these among the objects; no key leads there. */
export const FORMER_FOLDERS = { work: '.ferry', unusual: 'unusual-names' } as const

const MAX_PLAIN_BYTES = 200
const MAX_ESCAPED_CHARS = 202
/** Names that Windows keeps for devices, with any ending. */
const DEVICE_NAME = /^(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/i
/**
 * Control characters, those that turn the direction of a text, what Windows forbids, and what a
 * file system may ignore (as HFS+ and ext4's case folding do) or map (private use: Samba, macOS).
 */
const FORBIDDEN =
  /[\p{Cc}\p{Default_Ignorable_Code_Point}\p{Co}\u2028-\u202e\u2066-\u2069\ufffe\uffff<>:"\\|?*]/u
/** The short name that Windows gives to a file with a long one, such as `PHOTOS~1.JPE`. */
const SHORT_NAME = /~\d/
/** Finder and Explorer write them into any folder that is looked at, over whatever has their name. */
const SYSTEM_FILE = /^(\.ds_store|\._.*|thumbs\.db|desktop\.ini|icon\r)$/is

/**
 * The relative path under which a key may lie in the folder under its own readable name, or null
 * when it would not be the same unambiguous file on Linux, macOS and Windows alike.
 */
export function plainPathOf(key: string): string | null {
  if (Buffer.byteLength(key) > MAX_PLAIN_BYTES || key !== key.normalize('NFC')) return null
  const segments = key.split('/')
  if (!segments.every(isPlainSegment)) return null
  const first = foldOf(segments[0] ?? '')
  return first === FORMER_FOLDERS.work || first === FORMER_FOLDERS.unusual ? null : key
}

function isPlainSegment(segment: string): boolean {
  return (
    segment !== '' &&
    !/^\.{1,2}$/.test(segment) &&
    !/[. ]$|^ /.test(segment) &&
    !FORBIDDEN.test(segment) &&
    !DEVICE_NAME.test(segment) &&
    !SHORT_NAME.test(segment) &&
    !isSystemFile(segment)
  )
}

/** True for a file that macOS or Windows puts into folders by itself. */
export function isSystemFile(name: string): boolean {
  return SYSTEM_FILE.test(name)
}

/** Equal for two paths that some file system takes for one: case and Unicode form do not count. */
export function foldOf(path: string): string {
  return path.normalize('NFC').toUpperCase().toLowerCase().normalize('NFD')
}

/** The file name of every other key: one for each key, made of lower-case letters and digits. */
export function escapedNameOf(key: string, maxChars = MAX_ESCAPED_CHARS): string {
  const name = readableName(key)
  return name.length <= Math.min(maxChars, MAX_ESCAPED_CHARS)
    ? name
    : `h-${createHash('sha256').update(key).digest('hex')}`
}

function readableName(key: string): string {
  return `k-${[...Buffer.from(key)].map(escapedByte).join('')}`
}

/** The key behind a name that `escapedNameOf` made; null when the name holds only its hash. */
export function keyOfEscapedName(name: string): string | null {
  if (!/^k-([a-z0-9_-]|%[0-9a-f]{2})*$/.test(name)) return null
  try {
    const key = decodeURIComponent(name.slice(2))
    return readableName(key) === name ? key : null
  } catch {
    return null
  }
}

function escapedByte(byte: number): string {
  const char = String.fromCharCode(byte)
  return /[a-z0-9_-]/.test(char) ? char : `%${byte.toString(16).padStart(2, '0')}`
}
