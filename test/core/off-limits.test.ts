import { describe, expect, it } from 'vitest'
import { sourceLimits } from '../../electron/core/off-limits.ts'

/** A computer of another kind, on which nothing is a link. */
const limitsOn = (
  platform: NodeJS.Platform,
  home: string,
  dataFolder: string,
  bucketFolder = dataFolder,
) =>
  sourceLimits({
    dataFolder,
    bucketFolder,
    environment: { HOME: home },
    platform,
    follow: async (path) => path,
  })

describe('on Windows', () => {
  const limits = limitsOn(
    'win32',
    'C:\\Users\\Me',
    'C:\\Users\\Me\\AppData\\Roaming\\Ferry',
    'C:\\Users\\Me\\AppData\\Local\\Ferry\\local-bucket',
  )

  it.each([
    '\\\\server\\share\\a.txt',
    '//server/share/a.txt',
    '\\\\?\\C:\\a.txt',
    '\\\\.\\PhysicalDrive0',
    '\\\\?\\UNC\\server\\share\\a',
  ])('%s is refused before anybody looks at it', (path) => {
    expect(limits.ofPath(path)).toMatchObject({ why: 'network-path' })
  })

  it.each(['a.txt', 'C:a.txt', 'C:\\a\0.txt', ''])('“%s” is no path', (path) => {
    expect(limits.ofPath(path)).toMatchObject({ why: 'not-a-path' })
  })

  it.each([
    ['c:\\users\\me\\.AWS\\Credentials', 'keys'],
    ['C:/Users/Me/.ssh/id_ed25519', 'keys'],
    ['C:\\Users\\Me\\AppData\\Roaming\\ferry\\settings.json', 'data-folder'],
    ['C:\\Users\\Me\\AppData\\Local\\ferry\\local-bucket\\bucket.json', 'data-folder'],
    ['C:\\Users\\Me\\appdata\\local\\google\\chrome\\user data\\Default\\Cookies', 'browser'],
  ])('%s is refused', async (path, why) => {
    expect(await limits.ofPlace(path, null)).toMatchObject({ why })
  })

  it.each(['C:\\Users\\Me\\Films\\a.mov', 'D:\\a.mov', 'C:\\Users\\Me\\.awsome\\a', 'C:\\proc\\a'])(
    '%s may be uploaded',
    async (path) => {
      expect(limits.ofPath(path)).toBeNull()
      expect(await limits.ofPlace(path, null)).toBeNull()
    },
  )
})

describe('on a Mac', () => {
  const limits = limitsOn('darwin', '/Users/me', '/Users/me/Library/Application Support/Ferry')

  it.each([
    ['/users/ME/.Ssh/id_rsa', 'keys'],
    ['/Users/me/Library/Keychains/login.keychain-db', 'keys'],
    ['/Users/me/Library/Application Support/Ferry/settings.json', 'data-folder'],
    ['/Users/me/Library/Application Support/Firefox/Profiles/x/cookies.sqlite', 'browser'],
  ])('%s is refused', async (path, why) => {
    expect(await limits.ofPlace(path, null)).toMatchObject({ why })
  })

  it('everything else may be uploaded', async () => {
    const path = '/Users/me/Library/Application Support/Films/a.mov'
    expect(await limits.ofPlace(path, null)).toBeNull()
  })
})

describe('on Linux', () => {
  const limits = limitsOn('linux', '/home/me', '/home/me/.config/ferry')

  it.each([
    ['/home/me/.gnupg/private-keys-v1.d/a.key', 'keys'],
    ['/home/me/.config/google-chrome/Default/Cookies', 'browser'],
    ['/proc/self/environ', 'system'],
    ['/home/me/../me/.ssh/id_rsa', 'keys'],
    ['/home/me/.config/ferry', 'data-folder'],
  ])('%s is refused', async (path, why) => {
    expect(await limits.ofPlace(path, null)).toMatchObject({ why })
  })

  it.each([
    '/home/me/.config/app/settings.ini',
    '/home/me/.SSH/notes.txt',
    '/home/me/processes/a',
    '/home/me/.config/ferry2/a',
    '/mnt/proc/a',
  ])('%s may be uploaded', async (path) => {
    expect(limits.ofPath(path)).toBeNull()
    expect(await limits.ofPlace(path, null)).toBeNull()
  })

  it('files that the AWS tools were told to use are keys wherever they are', async () => {
    const environment = { HOME: '/home/me', AWS_SHARED_CREDENTIALS_FILE: '/srv/keys/aws' }
    const follow = async (path: string) => path
    const told = sourceLimits({
      ...{ dataFolder: '/d', bucketFolder: '/d/local-bucket' },
      ...{ environment, platform: 'linux', follow },
    })

    expect(await told.ofPlace('/srv/keys/aws', null)).toMatchObject({ why: 'keys' })
    expect(await told.ofPlace('/srv/keys/other', null)).toBeNull()
  })
})
