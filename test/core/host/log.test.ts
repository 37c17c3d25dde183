import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { logTo, MAX_LOG_BYTES, openLog } from '../../../electron/core/host/log.ts'
import { temporaryFolder } from '../../fakes/core-ports.ts'
import { sharedBitsOf } from '../../loopback/loopback-harness.ts'

let folder: string
let remove: () => void

beforeEach(() => {
  ;({ folder, remove } = temporaryFolder())
})

afterEach(() => remove())

const URL_WITH_SECRET = 'https://b.s3.example/k?X-Amz-Signature=abc123&X-Amz-Expires=9'

function logged(event: Record<string, unknown>, text = 'text'): string {
  let lines = ''
  logTo({ write: (line) => (lines += line) }).warn(event, text)
  return lines
}

describe('the log', () => {
  it.each([
    ['the text', {}, `asked ${URL_WITH_SECRET} in vain`],
    ['a value', { url: URL_WITH_SECRET }, ''],
    ['a list inside a value', { a: { list: [{ url: URL_WITH_SECRET }] } }, ''],
    ['the stack of an error', { error: new Error(`GET ${URL_WITH_SECRET} failed`) }, ''],
    ['a header of a request line', { line: `GET /k?X-Amz-Signature=abc123 HTTP/1.1` }, ''],
  ])('removes every query string: in %s', (_where, event, text) => {
    const line = logged(event, text)

    expect(line).not.toContain('abc123')
    expect(line).not.toContain('X-Amz')
  })

  it.each(['secretAccessKey', 'sessionToken', 'Authorization', 'set-cookie', 'password'])(
    'never writes a value named %s',
    (name) => {
      const line = logged({ inner: { [name]: 'hidden' }, [name]: 'hidden' })

      expect(line).not.toContain('hidden')
    },
  )

  it('keeps the useful values', () => {
    const line = logged({ command: 'prepareUpload', status: 403 }, 'Refused by the store')

    expect(JSON.parse(line)).toMatchObject({
      command: 'prepareUpload',
      status: 403,
      msg: 'Refused by the store',
    })
  })

  it('accepts values that JSON cannot represent, and lets no event overwrite the time', () => {
    const event = { big: 10n, odd: { toJSON: () => 'run' }, nan: Number.NaN, level: 'x', time: 1 }

    const line = JSON.parse(logged(event, 'text'))

    expect(line).toMatchObject({ big: '10', odd: { toJSON: '[function]' }, nan: null, level: 40 })
    expect(Date.parse(line.time)).toBeGreaterThan(0)
  })

  it('accepts a value that refers to itself', () => {
    const loop: Record<string, unknown> = {}
    loop.self = loop

    expect(() => logged(loop)).not.toThrow()
  })
})

describe('the log file', () => {
  const file = () => join(folder, 'logs', 'ferry.log')
  const older = () => join(folder, 'logs', 'ferry.1.log')

  it('is appended to, and readable by this user alone', () => {
    openLog(folder).info({}, 'first')
    openLog(folder).info({}, 'second')

    expect(readFileSync(file(), 'utf8')).toMatch(/first.*\n.*second/)
    expect(sharedBitsOf(statSync(file()))).toBe(0)
  })

  it('is moved away once it is long, whenever that was written', () => {
    openLog(folder).info({}, 'first')
    writeFileSync(file(), 'old '.repeat(2_000_000))

    openLog(folder).info({}, 'new')

    expect(statSync(file()).size).toBeLessThan(1000)
    expect(readFileSync(older(), 'utf8')).toMatch(/^old old/)
  })

  it('rotates while it is written to, and loses no line', () => {
    const log = openLog(folder)
    // Each line has the longest text that is logged, so two files contain fewer than 2,200 of them.
    const text = 'x'.repeat(3990)
    const lineCount = 2000
    for (let index = 0; index < lineCount; index += 1) log.info({ index }, text)

    const written = [older(), file()].map((each) =>
      readFileSync(each, 'utf8').trimEnd().split('\n'),
    )

    expect(written.flat().map((line) => JSON.parse(line).index)).toEqual([
      ...Array(lineCount).keys(),
    ])
    for (const each of [file(), older()]) {
      expect(statSync(each).size).toBeLessThanOrEqual(MAX_LOG_BYTES)
      expect(sharedBitsOf(statSync(each))).toBe(0)
    }
  })

  it('keeps one older log, however much is written', () => {
    const log = openLog(folder)
    const text = 'x'.repeat(3990)
    for (let index = 0; index < 3500; index += 1) log.info({}, text)

    expect(readdirSync(join(folder, 'logs')).sort()).toEqual(['ferry.1.log', 'ferry.log'])
  })

  it('is refused if something else is in the place of the older log', () => {
    mkdirSync(join(folder, 'logs', 'ferry.1.log', 'not empty'), { recursive: true })

    expect(() => openLog(folder)).toThrow(/ferry\.1\.log: it is not a file/)
  })
})
