import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { extractFile } from '@electron/asar'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PRODUCT_CODE } from '../../scripts/store-manifests.ts'
import { hasTool } from './has-tool.ts'
import {
  hasSevenZip,
  type PackedApp,
  type PackOptions,
  packAllOffline,
  readPlist,
} from './packaged-app.ts'

const homepage = 'https://github.com/ferry-example/ferry'
/** The release workflow names the project's page; deb and rpm are not made without one. */
const WITH_HOMEPAGE = { extraMetadata: { homepage } }
/** As the release workflow gives them where there is a certificate. */
const AS_RELEASED = {
  extraMetadata: { homepage, isSigned: true },
  publish: { provider: 'github', owner: 'ferry-example', repo: 'ferry' },
}

const manifest = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
) as { readonly version: string; readonly desktopName: string }
const { version } = manifest
/** Without the programs for Windows that electron-builder would download. */
const WITHOUT_WINDOWS_TOOLS = {
  compression: 'store',
  disableAsarIntegrity: true,
  nsis: { packElevateHelper: false },
  win: { signAndEditExecutable: false },
}

let root: string
let linux: PackedApp
let mac: PackedApp
let archives: PackedApp
let windows: PackedApp

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'ferry-installers-'))
  const everywhere: readonly PackOptions[] = [
    { targets: 'configured', config: WITH_HOMEPAGE },
    // The stand-in cannot be signed, and `codesign` is on a Mac only.
    { platform: 'mac', config: { electronFuses: null, mac: { identity: null } } },
  ]
  const withSevenZip: readonly PackOptions[] = [
    { targets: ['tar.gz', 'zip'], config: { compression: 'store' } },
    {
      platform: 'win',
      targets: 'configured',
      config: { ...AS_RELEASED, ...WITHOUT_WINDOWS_TOOLS },
    },
  ]
  const all = [...everywhere, ...(hasSevenZip() ? withSevenZip : [])]
  const apps = await packAllOffline(root, all)
  ;[linux, mac, archives, windows] = apps as [PackedApp, PackedApp, PackedApp, PackedApp]
}, 180_000)

afterAll(() => rmSync(root, { recursive: true }))

/** `Key=value` lines of the first group. */
function desktopEntry(text: string): Readonly<Record<string, string>> {
  const lines = text.split('\n').filter((line) => line.includes('='))
  return Object.fromEntries(lines.map((line) => line.split(/=(.*)/s).slice(0, 2)))
}

interface LinuxTarget {
  readonly args?: readonly string[]
  readonly desktop: string
}

describe('the installers for Linux', () => {
  const each = () => linux.computed as readonly LinuxTarget[]
  const withFpm = () => each().filter(({ args }) => args !== undefined)

  it('are there for Intel and ARM, each with its processor in the name', () => {
    expect(linux.artefacts).toEqual(
      [
        ...[`x86_64.AppImage`, 'arm64.AppImage', 'amd64.deb', 'arm64.deb'],
        ...['x86_64.rpm', 'aarch64.rpm'],
      ]
        .map((end) => `Ferry-${version}-linux-${end}`)
        .toSorted(),
    )
  })

  it('have a desktop file that the windows of the app belong to', () => {
    const base = manifest.desktopName.replace(/\.desktop$/, '')

    expect(each().map(({ desktop }) => desktopEntry(desktop).StartupWMClass)).toEqual(
      Array(6).fill(base),
    )
    for (const { args } of withFpm()) {
      const files = args?.filter((arg) => arg.includes(`=/usr/share/applications/`))
      expect(files?.map((arg) => arg.split('=')[1])).toEqual([
        `/usr/share/applications/${manifest.desktopName}`,
      ])
    }
  })

  it('take files to open, and are the default for none', () => {
    for (const { desktop } of each()) {
      const entry = desktopEntry(desktop)
      expect(entry.Exec).toMatch(/^(?:AppRun|\/opt\/Ferry\/ferry) %U$/)
      expect(entry).not.toHaveProperty('MimeType')
    }
  })

  if (hasTool('desktop-file-validate')) it('have a desktop file that is valid', desktopFileIsValid)
  else it('have a desktop file, which no tool on this machine can validate', hasDesktopFile)

  function hasDesktopFile() {
    expect(each().every(({ desktop }) => desktop.startsWith('[Desktop Entry]\n'))).toBe(true)
  }

  async function desktopFileIsValid() {
    const path = join(root, manifest.desktopName)
    for (const { desktop } of each()) {
      writeFileSync(path, desktop)
      const { stdout } = await promisify(execFile)('desktop-file-validate', [path])
      expect(stdout).toBe('')
    }
  }

  it('tell software centres about the app', () => {
    const metainfo = 'build/app.ferry.desktop.metainfo.xml=/usr/share/metainfo/'

    expect(withFpm()).toHaveLength(4)
    for (const { args } of withFpm()) {
      expect(args).toContain(`${metainfo}app.ferry.desktop.metainfo.xml`)
    }
  })
})

