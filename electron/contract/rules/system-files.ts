/**
 * Names that systems write into folders for their own purposes, compared in lower case: Windows and
 * macOS treat names that differ only in case as one.
 *
 * Sources: the lists for macOS, Windows and Linux in github.com/github/gitignore (`Global/`),
 * `sync-exclude.lst` of github.com/nextcloud/desktop, and the npm package `junk`. Includes only
 * names that users do not give to their own files: no backups (`*~`), no unfinished downloads
 * (`*.part`), no shortcuts (`*.lnk`), no "Temporary Items".
 */
const FILES: ReadonlySet<string> = new Set([
  // The Finder's views of a folder, a folder's own icon, and its name in the user's language.
  '.ds_store',
  'icon\r',
  '.localized',
  // macOS on shares and other disks.
  '.apdisk',
  '.com.apple.timemachine.donotpresent',
  // Windows' thumbnails, and a folder's icon and name.
  'thumbs.db',
  'ehthumbs.db',
  'ehthumbs_vista.db',
  'desktop.ini',
  // KDE's view of a folder.
  '.directory',
])

/**
 * On file systems that cannot store them, macOS writes a file's extra data beside the file
 * (AppleDouble): `._photo.jpg` has the resource fork and attributes of `photo.jpg` (RFC 1740,
 * appendix B).
 */
const APPLE_DOUBLE = /^\._./s

const FOLDERS: ReadonlySet<string> = new Set([
  // macOS: the search index, the trash, the log of changes and versions of documents on a disk.
  '.spotlight-v100',
  '.trashes',
  '.trash',
  '.fseventsd',
  '.documentrevisions-v100',
  '.temporaryitems',
  // macOS in unpacked archives and on AFP shares.
  '__macosx',
  '.appledouble',
  '.appledb',
  '.appledesktop',
  // Windows: the recycle bin and restore points of a disk.
  '$recycle.bin',
  'system volume information',
  // Thumbnails on Synology's shares.
  '@eadir',
])

/** The trash of a disk, by the user's number (specifications.freedesktop.org/trash-spec). */
const TRASH_OF_USER = /^\.trash-\d+$/

/** The part of a folder's contents that a system created; the folder itself may have any name. */
export function isSystemEntry(name: string, kind: 'file' | 'folder'): boolean {
  const known = name.toLowerCase()
  return kind === 'file'
    ? FILES.has(known) || APPLE_DOUBLE.test(known)
    : FOLDERS.has(known) || TRASH_OF_USER.test(known)
}

/**
 * Finds entries of the system on the path to a file or folder.
 * @param relativePath begins with the folder that the user gave; that folder itself is never
 * skipped.
 * @returns the path down to the first such entry; null: there is none.
 */
export function systemEntryIn(
  relativePath: string,
  kind: 'file' | 'folder',
): { readonly relativePath: string; readonly kind: 'file' | 'folder' } | null {
  const names = relativePath.split('/')
  const last = names.length - 1
  const at = names.findIndex(
    (name, index) => index > 0 && isSystemEntry(name, index === last ? kind : 'folder'),
  )
  if (at < 0) return null
  return {
    relativePath: names.slice(0, at + 1).join('/'),
    kind: at === last ? kind : 'folder',
  }
}

/**
 * The name as users know it: all AppleDouble files are one kind, and a carriage return is not
 * shown.
 */
export function systemEntryLabel(name: string): string {
  return APPLE_DOUBLE.test(name) ? '._*' : name.replaceAll('\r', '')
}

/**
 * Endings of folders that macOS shows as one file. Sources: the types that conform to
 * `com.apple.package` in Apple's "Uniform Type Identifiers Reference" and in the property lists of
 * the programs that make them. Endings that folders have for other reasons as well (`.framework`,
 * `.component`, `.plugin`, `.workflow`, `.download`) are left out.
 */
const PACKAGE_ENDINGS: ReadonlySet<string> = new Set([
  ...['app', 'appex', 'bundle', 'kext', 'prefpane', 'qlgenerator', 'saver', 'wdgt'],
  ...['pages', 'numbers', 'key', 'rtfd', 'textbundle', 'scriv', 'graffle', 'oo3'],
  ...['photoslibrary', 'photolibrary', 'aplibrary', 'migratedphotolibrary', 'imovielibrary'],
  ...['musiclibrary', 'tvlibrary', 'fcpbundle', 'logicx', 'band'],
  ...['sparsebundle', 'backupbundle', 'xcodeproj', 'xcworkspace', 'playground', 'dsym', 'docset'],
])

/**
 * The outermost folder on the path to a file that macOS shows as one file; null: there is none.
 * Only the ending is checked, because other systems have no other sign of it.
 */
export function packageIn(relativePath: string): string | null {
  const folders = relativePath.split('/').slice(0, -1)
  const at = folders.findIndex((name) => {
    const [, ending = ''] = /[^.]\.([^.]+)$/.exec(name) ?? []
    return PACKAGE_ENDINGS.has(ending.toLowerCase())
  })
  return at < 0 ? null : folders.slice(0, at + 1).join('/')
}
