import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { requestLock, type SecondInstance } from '../../fakes/electron/single-instance.ts'

let userData: string

beforeEach(() => {
  userData = mkdtempSync(join(tmpdir(), 'ferry-instance-'))
})

afterEach(() => rmSync(userData, { recursive: true }))

const FAKE = new URL('../../fakes/electron/single-instance.ts', import.meta.url).href
const MESSAGE = { argv: ['Ferry', 'film.mov'], workingDirectory: '/home', additionalData: { a: 1 } }

/** Starts a process that reports whether it got the lock and then stays until it is killed. */
async function startOther() {
  const program = `
    const { requestLock } = await import(${JSON.stringify(FAKE)})
    const lock = requestLock(${JSON.stringify(userData)}, ${JSON.stringify(MESSAGE)}, () => {})
    process.stdout.write(lock === null ? 'second' : 'first')
    setInterval(() => {}, 1000)
  `
  const child = spawn(process.execPath, ['--input-type=module', '-e', program])
  const [said] = await once(child.stdout, 'data')
  const kill = async () => {
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  return { said: String(said), kill }
}

describe('the fake single-instance lock', () => {
  it('passes the second process to the first, and admits the next one after a release', async () => {
    const heard: SecondInstance[] = []
    const lock = requestLock(userData, MESSAGE, (second) => heard.push(second))

    const second = await startOther()
    await second.kill()
    lock?.release()
    const third = await startOther()
    await third.kill()

    expect([second.said, third.said]).toEqual(['second', 'first'])
    expect(heard).toEqual([MESSAGE])
  })

  it('is released when its process is killed', async () => {
    const other = await startOther()
    await other.kill()

    const lock = requestLock(userData, MESSAGE, () => {})

    expect(other.said).toBe('first')
    expect(lock).not.toBeNull()
    lock?.release()
    expect(existsSync(join(userData, 'single-instance.lock'))).toBe(false)
  })
})
