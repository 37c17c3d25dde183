import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { DestinationDraft } from '../../../electron/contract/destination-draft.ts'
import { DEFAULT_RULES } from '../../../electron/contract/rules/upload-rules.ts'
import { aDraft, SECRET } from '../../fakes/a-draft.ts'
import { CoreHarness } from '../../fakes/core-harness.ts'
import { ScriptedConfirm } from '../../fakes/scripted-confirm.ts'

let harness: CoreHarness
let elsewhere: CoreHarness

beforeEach(async () => {
  harness = await CoreHarness.start({ now: () => Date.UTC(2026, 10, 21, 12) })
  elsewhere = await CoreHarness.start()
})

afterEach(async () => {
  await harness.close()
  await elsewhere.close()
})

const save = async (changes: Partial<DestinationDraft> = {}) =>
  (await harness.must('saveDestination', aDraft(changes))).destination

const TOKEN = 'session-token-of-three'

describe('exported settings', () => {
  it('contain every bucket that is not local, and no secret, token or key', async () => {
    await harness.must('openLocalBucket', {})
    await save({ sessionToken: TOKEN })
    const kept = harness.ports.settings.get('destinations')

    const { fileName, text } = await harness.must('exportSettings', {})

    expect(fileName).toBe('ferry-settings-2026-11-21.json')
    expect(JSON.parse(text)).toEqual({
      ferry: 'settings',
      version: 1,
      destinations: [
        {
          name: 'Mine',
          color: expect.any(String),
          provider: 'other',
          endpoint: 'http://127.0.0.1:9',
          region: 'eu-1',
          bucket: 'photos',
          prefix: 'in/',
          pathStyle: true,
          credentials: { kind: 'keys' },
          linkSeconds: 86_400,
          rules: DEFAULT_RULES,
        },
      ],
    })
    for (const hidden of [SECRET, TOKEN, 'AKIA', ...keptSecretsIn(kept)]) {
      expect(text).not.toContain(hidden)
    }
  })
})

