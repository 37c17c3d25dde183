import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { defaultFolder } from '../../electron/core/host/default-folders.ts'
import {
  flatpakManifest,
  homebrewCask,
  type Release,
  wingetManifests,
  wingetYaml,
  writeStoreManifests,
} from '../../scripts/store-manifests.ts'
import { hasTool } from '../desktop/has-tool.ts'

const projectUrl = 'https://github.com/ferry-example/ferry'
const ENDS = [
  ...['win-x64.exe', 'win-arm64.exe', 'mac-x64.dmg', 'mac-arm64.dmg'],
  ...['linux-amd64.deb', 'linux-arm64.deb'],
]
const checksumOf = (end: string) => createHash('sha256').update(end).digest('hex')
const release: Release = {
  version: '1.10.0',
  projectUrl,
  date: '2026-12-01',
  isMacSigned: true,
  checksums: new Map(ENDS.map((end) => [`Ferry-1.10.0-${end}`, checksumOf(end)])),
}
const template = readFileSync(
  new URL('../../build/flatpak/app.ferry.desktop.yml', import.meta.url),
  'utf8',
)
const downloadOf = (end: string) => `${projectUrl}/releases/download/v1.10.0/Ferry-1.10.0-${end}`

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ferry-stores-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

function run(tool: string, args: readonly string[], { input = '', cwd = '.' } = {}) {
  const { status, stdout, stderr } = spawnSync(tool, args, { encoding: 'utf8', input, cwd })
  return { status, stdout, output: `${stdout}${stderr}` }
}

