import assert from 'node:assert'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { isOwnBug, strayRejections } from '../../../electron/desktop/boot/crashes.ts'

/** This folder counts as Ferry's own code. */
const OWN_FOLDER = fileURLToPath(new URL('..', import.meta.url)).slice(0, -1)

const thrownBy = (work: () => unknown): unknown => {
  try {
    work()
  } catch (error) {
    return error
  }
  throw new Error('It threw nothing')
}

const nothing = (): { readonly call: () => void } => JSON.parse('null')

describe("a bug in Ferry's code is", () => {
  it.each([
    ['a TypeError of the language', () => nothing().call()],
    ['a TypeError that our code throws', () => raise(new TypeError('Unreachable value'))],
    ['a RangeError', () => 'a'.repeat(-1)],
    ['an assertion', () => assert.ok(false)],
  ])('%s', (_name, work) => {
    expect(isOwnBug(thrownBy(work), OWN_FOLDER)).toBe(true)
  })

  it('an error of the bundle, whose frames are URLs', () => {
    const error = new ReferenceError('x is not defined')
    error.stack = `${error}\n    at async start (file:///opt/Ferry/resources/app.asar/out/main/index.js:7:11)`

    expect(isOwnBug(error, '/opt/Ferry/resources/app.asar/out')).toBe(process.platform !== 'win32')
  })
})

describe("not a bug in Ferry's code is", () => {
  it.each([
    ['what Electron rejects with', new Error('Failed to open')],
    ['an abort', new DOMException('Aborted', 'AbortError')],
    ['a system error', Object.assign(new Error('read'), { code: 'EIO' })],
    ['a text', 'ERR_FAILED'],
    ['nothing', undefined],
  ])('%s', (_name, reason) => {
    expect(isOwnBug(reason, OWN_FOLDER)).toBe(false)
  })

  it('a TypeError of Node for a closed stream', () => {
    const start = (controller: ReadableStreamDefaultController) => {
      controller.close()
      controller.enqueue('late')
    }
    const error = thrownBy(() => new ReadableStream({ start }))

    expect(error).toBeInstanceOf(TypeError)
    expect(isOwnBug(error, OWN_FOLDER)).toBe(false)
  })

  it('a TypeError of other code, or of a folder with a longer name', () => {
    const error = thrownBy(() => nothing().call())

    expect(isOwnBug(error, `${OWN_FOLDER}/other`)).toBe(false)
    expect(isOwnBug(error, OWN_FOLDER.slice(0, -1))).toBe(false)
  })
})

describe('an unhandled rejection', () => {
  const setUp = () => {
    const lines: { readonly event: Record<string, unknown>; readonly text: string }[] = []
    const note = (event: Record<string, unknown>, text: string) => void lines.push({ event, text })
    const ends: unknown[] = []
    const stray = strayRejections({
      ownFolder: OWN_FOLDER,
      log: { info: note, warn: note, error: note },
      die: (error) => void ends.push(error),
    })
    return { ...stray, lines, ends }
  }

  it('is logged without queries and reported, and the app continues', () => {
    const { judge, reportTo, lines, ends } = setUp()
    const reported: string[] = []
    reportTo((reference) => void reported.push(reference))

    judge(new Error('GET https://s3.example/a?X-Amz-Signature=SECRET failed'))

    expect(ends).toEqual([])
    expect(lines).toHaveLength(1)
    expect(reported).toEqual([lines[0]?.event.reference])
    expect(JSON.stringify(lines)).not.toContain('SECRET')
  })

  it('before the window can show it is reported later', () => {
    const { judge, reportTo, lines } = setUp()
    const reported: string[] = []

    judge(new Error('first'))
    judge(new Error('second'))
    reportTo((reference) => void reported.push(reference))

    expect(lines).toHaveLength(2)
    expect(reported).toEqual([lines[0]?.event.reference])
  })

  it("that is a bug in Ferry's code closes the app", () => {
    const { judge, lines, ends } = setUp()
    const bug = thrownBy(() => nothing().call())

    judge(bug)

    expect(ends).toEqual([bug])
    expect(lines).toEqual([])
  })
})

function raise(error: Error): never {
  throw error
}
