import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const root = new URL('../../', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, root), 'utf8')
const check = read('.github/workflows/check.yml')
const release = read('.github/workflows/release.yml')

/** The steps of one job of check.yml, from its dashes on. */
function stepsOf(job: string): readonly string[] {
  const text = check.split(/^ {2}(?=\w[\w-]*:$)/m).find((each) => each.startsWith(`${job}:`))
  return text?.split(/^ {6}(?=- )/m).slice(1) ?? []
}

describe('the desktop job', () => {
  it('runs the specs on a real Electron, or fails', () => {
    const runs = stepsOf('desktop').filter((step) => step.includes('vitest run'))

    expect(runs).toHaveLength(2)
    for (const step of runs) {
      expect(step).toContain('--project electron')
      expect(step).toContain('FERRY_EXPECT_ELECTRON: "1"')
    }
  })
})

describe('the job with installed apps', () => {
  it('starts each kind of installer that a release has', () => {
    const tried = stepsOf('installed').filter((step) => step.includes('scripts/try-installed.ts'))

    expect(tried.map((step) => /matrix\.what == '(\w+)'/.exec(step)?.[1])).toEqual([
      'AppImage',
      'deb',
      'nsis',
      'dmg',
    ])
  })
})

describe('a release without Apple’s certificate', () => {
  it('signs the app for this computer, as an arm64 Mac starts no other', () => {
    const fallback = /elif \[ "\$RUNNER_OS" = macOS \]; then\n(.*)\n/.exec(release)?.[1] ?? ''

    expect(fallback).toContain('-c.mac.identity=- -c.mac.hardenedRuntime=false')
    expect(fallback).toContain('-c.mac.notarize=false')
    expect(read('electron-builder.yml')).toMatch(/^ {2}resetAdHocDarwinSignature: true$/m)
  })
})

describe('a release', () => {
  it('brings the feed that electron-updater reads, and says what is signed', () => {
    expect(release).toContain('dist/latest*.yml')
    expect(release).toContain('-c.publish.provider=github')
    expect(release).toMatch(
      /if \[ -n "\$\{CSC_LINK:-\}\$\{WIN_CSC_LINK:-\}" \]; then\n\s+options\+=\(-c\.extraMetadata\.isSigned=true\)/,
    )
  })
})
