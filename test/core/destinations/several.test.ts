import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Destination, DestinationColor } from '../../../electron/contract/destination.ts'
import type { DestinationDraft } from '../../../electron/contract/destination-draft.ts'
import type { DestinationId } from '../../../electron/contract/ids.ts'
import { DEFAULT_RULES } from '../../../electron/contract/rules.ts'
import { aDraft, SECRET } from '../../fakes/a-draft.ts'
import { CoreHarness, someBytes } from '../../fakes/core-harness.ts'

let harness: CoreHarness

beforeEach(async () => {
  harness = await CoreHarness.start()
})

afterEach(() => harness.close())

const save = async (changes: Partial<DestinationDraft> = {}): Promise<Destination> =>
  (await harness.must('saveDestination', aDraft(changes))).destination

const list = () => harness.must('listDestinations', {})
const secretsFile = () => readFileSync(join(harness.folder, 'secrets.json'), 'utf8')
const countOf = (text: string, what: string) => text.split(what).length - 1

describe('several destinations', () => {
  it('get names of their own, and the colours that are used least', async () => {
    await save()
    await save()
    const third = await save()
    for (let count = 3; count < DestinationColor.options.length + 1; count += 1) await save()

    const { destinations } = await list()

    expect(third).toMatchObject({ name: 'Mine 3' })
    expect(destinations.slice(0, 3).map(({ name }) => name)).toEqual(['Mine', 'Mine 2', 'Mine 3'])
    expect(destinations.map(({ color }) => color)).toEqual([...DestinationColor.options, 'blue'])
  })

  it('keep a name that is as long as a name may be, and still differ', async () => {
    const name = '😀'.repeat(100)
    await save({ name })
    const second = await save({ name })

    expect(second.name).toBe(`${'😀'.repeat(99)} 2`)
  })

  it('are left where they are when one is renamed or recoloured', async () => {
    const first = await save()
    const { destinationId } = await save({ name: 'Other' })

    const look = { destinationId: first.destinationId, name: ' Contracts ', color: 'red' } as const
    const changed = await harness.must('setDestinationLook', look)
    const nameless = await harness.ask('setDestinationLook', { ...look, name: '  ' })
    harness = await harness.restart()

    expect(changed).toEqual({ ...first, name: 'Contracts', color: 'red' })
    expect(nameless).toEqual({
      ok: false,
      failure: { kind: 'form-invalid', problems: [{ field: 'name', problem: 'missing' }] },
    })
    const { destinations, selectedId } = await list()
    expect(destinations[0]).toEqual(changed)
    expect(selectedId).toBe(destinationId)
  })
})

describe('the default', () => {
  it('is selected when Ferry starts, whatever was used last', async () => {
    const { destinationId } = await save()
    const other = await save({ name: 'Other' })

    await harness.must('setDefaultDestination', { destinationId })
    expect((await list()).selectedId).toBe(other.destinationId)
    harness = await harness.restart()
    expect(await list()).toMatchObject({ selectedId: destinationId, defaultId: destinationId })

    await harness.must('setDefaultDestination', { destinationId: null })
    await harness.must('selectDestination', { destinationId: other.destinationId })
    harness = await harness.restart()
    expect(await list()).toMatchObject({ selectedId: other.destinationId, defaultId: null })
  })

  it('is none when it was forgotten, or never was there', async () => {
    const { destinationId } = await save()
    await harness.must('setDefaultDestination', { destinationId })

    await harness.must('forgetDestination', { destinationId })

    expect((await list()).defaultId).toBe(null)
    expect(await harness.ask('setDefaultDestination', { destinationId })).toEqual({
      ok: false,
      failure: { kind: 'unknown-id' },
    })
  })
})

describe('a copy', () => {
  it('has the same place, keys and rules, its own name and colour, and is selected', async () => {
    const original = await save()
    const { destinationId } = original

    const copy = await harness.must('duplicateDestination', { destinationId })
    const second = await harness.must('duplicateDestination', { destinationId })

    expect(copy).toEqual({
      ...original,
      destinationId: copy.destinationId,
      name: 'Mine (copy)',
      color: 'teal',
    })
    expect(copy.destinationId).not.toBe(destinationId)
    expect(second).toMatchObject({ name: 'Mine (copy 2)', color: 'green' })
    expect((await list()).selectedId).toBe(second.destinationId)
  })

  it('can be used by itself, and each is forgotten with its own secret', async () => {
    const { destinationId } = await save()
    const copy = await harness.must('duplicateDestination', { destinationId })
    const kept = countOf(secretsFile(), SECRET)

    await harness.must('forgetDestination', { destinationId })
    harness = await harness.restart()
    const left = countOf(secretsFile(), SECRET)
    const { uploadId } = await harness.queueBytes(copy, 'a', someBytes(1))
    const prepared = await harness.ask('prepareUpload', { uploadId, partBytes: null })
    await harness.must('cancelUpload', { uploadId })
    await harness.must('forgetDestination', { destinationId: copy.destinationId })

    expect([kept, left, countOf(secretsFile(), SECRET)]).toEqual([2, 1, 0])
    // It has keys, so it asks the store, which is not there.
    expect(prepared).toMatchObject({ ok: false, failure: { kind: 'host-unreachable' } })
    expect(onDisk()).not.toContain(SECRET)
  })

  it('of one without its secret asks for keys as well', async () => {
    const { destinationId } = await save({ keepSecret: false })
    harness = await harness.restart()

    const copy = await harness.must('duplicateDestination', { destinationId })

    expect(copy).toMatchObject({ hasSecret: false, secretPlace: 'memory' })
  })

  it('of the bucket on this computer there is none', async () => {
    const { destinationId } = await harness.must('openLocalBucket', {})

    expect(await harness.ask('duplicateDestination', { destinationId })).toEqual({
      ok: false,
      failure: { kind: 'not-now' },
    })
  })
})

