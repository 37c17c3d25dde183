import { randomUUID } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { CheckId } from '../../../electron/contract/commands/checks.ts'
import type { DestinationDraft } from '../../../electron/contract/destination-draft.ts'
import { Approvals } from '../../../electron/core/credentials/approvals.ts'
import { aDraft } from '../../fakes/a-draft.ts'
import { CoreHarness, someBytes } from '../../fakes/core-harness.ts'
import { ScriptedConfirm } from '../../fakes/scripted-confirm.ts'

const CLOSED = 'http://127.0.0.1:9'
const KEYS = { kind: 'keys', accessKeyId: 'AKIA' } as const

let user: ScriptedConfirm
let harness: CoreHarness

beforeEach(async () => {
  user = new ScriptedConfirm('confirmed')
  harness = await CoreHarness.start({ confirm: user.confirm })
})

afterEach(() => harness.close())

const check = (changes: Partial<DestinationDraft> = {}) =>
  harness.ask('checkDestination', { checkId: randomUUID() as CheckId, draft: aDraft(changes) })
const save = (changes: Partial<DestinationDraft> = {}) =>
  harness.ask('saveDestination', aDraft(changes))
const origins = () => harness.heard.origins.at(-1)

function withProfile(name: string) {
  mkdirSync(join(harness.folder, '.aws'), { recursive: true })
  const lines = [`[${name}]`, 'aws_access_key_id = AKIAPROFILE', 'aws_secret_access_key = s']
  writeFileSync(join(harness.folder, '.aws', 'credentials'), lines.join('\n'))
}

describe('a new endpoint', () => {
  it('is asked about once: at the check or the save, and never again for the same keys', async () => {
    await check()
    expect(user.take()).toEqual([{ kind: 'new-endpoint', endpoint: CLOSED, keys: KEYS }])
    const saved = await save()
    await harness.ask('listBuckets', { draft: aDraft() })
    await save({ bucket: 'others', prefix: 'out/' })

    expect(saved.ok).toBe(true)
    expect(user.take()).toEqual([])
  })

  it('is asked about once if check and save wait together', async () => {
    await Promise.all([check(), save()])

    expect(user.asked).toHaveLength(1)
  })

  it('is asked about with what is new: other keys, or the address', async () => {
    await save()
    user.take()
    await save({ accessKeyId: 'AKIB' })
    await save({ endpoint: 'http://localhost:9' })

    expect(user.take()).toEqual([
      { kind: 'new-key-source', endpoint: CLOSED, keys: { ...KEYS, accessKeyId: 'AKIB' } },
      { kind: 'new-endpoint', endpoint: 'http://localhost:9', keys: KEYS },
    ])
  })

  it('is opened to the page only after the user agreed', async () => {
    user.answer = 'refused'
    const refused = await save()
    const before = harness.heard.origins.flat()
    user.answer = 'confirmed'
    await save()

    expect(refused).toEqual({ ok: false, failure: { kind: 'not-confirmed' } })
    expect(before).not.toContain(CLOSED)
    expect(origins()).toEqual([CLOSED])
  })

  it('stays approved after a restart as long as the destination exists', async () => {
    const saved = await save()
    if (!saved.ok) throw new Error(saved.failure.kind)
    const { destinationId } = saved.value.destination
    harness = await harness.restart({ confirm: user.confirm })
    user.take()
    await check()
    expect(user.take()).toEqual([])

    await harness.must('forgetDestination', { destinationId })
    harness = await harness.restart({ confirm: user.confirm })
    await check()

    expect(user.take()).toHaveLength(1)
  })

  it('is approved if an older version that did not ask saved it, but not from an unsaved draft', async () => {
    await save()
    await check({ endpoint: 'http://localhost:9' })
    const file = join(harness.folder, 'settings.json')
    await harness.core.close()
    const { approvals, ...older } = JSON.parse(readFileSync(file, 'utf8'))
    expect(approvals).toEqual([{ service: CLOSED, keys: 'keys AKIA', signIn: 'keys AKIA' }])
    writeFileSync(file, JSON.stringify(older))
    harness = await harness.restart({ confirm: user.confirm })
    user.take()

    await check()
    const known = user.take()
    await check({ endpoint: 'http://localhost:9' })

    expect(known).toEqual([])
    expect(origins()).toEqual([CLOSED])
    expect(user.take()).toHaveLength(1)
  })

  it('is allowed if the user cannot be asked', async () => {
    user.answer = 'cannot-ask'

    expect((await save()).ok).toBe(true)
    expect(origins()).toEqual([CLOSED])
  })

  it('needs no approval for the bucket on this computer', async () => {
    const local = await harness.must('openLocalBucket', {})
    const { destinationId, endpoint, region, bucket } = local
    const { accessKeyId } = harness.localKeys()
    const place = { destinationId, endpoint, region, bucket, accessKeyId, secretAccessKey: '' }
    const checked = await check(place)
    const { uploadId } = await harness.queueBytes(local, 'a', someBytes(1))
    await harness.prepared(uploadId)

    expect(checked.ok).toBe(true)
    expect(user.asked).toEqual([])
    expect(origins()).toContain(endpoint)
  })

  it('is not asked about again and again by a page that does not take no for an answer', async () => {
    user.answer = 'refused'
    for (let port = 1; port <= 10; port += 1) await check({ endpoint: `http://127.0.0.1:${port}` })

    expect(user.asked).toHaveLength(3)
  })
})

