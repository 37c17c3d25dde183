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
/** The release workflow sets the project's page, which deb and rpm require. */
const WITH_HOMEPAGE = { extraMetadata: { homepage } }
/** The options of the release workflow with a certificate. */
const AS_RELEASED = {
  extraMetadata: { homepage, isSigned: true },
  publish: { provider: 'github', owner: 'ferry-example', repo: 'ferry' },
}

const manifest = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
) as { readonly version: string; readonly desktopName: string }
const { version } = manifest
/** Leaves out the Windows programs that electron-builder would download. */
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
    // The fake app cannot be signed, and `codesign` exists only on a Mac.
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

/** The `Key=value` lines of the first group. */
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

  it('exist for Intel and ARM, with the processor in the name', () => {
    expect(linux.artefacts).toEqual(
      [
        ...[`x86_64.AppImage`, 'arm64.AppImage', 'amd64.deb', 'arm64.deb'],
        ...['x86_64.rpm', 'aarch64.rpm'],
      ]
        .map((end) => `Ferry-${version}-linux-${end}`)
        .toSorted(),
    )
  })

  it("have a desktop file that matches the app's windows", () => {
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

  it('open files, but are the default for none', () => {
    for (const { desktop } of each()) {
      const entry = desktopEntry(desktop)
      expect(entry.Exec).toMatch(/^(?:AppRun|\/opt\/Ferry\/ferry) %U$/)
      expect(entry).not.toHaveProperty('MimeType')
    }
  })

  if (hasTool('desktop-file-validate')) it('have a desktop file that is valid', desktopFileIsValid)
  else it('have a desktop file that no tool on this machine can validate', hasDesktopFile)

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

  it('provide metadata for software centres', () => {
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

  it('contain the program and the app', async () => {
    const tar = join(archives.dist, `Ferry-${version}-linux-x64.tar.gz`)
    const { stdout } = await promisify(execFile)('tar', ['tzf', tar])
    const files = stdout.split('\n').map((path) => path.split('/').slice(1).join('/'))

    expect(files).toEqual(expect.arrayContaining(wanted))
  })

  it('contain the same as a zip', async () => {
    const zip = join(archives.dist, `Ferry-${version}-linux-x64.zip`)
    const { stdout } = await promisify(execFile)('7zz', ['l', '-ba', '-slt', zip])
    const files = stdout.split('\n').filter((line) => line.startsWith('Path = '))

    expect(files.map((line) => line.slice('Path = '.length))).toEqual(
      expect.arrayContaining(wanted),
    )
  })
}

function withoutSevenZip(): void {
  it('are not built here, because electron-builder would download 7-Zip', () => {
    expect(hasSevenZip()).toBe(false)
  })
}

describe('the app for macOS', () => {
  it('explains in plain words why it reads protected folders', () => {
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

  it('opens any file or folder, but only as an alternative', () => {
    const types = /<key>CFBundleDocumentTypes<\/key>\s*<array>(.*?)<\/array>\s*<\/dict>/s.exec(
      readPlist(mac),
    )?.[1]

    expect(types).toMatch(/<key>LSHandlerRank<\/key>\s*<string>Alternate</)
    expect(types).toMatch(/<key>CFBundleTypeRole<\/key>\s*<string>Viewer</)
    expect(types).toMatch(/<string>public\.data<\/string>\s*<string>public\.directory</)
    expect(types).not.toMatch(/Owner|Default/)
  })

  it('is built for Intel and Apple silicon', () => {
    const config = readFileSync(new URL('../../electron-builder.yml', import.meta.url), 'utf8')

    for (const target of ['dmg', 'zip']) {
      expect(config).toContain(`- { target: ${target}, arch: [x64, arm64] }`)
    }
  })

  it('has no update feed unless one is configured', () => {
    expect(existsSync(join(mac.unpacked, 'Resources', 'app-update.yml'))).toBe(false)
  })

  it('is refused by a macOS that Electron does not run on', () => {
    expect(readPlist(mac)).toMatch(/<key>LSMinimumSystemVersion<\/key>\s*<string>13\.0<\/string>/)
  })
})

if (hasSevenZip()) describe('the installers for Windows', forWindows)

function forWindows(): void {
  it('exist for Intel and ARM', () => {
    expect(windows.artefacts).toEqual([
      `Ferry-${version}-win-arm64.exe`,
      `Ferry-${version}-win-x64.exe`,
    ])
  })

  it('know where newer releases are and that they can be verified', () => {
    const feed = readFileSync(join(windows.unpacked, 'resources', 'app-update.yml'), 'utf8')
    const inside: unknown = JSON.parse(extractFile(windows.asarPath, 'package.json').toString())

    expect(feed).toMatch(/^owner: ferry-example\nrepo: ferry\nprovider: github$/m)
    expect(inside).toMatchObject({ homepage, isSigned: true })
  })

  it('need no administrator', () => {
    const [defines] = windows.computed[0] as readonly [object]

    expect(defines).not.toHaveProperty('INSTALL_MODE_PER_ALL_USERS')
  })

  it('register in the installed apps as their winget manifest says', () => {
    const [defines] = windows.computed[0] as readonly [object]

    expect(defines).toMatchObject({ UNINSTALL_APP_KEY: PRODUCT_CODE })
  })
}
