import path from 'node:path'
import { realFiles, type Volume } from './simulated-files.ts'

/** Whether a file system treats a name as the name of an existing file. */
type SameName = (asked: string, existing: string, siblings: readonly string[]) => boolean

/**
 * NTFS: names are case-insensitive, a file with a long name also has a short one, and names that
 * Win32 forbids are refused.
 * Source: learn.microsoft.com/windows/win32/fileio/naming-a-file
 */
export function ntfs(): Volume {
  return {
    locate: locatedBy((asked, existing, siblings) => {
      const name = asked.replace(/[. ]+$/, '')
      return upCased(existing) === upCased(name) || shortName(existing, siblings) === upCased(name)
    }),
    // libuv reports ERROR_INVALID_NAME as ENOENT (src/win/error.c).
    refusal: ({ path: at, target }) =>
      FORBIDDEN_BY_WIN32.test(path.basename(target ?? at)) ? 'ENOENT' : null,
  }
}

/**
 * HFS+: names are compared without case and Unicode form, characters without a glyph are ignored,
 * and names are listed in the decomposed form.
 * Source: developer.apple.com/library/archive/technotes/tn/tn1150.html, "Unicode Subtleties"; the
 * ignored characters are those of FastUnicodeCompare, as listed in the checks of jgit and git.
 */
export function hfsPlus(): Volume {
  const fold = (name: string) =>
    name.replace(/[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g, '').normalize('NFD')
  return {
    locate: locatedBy((asked, existing) => upCased(fold(existing)) === upCased(fold(asked))),
    listed: (name) => name.normalize('NFD'),
  }
}

/**
 * APFS: names are compared without case and Unicode form, and a character that the system's Unicode
 * version does not contain is refused with EILSEQ.
 * Source: Apple File System Guide, Frequently Asked Questions, "How does Apple File System handle
 * filenames?"
 */
export function apfs(): Volume {
  const fold = (name: string) => upCased(name.normalize('NFD'))
  return {
    locate: locatedBy((asked, existing) => fold(existing) === fold(asked)),
    refusal: ({ path: at, target }) => (UNKNOWN_TO_APFS.test(target ?? at) ? 'EILSEQ' : null),
  }
}

/** An emoji of Unicode 16, which older systems do not know, and an unassigned character. */
export const NEW_EMOJI = '\u{1fae9}'
const UNKNOWN_TO_APFS = new RegExp(`${NEW_EMOJI}|\\p{Cn}|\\p{Cs}`, 'u')

const FORBIDDEN_BY_WIN32 =
  /[\p{Cc}<>:"\\|?*]|^(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/iu

/** NTFS compares character by character: no letter becomes two (ß stays ß). */
function upCased(name: string): string {
  return [...name]
    .map((char) => {
      const upper = char.toUpperCase()
      return upper.length === char.length ? upper : char
    })
    .join('')
}

/** Walks down a path and replaces each name by an existing file's if they are the same. */
function locatedBy(isSame: SameName): (absolute: string) => string {
  return (absolute) => {
    if (isThere(absolute)) return absolute
    const folder = path.dirname(absolute)
    if (folder === absolute) return absolute
    const parent = locatedBy(isSame)(folder)
    const name = path.basename(absolute)
    const siblings = namesIn(parent)
    return path.join(parent, siblings.find((each) => isSame(name, each, siblings)) ?? name)
  }
}

function isThere(absolute: string): boolean {
  return realFiles.lstatSync(absolute, { throwIfNoEntry: false }) !== undefined
}

/** Empty if the folder does not exist or is not a folder. */
function namesIn(folder: string): readonly string[] {
  try {
    return realFiles.readdirSync(folder)
  } catch {
    return []
  }
}

/**
 * The 8.3 name that NTFS gives to a long one: six letters, a tilde and a number; null for a name
 * that is already short. Siblings with the same beginning are numbered in the order of their names.
 * Source: learn.microsoft.com/openspecs/windows_protocols/ms-fscc, "8.3 Filename".
 */
function shortName(name: string, siblings: readonly string[]): string | null {
  const stem = shortStem(name)
  if (stem === null) return null
  const rivals = siblings.filter((each) => shortStem(each)?.join('.') === stem.join('.')).sort()
  const [base, extension] = stem
  return `${base}~${rivals.indexOf(name) + 1}${extension === '' ? '' : `.${extension}`}`
}

function shortStem(name: string): readonly [base: string, extension: string] | null {
  if (/^[\w$%'`@{}~!#()&^-]{1,8}(\.[\w$%'`@{}~!#()&^-]{1,3})?$/.test(name)) return null
  const kept = name
    .replace(/^\.+/, '')
    .replaceAll(' ', '')
    .replace(/[+,;=[\]]/g, '_')
  const { name: base, ext } = path.parse(kept)
  return [upCased(base.replaceAll('.', '')).slice(0, 6), upCased(ext.slice(1)).slice(0, 3)]
}
