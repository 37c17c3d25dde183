import { describe, expect, it } from 'vitest'
import { CheckId, type CheckLine } from '../../../../../electron/contract/commands/checks.ts'
import type { Failure } from '../../../../../electron/contract/failure/kinds.ts'
import { failed, succeeded } from '../../../../../electron/contract/outcome.ts'
import {
  type FormAction,
  type FormState,
  formReducer,
  initialFormState,
} from '../../../../../renderer/features/destinations/connect/form-reducer.ts'
import { aDestination } from '../../../../fakes/fake-world.ts'

const [checkId, otherCheckId] = [1, 2].map((digit) =>
  CheckId.parse(`00000000-0000-4000-8000-00000000000${digit}`),
) as [CheckId, CheckId]

const formAfter = (...actions: readonly FormAction[]): FormState =>
  actions.reduce(formReducer, initialFormState(null))

const typed = (field: 'bucket' | 'endpoint' | 'ssoStartUrl' | 'name', value = 'x') =>
  ({ type: 'typed', field, value }) as const

const invalid: Failure = {
  kind: 'form-invalid',
  problems: [
    { field: 'bucket', problem: 'missing' },
    { field: 'secretAccessKey', problem: 'missing' },
  ],
}

const line = (step: CheckLine['step'], failure?: Failure): CheckLine => ({
  step,
  verdict: failure === undefined ? 'passed' : 'failed',
  finding: failure === undefined ? null : { kind: 'failure', failure },
  fix: null,
})

const started = { type: 'check-started', checkId } as const
const finished = (...lines: CheckLine[]): FormAction => ({
  type: 'check-finished',
  checkId,
  answer: succeeded({ lines, notes: [{ field: 'bucket', change: 'trimmed' }] }),
})

describe('the form', () => {
  it('starts empty, or with the destination to edit', () => {
    expect(initialFormState(null).form.draft.destinationId).toBeNull()
    expect(initialFormState(aDestination({ prefix: '2026/' })).form.draft).toMatchObject({
      destinationId: aDestination().destinationId,
      prefix: '2026/',
    })
  })

  it('derives the endpoint from the chosen provider and region', () => {
    const { form } = formAfter(
      { type: 'provider-chosen', provider: 'scaleway' },
      { type: 'region-chosen', region: 'fr-par' },
    )

    expect(form.draft.endpoint).toBe('https://s3.fr-par.scw.cloud')
  })

  it('chooses the only role of a listed account', () => {
    const accounts = [{ accountId: '2', name: 'Sandbox', roleNames: ['Dev'] }]
    const { form } = formAfter(
      { type: 'accounts-requested', requestId: 'a' },
      { type: 'accounts-answered', requestId: 'a', answer: succeeded({ accounts }) },
      { type: 'account-chosen', accountId: '2' },
    )

    expect([form.draft.ssoAccountId, form.draft.ssoRoleName]).toEqual(['2', 'Dev'])
  })

  it('never contains a secret, typed or pasted', () => {
    const state = formAfter(
      { type: 'secret-typed', field: 'sessionToken' },
      {
        type: 'pasted',
        fields: { credentialKind: 'keys', accessKeyId: 'AKIA' },
        secrets: ['secretAccessKey'],
        note: { tone: 'filled', text: 'Filled keys.' },
      },
    )

    expect(state.form.draft.accessKeyId).toBe('AKIA')
    expect(Object.keys(state.form.draft)).not.toContain('secretAccessKey')
    expect(Object.keys(state.form.draft)).not.toContain('sessionToken')
  })
})

describe('a change of the form', () => {
  const full = formAfter(
    started,
    finished(line('form', invalid)),
    { type: 'buckets-requested', requestId: 'b' },
    {
      type: 'buckets-answered',
      requestId: 'b',
      answer: succeeded({ buckets: [], isComplete: true }),
    },
    { type: 'accounts-requested', requestId: 'a' },
    { type: 'accounts-answered', requestId: 'a', answer: succeeded({ accounts: [] }) },
  )

  it('keeps the problems of other fields, and drops the notes', () => {
    const { findings } = formReducer(full, { type: 'secret-typed', field: 'secretAccessKey' })

    expect(findings).toEqual({
      problems: [{ field: 'bucket', problem: 'missing' }],
      notes: [],
      failure: null,
    })
  })

  it('drops the check of the previous contents', () => {
    expect([full.run.phase, formReducer(full, typed('name')).run.phase]).toEqual(['done', 'none'])
  })

  it('keeps the list of buckets only if store and keys stay the same', () => {
    const phases = [
      formReducer(full, typed('bucket')),
      formReducer(full, typed('endpoint', 'http://nas:9000')),
      formReducer(full, { type: 'secret-typed', field: 'sessionToken' }),
      formReducer(full, {
        type: 'pasted',
        fields: {},
        secrets: ['secretAccessKey'],
        note: { tone: 'filled', text: '' },
      }),
    ].map(({ buckets }) => buckets.phase)

    expect(phases).toEqual(['loaded', 'idle', 'idle', 'idle'])
  })

  it('keeps the list of accounts only if the sign-in stays the same', () => {
    expect([
      formReducer(full, typed('endpoint')).accounts.phase,
      formReducer(full, typed('ssoStartUrl')).accounts.phase,
    ]).toEqual(['loaded', 'idle'])
  })

  it('removes the note about a paste, except for a typed secret', () => {
    const pasted = formReducer(full, { type: 'paste-not-understood' })

    expect(pasted.pasteNote?.tone).toBe('missed')
    expect(formReducer(pasted, { type: 'secret-typed', field: 'sessionToken' }).pasteNote).toBe(
      pasted.pasteNote,
    )
    expect(formReducer(pasted, typed('bucket')).pasteNote).toBeNull()
  })
})

