import { beforeEach, describe, expect, it } from 'vitest'
import { placesOfKeys } from '../../../electron/core/create-core.ts'
import { sourceLimits } from '../../../electron/core/sources/off-limits.ts'

const askedServers: string[] = []

beforeEach(() => {
  askedServers.length = 0
})

/** A computer with another system, on which nothing is a link. */
const limitsOn = (
  platform: NodeJS.Platform,
  home: string,
  dataFolder: string,
  bucketFolder = dataFolder,
  follow = async (path: string) => path,
) =>
  sourceLimits({
    dataFolder,
    bucketFolder,
    ...placesOfKeys({ HOME: home }, platform),
    environment: { HOME: home },
    platform,
    ownNames: ['MyPC', '192.168.1.2'],
    mayReadFrom: async (server) => {
      askedServers.push(server)
      return server === 'nas'
    },
    follow,
  })

describe('on Windows', () => {
  const limits = limitsOn(
    'win32',
    'C:\\Users\\Me',
    'C:\\Users\\Me\\AppData\\Roaming\\Ferry',
    'C:\\Users\\Me\\AppData\\Local\\Ferry\\local-bucket',
  )

  it.each([
    '\\\\?\\C:\\a.txt',
    '//?/C:/a.txt',
    '\\??\\C:\\a.txt',
    '\\\\.\\PhysicalDrive0',
    '\\\\?\\UNC\\server\\share\\a',
    '\\\\nas\\c$\\Users\\Me\\.ssh\\id',
    '\\\\localhost\\share\\a.txt',
    '\\\\LOCALHOST@8080\\share\\a.txt',
    '//mypc/Users/Me/.ssh/id',
    '\\\\192.168.1.2\\Users\\Me\\.ssh\\id',
    '\\\\127.0.0.2\\Users\\a',
    '\\\\--1.ipv6-literal.net\\Users\\a',
  ])('%s is refused before the file system is touched', (path) => {
    expect(limits.ofPath(path)).toMatchObject({ why: 'device-path' })
  })

  it.each(['\\\\NAS\\photos\\a.jpg', '//nas/photos/a.jpg', '\\\\nas\\photos\\$x\\a'])(
    '%s may be read if the user allows its server',
    async (path) => {
      expect(limits.ofPath(path)).toBeNull()
      expect(await limits.ofServer(path)).toBeNull()
      expect(await limits.ofPlace(path, null)).toBeNull()
      expect(askedServers).toEqual(['nas'])
    },
  )

  it('a server that the user does not allow is not looked at', async () => {
    const refused = await limits.ofServer('\\\\evil\\share\\a')

    expect(refused).toMatchObject({ why: 'network-path', place: '\\\\evil' })
  })

  it('the user is not asked about drives, nor about paths that the system itself passed', async () => {
    limits.trustServer('\\\\Office\\share\\a')

    expect(await limits.ofServer('\\\\office\\share\\b')).toBeNull()
    expect(await limits.ofServer('C:\\Users\\Me\\a')).toBeNull()
    expect(askedServers).toEqual([])
  })

  it('a chosen folder on a share confines its files, also through a link', async () => {
    const chosen = '\\\\nas\\photos'
    const inside = await limits.ofPlace('\\\\nas\\photos\\2026\\a.jpg', chosen)

    expect(inside).toBeNull()
    expect(await limits.ofPlace('\\\\nas\\other\\a.jpg', chosen)).toMatchObject({ why: 'link-out' })
  })

  it('a short name (8.3) is resolved to the long one', async () => {
    const short = limitsOn(
      'win32',
      'C:\\Users\\Me',
      'D:\\Ferry data',
      'D:\\Ferry data',
      async (path) => path.replace(/FERRYD~1/i, 'Ferry data').replace(/SSH~1/i, '.ssh'),
    )

    expect(await short.ofPlace('D:\\FERRYD~1\\settings.json', null)).toMatchObject({
      why: 'data-folder',
    })
    expect(await short.ofPlace('c:\\users\\me\\ssh~1\\id', null)).toMatchObject({ why: 'keys' })
  })

  it('a disk that does not resolve links is readable, except through second names', async () => {
    const mute = limitsOn('win32', 'C:\\Users\\Me', 'R:\\Ferry', 'R:\\Ferry', async () => {
      throw Object.assign(new Error('EISDIR: realpath'), { code: 'EISDIR' })
    })

    expect(await mute.ofPlace('R:\\Films\\a.mov', 'R:\\Films')).toBeNull()
    expect(await mute.ofPlace('R:\\ferry\\settings.json', null)).toMatchObject({
      why: 'data-folder',
    })
    for (const path of ['R:\\FERRY~1\\a', 'R:\\x::$INDEX_ALLOCATION\\a']) {
      expect(await mute.ofPlace(path, null)).toMatchObject({ why: 'not-a-path' })
    }
  })

  it('a path of more than 260 characters is like any other', async () => {
    const long = `C:\\Users\\Me\\${'folder\\'.repeat(100)}a.mov`

    expect(limits.ofPath(long)).toBeNull()
    expect(await limits.ofPlace(long, 'C:\\Users\\Me\\folder')).toBeNull()
    expect(await limits.ofPlace(`C:\\Users\\Me\\.ssh\\${'x'.repeat(300)}`, null)).toMatchObject({
      why: 'keys',
    })
  })

  it.each(['a.txt', 'C:a.txt', 'C:\\a\0.txt', ''])('“%s” is not a path', (path) => {
    expect(limits.ofPath(path)).toMatchObject({ why: 'not-a-path' })
  })

  it.each([
    ['c:\\users\\me\\.AWS\\Credentials', 'keys'],
    ['C:/Users/Me/.ssh/id_ed25519', 'keys'],
    ['C:\\Users\\Me\\AppData\\Roaming\\ferry\\settings.json', 'data-folder'],
    ['C:\\Users\\Me\\AppData\\Local\\ferry\\local-bucket\\bucket.json', 'data-folder'],
    ['C:\\Users\\Me\\AppData\\Local\\Ferry-Browser\\secrets.json', 'data-folder'],
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
    ['/Users/me/.\u017f\u017fh/id_rsa', 'keys'],
    ['/Users/me/.s\u200csh/id_rsa', 'keys'],
    ['/Users/me/Library/Keychains/login.keychain-db', 'keys'],
    ['/Users/me/Library/Application Support/Ferry/settings.json', 'data-folder'],
    ['/Users/me/Library/Application Support/Ferry-browser/secrets.json', 'data-folder'],
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
    ['/home/me/.local/share/ferry/secrets.json', 'data-folder'],
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

  it('files that the AWS tools are set to use count as access keys wherever they are', async () => {
    const environment = { HOME: '/home/me', AWS_SHARED_CREDENTIALS_FILE: '/srv/keys/aws' }
    const follow = async (path: string) => path
    const limits = sourceLimits({
      ...{ dataFolder: '/d', bucketFolder: '/d/local-bucket' },
      ...placesOfKeys(environment, 'linux'),
      ...{ environment, platform: 'linux', follow, mayReadFrom: async () => false },
    })

    expect(await limits.ofPlace('/srv/keys/aws', null)).toMatchObject({ why: 'keys' })
    expect(await limits.ofPlace('/srv/keys/other', null)).toBeNull()
  })
})
