import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { describe, expect, it, onTestFinished } from 'vitest'
import { QUIT, watchParent } from '../../electron/files/shutdown.ts'

const MODULE = new URL('../../electron/files/shutdown.ts', import.meta.url).href

/** A program that prints when it waits for its end, and when the end has come. */
function waiting(platform: NodeJS.Platform = process.platform): string {
  return `import { untilShutdown } from '${MODULE}'
    const isTold = untilShutdown('${platform}')
    const stay = setInterval(() => undefined, 1000)
    console.log('up ' + process.pid)
    await isTold
    clearInterval(stay)
    console.log('told')`
}

const run = (script: string) => ['--input-type=module', '-e', script]

function started(script: string) {
  const child = spawn(process.execPath, run(script), {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    env: withoutNpm(),
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

function withoutNpm(): NodeJS.ProcessEnv {
  const { npm_lifecycle_event: _, ...env } = process.env
  return env
}

/** All output until the pattern appears; the pipe ends with its last writer. */
async function until(output: Readable, pattern: RegExp): Promise<string> {
  let text = ''
  for await (const chunk of output.iterator({ destroyOnReturn: false })) {
    text += String(chunk)
    if (pattern.test(text)) return text
  }
  throw new Error(`It ended without ${pattern}: ${text}`)
}

describe('a program is told to end', () => {
  it('by its parent’s message', async () => {
    const child = started(waiting())
    const { stdout } = child
    if (stdout === null) throw new TypeError('The output is not piped')
    await until(stdout, /up/)
    const ended = once(child, 'exit')

    child.send(QUIT)

    await until(stdout, /told/)
    expect(await ended).toEqual([0, null])
  })

  it('by no other message', async () => {
    const script = `${waiting()}
      console.log('first ' + heard)`
    const child = started(`let heard = 'nothing'
      process.on('message', (message) => { heard = message.ferry })
      ${script}`)
    const { stdout } = child
    if (stdout === null) throw new TypeError('The output is not piped')
    await until(stdout, /up/)

    child.send({ ferry: 'stay' })
    child.send(QUIT)

    expect(await until(stdout, /first/)).toContain('first quit')
  })

  /** Windows ends it with its parent: libuv puts children into a job, src/win/process.c. */
  it.runIf(process.platform !== 'win32')(
    'by the end of its channel, which ends with its parent',
    async () => {
      const grandchild = waiting()
      const parent = started(`import { spawn } from 'node:child_process'
      const child = spawn(process.execPath, ${JSON.stringify(run(grandchild))}, {
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      })`)
      const { stdout } = parent
      if (stdout === null) throw new TypeError('The output is not piped')
      const said = await until(stdout, /up \d+/)
      onTestFinished(() => killIfThere(Number(/\d+/.exec(said)?.[0])))

      parent.kill('SIGKILL')

      await until(stdout, /told/)
    },
  )

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGBREAK'])('by %s', async (signal) => {
    const child = started(
      `${waiting().replace('await isTold', `process.emit('${signal}'); await isTold`)}`,
    )
    const { stdout } = child
    if (stdout === null) throw new TypeError('The output is not piped')

    await until(stdout, /told/)
  })
})

/** On Unix, a shell such as npm's does not pass on the end. */
describe.runIf(process.platform !== 'win32')('a program under npm is told to end', () => {
  it.each(['linux', 'win32'] as const)(
    'by the end of the shell in which npm runs it, as seen on %s',
    async (platform) => {
      const shell = spawn(
        '/bin/sh',
        ['-c', '"$0" "$@"; exit', process.execPath, ...run(waiting(platform))],
        {
          stdio: ['ignore', 'pipe', 'inherit'],
          env: { ...process.env, npm_lifecycle_event: 'start' },
        },
      )
      const said = await until(shell.stdout, /up \d+/)
      onTestFinished(() => killIfThere(Number(/\d+/.exec(said)?.[0])))

      shell.kill('SIGKILL')

      await until(shell.stdout, /told/)
    },
  )
})

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It ended by itself, as it should.
  }
}

describe('whether the parent has ended', () => {
  it('shows in a different parent on Unix', () => {
    let parent = 41
    const isGone = watchParent({ platform: 'linux', parentPid: () => parent, isAlive: () => true })

    expect(isGone()).toBe(false)
    parent = 1
    expect(isGone()).toBe(true)
  })

  it('is looked up on Windows, which never assigns another parent', () => {
    const alive = new Set([41])
    const isGone = watchParent({
      platform: 'win32',
      parentPid: () => 41,
      isAlive: (pid) => alive.has(pid),
    })

    expect(isGone()).toBe(false)
    alive.clear()
    expect(isGone()).toBe(true)
  })
})