describe('the manifests for winget', () => {
  const manifests = wingetManifests(release)
  const manifest = (end: string) => manifests.get(`FerryContributors.Ferry${end}.yaml`) ?? {}

  it('have the fields that version 1.12.0 of the schema requires', () => {
    // Required: schemas/JSON/manifests/v1.12.0 in github.com/microsoft/winget-cli.
    const always = ['PackageIdentifier', 'PackageVersion', 'ManifestType', 'ManifestVersion']
    const required = {
      '': [...always, 'DefaultLocale'],
      '.installer': [...always, 'Installers'],
      '.locale.en-US': [
        ...always,
        ...['PackageLocale', 'Publisher', 'PackageName', 'License', 'ShortDescription'],
      ],
    }

    expect(manifests.size).toBe(3)
    for (const [end, fields] of Object.entries(required)) {
      expect(Object.keys(manifest(end))).toEqual(expect.arrayContaining(fields))
      expect(manifest(end)).toMatchObject({
        PackageVersion: '1.10.0',
        ManifestVersion: '1.12.0',
      })
    }
    expect(manifest('').PackageIdentifier).toMatch(/^[^.\s]{1,32}(\.[^.\s]{1,32}){1,7}$/)
  })

  it('install for the current user without questions, on both processors', () => {
    expect(manifest('.installer')).toMatchObject({
      InstallerType: 'nullsoft',
      Scope: 'user',
      InstallerSwitches: { Silent: '/S', SilentWithProgress: '/S', Custom: '/currentuser' },
      ReleaseDate: '2026-12-01',
      Installers: ['x64', 'arm64'].map((architecture) => ({
        Architecture: architecture,
        InstallerUrl: downloadOf(`win-${architecture}.exe`),
        InstallerSha256: checksumOf(`win-${architecture}.exe`).toUpperCase(),
      })),
    })
  })

  it('are YAML in which every value is a string', () => {
    const text = wingetYaml(manifest('.installer'))

    expect(text).toContain('PackageVersion: "1.10.0"\n')
    expect(text).toContain('InstallerSwitches:\n  Silent: "/S"\n')
    expect(text).toContain('Installers:\n- Architecture: "x64"\n  InstallerUrl: "https://')
    expect(
      text.split('\n').filter((line) => !/^( *(- )?([A-Z]\w+: ?)?(".*")?|#.*)$/.test(line)),
    ).toEqual([])
  })

  /** Which of these tools are installed depends on the machine; Debian has them all. */
  if (hasTool('ruby')) it('survive a round trip through a YAML parser', readBack)
  else it('cannot be parsed on this machine', () => expect(hasTool('ruby')).toBe(false))

  function readBack() {
    for (const each of manifests.values()) {
      const { stdout } = run(
        'ruby',
        ['-ryaml', '-rjson', '-e', 'puts JSON.dump(YAML.safe_load($stdin.read))'],
        { input: wingetYaml(each) },
      )
      expect(JSON.parse(stdout)).toEqual(each)
    }
  }
})

describe('the cask for Homebrew', () => {
  const signed = homebrewCask(release)
  const unsigned = homebrewCask({ ...release, isMacSigned: false })

  it('has a checksum for each processor, and one address for both', () => {
    expect(signed).toContain(`sha256 arm:   "${checksumOf('mac-arm64.dmg')}",`)
    expect(signed).toContain(`         intel: "${checksumOf('mac-x64.dmg')}"`)
    expect(signed).toContain(
      `url "${projectUrl}/releases/download/v#{version}/Ferry-#{version}-mac-#{arch}.dmg"`,
    )
    expect(signed).toContain('arch arm: "arm64", intel: "x64"\n\n  version "1.10.0"')
  })

  it('requires the same macOS as the app', () => {
    const config = readFileSync(new URL('../../electron-builder.yml', import.meta.url), 'utf8')

    expect(config).toContain('minimumSystemVersion: "13.0"')
    // Homebrew's name for macOS 13; a name alone means "or newer".
    expect(signed).toContain('depends_on macos: :ventura\n')
  })

  it('says that the app updates itself only if it does', () => {
    expect(signed).toContain('auto_updates true')
    expect(unsigned).not.toContain('auto_updates')
  })

  it('says how to open a build without a certificate', () => {
    expect(unsigned).toContain('System Settings > Privacy & Security > Open Anyway')
    expect(signed).not.toContain('caveats')
  })

  it("removes Ferry's files in the Library on request, in Homebrew's order", () => {
    const { name } = JSON.parse(
      readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
    ) as { readonly name: string }
    const zapped = [...signed.matchAll(/"~\/Library\/(.+)",/g)].map(([, path]) => path)
    const { folder } = defaultFolder('desktop', {
      platform: 'darwin',
      environment: {},
      home: '~',
      exists: () => false,
    })

    // electron-updater names its folder after the package.
    expect(zapped).toEqual(
      expect.arrayContaining([folder.replace('~/Library/', ''), `Caches/${name}-updater`]),
    )
    expect(zapped).toEqual(zapped.toSorted())
  })

  if (hasTool('ruby')) it('is valid Ruby', isValidRuby)
  else
    it('cannot be parsed without Ruby on this machine', () => expect(hasTool('ruby')).toBe(false))

  function isValidRuby() {
    for (const cask of [signed, unsigned]) {
      expect(run('ruby', ['-wc'], { input: cask }).output).toBe('Syntax OK\n')
    }
  }
})

describe('the manifest for Flatpak', () => {
  const manifest = flatpakManifest(template, release)

  it('uses the deb of each processor, with its checksum', () => {
    for (const [arch, end] of [
      ['x86_64', 'linux-amd64.deb'],
      ['aarch64', 'linux-arm64.deb'],
    ] as const) {
      expect(manifest).toContain(
        `only-arches: [${arch}]\n        url: ${downloadOf(end)}\n        sha256: ${checksumOf(end)}\n`,
      )
    }
    expect(manifest).not.toMatch(/<(url|sha256)/)
  })

  it('lets the app write only sign-ins of the AWS tools among the user’s files', () => {
    const folders = [...manifest.matchAll(/--filesystem=(.+)/g)].map(([, folder = '']) => folder)

    expect(folders.filter((folder) => !folder.endsWith(':ro'))).toEqual(['~/.aws/sso/cache:create'])
    expect(folders.filter((folder) => /^(host|home|~|\/)(:|$)/.test(folder))).toEqual([])
    expect(manifest).not.toMatch(/--(socket=(session|system)-bus|device=all|socket=x11)/)
  })

  if (hasTool('flatpak-builder')) it('is understood by flatpak-builder', isUnderstood)
  else
    it('cannot be checked without flatpak-builder here', () =>
      expect(hasTool('flatpak-builder')).toBe(false))

  function isUnderstood() {
    const cwd = temporaryFolder()
    writeFileSync(join(cwd, 'app.ferry.desktop.yml'), manifest)

    const args = ['--show-manifest', 'app.ferry.desktop.yml']
    const { status, stdout, output } = run('flatpak-builder', args, { cwd })

    expect(status).toBe(0)
    expect(output).not.toMatch(/warning|unknown/i)
    expect(JSON.parse(stdout)).toMatchObject({ id: 'app.ferry.desktop', command: 'ferry' })
  }

  if (hasTool('ar')) it('turns the deb into what Flatpak exports', madeOfDeb)
  else it('cannot be tested with a deb here', () => expect(hasTool('ar')).toBe(false))

  function madeOfDeb() {
    const folder = temporaryFolder()
    const app = join(folder, 'app')
    writeDeb(folder)
    const script = commandsOf(manifest).join('\n')

    const { status, output } = run('sh', [
      '-euc',
      `cd '${folder}'\nexport FLATPAK_DEST='${app}' FLATPAK_ID=app.ferry.desktop\n${script}`,
    ])

    expect(output).toBe('')
    expect(status).toBe(0)
    expect(readdirSync(join(app, 'share', 'applications'))).toEqual(['app.ferry.desktop.desktop'])
    const desktop = readFileSync(join(app, 'share/applications/app.ferry.desktop.desktop'), 'utf8')
    expect(desktop).toMatch(/^Exec=ferry %U$/m)
    expect(desktop).toMatch(/^Icon=app\.ferry\.desktop$/m)
    expect(desktop).toMatch(/^StartupWMClass=ferry$/m)
    const metainfo = readFileSync(
      join(app, 'share/metainfo/app.ferry.desktop.metainfo.xml'),
      'utf8',
    )
    expect(metainfo).toContain(
      '<launchable type="desktop-id">app.ferry.desktop.desktop</launchable>',
    )
    const icons = join(app, 'share', 'icons', 'hicolor', '512x512', 'apps')
    expect(readdirSync(icons)).toEqual(['app.ferry.desktop.png'])
    expect(existsSync(join(app, 'ferry', 'ferry'))).toBe(true)
    expect(existsSync(join(app, 'bin', 'ferry'))).toBe(true)
  }
})

/** The files of electron-builder's deb, and the script that flatpak-builder adds. */
function writeDeb(folder: string): void {
  const metainfo = 'app.ferry.desktop.metainfo.xml'
  const files = {
    'opt/Ferry/ferry': '',
    'usr/share/applications/ferry.desktop':
      '[Desktop Entry]\nName=Ferry\nExec=/opt/Ferry/ferry %U\nType=Application\nIcon=ferry\nStartupWMClass=ferry\n',
    [`usr/share/metainfo/${metainfo}`]: readFileSync(
      new URL(`../../build/${metainfo}`, import.meta.url),
      'utf8',
    ),
    'usr/share/icons/hicolor/512x512/apps/ferry.png': '',
  }
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, 'deb', path)), { recursive: true })
    writeFileSync(join(folder, 'deb', path), content)
  }
  writeFileSync(join(folder, 'ferry.sh'), '#!/bin/sh\n')
  const made = run('sh', [
    '-euc',
    `cd '${folder}'; tar -C deb -cJf data.tar.xz .; ar rc ferry.deb data.tar.xz; rm -r deb data.tar.xz`,
  ])
  expect(made.output).toBe('')
}

