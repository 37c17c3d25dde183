import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { logTo } from '../../../electron/core/host/log.ts'
import { loginShell } from '../../../electron/desktop/system/login-shell.ts'

/** The PATH that launchd sets for apps in the Dock. */
const BARE_PATH = '/usr/bin:/bin:/usr/sbin:/sbin'

/** A shell with these lines as start-up file; it receives the command as its last argument. */
function shellWith(startUp: string, name = 'a shell'): string {
  const folder = mkdtempSync(join(tmpdir(), 'ferry shell '))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const path = join(folder, name)
  writeFileSync(
    path,
    `#!/bin/sh\nFLAGS="$*"\nfor last; do :; done\n${startUp}\n/bin/sh -c "$last"\n`,
  )
  chmodSync(path, 0o700)
  return path
}

function started(shell: string, variables: NodeJS.ProcessEnv = {}, withinMs = 20_000) {
  const environment: NodeJS.ProcessEnv = { PATH: BARE_PATH, SHELL: shell, ...variables }
  let logged = ''
  const log = logTo({
    write: (line) => {
      logged += line
    },
  })
  const readShell = loginShell({ platform: 'darwin', environment, log, withinMs })
  if (readShell === undefined) throw new Error('The shell is not asked')
  return { environment, readShell, logged: () => logged }
}

describe.runIf(process.platform !== 'win32')('the login shell', () => {
  it('adds PATH and what the AWS tools read, and nothing else', async () => {
    const shell = shellWith(`export PATH="/opt/homebrew/bin:$PATH"
export AWS_ACCESS_KEY_ID=AKIAEXAMPLE AWS_CONFIG_FILE="/home/Jörg Müller/a b" OTHER=1`)
    const { environment, readShell, logged } = started(shell)

    const answer = await readShell()

    expect(answer).toBe('read')
    expect(environment).toEqual({
      PATH: `/opt/homebrew/bin:${BARE_PATH}`,
      SHELL: shell,
      AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
      AWS_CONFIG_FILE: '/home/Jörg Müller/a b',
    })
    expect(logged()).toContain('"count":3')
    expect(logged()).not.toMatch(/AKIAEXAMPLE|homebrew/)
  })

  it('does not override variables that Ferry was started with', async () => {
    const { environment, readShell } = started(shellWith('export AWS_PROFILE=shell'), {
      AWS_PROFILE: 'own',
    })

    await readShell()

    expect(environment.AWS_PROFILE).toBe('own')
  })

  it('may print anything before and after', async () => {
    const shell = shellWith(`echo "AWS_ACCESS_KEY_ID=noise"; printf '\\033[1mWelcome\\n'
export AWS_PROFILE=work
trap 'echo AWS_SECRET_ACCESS_KEY=noise' EXIT`)
    const { environment, readShell } = started(shell)

    await readShell()

    expect(environment).toEqual({ PATH: BARE_PATH, SHELL: shell, AWS_PROFILE: 'work' })
  })

  it('may set a variable of several lines that look like other variables', async () => {
    const { environment, readShell } = started(
      shellWith(`export AWS_PROFILE=work NOTE='one\nAWS_REGION=no'`),
    )

    await readShell()

    expect(environment.AWS_PROFILE).toBe('work')
    expect(environment.AWS_REGION).toBeUndefined()
  })

  it('is asked once for all callers', async () => {
    const { environment, readShell } = started(
      shellWith('export AWS_PROFILE="$AWS_PROFILE-more"', 'zsh'),
    )

    await Promise.all([readShell(), readShell()])
    await readShell()

    expect(environment.AWS_PROFILE).toBe('-more')
  })

  it.each([
    ['zsh', '-i -l -c'],
    ['tcsh', '-ic'],
    ['pwsh', '-Login -Command'],
  ])('called %s is started with its own flags: %s', async (name, flags) => {
    const { environment, readShell } = started(
      shellWith('export AWS_PROFILE="$TERM $(printf %s "$FLAGS" | cut -d / -f 1)"', name),
    )

    await readShell()

    expect(environment.AWS_PROFILE).toBe(`dumb ${flags} `)
  })

  it('that leaves a program running with its output open is not waited for', async () => {
    const { readShell } = started(shellWith('sleep 30 &'))

    expect(await readShell()).toBe('read')
  })

  it('that hangs is killed together with its children', async () => {
    const { environment, readShell, logged } = started(shellWith('sleep 600; sleep 600'), {}, 100)

    expect(await readShell()).toBe('silent')
    expect(environment.PATH).toBe(BARE_PATH)
    expect(logged()).toContain('did not report')
  })

  it('that does not exist is ignored', async () => {
    expect(await started('/nowhere/at/all').readShell()).toBe('silent')
  })

  it('that ends without output is ignored', async () => {
    expect(await started(shellWith('exit 3')).readShell()).toBe('silent')
  })
})

describe('an app', () => {
  const log = { info: () => undefined, warn: () => undefined }

  it('started from a terminal has its variables', () => {
    const environment = { PATH: BARE_PATH, TERM: 'xterm-256color' }

    expect(loginShell({ platform: 'linux', environment, log })).toBeUndefined()
  })

  it('on Windows always has the user’s variables', () => {
    expect(loginShell({ platform: 'win32', environment: {}, log })).toBeUndefined()
  })
})
