import { describe, expect, it } from 'vitest'
import { Destination } from '../../electron/contract/commands/destinations.ts'
import { PartToSign, UploadRecord } from '../../electron/contract/commands/uploads.ts'
import { commands } from '../../electron/contract/commands.ts'
import { Failure } from '../../electron/contract/failure/kinds.ts'
import { mapRows } from '../../electron/contract/ferry-bridge.ts'
import { notices } from '../../electron/contract/notices.ts'
import { DEFAULT_RULES } from '../../electron/contract/rules/upload-rules.ts'
import { unreachable } from '../../electron/lib/unreachable.ts'

const id = '4b1b3f0e-5c1a-4a52-8a52-0f0a8bde9d10'

const destination = {
  destinationId: id,
  kind: 's3',
  name: 'Mine',
  color: 'teal',
  provider: 'other',
  endpoint: 'https://s3.example.org',
  region: 'eu-1',
  bucket: 'photos',
  prefix: 'in/',
  pathStyle: true,
  credentials: { kind: 'keys', accessKeyId: 'AKIA' },
  secretPlace: 'file',
  hasSecret: true,
  keysExpireAtMs: null,
  linkSeconds: 60,
  maxPartCount: 1000,
  rules: DEFAULT_RULES,
  integrity: 'crc64nvme',
  findings: null,
}

const upload = {
  uploadId: id,
  destinationId: id,
  name: 'a.txt',
  folder: '',
  key: 'in/a.txt',
  byteLength: 1,
  contentType: 'text/plain',
  status: { phase: 'failed', failure: { kind: 'server-error', status: 500 } },
  sourceId: null,
  isSourceDurable: false,
  plan: { mode: 'single', byteLength: 1 },
  recordedBytes: 0,
  link: { url: 'https://s3.example.org/a', createdAtMs: 1, expiresAtMs: 2 },
  createdAtMs: 1,
}

const overTheWire = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

describe('data that crosses the boundary', () => {
  it('arrives as it was sent', () => {
    expect(Destination.parse(overTheWire(destination))).toEqual(destination)
    expect(UploadRecord.parse(overTheWire(upload))).toEqual(upload)
  })

  it('has no field that the contract does not name', () => {
    expect(Destination.safeParse({ ...destination, secretAccessKey: 'x' }).success).toBe(false)
    expect(UploadRecord.safeParse({ ...upload, path: '/home/me/a.txt' }).success).toBe(false)
    expect(UploadRecord.safeParse({ ...upload, storeUploadId: 'x' }).success).toBe(false)
  })

  it('is a failure of a known kind, with its own fields and no others', () => {
    expect(Failure.safeParse({ kind: 'offline' }).success).toBe(true)
    expect(Failure.safeParse({ kind: 'offline', message: 'x' }).success).toBe(false)
    expect(Failure.safeParse({ kind: 'server-error' }).success).toBe(false)
    expect(Failure.safeParse({ kind: 'something-else' }).success).toBe(false)
  })
})

describe('a checksum', () => {
  it.each([
    ['rosUhgp5mIg=', true],
    ['4waSgw==', true],
    ['JfnnlDI7RTiF9RgfG2JNCw==', true],
    ['47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=', true],
    ['', false],
    ['4waSgw', false],
    ['4waSgw==\r\nx-amz-acl: public-read', false],
    ['"><script>', false],
  ])('%j is accepted: %s', (checksum, isTaken) => {
    expect(PartToSign.safeParse({ partNumber: 1, checksum }).success).toBe(isTaken)
  })
})

describe('the tables', () => {
  it('make one entry per row', () => {
    const calls = mapRows(commands, (name) => name.toUpperCase())

    expect(Object.keys(calls)).toEqual(Object.keys(commands))
    expect(calls.signParts).toBe('SIGNPARTS')
    expect(Object.keys(notices).length).toBeGreaterThan(0)
  })

  it('accept and answer only objects, so that a transport can add to none', () => {
    for (const { input } of Object.values(commands)) {
      expect(input.safeParse([]).success).toBe(false)
      expect(input.safeParse('text').success).toBe(false)
    }
  })
})

it('an unreachable case throws for a corrupt value', () => {
  expect(() => unreachable('surprise' as never)).toThrow('surprise')
})