describe('an answer', () => {
  it('to an older request is ignored', () => {
    const state = formAfter(
      { type: 'buckets-requested', requestId: 'first' },
      { type: 'buckets-requested', requestId: 'second' },
      { type: 'buckets-answered', requestId: 'first', answer: failed({ kind: 'offline' }) },
    )

    expect(state.buckets).toEqual({ phase: 'loading', requestId: 'second' })
  })

  it('for previous contents is ignored', () => {
    const state = formAfter({ type: 'buckets-requested', requestId: 'first' }, typed('endpoint'), {
      type: 'buckets-answered',
      requestId: 'first',
      answer: failed({ kind: 'offline' }),
    })

    expect(state.buckets.phase).toBe('idle')
  })

  it('with a failure says why there is no list', () => {
    const state = formAfter(
      { type: 'accounts-requested', requestId: 'a' },
      { type: 'accounts-answered', requestId: 'a', answer: failed({ kind: 'offline' }) },
    )

    expect(state.accounts).toEqual({ phase: 'failed', failure: { kind: 'offline' } })
  })
})

describe('a check', () => {
  it('shows its lines as they arrive, one for each step', () => {
    const { run } = formAfter(
      started,
      { type: 'check-progressed', checkId, line: line('dns') },
      { type: 'check-progressed', checkId, line: line('dns', { kind: 'offline' }) },
      { type: 'check-progressed', checkId: otherCheckId, line: line('tls') },
    )

    expect(run.phase === 'running' && run.lines).toEqual([line('dns', { kind: 'offline' })])
  })

  it('assigns problems and notes to fields, and moves the focus once', () => {
    const state = formAfter(started, finished(line('form', invalid)))

    expect(state.findings.problems).toHaveLength(2)
    expect(state.findings.notes).toEqual([{ field: 'bucket', change: 'trimmed' }])
    expect(state.problemAnswerCount).toBe(1)
    expect(formAfter(started, finished(line('form'))).problemAnswerCount).toBe(0)
  })

  it('that could not run says why, and disappears', () => {
    const answer = failed({ kind: 'offline' })
    const state = formAfter(started, { type: 'check-finished', checkId, answer })

    expect([state.run.phase, state.findings.failure]).toEqual(['none', { kind: 'offline' }])
  })

  it.each<[string, FormAction]>([
    ['was dropped by a change', typed('bucket')],
    ['was replaced by another', { type: 'check-started', checkId: otherCheckId }],
    ['was dropped by saving', { type: 'save-started' }],
  ])('that %s has no effect any more', (_, action) => {
    const state = formAfter(started, action)

    expect(formReducer(state, finished(line('form', invalid)))).toBe(state)
  })
})

describe('saving and fixing', () => {
  it('block the form until they finish', () => {
    const works = [
      formAfter({ type: 'save-started' }),
      formAfter({ type: 'save-started' }, { type: 'saved' }),
      formAfter({ type: 'fix-started' }),
      formAfter({ type: 'fix-started' }, { type: 'fix-applied' }),
    ].map(({ work }) => work)

    expect(works).toEqual(['saving', 'none', 'fixing', 'none'])
  })

  it('show refused fields at the fields, and any other failure above them', () => {
    const refused = formAfter({ type: 'save-started' }, { type: 'work-failed', failure: invalid })
    const broken = formAfter(
      { type: 'fix-started' },
      { type: 'work-failed', failure: { kind: 'offline' } },
    )

    expect([refused.work, refused.findings.failure, refused.problemAnswerCount]).toEqual([
      'none',
      null,
      1,
    ])
    expect([broken.work, broken.findings.failure, broken.problemAnswerCount]).toEqual([
      'none',
      { kind: 'offline' },
      0,
    ])
  })
})

it('signs in to the source of the keys, and remembers what to do next', () => {
  const opened = formAfter(
    { type: 'credential-kind-chosen', kind: 'profile' },
    {
      type: 'profile-chosen',
      profile: { kind: 'sso', name: 'work', region: null, endpoint: null },
    },
    { type: 'sign-in-opened', next: 'list-buckets' },
  )

  expect(opened.signIn).toEqual({
    source: { kind: 'profile', profile: 'work' },
    next: 'list-buckets',
  })
  expect(formReducer(opened, { type: 'sign-in-closed' }).signIn).toBeNull()
})
