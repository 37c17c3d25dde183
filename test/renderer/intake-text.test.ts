import { describe, expect, it } from 'vitest'
import { reportText } from '../../renderer/features/drop-zone/intake-text.ts'
import type { IntakeReport } from '../../renderer/upload/intake.ts'
import { FAILURE_EXAMPLES } from './failure-examples.ts'

const said = (changes: Partial<IntakeReport>) =>
  reportText({
    fileCount: 0,
    queuedCount: 0,
    matchedCount: 0,
    restingCount: 0,
    refused: [],
    unreadable: [],
    emptyFolderCount: 0,
    links: null,
    ...changes,
  })

describe('the report of a drop', () => {
  it.each([
    ['of new files only', { queuedCount: 7 }],
    ['with an empty folder among files', { queuedCount: 7, emptyFolderCount: 2 }],
    [
      'of folders in which the host saw no link',
      { queuedCount: 7, links: { count: 0, isAll: true } },
    ],
    ['of nothing at all', {}],
  ])('%s is silent', (_, changes) => {
    expect(said(changes)).toBeNull()
  })

  it.each<[string, Partial<IntakeReport>]>([
    ['1 file was recognised and goes on.', { matchedCount: 1 }],
    ['3 files were recognised and go on; 2 are new.', { matchedCount: 3, queuedCount: 2 }],
    ['1 file was recognised and stays as its row says.', { matchedCount: 1, restingCount: 1 }],
    [
      '4 files were recognised: 3 go on, 1 stays as its row says; 1 is new.',
      { matchedCount: 4, restingCount: 1, queuedCount: 1 },
    ],
  ])('says calmly: %s', (title, changes) => {
    expect(said(changes)).toEqual({ tone: 'calm', title, lines: [] })
  })

  it.each<[string, Partial<IntakeReport>]>([
    ['1 shortcut (symbolic link) was left out.', { links: { count: 1, isAll: true } }],
    [
      'At least 1,200 shortcuts (symbolic links) were left out. 3 files are on the way.',
      { links: { count: 1200, isAll: false }, queuedCount: 3 },
    ],
    [
      '2 shortcuts (symbolic links) were left out. 1 file was recognised and goes on.',
      { links: { count: 2, isAll: true }, matchedCount: 1 },
    ],
    [
      'There is nothing in that folder. A bucket keeps files only, so there is nothing to upload.',
      { emptyFolderCount: 1 },
    ],
    [
      '1 shortcut (symbolic link) was left out. There is nothing in that folder. A bucket keeps files only, so there is nothing to upload.',
      { links: { count: 1, isAll: true }, emptyFolderCount: 1 },
    ],
  ])('warns: %s', (title, changes) => {
    expect(said(changes)).toEqual({ tone: 'warn', title, lines: [] })
  })

  it('names each thing that was not taken, with its own reason', () => {
    const oddName = FAILURE_EXAMPLES['name-unusable']
    const refused = [
      { relativePath: 'a/closed.txt', failure: FAILURE_EXAMPLES['source-unreadable'] },
      { relativePath: 'a/gone.txt', failure: FAILURE_EXAMPLES['source-missing'] },
      { relativePath: 'a/log.txt', failure: FAILURE_EXAMPLES['source-changed'] },
      { relativePath: 'a/\uFFFD', failure: { ...oddName, reason: 'not-unicode' } as const },
      { relativePath: 'a/pipe', failure: FAILURE_EXAMPLES['source-not-a-file'] },
    ]
    const unreadable = [
      { relativePath: 'b', failure: FAILURE_EXAMPLES['source-unreadable'] },
      { relativePath: 'c/\uFFFD', failure: { ...oddName, reason: 'not-unicode' } as const },
    ]

    const text = said({ queuedCount: 1, refused, unreadable })

    expect(text).toMatchObject({
      tone: 'warn',
      title: '7 items were not taken. 1 file is on the way.',
    })
    expect(text?.lines.map(({ name, reason }) => `${name}: ${reason}`)).toEqual([
      'a/closed.txt: cannot be read. Allow yourself to read it, then drop it again.',
      'a/gone.txt: is no longer there.',
      'a/log.txt: changed while Ferry took it in. Drop it again.',
      'a/\uFFFD: The name of this file is not valid text, so it cannot be opened. Rename it and drop it again.',
      'a/pipe: This is a pipe, a socket or a device, not a file. It holds no bytes that a bucket could keep; to keep what comes out of it, save that to a file first.',
      'b: cannot be read. Allow yourself to read it, then drop it again.',
      'c/\uFFFD: The name of this folder is not valid text, so it cannot be opened. Rename it and drop it again.',
    ])
  })
})
