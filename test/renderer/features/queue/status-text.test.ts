import { describe, expect, it } from 'vitest'
import type { StoreFindings } from '../../../../electron/contract/commands/checks.ts'
import type { UploadRecord } from '../../../../electron/contract/commands/uploads.ts'
import { MIB } from '../../../../electron/contract/limits.ts'
import type { UploadView } from '../../../../renderer/engine/view/queue-view.ts'
import { keptText, removalAt } from '../../../../renderer/features/queue/kept-parts.ts'
import {
  percentShown,
  statusDetail,
  statusWord,
} from '../../../../renderer/features/queue/status-text.ts'
import { aDestination, aRecord } from '../../../fakes/fake-world.ts'
import { FAILURE_EXAMPLES } from '../../failures/failure-examples.ts'

const NOW = 1_763_640_000_000
const STORE_HABIT = { by: 'store', afterDays: 7 } as const
const DAY_MS = 24 * 60 * 60 * 1000

const NO_FINDINGS: StoreFindings = {
  checkedAtMs: NOW,
  integrity: null,
  conditionalPut: null,
  conditionalComplete: null,
  takesPostForms: null,
  maxPartCount: null,
  versioning: null,
  unfinishedDays: null,
  isPublic: null,
}

const inParts = (changes: Partial<UploadRecord> = {}): UploadRecord =>
  aRecord(1, {
    byteLength: 640 * MIB,
    plan: { mode: 'multipart', byteLength: 640 * MIB, partBytes: 16 * MIB },
    createdAtMs: NOW,
    ...changes,
  })

function aView(changes: Partial<UploadView>): UploadView {
  const record = changes.record ?? inParts()
  return {
    uploadId: record.uploadId,
    record,
    phase: 'waiting',
    sentBytes: 0,
    verifiedBytes: null,
    bytesPerSecond: null,
    msLeft: null,
    failure: null,
    retryAtMs: null,
    hasHiddenAnswers: false,
    isCancelling: false,
    ...changes,
  }
}

const said = (view: UploadView) => `${statusWord(view)}${statusDetail(view, NOW)}`

describe('the status of a row', () => {
  it('says how far the file has been read again', () => {
    const view = aView({ phase: 'verifying', sentBytes: 640 * MIB, verifiedBytes: 256 * MIB })

    expect([said(view), percentShown(view)]).toEqual([
      'Verifying · reading the file again to verify it · 40 %',
      40,
    ])
  })

  it('shows no percentage before the reading has started', () => {
    const view = aView({ phase: 'verifying', sentBytes: 640 * MIB })

    expect(said(view)).toBe('Verifying · reading the file again to verify it')
  })

  it.each([
    [FAILURE_EXAMPLES['no-response'], 'The store does not answer; trying again in 20 sec'],
    [FAILURE_EXAMPLES['server-error'], 'error 502); trying again in 20 sec'],
    [FAILURE_EXAMPLES.stalled, 'The connection to the store went silent; trying again in 20 sec'],
  ])('reads well for hours while it waits for $kind', (failure, sentence) => {
    const waiting = { sentBytes: 64 * MIB, failure, retryAtMs: NOW + 20_000 }

    const [uploading, preparing] = [
      said(aView({ ...waiting, phase: 'uploading' })),
      said(aView({ ...waiting, phase: 'preparing' })),
    ]

    expect(uploading).toMatch(/^Waiting at 10 % · The /)
    expect(preparing).toMatch(/^Preparing · The /)
    expect([uploading, preparing]).toEqual([
      expect.stringContaining(sentence),
      expect.stringContaining(sentence),
    ])
  })

  it('says that a problem which may end by itself is checked again', () => {
    const failure = FAILURE_EXAMPLES['tls-failed']

    const waiting = said(aView({ phase: 'needs-you', failure, retryAtMs: NOW + 20_000 }))
    const over = said(aView({ phase: 'needs-you', failure }))

    expect(waiting).toMatch(/ Ferry checks again by itself\.$/)
    expect(over).not.toContain('by itself')
  })

  it.each(['data-folder', 'local-bucket'] as const)(
    'promises to continue by itself when the disk of the %s has room',
    (where) => {
      const failure = { kind: 'disk-full', where } as const

      const itself = said(aView({ phase: 'needs-you', failure, retryAtMs: NOW + 20_000 }))
      const asked = said(aView({ phase: 'needs-you', failure }))

      expect(itself).toMatch(
        /^Action needed · The disk with .* is full\. .*it goes on by itself when there is room\.$/,
      )
      expect(asked).toMatch(
        /^Action needed · The disk with .* is full\. Free some space, then try again/,
      )
    },
  )

  it.each(['credentials-expired', 'credentials-rejected', 'secret-missing'] as const)(
    'asks for the keys that were typed after %s, and for no sign-in',
    (kind) => {
      const view = aView({ phase: 'needs-you', failure: FAILURE_EXAMPLES[kind] })

      expect(said(view)).toMatch(/^Action needed · The .*([Ee]nter|Check the)/)
      expect(said(view)).not.toMatch(/sign in/i)
    },
  )

  it('asks to sign in again if the keys come from a sign-in', () => {
    const view = aView({ phase: 'needs-you', failure: FAILURE_EXAMPLES['credentials-expired'] })
    const source = {
      kind: 'sso',
      startUrl: '',
      ssoRegion: '',
      accountId: '',
      roleName: '',
    } as const

    const sentence = statusDetail(view, NOW, aDestination({ credentials: source }))

    expect(sentence).toMatch(/^ · Sign in again: the keys of your sign-in have expired\./)
  })

  it.each([
    ['browser', /^Action needed · Sign in again: your sign-in has expired\. /],
    ['code', /^Action needed · Sign in again: your sign-in with this device’s code has expired\. /],
  ] as const)('asks to sign in again with the %s', (by, expected) => {
    const view = aView({ phase: 'needs-you', failure: { kind: 'sign-in-needed', by } })

    expect(said(view)).toMatch(expected)
  })

  it('says that the bucket’s object was left as it is', () => {
    const status = { phase: 'cancelled', storeIsClean: true, why: 'exists' } as const
    const view = aView({ phase: 'cancelled', record: inParts({ status }) })

    expect(said(view)).toBe(
      'Cancelled: the bucket already has a file of this name; it was left as it is.',
    )
  })

  it('names the object that has the key already', () => {
    const view = aView({ phase: 'needs-you', failure: FAILURE_EXAMPLES['key-taken'] })

    expect(said(view)).toMatch(/^Action needed · The bucket already has “in\/a\.jpg”\./)
  })

  it('says that the file changed, first of all', () => {
    const view = aView({ phase: 'failed', failure: FAILURE_EXAMPLES['source-changed'] })

    expect(said(view)).toMatch(/^Failed · The file changed while it was uploaded\. Upload it again/)
  })
})

