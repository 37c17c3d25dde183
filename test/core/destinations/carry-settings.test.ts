import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { DestinationDraft } from '../../../electron/contract/destination-draft.ts'
import { DEFAULT_RULES } from '../../../electron/contract/rules.ts'
import { aDraft, SECRET } from '../../fakes/a-draft.ts'
import { CoreHarness } from '../../fakes/core-harness.ts'

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
  it('hold every bucket elsewhere, and no secret, token or key', async () => {
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
  it('are there again, and ask for keys', async () => {
    const original = await save()
    const { destinationId } = original
    await harness.must('setLinkLife', { destinationId, linkSeconds: 3600 })
    await harness.must('setDestinationLook', { destinationId, name: 'Contracts', color: 'pink' })
    const { text } = await harness.must('exportSettings', {})

    const counts = await elsewhere.must('importSettings', { text })

    expect(counts).toEqual({ addedCount: 1, knownCount: 0, unreadableCount: 0 })
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

  it('add only what is not there yet, and leave what is selected', async () => {
    await save()
    await save({ bucket: 'other' })
    const { text } = await harness.must('exportSettings', {})
    const own = await elsewhere.must('saveDestination', aDraft({ secretAccessKey: 'own' }))

    const first = await elsewhere.must('importSettings', { text })
    const again = await elsewhere.must('importSettings', { text })

    expect(first).toEqual({ addedCount: 1, knownCount: 1, unreadableCount: 0 })
    expect(again).toEqual({ addedCount: 0, knownCount: 2, unreadableCount: 0 })
    const { destinations, selectedId } = await elsewhere.must('listDestinations', {})
    expect(destinations.map(({ name, bucket }) => [name, bucket])).toEqual([
      ['Mine', 'photos'],
      ['Mine 2', 'other'],
    ])
    expect(selectedId).toBe(own.destination.destinationId)
    expect(destinations[0]).toEqual(own.destination)
  })

  it('lose the entries that are damaged, and no others', async () => {
    await save()
    const { text } = await harness.must('exportSettings', {})
    const file = JSON.parse(text)
    const [good] = file.destinations
    file.destinations = [
      null,
      { ...good, bucket: 7 },
      { ...good, color: 'plaid' },
      { ...good, endpoint: 'http://s3.example.org', bucket: 'plain-http' },
      { ...good, prefix: '../', bucket: 'escapes' },
      { ...good, bucket: 'with-secret', keptSecret: 'x' },
      { ...good, bucket: 'no-rules', rules: { ...good.rules, onConflict: 'shrug' } },
      { ...good, bucket: 'header', rules: { ...good.rules, cacheControl: 'a\r\nb: c' } },
      { ...good, bucket: 'good' },
    ]

    const counts = await elsewhere.must('importSettings', { text: JSON.stringify(file) })

    expect(counts).toEqual({ addedCount: 1, knownCount: 0, unreadableCount: 8 })
    const { destinations } = await elsewhere.must('listDestinations', {})
    expect(destinations.map(({ bucket }) => bucket)).toEqual(['good'])
  })

  it.each([
    ['no JSON', 'rubbish'],
    ['somebody else’s', '{"destinations": []}'],
    ['of a Ferry to come', '{"ferry": "settings", "version": 2, "destinations": []}'],
  ])('that are %s are refused', async (_, text) => {
    expect(await elsewhere.ask('importSettings', { text })).toEqual({
      ok: false,
      failure: { kind: 'form-invalid', problems: [] },
    })
  })

  it('keep ways to keys that are no secret', async () => {
    const profile = { kind: 'profile', profile: 'work' }
    await save()
    const { text } = await harness.must('exportSettings', {})
    const file = JSON.parse(text)
    file.destinations[0].credentials = profile

    await elsewhere.must('importSettings', { text: JSON.stringify(file) })

    const { destinations } = await elsewhere.must('listDestinations', {})
    expect(destinations).toMatchObject([{ credentials: profile, hasSecret: true }])
    expect((await elsewhere.must('exportSettings', {})).text).toContain('"profile": "work"')
  })
})

function keptSecretsIn(kept: unknown): string[] {
  const text = JSON.stringify(kept)
  return [...text.matchAll(/"keptSecret":"([^"]+)"/g)].map(([, secret]) => secret ?? '')
}