describe('imported settings', () => {
  it('are restored, and ask for keys', async () => {
    const original = await save()
    const { destinationId } = original
    await harness.must('setLinkLife', { destinationId, linkSeconds: 3600 })
    await harness.must('setDestinationLook', { destinationId, name: 'Contracts', color: 'pink' })
    const { text } = await harness.must('exportSettings', {})

    const counts = await elsewhere.must('importSettings', { text })

    expect(counts).toEqual({
      addedCount: 1,
      knownCount: 0,
      unreadableCount: 0,
      partlyRead: [],
      fileVersion: 'known',
    })
    const { destinations, selectedId } = await elsewhere.must('listDestinations', {})
    const imported = elsewhere.only(destinations)
    expect(imported).toEqual({
      ...original,
      destinationId: imported.destinationId,
      name: 'Contracts',
      color: 'pink',
      linkSeconds: 3600,
      credentials: { kind: 'keys', accessKeyId: '' },
      secretPlace: 'memory',
      hasSecret: false,
    })
    expect(imported.destinationId).not.toBe(destinationId)
    expect(selectedId).toBe(imported.destinationId)
    const given = await elsewhere.must(
      'saveDestination',
      aDraft({ destinationId: imported.destinationId, name: 'Contracts' }),
    )
    expect(given.destination).toMatchObject({ hasSecret: true, name: 'Contracts', color: 'pink' })
  })

  it('add only new destinations, and keep the selection', async () => {
    await save()
    await save({ bucket: 'other' })
    const { text } = await harness.must('exportSettings', {})
    const own = await elsewhere.must('saveDestination', aDraft({ secretAccessKey: 'own' }))

    const first = await elsewhere.must('importSettings', { text })
    const again = await elsewhere.must('importSettings', { text })

    expect(first).toMatchObject({ addedCount: 1, knownCount: 1, unreadableCount: 0 })
    expect(again).toMatchObject({ addedCount: 0, knownCount: 2, unreadableCount: 0 })
    const { destinations, selectedId } = await elsewhere.must('listDestinations', {})
    expect(destinations.map(({ name, bucket }) => [name, bucket])).toEqual([
      ['Mine', 'photos'],
      ['Mine 2', 'other'],
    ])
    expect(selectedId).toBe(own.destination.destinationId)
    expect(destinations[0]).toEqual(own.destination)
  })

  it('lose damaged entries, but no others', async () => {
    await save()
    const { text } = await harness.must('exportSettings', {})
    const file = JSON.parse(text)
    const [good] = file.destinations
    file.destinations = [
      null,
      { ...good, bucket: 7 },
      { ...good, endpoint: 'http://s3.example.org', bucket: 'plain-http' },
      { ...good, prefix: '../', bucket: 'escapes' },
      { ...good, bucket: 'good' },
    ]

    const counts = await elsewhere.must('importSettings', { text: JSON.stringify(file) })

    expect(counts).toMatchObject({ addedCount: 1, knownCount: 0, unreadableCount: 4 })
    const { destinations } = await elsewhere.must('listDestinations', {})
    expect(destinations.map(({ bucket }) => bucket)).toEqual(['good'])
  })

  it('lose an unreadable setting, report it, and keep the others', async () => {
    const { destinationId } = await save()
    const rules = {
      ...DEFAULT_RULES,
      onConflict: 'skip',
      acl: 'private',
      maxFileBytes: 1000,
    } as const
    await harness.must('saveRules', { destinationId, rules })
    const { text } = await harness.must('exportSettings', {})
    const file = JSON.parse(text)
    const [good] = file.destinations
    const { acl: _later, ...olderRules } = good.rules
    file.destinations = [
      { ...good, bucket: 'colour', color: 'plaid', provider: 'tigris' },
      { ...good, bucket: 'choice', rules: { ...good.rules, onConflict: 'version' } },
      { ...good, bucket: 'header', rules: { ...good.rules, cacheControl: 'a\r\nb: c' } },
      { ...good, bucket: 'older', rules: olderRules },
      { ...good, bucket: 'newer', rules: { ...good.rules, objectLock: true } },
      { ...good, bucket: 'keys', credentials: { kind: 'passkey', id: 'x' } },
    ]

    const answer = await elsewhere.must('importSettings', { text: JSON.stringify(file) })

    const whose = (name: string) => ({ name, rules: [], parts: [], newer: [] })
    expect(answer).toEqual({
      addedCount: 6,
      knownCount: 0,
      unreadableCount: 0,
      partlyRead: [
        { ...whose('Mine'), parts: ['color', 'place'] },
        { ...whose('Mine 2'), rules: ['onConflict'] },
        { ...whose('Mine 3'), rules: ['cacheControl'] },
        { ...whose('Mine 5'), newer: ['objectLock'] },
        { ...whose('Mine 6'), parts: ['keys'] },
      ],
      fileVersion: 'known',
    })
    const { destinations } = await elsewhere.must('listDestinations', {})
    expect(destinations.map(({ bucket, ...each }) => [bucket, each.rules])).toEqual([
      ['colour', rules],
      ['choice', { ...rules, onConflict: 'keep-both' }],
      ['header', rules],
      ['older', { ...rules, acl: null }],
      ['newer', rules],
      ['keys', rules],
    ])
    expect(destinations.map(({ color }) => color)[0]).not.toBe('plaid')
    expect(destinations.at(-1)?.credentials).toEqual({ kind: 'keys', accessKeyId: '' })
    elsewhere = await elsewhere.restart()
    expect(await elsewhere.must('listDestinations', {})).toMatchObject({ destinations })
    const carried = JSON.parse((await elsewhere.must('exportSettings', {})).text).destinations
    expect(carried.map((each: { rules: unknown }) => each.rules)).toEqual(
      file.destinations.map((each: { rules: object }) => ({ acl: null, ...each.rules })),
    )
    expect(carried[0].provider).toBe('tigris')
  })

  it('set nothing that an export does not contain', async () => {
    await save()
    const own = await elsewhere.must('saveDestination', aDraft({ bucket: 'own' }))
    const kept = harness.ports.settings.get('destinations')
    const [keptSecret] = keptSecretsIn(kept)
    const { text } = await harness.must('exportSettings', {})
    const file = JSON.parse(text)
    const { destinationId } = own.destination
    const probeKey = 'in/.ferry-check-0011223344556677'
    Object.assign(file.destinations[0], { keptSecret, probeKey, destinationId, kind: 'local' })

    await elsewhere.must('importSettings', { text: JSON.stringify(file) })
    elsewhere = await elsewhere.restart()

    const stored = elsewhere.ports.settings.get('destinations') as { list: object[] }
    expect(stored.list[1]).toMatchObject({ kind: 's3', keptSecret: null, probeKey: null })
    const { destinations } = await elsewhere.must('listDestinations', {})
    expect(destinations.map(({ hasSecret }) => hasSecret)).toEqual([true, false])
    expect(destinations[1]?.destinationId).not.toBe(destinationId)
  })

  it('of a newer version are read as far as possible, and the result says so', async () => {
    await save()
    const { text } = await harness.must('exportSettings', {})
    const file = { ...JSON.parse(text), version: 2, teams: [] }

    const answer = await elsewhere.must('importSettings', { text: JSON.stringify(file) })

    expect(answer).toMatchObject({ addedCount: 1, unreadableCount: 0, fileVersion: 'newer' })
  })

  it.each([
    ['no JSON', 'rubbish'],
    ['somebody else’s', '{"destinations": []}'],
    ['without a version', '{"ferry": "settings", "destinations": []}'],
    [
      'of a newer Ferry that keeps its buckets elsewhere',
      '{"ferry": "settings", "version": 2, "destinations": [], "buckets": [{}]}',
    ],
  ])('that are %s are refused', async (_, text) => {
    expect(await elsewhere.ask('importSettings', { text })).toEqual({
      ok: false,
      failure: { kind: 'form-invalid', problems: [] },
    })
  })

  it.each([
    { kind: 'profile', profile: 'work' },
    { kind: 'environment' },
    {
      ...{ kind: 'sso', startUrl: 'https://a.example', ssoRegion: 'eu-1' },
      ...{ accountId: '111122223333', roleName: 'Uploader' },
    },
  ])('import no source of keys: $kind', async (credentials) => {
    await save()
    const { text } = await harness.must('exportSettings', {})
    const file = JSON.parse(text)
    file.destinations[0].credentials = credentials

    await elsewhere.must('importSettings', { text: JSON.stringify(file) })

    const { destinations } = await elsewhere.must('listDestinations', {})
    const noKeys = { kind: 'keys', accessKeyId: '' }
    expect(destinations).toMatchObject([{ credentials: noKeys, hasSecret: false }])
  })

  it('open no endpoint to the page before the user has entered keys', async () => {
    await save()
    const { text } = await harness.must('exportSettings', {})
    await elsewhere.must('importSettings', { text })
    const { destinations } = await elsewhere.must('listDestinations', {})
    const { destinationId } = elsewhere.only(destinations)
    const before = elsewhere.heard.origins.flat()

    await elsewhere.must('saveDestination', aDraft({ destinationId }))

    expect(before).toEqual([])
    expect(elsewhere.heard.origins.at(-1)).toEqual(['http://127.0.0.1:9'])
  })

  it('are added only if the user agrees to the list of names and hosts', async () => {
    await save({ name: 'Films' })
    const { text } = await harness.must('exportSettings', {})
    const user = new ScriptedConfirm('refused')
    elsewhere = await elsewhere.restart({ confirm: user.confirm })

    const refused = await elsewhere.ask('importSettings', { text })
    const places = [{ name: 'Films', host: '127.0.0.1:9' }]

    expect(refused).toEqual({ ok: false, failure: { kind: 'not-confirmed' } })
    expect(user.take()).toEqual([{ kind: 'import-settings', places }])
    expect((await elsewhere.must('listDestinations', {})).destinations).toEqual([])
    user.answer = 'confirmed'
    expect(await elsewhere.must('importSettings', { text })).toMatchObject({ addedCount: 1 })
    // Nothing is new, so there is nothing to agree to.
    user.take()
    await elsewhere.must('importSettings', { text })
    expect(user.take()).toEqual([])
  })

  it('have names that are displayed as they are', async () => {
    await save()
    const { text } = await harness.must('exportSettings', {})
    const file = JSON.parse(text)
    const [good] = file.destinations
    file.destinations = [
      { ...good, bucket: 'one', name: 'Mine\u202e\u0007 gpj.\u200bexe' },
      { ...good, bucket: 'two', prefix: 'in\u202e/' },
    ]

    const answer = await elsewhere.must('importSettings', { text: JSON.stringify(file) })

    const { destinations } = await elsewhere.must('listDestinations', {})
    expect(destinations.map(({ name }) => name)).toEqual(['Mine gpj.exe'])
    expect(answer).toMatchObject({ addedCount: 1, unreadableCount: 1 })
  })

  it('are limited to a hundred', async () => {
    await save()
    const { text } = await harness.must('exportSettings', {})
    const file = JSON.parse(text)
    const [good] = file.destinations
    const many = (count: number) => {
      const destinations = Array.from({ length: count }, (_, index) => ({
        ...good,
        bucket: `bucket-${index}`,
      }))
      return JSON.stringify({ ...file, destinations })
    }

    const refused = await elsewhere.ask('importSettings', { text: many(101) })

    const failure = { kind: 'too-many-destinations', limitCount: 100 }
    expect(refused).toEqual({ ok: false, failure })
    expect(await elsewhere.must('importSettings', { text: many(100) })).toMatchObject({
      addedCount: 100,
    })
  })
})

function keptSecretsIn(kept: unknown): string[] {
  const text = JSON.stringify(kept)
  return [...text.matchAll(/"keptSecret":"([^"]+)"/g)].map(([, secret]) => secret ?? '')
}
