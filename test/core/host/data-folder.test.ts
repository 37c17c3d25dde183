import { expect, it } from 'vitest'
import { isOnNetwork } from '../../../electron/core/host/data-folder.ts'

const local = () => 0xef53

it.each([
  ['\\\\server\\share\\Ferry', true],
  ['//server/share/Ferry', true],
  ['\\\\?\\UNC\\server\\share\\Ferry', true],
  ['\\\\?\\C:\\Ferry', false],
  ['\\\\.\\C:\\Ferry', false],
  ['C:\\Users\\me\\Ferry', false],
])('on Windows %s is on the network: %s', (folder, expected) => {
  expect(isOnNetwork(folder, 'win32', local)).toBe(expected)
})

it.each([
  ['NFS', 0x6969, true],
  ['CIFS', 0xff534d42, true],
  ['CIFS in a signed field', 0xff534d42 | 0, true],
  ['ext4', 0xef53, false],
  ['tmpfs', 0x01021994, false],
])('on Linux %s is recognized by its number', (_name, type, expected) => {
  expect(isOnNetwork('/mnt/ferry', 'linux', () => type)).toBe(expected)
})

it('a folder that cannot be examined is not on the network', () => {
  const gone = () => {
    throw new Error('ENOENT')
  }

  expect(isOnNetwork('/gone', 'linux', gone)).toBe(false)
})
