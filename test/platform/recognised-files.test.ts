import { describe, expect, it, vi } from 'vitest'
import type { UploadStatus } from '../../electron/contract/commands/uploads.ts'
import { MAX_BATCH } from '../../electron/contract/limits.ts'
import { destinationIdOf, sourceIdOf, uploadIdOf, uploadRecord } from '../fakes/upload-records.ts'
import { IntakeBench } from './intake-bench.ts'

const destinationId = destinationIdOf(1)

/** A file that may be missing for a while. */
class AbsentFile extends File {
  isAway = false

  override slice(start?: number, end?: number, type?: string): Blob {
    const part = super.slice(start, end, type)
    if (this.isAway) {
      part.arrayBuffer = () => Promise.reject(new DOMException('', 'NotFoundError'))
    }
    return part
  }
}

function file(name: string, isAway = false): AbsentFile {
  const made = new AbsentFile(['four'], name, { type: 'text/plain' })
  made.isAway = isAway
  return made
}

/** A bench whose store never answers, so that every upload stays as it is. */
function stillBench(): IntakeBench {
  const bench = new IntakeBench()
  bench.store.isHostGone = true
  return bench
}

/** An upload of an earlier page, as this page lists it. */
function listed(bench: IntakeBench, number: number, status: UploadStatus = { phase: 'waiting' }) {
  const record = uploadRecord(number, 4, { sourceId: sourceIdOf(900 + number), status })
  bench.queue.adopt([bench.store.add(record)])
  return record
}

const give = (bench: IntakeBench, ...files: readonly File[]) =>
  bench.intake.addFiles(files, destinationId)

const sourceOf = (bench: IntakeBench, number: number) =>
  bench.queue.upload(uploadIdOf(number))?.record.sourceId

describe('an upload', () => {
  it.each(['under way', 'paused'] as const)(
    'that is %s keeps the file that it can read, and an equal file gets its own row',
    async (how) => {
      const bench = stillBench()
      await give(bench, file('a.txt'))
      if (how === 'paused') bench.queue.pause(uploadIdOf(1))

      const report = await give(bench, file('a.txt'))

      expect(report).toMatchObject({ fileCount: 1, queuedCount: 1, matchedCount: 0 })
      expect([sourceOf(bench, 1), sourceOf(bench, 2)]).toEqual([sourceIdOf(1), sourceIdOf(2)])
    },
  )

  it('whose file has disappeared gets the one that is given again, and resumes with it', async () => {
    const bench = stillBench()
    const first = file('a.txt')
    await give(bench, first)
    first.isAway = true

    const report = await give(bench, file('a.txt'))

    expect(report).toMatchObject({
      fileCount: 1,
      queuedCount: 0,
      matchedCount: 1,
      notResumedCount: 0,
    })
    expect(sourceOf(bench, 1)).toBe(sourceIdOf(2))
    expect(bench.queue.snapshot().uploadIds).toHaveLength(1)
  })

  it('of an earlier page takes one file, and the next file goes to the next upload', async () => {
    const bench = stillBench()
    bench.waiting.set('a.txt', [listed(bench, 101), listed(bench, 102)])

    const report = await give(bench, file('a.txt'), file('a.txt'), file('a.txt'))

    expect(report).toMatchObject({ fileCount: 3, queuedCount: 1, matchedCount: 2 })
    expect([sourceOf(bench, 101), sourceOf(bench, 102)]).toEqual([sourceIdOf(1), sourceIdOf(2)])
  })

  it('that is paused gets its file and stays paused', async () => {
    const bench = stillBench()
    bench.waiting.set('a.txt', [listed(bench, 101, { phase: 'paused' })])

    const report = await give(bench, file('a.txt'))

    expect(report).toMatchObject({ matchedCount: 1, notResumedCount: 1, queuedCount: 0 })
    expect(bench.queue.upload(uploadIdOf(101))?.phase).toBe('paused')
    expect(sourceOf(bench, 101)).toBe(sourceIdOf(1))
  })

  it('that is being cancelled, has ended or is not in the list is never brought back', async () => {
    const bench = stillBench()
    const leaving = listed(bench, 101)
    bench.queue.cancel(leaving.uploadId)
    const ended = listed(bench, 102, { phase: 'cancelled', storeIsClean: true, why: 'person' })
    bench.waiting.set('a.txt', [leaving, ended, uploadRecord(103, 4, { sourceId: null })])

    const report = await give(bench, file('a.txt'))

    expect(report).toMatchObject({ queuedCount: 1, matchedCount: 0 })
  })

  it('to which the host attaches no file leaves it to become a new upload', async () => {
    const bench = stillBench()
    bench.waiting.set('a.txt', [listed(bench, 101)])
    bench.attachRefusal = { kind: 'wrong-state' }

    const report = await give(bench, file('a.txt'))
    bench.attachRefusal = null
    const later = await give(bench, file('a.txt'))

    expect(report).toMatchObject({ queuedCount: 1, matchedCount: 0, refused: [] })
    expect(later).toMatchObject({ queuedCount: 0, matchedCount: 1 })
  })
})

