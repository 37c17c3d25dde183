import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { specsOf } from '../e2e/worlds/spec-matrix.ts'

const root = new URL('../../', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, root), 'utf8')
const check = read('.github/workflows/check.yml')
const release = read('.github/workflows/release.yml')
const tryInstalled = read('.github/actions/try-installed/action.yml')

/** The text of a job, starting at its name. */
function jobOf(workflow: string, job: string): string {
  const jobs = workflow.split(/^ {2}(?=\w[\w-]*:$)/m)
  return jobs.find((each) => each.startsWith(`${job}:`)) ?? ''
}

/** The steps of a text, starting at their dashes. */
function stepsOf(text: string, indent: 4 | 6 = 6): readonly string[] {
  return text.split(new RegExp(`^ {${indent}}(?=- )`, 'm')).slice(1)
}

/** The values of a matrix with entries on one line or on several. */
function matrixOf(job: string, key: string): readonly string[] {
  return [...job.matchAll(new RegExp(`[{ ]${key}: ([\\w.-]+)(?=[,\\s}])`, 'g'))].map(
    ([, value = '']) => value,
  )
}

describe('the desktop job', () => {
  it('runs the specs on a real Electron, or fails', () => {
    const runs = stepsOf(jobOf(check, 'desktop')).filter((step) => step.includes('vitest run'))

    expect(runs).toHaveLength(2)
    for (const step of runs) {
      expect(step).toContain('--project electron')
      expect(step).toContain('FERRY_EXPECT_ELECTRON: "1"')
    }
  })

  it('does not hide the real Electron from the projects that use it', () => {
    const config = read('vite.config.ts')
    const [, project = ''] = config.split("name: 'electron',")

    expect(config).toContain("ELECTRON_OVERRIDE_DIST_PATH: '/nonexistent'")
    expect(config).toContain("hasElectron() || process.env.FERRY_EXPECT_ELECTRON === '1'")
    expect(project).toContain('env: { ELECTRON_OVERRIDE_DIST_PATH: electronFolder() }')
    expect(specsOf('electron')).toContain('test/e2e/desktop/sandbox.test.ts')
  })
})

describe('the action that tests an installer', () => {
  it('installs every kind of installer and starts the app', () => {
    const installs = stepsOf(tryInstalled, 4).filter((step) =>
      step.includes(`INSTALLER: \${{ steps.found.outputs.path }}`),
    )
    const kinds = installs.map((step) => /inputs\.kind == '(\w+)'/.exec(step)?.[1])
    const starts = stepsOf(tryInstalled, 4).filter((step) =>
      step.includes('scripts/try-installed.ts "$FERRY_PROGRAM"'),
    )

    expect(kinds).toEqual(['AppImage', 'deb', 'rpm', 'nsis', 'dmg', 'zip'])
    expect(starts.map((step) => /if: (.*)/.exec(step)?.[1])).toEqual([
      "runner.os == 'Linux'",
      "runner.os != 'Linux'",
    ])
  })

  it('verifies the signature of an app for macOS, whether certified or not', () => {
    const [verifies = ''] = stepsOf(tryInstalled, 4).filter((step) => step.includes('codesign'))

    expect(verifies).toContain("if: runner.os == 'macOS'")
    expect(verifies).toContain('codesign --verify --deep --strict')
  })

  it('is used for every change, on all three systems', () => {
    const job = jobOf(check, 'installed')

    expect(matrixOf(job, 'kind')).toEqual(['AppImage', 'deb', 'nsis', 'dmg'])
    expect(job).toContain('uses: ./.github/actions/try-installed')
  })
})

describe('a release without Apple’s certificate', () => {
  it('signs the app for local use, because an arm64 Mac starts no unsigned app', () => {
    const fallback = /elif \[ "\$RUNNER_OS" = macOS \]; then\n(.*)\n/.exec(release)?.[1] ?? ''

    expect(fallback).toContain('-c.mac.identity=- -c.mac.hardenedRuntime=false')
    expect(fallback).toContain('-c.mac.notarize=false')
    expect(read('electron-builder.yml')).toMatch(/^ {2}resetAdHocDarwinSignature: true$/m)
  })
})

describe('a release', () => {
  it('tests each file on its own system before it publishes any', () => {
    const open = jobOf(release, 'open')
    const publish = jobOf(release, 'publish')

    expect(matrixOf(open, 'installer')).toEqual([
      ...['linux-x86_64.AppImage', 'linux-amd64.deb', 'linux-x86_64.rpm'],
      ...['linux-arm64.AppImage', 'linux-arm64.deb', 'linux-aarch64.rpm'],
      ...['win-x64.exe', 'win-arm64.exe'],
      ...['mac-x64.dmg', 'mac-x64.zip', 'mac-arm64.dmg', 'mac-arm64.zip'],
    ])
    // Labels of GitHub-hosted runners:
    // docs.github.com/actions/reference/runners/github-hosted-runners.
    expect(new Set(matrixOf(open, 'system'))).toEqual(
      new Set([
        ...['ubuntu-24.04', 'ubuntu-24.04-arm', 'windows-latest', 'windows-11-arm'],
        ...['macos-15-intel', 'macos-latest'],
      ]),
    )
    expect(open).toContain('needs: package\n')
    expect(open).toContain('uses: ./.github/actions/try-installed')
    expect(publish).toContain('needs: [package, open, stores]\n')
  })

  it('tests the published files themselves and builds none for that', () => {
    const open = jobOf(release, 'open')

    expect(open).toContain(`name: ferry-\${{ matrix.from }}`)
    expect(open).not.toContain('npm ')
    expect(jobOf(release, 'package')).toContain(`name: ferry-\${{ runner.os }}`)
  })

  it('writes the store manifests without permission to publish', () => {
    const stores = jobOf(release, 'stores')

    expect(stores).toContain('scripts/store-manifests.ts installers stores')
    expect(stores).not.toMatch(/permissions:|npm /)
  })

  it('publishes the feed for electron-updater, and says what is signed', () => {
    expect(release).toContain('dist/latest*.yml')
    expect(release).toContain('-c.publish.provider=github')
    expect(release).toMatch(
      /if \[ -n "\$\{CSC_LINK:-\}\$\{WIN_CSC_LINK:-\}" \]; then\n\s+options\+=\(-c\.extraMetadata\.isSigned=true\)/,
    )
  })
})
