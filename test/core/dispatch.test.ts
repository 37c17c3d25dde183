import { afterEach, describe, expect, it, vi } from 'vitest'
import { type CommandName, commands } from '../../electron/contract/commands.ts'
import type { CommandHandlers } from '../../electron/contract/ferry-bridge.ts'
import { MAX_BATCH } from '../../electron/contract/limits.ts'
import { succeeded } from '../../electron/contract/outcome.ts'
import { dispatch, RefusedMessage } from '../../electron/core/dispatch.ts'
import { logTo } from '../../electron/core/host/log.ts'
import { idleReport } from '../fakes/queue-reports.ts'

let logged = ''
const log = logTo({ write: (line) => (logged += line) })

afterEach(() => {
  logged = ''
})

/** Handlers that must not be reached, except those given. */
function handlersWith(given: Partial<CommandHandlers>): CommandHandlers {
  const unreached = vi.fn(async () => {
    throw new Error('A handler was reached')
  })
  const names = Object.keys(commands)
  const all = Object.fromEntries(names.map((name) => [name, unreached]))
  return { ...all, ...given } as unknown as CommandHandlers
}

const id = '4b1b3f0e-5c1a-4a52-8a52-0f0a8bde9d10'

describe('a name that is not a command', () => {
  it.each([
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    'describehost',
    'describeHost ',
    '',
    'handlers.describeHost',
  ])('is refused: %j', async (name) => {
    await expect(dispatch(handlersWith({}), log, name, {})).rejects.toBeInstanceOf(RefusedMessage)
  })
})

describe('malformed input', () => {
  it.each<[CommandName, unknown]>([
    ['describeHost', undefined],
    ['describeHost', null],
    ['describeHost', []],
    ['describeHost', { extra: 1 }],
    ['signParts', { uploadId: 'no uuid', partNumbers: [1] }],
    ['signParts', { uploadId: id, partNumbers: [] }],
    ['signParts', { uploadId: id, partNumbers: [0] }],
    ['signParts', { uploadId: id, partNumbers: [10_001] }],
    ['signParts', { uploadId: id, partNumbers: [1.5] }],
    ['signParts', { uploadId: id, partNumbers: Array(501).fill(1) }],
    ['signParts', { uploadId: id, partNumbers: [1], key: 'other' }],
    ['signParts', { uploadId: [id], partNumbers: { length: 1, 0: 1 } }],
    ['prepareUpload', { uploadId: id, partBytes: 5 }],
    ['prepareUpload', { uploadId: id, partBytes: Number.POSITIVE_INFINITY }],
    ['listUploads', { after: null, limit: 5001 }],
    ['setLinkLife', { destinationId: id, linkSeconds: 604_801 }],
    ['setLinkLife', { destinationId: id, linkSeconds: 0 }],
    [
      'syncUploads',
      { receipts: [], marks: [{ uploadId: id, mark: { phase: 'done' } }], cleared: [] },
    ],
    ['syncUploads', { receipts: [], marks: [], cleared: Array(MAX_BATCH + 1).fill(id) }],
    ['openFolder', { folder: '/etc' }],
    ['showProgress', { ...idleReport, fraction: 2 }],
    ['showProgress', { ...idleReport, movingCount: -1 }],
    ['showProgress', { ...idleReport, onlyHere: [id, id, id, id] }],
    [
      'syncUploads',
      {
        receipts: [{ uploadId: id, receipt: { partNumber: 1, etag: 'x'.repeat(201) } }],
        marks: [],
        cleared: [],
      },
    ],
    [
      'queueUploads',
      {
        destinationId: id,
        items: [{ sourceId: id, relativePath: 'x'.repeat(4097), contentType: '', hash8: null }],
      },
    ],
  ])('for %s never reaches its handler: case %#', async (name, input) => {
    await expect(dispatch(handlersWith({}), log, name, input)).rejects.toBeInstanceOf(
      RefusedMessage,
    )
  })

  it('is logged by where it was wrong, without its values', async () => {
    const input = { uploadId: 'a secret', partNumbers: [1] }

    await expect(dispatch(handlersWith({}), log, 'signParts', input)).rejects.toThrow()

    expect(logged).toContain('uploadId')
    expect(logged).not.toContain('a secret')
  })
})

describe('a bug in a handler', () => {
  it('is answered with a reference, never with its message', async () => {
    const secret = 'https://b.example/k?X-Amz-Signature=abc'
    const describeHost = async () => {
      throw new Error(`Cannot reach ${secret}`)
    }

    const outcome = await dispatch(handlersWith({ describeHost }), log, 'describeHost', {})

    expect(outcome).toMatchObject({ ok: false, failure: { kind: 'internal' } })
    const reference = !outcome.ok && 'reference' in outcome.failure && outcome.failure.reference
    expect(logged).toContain(reference)
    expect(JSON.stringify(outcome)).not.toContain('reach')
    expect(logged).not.toContain('X-Amz-Signature')
  })

  it('that returns more than the contract allows does not reach the page', async () => {
    const listDestinations = async () =>
      succeeded({ destinations: [], selectedId: null, defaultId: null, secretAccessKey: 's3cr3t' })

    const outcome = await dispatch(handlersWith({ listDestinations }), log, 'listDestinations', {})

    expect(outcome).toMatchObject({ ok: false, failure: { kind: 'internal' } })
    expect(JSON.stringify(outcome)).not.toContain('s3cr3t')
  })
})

describe('a command', () => {
  it('reaches its handler unchanged, and its answer comes back unchanged', async () => {
    const setLinkLife = vi.fn(async () => ({
      ok: false as const,
      failure: { kind: 'unknown-id' as const },
    }))
    const input = { destinationId: id, linkSeconds: 60 }

    const outcome = await dispatch(handlersWith({ setLinkLife }), log, 'setLinkLife', input)

    expect(setLinkLife).toHaveBeenCalledExactlyOnceWith(input)
    expect(outcome).toEqual({ ok: false, failure: { kind: 'unknown-id' } })
  })
})
