// Writes the manifests for winget, Homebrew and Flatpak:
//
//   node --import ./scripts/require-node-24.js scripts/store-manifests.ts INSTALLERS TARGET PROJECT-URL
//
// INSTALLERS is the folder with the built files. FERRY_MAC_IS_SIGNED=true says that Apple notarised
// them.
import { createHash } from 'node:crypto'
import { createReadStream, readFileSync } from 'node:fs'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

/** The key of the installer in "Installed apps": NsisTarget.js derives it from the appId. */
export const PRODUCT_CODE = 'dda080c2-3cb6-5e6a-a9ac-e685ece1d928'

const APP_ID = 'app.ferry.desktop'
const PACKAGE = 'FerryContributors.Ferry'
const PUBLISHER = 'The Ferry contributors'
const SUMMARY = 'Upload files to your own S3 bucket and hand out links'
/** Supported since winget 1.12. */
const WINGET_SCHEMA = '1.12.0'

export interface Release {
  readonly version: string
  /** The project's page on GitHub, without a trailing slash. */
  readonly projectUrl: string
  /** YYYY-MM-DD. */
  readonly date: string
  readonly isMacSigned: boolean
  /** Names of the built files with their hexadecimal SHA-256. */
  readonly checksums: ReadonlyMap<string, string>
}

interface Artefact {
  readonly url: string
  readonly sha256: string
}

/**
 * @param end the file name after the version.
 * @throws TypeError when there is no such file.
 */
function artefact(release: Release, end: string): Artefact {
  const name = `Ferry-${release.version}-${end}`
  const sha256 = release.checksums.get(name)
  if (sha256 === undefined) throw new TypeError(`${name} was not built`)
  return { url: `${release.projectUrl}/releases/download/v${release.version}/${name}`, sha256 }
}

type WingetItem = string | WingetObject
export interface WingetObject {
  readonly [key: string]: WingetItem | readonly WingetItem[]
}

/** The three files of one version: learn.microsoft.com/windows/package-manager/package/manifest. */
export function wingetManifests(release: Release): ReadonlyMap<string, WingetObject> {
  const { version, projectUrl } = release
  const of = (kind: string, content: WingetObject): WingetObject => ({
    PackageIdentifier: PACKAGE,
    PackageVersion: version,
    ...content,
    ManifestType: kind,
    ManifestVersion: WINGET_SCHEMA,
  })
  const installer = (architecture: 'x64' | 'arm64'): WingetObject => {
    const { url, sha256 } = artefact(release, `win-${architecture}.exe`)
    return {
      Architecture: architecture,
      InstallerUrl: url,
      InstallerSha256: sha256.toUpperCase(),
    }
  }
  return new Map([
    [`${PACKAGE}.yaml`, of('version', { DefaultLocale: 'en-US' })],
    [
      `${PACKAGE}.installer.yaml`,
      of('installer', {
        // The oldest Windows that Chromium supports.
        MinimumOSVersion: '10.0.0.0',
        InstallerType: 'nullsoft',
        // The installer can also install for all users, which needs an administrator.
        Scope: 'user',
        InstallModes: ['interactive', 'silent', 'silentWithProgress'],
        InstallerSwitches: { Silent: '/S', SilentWithProgress: '/S', Custom: '/currentuser' },
        UpgradeBehavior: 'install',
        ProductCode: PRODUCT_CODE,
        ReleaseDate: release.date,
        Installers: [installer('x64'), installer('arm64')],
      }),
    ],
    [
      `${PACKAGE}.locale.en-US.yaml`,
      of('defaultLocale', {
        PackageLocale: 'en-US',
        Publisher: PUBLISHER,
        PublisherUrl: projectUrl,
        PublisherSupportUrl: `${projectUrl}/issues`,
        PackageName: 'Ferry',
        PackageUrl: projectUrl,
        License: 'MIT',
        LicenseUrl: `${projectUrl}/blob/v${version}/LICENSE`,
        ShortDescription: SUMMARY,
        Description:
          'Drop files or folders on the window. They go straight to your own bucket, at Amazon S3 or at any store that speaks its language, and come back as links that you can hand out.',
        Tags: ['bucket', 's3', 'share', 'upload'],
        ReleaseNotesUrl: `${projectUrl}/releases/tag/v${version}`,
      }),
    ],
  ])
}

/**
 * Formats a manifest as YAML for winget. Texts are quoted, because YAML would read 1.10 as a number
 * and no as a boolean.
 */
export function wingetYaml(manifest: WingetObject): string {
  const schema = `# yaml-language-server: $schema=https://aka.ms/winget-manifest.${String(manifest.ManifestType)}.${WINGET_SCHEMA}.schema.json`
  return `${schema}\n${yamlLines(manifest).join('\n')}\n`
}