/** The lines under `build-commands`. */
function commandsOf(manifest: string): readonly string[] {
  const block = /build-commands:\n((?: {6}.*\n)+)/.exec(manifest)?.[1] ?? ''
  return [...block.matchAll(/^ {6}- (.+)$/gm)].map(([, command = '']) => command)
}

describe('the manifests of a release', () => {
  it('are written with the checksums of the built files', async () => {
    const folder = temporaryFolder()
    for (const end of ENDS) writeFileSync(join(folder, `Ferry-1.10.0-${end}`), end)

    const written = await writeStoreManifests(folder, join(folder, 'stores'), release)

    expect(readdirSync(join(folder, 'stores')).toSorted()).toEqual([...written].toSorted())
    const cask = readFileSync(join(folder, 'stores', 'ferry.rb'), 'utf8')
    expect(cask).toBe(homebrewCask(release))
    const winget = readFileSync(
      join(folder, 'stores', 'FerryContributors.Ferry.installer.yaml'),
      'utf8',
    )
    expect(winget).toContain(checksumOf('win-arm64.exe').toUpperCase())
  })

  it('are refused when a file is missing', () => {
    const checksums = new Map(release.checksums)
    checksums.delete('Ferry-1.10.0-win-arm64.exe')

    expect(() => wingetManifests({ ...release, checksums })).toThrow(
      'Ferry-1.10.0-win-arm64.exe was not built',
    )
  })
})
