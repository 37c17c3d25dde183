import { createHash, randomBytes } from 'node:crypto'
import { openAsBlob } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { TextEncoding } from '../../electron/contract/content-type.ts'
import type { Failure } from '../../electron/contract/failure/kinds.ts'
import { MAX_BATCH, MIB } from '../../electron/contract/limits.ts'
import { nameOfPastedImage } from '../../renderer/platform/transfer-walk.ts'
import { destinationIdOf, sourceIdOf, uploadIdOf, uploadRecord } from '../fakes/upload-records.ts'
import { IntakeBench } from './intake-bench.ts'

const destinationId = destinationIdOf(1)
const SOURCE_CHANGED: Failure = { kind: 'source-changed' }

/** The facts of a text whose name already tells its type. */
const TEXT = { contentType: 'text/plain', hash8: null, encoding: 'utf-8' } as const

const file = (name: string) => new File(['four'], name, { type: 'text/plain' })

/** A file whose bytes changed after it was given, so that it can no longer be read. */
async function unreadable(name: string): Promise<File> {
  const folder = await mkdtemp(join(tmpdir(), 'ferry-intake-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const path = join(folder, name)
  await writeFile(path, 'as it was')
  const given = new File([await openAsBlob(path)], name)
  await writeFile(path, 'as it is now')
  return given
}

const sha256 = (head: string, ...pieces: readonly Uint8Array[]) =>
  pieces
    .reduce((hash, piece) => hash.update(piece), createHash('sha256').update(head))
    .digest('hex')

describe('adding files', () => {
  it('makes an upload of each, and starts it at once', async () => {
    const bench = new IntakeBench()

    const report = await bench.intake.addFiles([file('a.txt'), file('b.txt')], destinationId)
    await bench.clock.until(() => bench.queue.snapshot().totals.doneCount === 2)

    expect(report).toEqual({
      fileCount: 2,
      queuedCount: 2,
      matchedCount: 0,
      notResumedCount: 0,
      refused: [],
      emptyFolderCount: 0,
      unreadable: [],
      links: null,
      systemFiles: null,
      packages: [],
    })
    expect(bench.queuedItems).toEqual([
      { ...TEXT, sourceId: sourceIdOf(1), relativePath: 'a.txt' },
      { ...TEXT, sourceId: sourceIdOf(2), relativePath: 'b.txt' },
    ])
  })

  it('keeps the path of a file inside its folder', async () => {
    const bench = new IntakeBench()
    const inFolder = Object.assign(file('c.txt'), { webkitRelativePath: 'a/b/c.txt' })

    await bench.intake.addFiles([inFolder], destinationId)

    expect(bench.queuedItems.map(({ relativePath }) => relativePath)).toEqual(['a/b/c.txt'])
  })

  it('names no more files in one command than the contract allows', async () => {
    const bench = new IntakeBench()
    const files = Array.from({ length: 2 * MAX_BATCH + 1 }, (_, index) => file(`${index}`))

    const report = await bench.intake.addFiles(files, destinationId)
    bench.queue.close()

    expect(bench.registeredCounts).toEqual([MAX_BATCH, MAX_BATCH, 1])
    expect(report.queuedCount).toBe(2 * MAX_BATCH + 1)
  })

  it('gives a file to the upload that waits for it', async () => {
    const bench = new IntakeBench()
    const plan = { mode: 'multipart', byteLength: 48 * MIB, partBytes: 16 * MIB } as const
    const record = uploadRecord(7, 48 * MIB, { sourceId: null, plan, recordedBytes: 16 * MIB })
    bench.queue.adopt([bench.store.add(record)])
    const before = bench.queue.upload(uploadIdOf(7))?.phase
    bench.waiting.set('film.mp4', [record])
    // The upload has started and makes no progress.
    bench.store.isHostGone = true

    const report = await bench.intake.addFiles([file('film.mp4'), file('new.txt')], destinationId)
    const after = bench.queue.upload(uploadIdOf(7))
    bench.queue.close()

    expect(before).toBe('needs-you')
    expect(report).toMatchObject({ matchedCount: 1, queuedCount: 1 })
    expect(after?.record.sourceId).toBe(sourceIdOf(1))
    expect(['waiting', 'preparing', 'uploading']).toContain(after?.phase)
    expect(bench.queuedItems.map(({ relativePath }) => relativePath)).toEqual(['new.txt'])
  })

  it('names what was refused and why, and queues the rest', async () => {
    const bench = new IntakeBench()
    bench.unregistrable.set('gone.txt', { kind: 'source-missing' })
    bench.refused.set('odd.txt', { kind: 'name-unusable', reason: 'not-unicode' })
    const long = Object.assign(file('long.txt'), { webkitRelativePath: `${'d/'.repeat(3000)}x` })

    const report = await bench.intake.addFiles(
      [file('gone.txt'), file('odd.txt'), file('fine.txt'), long],
      destinationId,
    )

    expect(report.queuedCount).toBe(1)
    expect(
      report.refused.map(({ relativePath, failure }) => [relativePath.slice(0, 9), failure]),
    ).toEqual([
      ['d/d/d/d/d', { kind: 'name-unusable', reason: 'too-long' }],
      ['gone.txt', { kind: 'source-missing' }],
      ['odd.txt', { kind: 'name-unusable', reason: 'not-unicode' }],
    ])
    expect([...bench.sourceFiles.values()].map(({ name }) => name)).toEqual(['fine.txt'])
  })

  it('reports every file when the host is gone', async () => {
    const bench = new IntakeBench()
    bench.isHostGone = true

    const report = await bench.intake.addFiles([file('a.txt'), file('b.txt')], destinationId)

    expect(report.refused).toEqual([
      { relativePath: 'a.txt', failure: { kind: 'host-gone' } },
      { relativePath: 'b.txt', failure: { kind: 'host-gone' } },
    ])
  })
})

describe('what the page reads from a file', () => {
  const PNG = Uint8Array.from(
    [
      ...'\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\0\0\0\0IDAT',
    ].map((letter) => letter.charCodeAt(0)),
  )

  it('is its type from its first bytes, if the name implies none', async () => {
    const bench = new IntakeBench()
    const given = [
      new File([PNG], 'picture'),
      new File(['just words'], 'notes'),
      new File([PNG], 'odd.txt', { type: 'text/plain' }),
      new File([gzipSync('words')], 'bundle'),
      new File([gzipSync('words')], 'model.svgz'),
    ]

    await bench.intake.addFiles(given, destinationId)
    bench.queue.close()

    expect(bench.queuedItems.map(({ contentType }) => contentType)).toEqual([
      'image/png',
      '',
      'text/plain',
      'application/gzip',
      '',
    ])
  })

  it('is the encoding of a text, and nothing for other types', async () => {
    const bench = new IntakeBench()
    bench.ruled.set('ruled.dat', 'text/plain')
    bench.ruled.set('ruled.txt', 'application/x-own')
    const cut = new Uint8Array(MIB + 1).fill(0x61)
    cut.set([0xc3, 0xbc], MIB - 1)
    const late = new Uint8Array(9000).fill(0x61)
    late[8000] = 0xfc
    const given: [string, string, BlobPart, TextEncoding | undefined][] = [
      ['plain.txt', 'text/plain', 'Grüße', 'utf-8'],
      ['empty.txt', 'text/plain', '', 'utf-8'],
      ['old.txt', 'text/plain', new Uint8Array([0x47, 0xfc]), 'unknown'],
      ['windows.csv', 'text/csv', new Uint8Array([0xff, 0xfe, 0x47, 0]), 'utf-16le'],
      ['cut.txt', 'text/plain', cut, 'utf-8'],
      ['late.txt', 'text/plain', late, 'unknown'],
      ['named by no one', '', 'Grüße', 'utf-8'],
      ['film.mp4', 'video/mp4', 'Grüße', undefined],
      ['picture', '', PNG, undefined],
      ['ruled.dat', 'application/octet-stream', 'Grüße', 'utf-8'],
      ['ruled.txt', 'text/plain', 'Grüße', undefined],
    ]
    const files = given.map(([name, type, bytes]) => new File([bytes], name, { type }))

    await bench.intake.addFiles(files, destinationId)
    bench.queue.close()

    expect(bench.queuedItems.map(({ relativePath, encoding }) => [relativePath, encoding])).toEqual(
      given.map(([name, , , encoding]) => [name, encoding]),
    )
  })

  it('is no encoding for an unreadable text, which is queued all the same', async () => {
    const bench = new IntakeBench()
    bench.ruled.set('gone.txt', 'text/plain')

    await bench.intake.addFiles([await unreadable('gone.txt')], destinationId)
    bench.queue.close()

    expect(bench.queuedItems).toEqual([
      { sourceId: sourceIdOf(1), relativePath: 'gone.txt', contentType: '', hash8: null },
    ])
  })

  it('is read again from a file that is given for uploading again', async () => {
    const bench = new IntakeBench()
    bench.needsHash = true
    const record = uploadRecord(7, 4, { status: { phase: 'failed', failure: SOURCE_CHANGED } })
    bench.queue.adopt([bench.store.add(record)])
    const text = new File([new Uint8Array([0x47, 0xfc])], 'a.txt', { type: 'text/plain' })

    await bench.intake.uploadAgain(uploadIdOf(7), text)
    bench.queue.close()

    expect(bench.begunAgain).toEqual([
      {
        uploadId: uploadIdOf(7),
        sourceId: sourceIdOf(1),
        facts: {
          contentType: 'text/plain',
          hash8: sha256('2\n', new Uint8Array([0x47, 0xfc])).slice(0, 8),
          encoding: 'unknown',
        },
      },
    ])
  })

  it('is eight digits of its hash, if the key template needs them', async () => {
    const bench = new IntakeBench()
    bench.needsHash = true
    const bytes = randomBytes(7 * MIB + 3)
    const middle = Math.floor((bytes.length - MIB) / 2)
    const ends = [0, middle, bytes.length - MIB].map((at) => bytes.subarray(at, at + MIB))
    const given = [new File(['four'], 'short.txt'), new File([bytes], 'long.bin')]

    await bench.intake.addFiles(given, destinationId)
    bench.queue.close()

    expect(bench.queuedItems.map(({ hash8 }) => hash8)).toEqual([
      sha256('4\n', Buffer.from('four')).slice(0, 8),
      sha256(`${bytes.length}\n`, ...ends).slice(0, 8),
    ])
  })

  it('is nothing for a file that an unfinished upload waits for', async () => {
    const bench = new IntakeBench()
    bench.needsHash = true
    const record = uploadRecord(7, 4, { sourceId: null, status: { phase: 'paused' } })
    bench.queue.adopt([bench.store.add(record)])
    bench.waiting.set('film.mp4', [record])
    const film = await unreadable('film.mp4')

    const report = await bench.intake.addFiles([film], destinationId)
    bench.queue.close()

    expect(report).toMatchObject({ matchedCount: 1, refused: [] })
  })

  it('refuses a file whose hash cannot be read, and queues the rest', async () => {
    const bench = new IntakeBench()
    bench.needsHash = true

    const report = await bench.intake.addFiles(
      [await unreadable('a.txt'), file('b.txt')],
      destinationId,
    )
    bench.queue.close()

    expect(report).toMatchObject({
      queuedCount: 1,
      refused: [{ relativePath: 'a.txt', failure: { kind: 'source-unreadable' } }],
    })
  })

  it('refuses a file with the reason that the host finds, which the page cannot know', async () => {
    const bench = new IntakeBench()
    bench.needsHash = true
    bench.diagnosis = { kind: 'source-in-cloud' }

    const report = await bench.intake.addFiles([await unreadable('a.txt')], destinationId)
    bench.queue.close()

    expect(report.refused).toEqual([{ relativePath: 'a.txt', failure: bench.diagnosis }])
  })

  it('queues a file in the cloud if nothing depends on its bytes', async () => {
    const bench = new IntakeBench()
    bench.diagnosis = { kind: 'source-in-cloud' }

    const report = await bench.intake.addFiles([await unreadable('a.txt')], destinationId)
    bench.queue.close()

    expect(report).toMatchObject({ queuedCount: 1, refused: [] })
  })

  it('is read from a few files at a time', async () => {
    const bench = new IntakeBench()
    bench.needsHash = true
    let reading = 0
    let most = 0
    const given = Array.from({ length: 30 }, (_, index) => file(`${index}.txt`))
    const digest = crypto.subtle.digest.bind(crypto.subtle)
    const spy = vi.spyOn(crypto.subtle, 'digest').mockImplementation(async (...input) => {
      reading += 1
      most = Math.max(most, reading)
      const result = await digest(...input)
      reading -= 1
      return result
    })

    await bench.intake.addFiles(given, destinationId)
    spy.mockRestore()
    bench.queue.close()

    expect(bench.queuedItems).toHaveLength(30)
    expect(most).toBeLessThanOrEqual(4)
  })
})

it.each([
  ['image.png', 'image/png', 'Screenshot 2026-01-02 at 03.04.05.png'],
  ['Image.JPEG', 'image/jpeg', 'Screenshot 2026-01-02 at 03.04.05.JPEG'],
  ['holiday.png', 'image/png', null],
  ['image.png', 'text/plain', null],
  ['image', 'image/png', null],
])('names a pasted %s (%s) %s', (name, type, expected) => {
  expect(nameOfPastedImage({ name, type }, new Date(2026, 0, 2, 3, 4, 5))).toBe(expected)
})