describe('files of one drop', () => {
  it('are never matched to each other, even if the first is unreadable and comes a batch earlier', async () => {
    const bench = stillBench()
    const others = Array.from({ length: MAX_BATCH }, (_, index) => file(`${index}.txt`))

    const report = await give(bench, file('a.txt', true), ...others, file('a.txt'))

    expect(report).toMatchObject({ queuedCount: MAX_BATCH + 2, matchedCount: 0 })
  })

  it('are never matched to each other if they came with two overlapping drops', async () => {
    const bench = stillBench()
    const opened = Promise.withResolvers<void>()
    bench.held.set('last.txt', opened.promise)
    const others = Array.from({ length: MAX_BATCH - 1 }, (_, index) => file(`${index}.txt`))

    const long = give(bench, file('a.txt', true), ...others, file('last.txt'))
    await vi.waitFor(() => expect(bench.queue.snapshot().uploadIds).toHaveLength(MAX_BATCH))
    const meanwhile = await give(bench, file('a.txt', true))
    opened.resolve()
    await long
    const later = await give(bench, file('a.txt'), file('a.txt'))

    expect(meanwhile).toMatchObject({ queuedCount: 1, matchedCount: 0 })
    expect(later).toMatchObject({ queuedCount: 0, matchedCount: 2 })
  })

  it('are distributed over the uploads that wait for them, one each', async () => {
    const bench = stillBench()
    bench.waiting.set('a.txt', [listed(bench, 101)])

    const reports = await Promise.all([give(bench, file('a.txt')), give(bench, file('a.txt'))])

    expect(reports.map(({ matchedCount, queuedCount }) => [matchedCount, queuedCount])).toEqual([
      [1, 0],
      [0, 1],
    ])
  })
})

describe('a host that omits something', () => {
  it.each(['registering', 'queueing'] as const)(
    'loses no file silently when %s',
    async (forgetting) => {
      const bench = stillBench()
      bench.isForgetting = forgetting

      const report = await give(bench, file('a.txt'), file('b.txt'))

      const { fileCount, queuedCount, refused } = report
      expect([fileCount, queuedCount + refused.length]).toEqual([2, 2])
      expect(refused.at(-1)?.failure).toEqual({ kind: 'internal', reference: 'intake' })
    },
  )
})

describe('a file that is chosen for one row', () => {
  it('goes to that row and to no other', async () => {
    const bench = stillBench()
    bench.waiting.set('x/a.txt', [listed(bench, 101), listed(bench, 102)])

    const failure = await bench.intake.giveFile(uploadIdOf(102), file('a.txt'))

    expect(failure).toBeNull()
    expect([sourceOf(bench, 101), sourceOf(bench, 102)]).toEqual([
      sourceIdOf(900 + 101),
      sourceIdOf(1),
    ])
    expect(bench.queue.upload(uploadIdOf(102))?.phase).not.toBe('needs-you')
  })

  it.each([{ kind: 'source-changed' }, { kind: 'wrong-state' }] as const)(
    'fails with %j if the host does not accept it',
    async (refusal) => {
      const bench = stillBench()
      bench.waiting.set('a.txt', [listed(bench, 101)])
      bench.attachRefusal = refusal

      const failure = await bench.intake.giveFile(uploadIdOf(101), file('a.txt'))

      expect(failure).toEqual(refusal)
      expect(bench.queue.upload(uploadIdOf(101))?.phase).toBe('needs-you')
    },
  )

  it('fails with what keeps the host from reading it', async () => {
    const bench = stillBench()
    bench.unregistrable.set('a.txt', { kind: 'source-unreadable' })

    const failure = await bench.intake.giveFile(uploadIdOf(101), file('a.txt'))

    expect(failure).toEqual({ kind: 'source-unreadable' })
  })
})

it('keeps the path of a file with a backslash in its name, as a drop does', async () => {
  const bench = stillBench()
  const inFolder = Object.assign(file('a\\b.txt'), { webkitRelativePath: 'odd/a/b.txt' })

  await give(bench, inFolder)

  expect(bench.queuedItems.map(({ relativePath }) => relativePath)).toEqual(['odd/a\\b.txt'])
})

it('reports what the host sees in a chosen folder and Chromium leaves out', async () => {
  const bench = stillBench()
  bench.folderFindings = {
    linkCount: 3,
    hidden: [
      { kind: 'link', relativePath: 'a' },
      { kind: 'odd-file', relativePath: 'sub/b\uFFFD' },
      { kind: 'odd-folder', relativePath: 'c\uFFFD' },
      { kind: 'closed', relativePath: 'd' },
      { kind: 'closed', relativePath: '' },
    ],
    isComplete: false,
  }
  const inFolder = Object.assign(file('x.txt'), { webkitRelativePath: 'album/x.txt' })

  const report = await give(bench, inFolder)

  const oddName = { kind: 'name-unusable', reason: 'not-unicode' }
  expect(report).toMatchObject({
    ...{ fileCount: 2, queuedCount: 1, links: { count: 3, isAll: false } },
    refused: [{ relativePath: 'album/sub/b\uFFFD', failure: oddName }],
    unreadable: [
      { relativePath: 'album/c\uFFFD', failure: oddName },
      { relativePath: 'album/d', failure: { kind: 'source-unreadable' } },
      { relativePath: 'album', failure: { kind: 'source-unreadable' } },
    ],
  })
})