if (hasSevenZip()) describe('the archives', inArchives)
else describe('the archives, without 7-Zip', withoutSevenZip)

function inArchives(): void {
  const wanted = ['ferry', 'resources/app.asar']

  it('hold the program and the app', async () => {
    const tar = join(archives.dist, `Ferry-${version}-linux-x64.tar.gz`)
    const { stdout } = await promisify(execFile)('tar', ['tzf', tar])
    const files = stdout.split('\n').map((path) => path.split('/').slice(1).join('/'))

    expect(files).toEqual(expect.arrayContaining(wanted))
  })

  it('hold the same as a zip', async () => {
    const zip = join(archives.dist, `Ferry-${version}-linux-x64.zip`)
    const { stdout } = await promisify(execFile)('7zz', ['l', '-ba', '-slt', zip])
    const files = stdout.split('\n').filter((line) => line.startsWith('Path = '))

    expect(files.map((line) => line.slice('Path = '.length))).toEqual(
      expect.arrayContaining(wanted),
    )
  })
}

function withoutSevenZip(): void {
  it('are not made here, as electron-builder would download 7-Zip', () => {
    expect(hasSevenZip()).toBe(false)
  })
}

describe('the app for macOS', () => {
  it('says in plain words why it reads folders that the system guards', () => {
    const plist = readPlist(mac)
    for (const place of ['Desktop', 'Documents', 'Downloads']) {
      expect(plist).toMatch(
        new RegExp(`<key>NS${place}FolderUsageDescription</key>\\s*<string>Ferry reads [^<]+\\.<`),
      )
    }
    for (const place of ['RemovableVolumes', 'NetworkVolumes']) {
      expect(plist).toMatch(
        new RegExp(`<key>NS${place}UsageDescription</key>\\s*<string>Ferry reads [^<]+\\.<`),
      )
    }
    expect(plist).toMatch(/<key>NSLocalNetworkUsageDescription<\/key>\s*<string>Ferry [^<]+</)
  })

  it('opens any file or folder, and offers itself as the second choice only', () => {
    const types = /<key>CFBundleDocumentTypes<\/key>\s*<array>(.*?)<\/array>\s*<\/dict>/s.exec(
      readPlist(mac),
    )?.[1]

    expect(types).toMatch(/<key>LSHandlerRank<\/key>\s*<string>Alternate</)
    expect(types).toMatch(/<key>CFBundleTypeRole<\/key>\s*<string>Viewer</)
    expect(types).toMatch(/<string>public\.data<\/string>\s*<string>public\.directory</)
    expect(types).not.toMatch(/Owner|Default/)
  })

  it('is made for Intel and for Apple silicon', () => {
    const config = readFileSync(new URL('../../electron-builder.yml', import.meta.url), 'utf8')

    for (const target of ['dmg', 'zip']) {
      expect(config).toContain(`- { target: ${target}, arch: [x64, arm64] }`)
    }
  })

  it('knows no feed of updates when nobody named one', () => {
    expect(existsSync(join(mac.unpacked, 'Resources', 'app-update.yml'))).toBe(false)
  })

  it('is refused by a macOS that Electron does not run on', () => {
    expect(readPlist(mac)).toMatch(/<key>LSMinimumSystemVersion<\/key>\s*<string>13\.0<\/string>/)
  })
})

if (hasSevenZip()) describe('the installers for Windows', forWindows)

function forWindows(): void {
  it('are there for Intel and ARM, one each', () => {
    expect(windows.artefacts).toEqual([
      `Ferry-${version}-win-arm64.exe`,
      `Ferry-${version}-win-x64.exe`,
    ])
  })

  it('know where newer releases are, and that they can be verified', () => {
    const feed = readFileSync(join(windows.unpacked, 'resources', 'app-update.yml'), 'utf8')
    const inside: unknown = JSON.parse(extractFile(windows.asarPath, 'package.json').toString())

    expect(feed).toMatch(/^owner: ferry-example\nrepo: ferry\nprovider: github$/m)
    expect(inside).toMatchObject({ homepage, isSigned: true })
  })

  it('ask for no administrator', () => {
    const [defines] = windows.computed[0] as readonly [object]

    expect(defines).not.toHaveProperty('INSTALL_MODE_PER_ALL_USERS')
  })

  it('are entered among the installed apps as their manifest for winget says', () => {
    const [defines] = windows.computed[0] as readonly [object]

    expect(defines).toMatchObject({ UNINSTALL_APP_KEY: PRODUCT_CODE })
  })
}
