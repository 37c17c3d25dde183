import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Destination } from '../../../../electron/contract/commands/destinations.ts'
import type { SourceId, UploadId } from '../../../../electron/contract/ids.ts'
import { aDraft } from '../../../fakes/a-draft.ts'
import { CoreHarness, someBytes } from '../../../fakes/core-harness.ts'

let harness: CoreHarness
let local: Destination

beforeEach(async () => {
  harness = await CoreHarness.start()
  local = await harness.must('openLocalBucket', {})
})

afterEach(() => harness.close())

describe('a file given again', () => {
  it('is matched to the unfinished uploads with its path, length, time and destination', async () => {
    const other = await harness.must('saveDestination', aDraft())
    const first = await harness.queue(local, await harness.registerFacts('a', 7, 5), 'x/a')
    const second = await harness.queue(local, await harness.registerFacts('a', 7, 5), 'x/a')
    const ended = await harness.queue(local, await harness.registerFacts('a', 7, 5), 'x/a')
    await harness.must('cancelUpload', { uploadId: ended.uploadId })
    const asked = async (relativePath: string, byteLength = 7, modifiedAtMs = 5) => {
      const { sourceId } = await harness.registerFacts('a', byteLength, modifiedAtMs)
      return { sourceId, relativePath, contentType: '', hash8: null }
    }
    const items = await Promise.all([
      asked('x/a'),
      asked('a'),
      asked('y/a'),
      asked('x/a', 8),
      asked('x/a', 7, 6),
    ])

    const here = await harness.must('matchSources', { destinationId: local.destinationId, items })
    const { destinationId } = other.destination
    const there = await harness.must('matchSources', { destinationId, items })

    const uploadIds = [first.uploadId, second.uploadId]
    expect(here.matches).toEqual([{ sourceId: items[0]?.sourceId, uploadIds }])
    expect(there.matches).toEqual([])
  })

  it('becomes the file of the upload that it is given to, and of no other', async () => {
    const { uploadId } = await harness.queue(local, await harness.registerFacts('a', 7, 5), 'x/a')
    const ended = await harness.queue(local, await harness.registerFacts('a', 7, 5), 'y/a')
    await harness.must('cancelUpload', { uploadId: ended.uploadId })
    const given = await Promise.all([
      harness.registerFacts('a', 8, 5),
      harness.registerFacts('a', 7, 6),
      harness.registerFacts('b', 7, 5),
      harness.registerFacts('a', 7, 5),
      harness.registerFacts('a', 7, 5),
    ])
    const [longer, later, named, first, second] = given.map(({ sourceId }) => sourceId)
    const attach = (...pairs: readonly (readonly [UploadId, SourceId | undefined])[]) =>
      harness.must('attachSources', {
        attachments: pairs.flatMap(([to, sourceId]) =>
          sourceId === undefined ? [] : [{ uploadId: to, sourceId }],
        ),
      })

    const others = await attach([uploadId, longer], [uploadId, later], [uploadId, named])
    const both = await attach([uploadId, first], [uploadId, second])
    const spent = await attach([uploadId, first], [ended.uploadId, second])

    const changed = { kind: 'source-changed' }
    expect(others).toEqual({
      uploads: [],
      refused: [longer, later, named].map((sourceId) => ({ sourceId, failure: changed })),
    })
    expect(both.uploads).toEqual([await harness.record(uploadId)])
    expect(both.uploads[0]?.sourceId).toBe(first)
    expect(both.refused).toEqual([{ sourceId: second, failure: { kind: 'wrong-state' } }])
    expect(spent.refused.map(({ failure }) => failure.kind)).toEqual(['unknown-id', 'wrong-state'])
  })

  it.each([
    ['with decomposed accents', 'Müller.txt', 'Müller.txt'.normalize('NFD')],
    ['without the number from a drop of two files with its name', 'x (1).txt', 'x.txt'],
  ])('is recognised %s', async (_, place, name) => {
    const { uploadId } = await harness.queue(local, await harness.registerFacts('a', 7, 5), place)
    const { sourceId } = await harness.registerFacts(name, 7, 5)

    const { uploads } = await harness.must('attachSources', {
      attachments: [{ uploadId, sourceId }],
    })

    expect(uploads.map((each) => each.uploadId)).toEqual([uploadId])
  })

  it('is durable if the host learns its path', async () => {
    const bytes = someBytes(4)
    const onDisk = await harness.registerFile('a', bytes)
    const facts = await harness.registerFacts('a', 4, onDisk.modifiedAtMs)
    const { uploadId } = await harness.queue(local, facts)

    const { uploads } = await harness.must('attachSources', {
      attachments: [{ uploadId, sourceId: onDisk.sourceId }],
    })

    expect(uploads).toMatchObject([{ uploadId, isSourceDurable: true }])
    expect(harness.core.sourcePath(onDisk.sourceId)?.path).toBe(join(harness.folder, 'a'))
  })
})