describe('what a stopped upload has in the bucket', () => {
  const failed = (changes: Partial<UploadView> = {}) =>
    aView({
      phase: 'failed',
      failure: FAILURE_EXAMPLES['server-error'],
      sentBytes: 192 * MIB,
      ...changes,
    })

  it('is counted in parts, with how long they stay', () => {
    const kept = keptText(failed(), STORE_HABIT, NOW)

    expect(kept).toMatchObject({
      words: '12 of 40 parts (201 MB) are kept',
      howLong: 'in the bucket for about 7 days',
    })
    expect(kept?.sentences.join(' ')).toMatch(/only the rest is sent\. .* about 7 days; .*around /)
  })

  it('stays for less time the longer ago the upload started', () => {
    const later = keptText(failed(), STORE_HABIT, NOW + 5.5 * DAY_MS)
    const tooLate = keptText(failed(), STORE_HABIT, NOW + 8 * DAY_MS)

    expect([later?.howLong, tooLate?.howLong]).toEqual([
      'in the bucket for about 2 days',
      'if the store has not removed them by now',
    ])
  })

  it('stays where the store removes nothing by itself', () => {
    const kept = keptText(failed(), null, NOW)

    expect(kept?.howLong).toBe('in the bucket')
    expect(kept?.sentences[1]).toContain(
      'until you cancel the upload or a rule of the bucket removes them',
    )
  })

  it('follows the bucket’s rule if the check saw one, otherwise the provider’s policy', () => {
    const findings = { ...NO_FINDINGS, unfinishedDays: 3 }
    const removals = [
      aDestination({ provider: 'r2', findings }),
      aDestination({ provider: 'r2', findings: NO_FINDINGS }),
      aDestination({ provider: 'aws' }),
    ].map(removalAt)

    const [byRule] = removals.map((removal) => keptText(failed(), removal, NOW))

    expect(removals).toEqual([{ by: 'bucket', afterDays: 3 }, { by: 'store', afterDays: 7 }, null])
    expect(byRule?.howLong).toBe('in the bucket for about 3 days')
    expect(byRule?.sentences[1]).toMatch(/^A rule of this bucket removes /)
  })

  it('counts a short last part as a part', () => {
    const plan = { mode: 'multipart', byteLength: 40 * MIB, partBytes: 16 * MIB } as const
    const record = inParts({ byteLength: 40 * MIB, plan })

    const words = [8, 24, 32, 40].map(
      (mib) => keptText(failed({ record, sentBytes: mib * MIB }), null, NOW)?.words,
    )

    expect(words.map((each) => each?.replace(/ \(.*/, ''))).toEqual([
      '1 of 3 parts',
      '2 of 3 parts',
      '2 of 3 parts',
      '3 of 3 parts',
    ])
  })

  it.each([
    ['a file that travels in one PUT', { record: inParts({ plan: null }) }],
    ['an upload that the store forgot', { failure: FAILURE_EXAMPLES['upload-gone'] }],
    ['a file that changed', { failure: FAILURE_EXAMPLES['source-changed'] }],
    ['an object that differs', { failure: FAILURE_EXAMPLES['object-differs'] }],
    ['an upload that is only paused', { phase: 'paused', failure: null }],
    ['an upload without a whole part', { sentBytes: 3 * MIB }],
  ] as const)('is nothing for %s', (_, changes) => {
    expect(keptText(failed(changes), STORE_HABIT, NOW)).toBeNull()
  })
})