/** Everything in the data folder, as text. */
function onDisk(): string {
  return readdirSync(harness.folder, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(harness.folder, entry.name), 'latin1'))
    .join('\n')
}

describe('settings of the Ferry before this one', () => {
  /** As it wrote them. */
  const settings = {
    destinations: {
      selectedId: '4b1b3f0e-5c1a-4a52-8a52-0f0a8bde9d11',
      list: [
        {
          destinationId: '10ca10ca-0000-4000-8000-000000000001',
          kind: 'local',
          name: 'This computer',
          provider: 'other',
          prefix: '',
          pathStyle: true,
          secretPlace: 'file',
          linkSeconds: 86400,
          maxPartCount: 10000,
          keptSecret: null,
          integrity: 'crc64nvme',
          probeKey: null,
          endpoint: 'http://127.0.0.1:41873',
          region: 'local',
          bucket: 'ferry',
          accessKeyId: 'FERRYLOCALKEY0000001',
        },
        {
          destinationId: '4b1b3f0e-5c1a-4a52-8a52-0f0a8bde9d11',
          kind: 's3',
          linkSeconds: 604800,
          name: 'Client files',
          provider: 'ceph',
          endpoint: 'https://ceph.example.org',
          region: 'us-east-1',
          bucket: 'client-files',
          prefix: '2026/',
          pathStyle: true,
          accessKeyId: 'AKIAOFBEFORE',
          maxPartCount: 10000,
          integrity: 'crc32c',
          probeKey: '2026/.ferry-check-0011223344556677',
          secretPlace: 'file',
          keptSecret: '7d0b6f52-2c27-4a0f-9d5f-0d2b7b0d8e01',
        },
      ],
    },
  }

  it('are read with all they say, and the rest is as it was then', async () => {
    await harness.core.close()
    writeFileSync(join(harness.folder, 'settings.json'), JSON.stringify(settings, null, '\t'))
    writeFileSync(
      join(harness.folder, 'secrets.json'),
      JSON.stringify({
        version: 1,
        secrets: {
          '7d0b6f52-2c27-4a0f-9d5f-0d2b7b0d8e01': JSON.stringify({
            secretAccessKey: SECRET,
            sessionToken: '',
          }),
        },
      }),
    )

    harness = await harness.restart()

    const { destinations, selectedId, defaultId } = await list()
    expect([selectedId, defaultId]).toEqual([settings.destinations.selectedId, null])
    expect(destinations.map(({ name, color }) => [name, color])).toEqual([
      ['This computer', 'blue'],
      ['Client files', 'teal'],
    ])
    expect(destinations[1]).toEqual({
      destinationId: '4b1b3f0e-5c1a-4a52-8a52-0f0a8bde9d11' as DestinationId,
      kind: 's3',
      name: 'Client files',
      color: 'teal',
      provider: 'ceph',
      endpoint: 'https://ceph.example.org',
      region: 'us-east-1',
      bucket: 'client-files',
      prefix: '2026/',
      pathStyle: true,
      credentials: { kind: 'keys', accessKeyId: 'AKIAOFBEFORE' },
      secretPlace: 'file',
      hasSecret: true,
      keysExpireAtMs: null,
      linkSeconds: 604_800,
      maxPartCount: 10_000,
      rules: DEFAULT_RULES,
      integrity: 'crc32c',
      findings: null,
    })
    expect(harness.heard.log).not.toContain('Unreadable')
  })

  it('are written anew at the first change, with nothing lost', async () => {
    await harness.core.close()
    writeFileSync(join(harness.folder, 'settings.json'), JSON.stringify(settings))
    harness = await harness.restart()
    const before = await list()

    const { destinationId } = harness.only(before.destinations.slice(1))
    await harness.must('setLinkLife', { destinationId, linkSeconds: 60 })
    harness = await harness.restart()

    const [local, other] = before.destinations
    expect((await list()).destinations).toEqual([
      // Its port may have been taken meanwhile.
      { ...local, endpoint: expect.any(String) },
      { ...other, linkSeconds: 60 },
    ])
  })
})
