import { describe, expect, it } from 'vitest'
import {
  isSystemEntry,
  packageIn,
  systemEntryIn,
  systemEntryLabel,
} from '../../../electron/contract/rules/system-files.ts'

describe('a name in a folder', () => {
  it.each([
    ...['.DS_Store', '.ds_store', '._photo.jpg', '._.DS_Store', 'Icon\r', '.localized', '.apdisk'],
    ...['Thumbs.db', 'THUMBS.DB', 'ehthumbs.db', 'desktop.ini', 'Desktop.ini', '.directory'],
  ])('is the system’s own for a file called %j', (name) => {
    expect(isSystemEntry(name, 'file')).toBe(true)
    expect(isSystemEntry(name, 'folder')).toBe(false)
  })

  it.each([
    ...['.Spotlight-V100', '.Trashes', '.fseventsd', '__MACOSX', '.AppleDouble', '@eaDir'],
    ...['$RECYCLE.BIN', '$Recycle.Bin', 'System Volume Information', '.Trash-1000', '.Trash'],
  ])('is the system’s own for a folder called %j', (name) => {
    expect(isSystemEntry(name, 'folder')).toBe(true)
    expect(isSystemEntry(name, 'file')).toBe(false)
  })

  it.each([
    ...['photo.jpg', 'Icon', 'Icon.png', '._', '.hidden', '.gitignore', '.htaccess', 'a._b'],
    ...['my desktop.ini', 'Thumbs.db.txt', 'notes~', 'film.mp4.part', 'game.lnk', '', '.'],
    ...['Temporary Items', 'Recovery', 'RECYCLER', '.Trash-me', 'lost+found'],
  ])('is the user’s for one called %j', (name) => {
    expect(isSystemEntry(name, 'file')).toBe(false)
    expect(isSystemEntry(name, 'folder')).toBe(false)
  })

  it('is shown without invisible characters, and all AppleDouble files as one', () => {
    expect(['Icon\r', '._a', '._b', 'Thumbs.db'].map(systemEntryLabel)).toEqual([
      ...['Icon', '._*', '._*', 'Thumbs.db'],
    ])
  })
})

it.each([
  ['album/.DS_Store', 'file', 'album/.DS_Store', 'file'],
  ['album/.Trashes/501/a.txt', 'file', 'album/.Trashes', 'folder'],
  ['album/.Trashes', 'folder', 'album/.Trashes', 'folder'],
  ['album/.Trashes', 'file', null, null],
  ['album/.DS_Store/a.txt', 'file', null, null],
  ['.DS_Store', 'file', null, null],
  ['.Trashes/501/a.txt', 'file', null, null],
  ['.Trashes/.DS_Store', 'file', '.Trashes/.DS_Store', 'file'],
  ['album/a.txt', 'file', null, null],
] as const)('%s (a %s) is left out at %s', (path, kind, expected, expectedKind) => {
  const found = systemEntryIn(path, kind)

  expect([found?.relativePath ?? null, found?.kind ?? null]).toEqual([expected, expectedKind])
})

it.each([
  ['Trip.pages/Data/a.jpg', 'Trip.pages'],
  ['docs/Trip.PAGES/index.xml', 'docs/Trip.PAGES'],
  ['Apps/Ferry.app/Contents/Frameworks/X.bundle/a', 'Apps/Ferry.app'],
  ['My Photos.photoslibrary/originals/1.heic', 'My Photos.photoslibrary'],
  ['docs/Trip.pages', null],
  ['key/a.txt', null],
  ['.app/a.txt', null],
  ['webpack.bundle.d/a.js', null],
  ['x.framework/a.h', null],
])('%s is in the package %s', (path, expected) => {
  expect(packageIn(path)).toBe(expected)
})