describe('a question that takes a while', () => {
  it('is reported to the page until it is answered', async () => {
    let answer: (answer: 'confirmed') => void = () => undefined
    const confirm = () =>
      new Promise<'confirmed'>((resolve) => {
        answer = resolve
      })
    harness = await harness.restart({ confirm })

    const saving = save()
    const troubles = async () => (await harness.must('describeHost', {})).troubles
    await expect.poll(troubles).toEqual([{ kind: 'asked-outside', where: 'terminal' }])
    answer('confirmed')
    await saving

    expect(await troubles()).toEqual([])
    expect(harness.heard.of('troublesChanged').at(-1)).toEqual({ troubles: [] })
  })
})

describe('keys that are not typed', () => {
  it('are asked about before a profile is read, and at each new address', async () => {
    withProfile('work')
    const profile = { credentialKind: 'profile', profile: 'work' } as const
    user.answer = 'refused'
    const signIn = await harness.ask('signIn', {
      source: { kind: 'profile', profile: 'work' },
      code: null,
    })
    user.answer = 'confirmed'
    await check(profile)
    await harness.ask('signIn', { source: { kind: 'profile', profile: 'work' }, code: null })

    const keys = { kind: 'profile', profile: 'work' }
    expect(signIn).toEqual({ ok: false, failure: { kind: 'not-confirmed' } })
    expect(user.take()).toEqual([
      { kind: 'sign-in', keys },
      { kind: 'new-endpoint', endpoint: CLOSED, keys },
    ])
  })

  it('are asked about once for one sign-in, whatever account is chosen', async () => {
    const sso = { startUrl: 'https://a.example/start', ssoRegion: 'eu-1' }
    await harness.ask('listSsoAccounts', sso)
    const source = { kind: 'sso', ...sso, accountId: '1', roleName: 'r' } as const
    await harness.ask('signIn', { source, code: null })

    expect(user.asked).toHaveLength(1)
  })
})

describe('a destination that is not approved', () => {
  it('sends nothing until the user agrees', async () => {
    const saved = await save()
    if (!saved.ok) throw new Error(saved.failure.kind)
    const { destination } = saved.value
    // As in a settings file that was copied from elsewhere.
    const file = join(harness.folder, 'settings.json')
    await harness.core.close()
    const settings = JSON.parse(readFileSync(file, 'utf8'))
    writeFileSync(file, JSON.stringify({ ...settings, approvals: [] }))
    user.answer = 'refused'
    harness = await harness.restart({ confirm: user.confirm })
    user.take()

    const { uploadId } = await harness.queueBytes(destination, 'a', someBytes(1))
    const prepared = await harness.prepare(uploadId)

    expect(prepared).toEqual({ ok: false, failure: { kind: 'not-confirmed' } })
    expect(user.take()).toHaveLength(1)
    expect(harness.heard.origins.flat()).not.toContain(CLOSED)
  })
})

describe('a stored secret', () => {
  it.each<[string, Partial<DestinationDraft>]>([
    ['another port', { endpoint: 'http://127.0.0.1:10' }],
    ['another scheme', { endpoint: 'https://127.0.0.1:9' }],
    ['another host', { endpoint: 'http://localhost:9' }],
    ['another access key', { accessKeyId: 'AKIB' }],
  ])('is not sent to %s', async (_what, changes) => {
    const saved = await save()
    if (!saved.ok) throw new Error(saved.failure.kind)
    const { destinationId } = saved.value.destination
    const draft = aDraft({ destinationId, secretAccessKey: '', ...changes })

    const problems = [{ field: 'secretAccessKey', problem: 'needed-again' }]
    const failure = { kind: 'form-invalid', problems }
    expect(await harness.ask('saveDestination', draft)).toEqual({ ok: false, failure })
    expect(await harness.ask('listBuckets', { draft })).toEqual({ ok: false, failure })
    const fix = { kind: 'use-region', region: 'eu-1' } as const
    expect(await harness.ask('applyFix', { draft, fix })).toEqual({ ok: false, failure })
    const checked = await check({ ...draft })
    expect(checked.ok && checked.value.lines[0]).toMatchObject({
      step: 'form',
      finding: { failure },
    })
  })

  it('is still used for an edit that changes neither', async () => {
    const saved = await save()
    if (!saved.ok) throw new Error(saved.failure.kind)
    const { destinationId } = saved.value.destination

    const edited = await save({ destinationId, secretAccessKey: '', bucket: 'others' })

    expect(edited).toMatchObject({ ok: true, value: { destination: { hasSecret: true } } })
  })
})

describe('a server whose files are given by the path of a share', () => {
  const SERVER = { kind: 'new-server', server: 'nas' } as const
  let nowMs = 0
  const approvals = () =>
    new Approvals(
      { ...harness.ports, now: () => nowMs },
      { allowed: () => undefined, waiting: () => undefined },
    )

  it('is asked about once, however many files are given', async () => {
    const asking = approvals()
    const together = await Promise.all([asking.allowServer('nas'), asking.allowServer('nas')])
    const later = await asking.allowServer('nas')

    expect([...together, later]).toEqual([true, true, true])
    expect(user.take()).toEqual([SERVER])
  })

  it('is not asked about again for a minute after a refusal', async () => {
    const asking = approvals()
    user.answer = 'refused'
    const refused = [await asking.allowServer('nas'), await asking.allowServer('nas')]
    const asked = user.take()
    nowMs += 60_000
    user.answer = 'confirmed'
    const allowed = await asking.allowServer('nas')

    expect([...refused, allowed]).toEqual([false, false, true])
    expect([asked, user.take()]).toEqual([[SERVER], [SERVER]])
  })
})