function yamlLines(object: WingetObject): string[] {
  return Object.entries(object).flatMap(([key, value]) => {
    if (typeof value === 'string') return [`${key}: ${JSON.stringify(value)}`]
    if (isList(value)) return [`${key}:`, ...value.flatMap(yamlItem)]
    return [`${key}:`, ...indented(yamlLines(value))]
  })
}

function isList(value: WingetItem | readonly WingetItem[]): value is readonly WingetItem[] {
  return Array.isArray(value)
}

function yamlItem(item: WingetItem): string[] {
  if (typeof item === 'string') return [`- ${JSON.stringify(item)}`]
  const [first = '', ...rest] = yamlLines(item)
  return [`- ${first}`, ...indented(rest)]
}

const indented = (lines: readonly string[]) => lines.map((line) => `  ${line}`)

/**
 * Files that Ferry and macOS leave in a user's Library, for `brew uninstall --zap`. The entry
 * "Ferry Safe Storage" stays in the keychain, because Homebrew deletes only files.
 */
const IN_LIBRARY = [
  'Application Support/Ferry',
  // ShipIt is the part of Electron that replaces an app; ferry-updater is its download folder.
  `Caches/${APP_ID}`,
  `Caches/${APP_ID}.ShipIt`,
  'Caches/ferry-updater',
  `HTTPStorages/${APP_ID}`,
  `Preferences/${APP_ID}.plist`,
  `Saved Application State/${APP_ID}.savedState`,
]

/**
 * See docs.brew.sh/Cask-Cookbook. Homebrew's own tap does not accept apps that Gatekeeper refuses
 * (docs.brew.sh/Acceptable-Casks), so the cask of an unsigned build is for a private tap.
 */
export function homebrewCask(release: Release): string {
  const { version, projectUrl, isMacSigned } = release
  const arm = artefact(release, 'mac-arm64.dmg')
  const intel = artefact(release, 'mac-x64.dmg')
  return `cask "ferry" do
  arch arm: "arm64", intel: "x64"

  version "${version}"
  sha256 arm:   "${arm.sha256}",
         intel: "${intel.sha256}"

  url "${projectUrl}/releases/download/v#{version}/Ferry-#{version}-mac-#{arch}.dmg"
  name "Ferry"
  desc "${SUMMARY}"
  homepage "${projectUrl}"

  livecheck do
    url :url
    strategy :github_latest
  end

${isMacSigned ? '  auto_updates true\n' : ''}  depends_on macos: :ventura

  app "Ferry.app"

  uninstall quit: "${APP_ID}"

  zap trash: [
${IN_LIBRARY.map((path) => `    "~/Library/${path}",\n`).join('')}  ]
${isMacSigned ? '' : UNSIGNED_CAVEATS}end
`
}

const UNSIGNED_CAVEATS = `
  caveats <<~EOS
    This build has no certificate of Apple's. When macOS refuses to open it, allow it in
    System Settings > Privacy & Security > Open Anyway.
  EOS
`

/** @throws TypeError when a file named in the template was not built. */
export function flatpakManifest(template: string, release: Release): string {
  return template.replaceAll(/<(url|sha256) of ([\w.-]+)>/g, (_all, what: keyof Artefact, end) => {
    return artefact(release, String(end))[what]
  })
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array)
  return hash.digest('hex')
}

/** Returns the names of the written files. */
export async function writeStoreManifests(
  installers: string,
  target: string,
  about: Omit<Release, 'checksums'>,
): Promise<readonly string[]> {
  const checksums = new Map<string, string>()
  for (const name of await readdir(installers)) {
    checksums.set(name, await sha256Of(join(installers, name)))
  }
  const release = { ...about, checksums }
  const template = readFileSync(new URL(`../build/flatpak/${APP_ID}.yml`, import.meta.url), 'utf8')
  const files = new Map([
    ...[...wingetManifests(release)].map(([name, each]) => [name, wingetYaml(each)] as const),
    ['ferry.rb', homebrewCask(release)] as const,
    [`${APP_ID}.yml`, flatpakManifest(template, release)] as const,
  ])
  await mkdir(target, { recursive: true })
  for (const [name, text] of files) await writeFile(join(target, name), text)
  return [...files.keys()]
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [installers, target, projectUrl] = process.argv.slice(2)
  if (installers === undefined || target === undefined || projectUrl === undefined) {
    throw new TypeError('Name the folder with the installers, the target and the project’s page')
  }
  const { version } = JSON.parse(
    readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
  ) as { readonly version: string }
  const written = await writeStoreManifests(installers, target, {
    version,
    projectUrl,
    date: new Date().toISOString().slice(0, 10),
    isMacSigned: process.env.FERRY_MAC_IS_SIGNED === 'true',
  })
  process.stdout.write(`${written.join('\n')}\n`)
}
