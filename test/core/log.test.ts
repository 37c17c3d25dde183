import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { logTo, openLog } from '../../electron/core/log.ts'
import { temporaryFolder } from '../fakes/core-ports.ts'

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
  ])('cuts every query string: in %s', (_where, event, text) => {
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

  it('keeps what helps', () => {
    const line = logged({ command: 'prepareUpload', status: 403 }, 'Refused by the store')

    expect(JSON.parse(line)).toMatchObject({
      command: 'prepareUpload',
      status: 403,
      msg: 'Refused by the store',
    })
  })

  it('survives a value that refers to itself', () => {
    const loop: Record<string, unknown> = {}
    loop.self = loop

    expect(() => logged(loop)).not.toThrow()
  })
})

describe('the log file', () => {
  const file = () => join(folder, 'logs', 'ferry.log')

  it('is appended to, and readable by this user alone', () => {
    openLog(folder).info({}, 'first')
    openLog(folder).info({}, 'second')

    expect(readFileSync(file(), 'utf8')).toMatch(/first.*\n.*second/)
    expect(statSync(file()).mode & 0o777).toBe(0o600)
  })

  it('is put away at the start once it is long', () => {
    openLog(folder).info({}, 'first')
    writeFileSync(file(), 'old '.repeat(2_000_000))

    openLog(folder).info({}, 'new')

    expect(statSync(file()).size).toBeLessThan(1000)
    expect(readFileSync(join(folder, 'logs', 'ferry.1.log'), 'utf8')).toMatch(/^old old/)
  })
})
