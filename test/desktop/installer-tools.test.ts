import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { hasTool } from './has-tool.ts'
import { hasDebianNsis, standInForNsis } from './nsis-stand-in.ts'
import { hasSevenZip, packAllOffline } from './packaged-app.ts'

const build = fileURLToPath(new URL('../../build/', import.meta.url))
const METAINFO = join(build, 'app.ferry.desktop.metainfo.xml')
const INCLUDE = join(build, 'installer.nsh')

function run(tool: string, args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(tool, args, { encoding: 'utf8' })
  return { status, output: `${stdout}${stderr}` }
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ferry-installer-tools-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

describe('the metadata for software centres', () => {
  it('names the app, its licence and its desktop file like the package', () => {
    const text = readFileSync(METAINFO, 'utf8')

    expect(text).toContain('<id>app.ferry.desktop</id>')
    expect(text).toContain('<project_license>MIT</project_license>')
    expect(text).toContain('<launchable type="desktop-id">ferry.desktop</launchable>')
  })
})

/** Which of these tools are installed depends on the machine; Debian has them all. */
if (hasTool('appstreamcli')) describe('AppStream', withAppStream)
else describe('AppStream, which is not installed here', withoutTool('appstreamcli'))

if (hasTool('makensis')) describe('NSIS', withNsis)
else describe('NSIS, which is not installed here', withoutTool('makensis'))

function withoutTool(tool: string) {
  return () => {
    it('cannot be checked on this machine', () => {
      expect(hasTool(tool)).toBe(false)
    })
  }
}

function withAppStream(): void {
  it('reports no error and no warning', () => {
    const { status, output } = run('appstreamcli', ['validate', '--no-net', METAINFO])

    expect(output).not.toMatch(/^[EW]: /m)
    expect(status).toBe(0)
  })
}

function withNsis(): void {
  // 7-Zip creates the installer's contents.
  if (hasDebianNsis() && hasSevenZip())
    it('compiles the installer and the uninstaller', compilesAll, 120_000)

  /** electron-builder's script with Ferry's macros; `-WX` turns warnings into errors. */
  async function compilesAll() {
    const folder = temporaryFolder()
    const config = {
      compression: 'store',
      disableAsarIntegrity: true,
      // Debian's other languages lack some texts, which is also a warning.
      nsis: { packElevateHelper: false, installerLanguages: ['en_US'] },
      win: { signAndEditExecutable: false },
    }
    const job = { platform: 'win', targets: ['nsis'], tools: 'run', config } as const

    const [app] = await packAllOffline(folder, [job], standInForNsis(folder))

    const [installer = ''] = app?.artefacts ?? []
    const start = readFileSync(join(app?.dist ?? '', installer)).subarray(0, 2)
    expect(installer).toMatch(/^Ferry-.*-win-x64\.exe$/)
    expect(start.toString()).toBe('MZ')
  }

  it("compiles Ferry's additions separately, without a warning", () => {
    const folder = temporaryFolder()
    const script = join(folder, 'installer.nsi')
    writeFileSync(
      script,
      `Unicode true
Name "Ferry"
OutFile "${join(folder, 'installer.exe')}"
InstallDir "$LOCALAPPDATA\\Programs\\Ferry"
RequestExecutionLevel user
!include "${INCLUDE}"
Section "install"
  SetShellVarContext current
  SetOutPath $INSTDIR
  WriteUninstaller "$INSTDIR\\uninstall.exe"
  !insertmacro customInstall
SectionEnd
Section "un.install"
  SetShellVarContext current
  !insertmacro customUnInstall
SectionEnd
`,
    )

    // `-WX` turns warnings into errors: NSIS leaves unknown names unchanged.
    const names = ['-DPRODUCT_NAME=Ferry', '-DPRODUCT_FILENAME=Ferry']
    const { status, output } = run('makensis', ['-V2', '-WX', ...names, script])

    expect(output).toBe('')
    expect(status).toBe(0)
  })
}
