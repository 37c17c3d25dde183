import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, it, onTestFinished } from 'vitest'
import { endChild, exitReason } from '../../scripts/child-processes.ts'

const WITH_CHANNEL = ['ignore', 'pipe', 'inherit', 'ipc'] as const
const WITHOUT = ['ignore', 'pipe', 'inherit'] as const

/** On Windows a process cannot ignore a signal. */
const UNHEARD: readonly (readonly [string, readonly string[], string])[] = [
  ['message', WITH_CHANNEL, "process.on('message', () => 0)"],
  ['signal', WITHOUT, "process.on('SIGTERM', () => 0); setInterval(() => 0, 1000)"],
]

/** Resolves once the child has reported that it is listening. */
async function child(script: string, stdio: readonly string[]): Promise<ChildProcess> {
  const started = spawn(process.execPath, ['-e', `${script}; console.log('up')`], {
    stdio: [...stdio] as StdioOptions,
  })
  onTestFinished(() => void started.kill('SIGKILL'))
  const { stdout } = started
  if (stdout === null) throw new TypeError('The output is not piped')
  await once(stdout, 'data')
  return started
}

const LISTENS = "process.on('message', ({ ferry }) => process.exit(ferry === 'quit' ? 7 : 8))"

describe('ending a child', () => {
  it('sends a message, on which it closes by itself', async () => {
    const listening = await child(LISTENS, WITH_CHANNEL)

    await endChild(listening)

    expect([listening.exitCode, listening.signalCode]).toEqual([7, null])
  })

  it('sends a signal without a channel', async () => {
    const deaf = await child('setInterval(() => 0, 1000)', WITHOUT)

    await endChild(deaf)

    expect([deaf.exitCode, deaf.signalCode]).toEqual([null, 'SIGTERM'])
  })

  it.each(UNHEARD.slice(0, process.platform === 'win32' ? 1 : 2))(
    'uses force when it ignores the %s',
    async (_name, stdio, script) => {
      const stubborn = await child(script, stdio)

      await endChild(stubborn, 50)

      expect(stubborn.signalCode).toBe('SIGKILL')
    },
  )

  it('that has ended takes no time', async () => {
    const over = await child('0', WITHOUT)
    if (over.exitCode === null) await once(over, 'exit')

    await endChild(over)

    expect(over.exitCode).toBe(0)
  })

  it('that could not be started takes no time', async () => {
    const never = spawn('/nowhere/electron', [])
    const failed = once(never, 'error')

    await endChild(never)

    expect((await failed)[0]).toMatchObject({ code: 'ENOENT' })
  })
})

describe('the exit reason', () => {
  it.each([
    [3221225781, 'it ended with code 3221225781: a library (DLL) is missing'],
    // The same code as a signed number.
    [-1073741515, 'it ended with code 3221225781: a library (DLL) is missing'],
    [0xc000007b, /^it ended with code 3221225595: .* another kind of processor$/],
    [0xc0000409, /^it ended with code 3221226505: it stopped because/],
    [127, 'it ended with code 127: a library is missing'],
    [53, 'it ended with code 53'],
    [0, 'it ended with code 0'],
  ])('with code %d', (code, reason) => {
    expect(exitReason(code, null)).toEqual(
      typeof reason === 'string' ? reason : expect.stringMatching(reason),
    )
  })

  it('by a signal', () => {
    expect(exitReason(null, 'SIGTRAP', 'linux')).toBe('it was ended by SIGTRAP')
  })

  it('by macOS, which does not mention a broken signature', () => {
    expect(exitReason(null, 'SIGKILL', 'darwin')).toMatch(/^it was ended by SIGKILL: .*signature/)
  })
})
