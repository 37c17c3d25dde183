import { describe, expect, it } from 'vitest'
import type { IntakeReport } from '../../../../renderer/engine/intake/intake-report.ts'
import { reportText } from '../../../../renderer/features/drop-zone/drop-report-text.ts'
import { destinationIdOf, uploadIdOf } from '../../../fakes/upload-records.ts'
import { FAILURE_EXAMPLES } from '../../failures/failure-examples.ts'

const said = (changes: Partial<IntakeReport>) =>
  reportText({
    fileCount: 0,
    queuedCount: 0,
    matchedCount: 0,
    notResumedCount: 0,
    refused: [],
    unreadable: [],
    emptyFolderCount: 0,
    links: null,
    systemFiles: null,
    packages: [],
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
    ['1 file was recognised and stays as its row says.', { matchedCount: 1, notResumedCount: 1 }],
    [
      '4 files were recognised: 3 go on, 1 stays as its row says; 1 is new.',
      { matchedCount: 4, notResumedCount: 1, queuedCount: 1 },
    ],
  ])('says calmly: %s', (title, changes) => {
    expect(said(changes)).toEqual({ tone: 'calm', title, lines: [] })
  })

  const left = (fileCount: number, folderCount: number, ...names: readonly string[]) => ({
    systemFiles: { destinationId: destinationIdOf(1), fileCount, folderCount, names, upload: null },
  })

  it.each<[string, Partial<IntakeReport>]>([
    [
      '3 system files were left out (.DS_Store, Thumbs.db). 12 files are on the way.',
      { queuedCount: 12, ...left(3, 0, '.DS_Store', 'Thumbs.db') },
    ],
    [
      '1 system file was left out (Icon). 2 files were recognised and go on.',
      { matchedCount: 2, ...left(1, 0, 'Icon') },
    ],
    [
      '1 system folder was left out (.Trashes). 1 file is on the way.',
      { queuedCount: 1, ...left(0, 1, '.Trashes') },
    ],
    [
      '1,200 system files and 1 system folder were left out (a, b, c, d, e, …). 1 file is on the way.',
      { queuedCount: 1, ...left(1200, 1, 'a', 'b', 'c', 'd', 'e', 'f') },
    ],
  ])('says calmly what was left out: %s', (title, changes) => {
    expect(said(changes)).toEqual({ tone: 'calm', title, lines: [] })
  })

  it('says that a folder with only system files contains nothing else', () => {
    expect(said({ emptyFolderCount: 1, ...left(1, 0, '.DS_Store') })).toMatchObject({
      tone: 'warn',
      title:
        '1 system file was left out (.DS_Store). There is nothing else in that folder. A bucket stores only files, so there is nothing to upload.',
    })
  })

  it('names the folders that are macOS packages, with a way to cancel their uploads', () => {
    const one = { relativePath: 'Trip.pages', uploadIds: [uploadIdOf(1), uploadIdOf(2)] }
    const other = { relativePath: 'docs/A.rtfd', uploadIds: [uploadIdOf(3)] }

    expect(said({ queuedCount: 2, packages: [one] })?.title).toBe(
      '1 folder is a package, which macOS shows as one file. 2 files are on the way.',
    )
    const text = said({ queuedCount: 3, packages: [one, other] })
    expect(text).toMatchObject({
      tone: 'calm',
      title: '2 folders are packages, which macOS shows as one file each. 3 files are on the way.',
    })
    expect(
      text?.lines.map(({ name, reason, uploadIds }) => [`${name} ${reason}`, uploadIds]),
    ).toEqual([
      [
        'Trip.pages is uploaded as a folder of 2 files. To send it as one file, cancel them and drop a ZIP archive of it instead.',
        one.uploadIds,
      ],
      [
        'docs/A.rtfd is uploaded as a folder of 1 file. To send it as one file, cancel it and drop a ZIP archive of it instead.',
        other.uploadIds,
      ],
    ])
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
      'There is nothing in that folder. A bucket stores only files, so there is nothing to upload.',
      { emptyFolderCount: 1 },
    ],
    [
      '1 shortcut (symbolic link) was left out. There is nothing in that folder. A bucket stores only files, so there is nothing to upload.',
      { links: { count: 1, isAll: true }, emptyFolderCount: 1 },
    ],
  ])('warns: %s', (title, changes) => {
    expect(said(changes)).toEqual({ tone: 'warn', title, lines: [] })
  })

  it('names each refused item, with its own reason', () => {
    const oddName = FAILURE_EXAMPLES['name-unusable']
    const refused = [
      { relativePath: 'a/closed.txt', failure: FAILURE_EXAMPLES['source-unreadable'] },
      { relativePath: 'a/gone.txt', failure: FAILURE_EXAMPLES['source-missing'] },
      { relativePath: 'a/log.txt', failure: FAILURE_EXAMPLES['source-changed'] },
      { relativePath: 'a/\uFFFD', failure: { ...oddName, reason: 'not-unicode' } as const },
      { relativePath: 'a/cloud.txt', failure: FAILURE_EXAMPLES['source-in-cloud'] },
      {
        relativePath: 'a/kept.txt',
        failure: { kind: 'source-unreadable', why: 'other-program' } as const,
      },
      { relativePath: 'a/pipe', failure: FAILURE_EXAMPLES['source-not-a-file'] },
    ]
    const unreadable = [
      { relativePath: 'b', failure: FAILURE_EXAMPLES['source-unreadable'] },
      {
        relativePath: 'Desktop',
        failure: { kind: 'source-unreadable', why: 'macos-privacy' } as const,
      },
      { relativePath: 'c/\uFFFD', failure: { ...oddName, reason: 'not-unicode' } as const },
    ]

    const text = said({ queuedCount: 1, refused, unreadable })

    expect(text).toMatchObject({
      tone: 'warn',
      title: '10 items were not added. 1 file is on the way.',
    })
    expect(text?.lines.map(({ name, reason }) => `${name}: ${reason}`)).toEqual([
      'a/closed.txt: cannot be read. Give yourself permission to read it, then drop it again.',
      'a/gone.txt: is no longer there.',
      'a/log.txt: changed while Ferry was reading it. Drop it again.',
      'a/\uFFFD: The name of this file is not valid text, so it cannot be opened. Rename it and drop it again.',
      'a/cloud.txt: is stored in the cloud, and its name in the bucket depends on its contents. Open it once to download it, then drop it again.',
      'a/kept.txt: Another program keeps this file to itself. Close the file there, then try again.',
      'a/pipe: This is a pipe, a socket or a device, not a file. It holds no bytes that a bucket could keep; to keep its output, save that to a file first.',
      'b: cannot be read. Give yourself permission to read it, then drop it again.',
      'Desktop: cannot be read, because macOS denies Ferry access. Allow it in System Settings > Privacy & Security > Files and Folders, then drop it again.',
      'c/\uFFFD: The name of this folder is not valid text, so it cannot be opened. Rename it and drop it again.',
    ])
  })
})
