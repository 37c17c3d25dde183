import { expect, it } from 'vitest'
import { folderPathIn } from '../../../electron/desktop/preload/folder-path.ts'

it.each([
  ['a dropped folder itself', '/home/ada/album', '', '/home/ada/album'],
  ['a file of a chosen folder', '/home/ada/album/a.jpg', 'album/a.jpg', '/home/ada/album'],
  ['a file deep inside', '/home/ada/album/x/y/a.jpg', 'album/x/y/a.jpg', '/home/ada/album'],
  ['names that repeat', '/album/album/album/a', 'album/album/a', '/album/album'],
  ['a backslash in a name', '/home/album/a\\b.txt', 'album/a/b.txt', '/home/album'],
  ['Windows', 'C:\\ada\\album\\x\\a.jpg', 'album/x/a.jpg', 'C:\\ada\\album'],
  ['a share of Windows', '\\\\nas\\photos\\album\\a.jpg', 'album/a.jpg', '\\\\nas\\photos\\album'],
  ['a picture from the clipboard', '', '', null],
  ['a path that does not fit', '/home/ada/other/a.jpg', 'album/a.jpg', null],
  ['part of a name', '/home/photoalbum/a.jpg', 'album/a.jpg', null],
])('finds the folder of %s', (_, path, relativePath, expected) => {
  expect(folderPathIn(path, relativePath)).toBe(expected)
})
