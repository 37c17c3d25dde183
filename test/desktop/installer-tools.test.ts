import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { hasTool } from './has-tool.ts'

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

describe('what software centres read', () => {
  it('names the app, its licence and its desktop file as the package does', () => {
    const text = readFileSync(METAINFO, 'utf8')

    expect(text).toContain('<id>app.ferry.desktop</id>')
    expect(text).toContain('<project_license>MIT</project_license>')
    expect(text).toContain('<launchable type="desktop-id">ferry.desktop</launchable>')
  })
})

/** Which of these tools is installed, the machine decides; Debian has them all. */
if (hasTool('appstreamcli')) describe('AppStream', withAppStream)
else describe('AppStream, which is not installed here', withoutTool('appstreamcli'))

if (hasTool('makensis')) describe('NSIS', withNsis)
else describe('NSIS, which is not installed here', withoutTool('makensis'))

function withoutTool(tool: string) {
  return () => {
    it('proves nothing on this machine', () => {
      expect(hasTool(tool)).toBe(false)
    })
  }
}

function withAppStream(): void {
  it('finds no error and nothing to warn of', () => {
    const { status, output } = run('appstreamcli', ['validate', '--no-net', METAINFO])

    expect(output).not.toMatch(/^[EW]: /m)
    expect(status).toBe(0)
  })
}

/**
 * The generated installer needs plug-ins that Debian does not have (UAC, nsProcess, Nsis7z), so our
 * macros are compiled in an installer of ten lines, with the names that electron-builder defines.
 */
function withNsis(): void {
  it('compiles what is added to the installer and the uninstaller, without a warning', () => {
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

    // `-WX` takes every warning for an error: NSIS leaves a name it does not know as it stands.
    const names = ['-DPRODUCT_NAME=Ferry', '-DPRODUCT_FILENAME=Ferry']
    const { status, output } = run('makensis', ['-V2', '-WX', ...names, script])

    expect(output).toBe('')
    expect(status).toBe(0)
  })
}
