import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { DestinationId } from '../../../electron/contract/ids.ts'
import { DEFAULT_RULES, RuleField } from '../../../electron/contract/rules/upload-rules.ts'
import {
  readDestinations,
  writeDestinations,
} from '../../../electron/core/destinations/destination-list.ts'
import { readStoredRules } from '../../../electron/core/destinations/destination-rules.ts'
import {
  NOTHING_KNOWN,
  type StoredDestination,
  withFields,
} from '../../../electron/core/destinations/stored-destination.ts'
import type { Json } from '../../../electron/core/ports.ts'
import type { JsonFields } from '../../../electron/lib/read-fields.ts'
import { aDraft } from '../../fakes/a-draft.ts'
import { CoreHarness, someBytes } from '../../fakes/core-harness.ts'
import { formOf, memorySettings } from './stored-forms.ts'

interface StoredList {
  readonly selectedId: Json
  readonly defaultId: Json
  readonly list: readonly (JsonFields & { readonly rules: JsonFields })[]
}

const NEWEST = formOf('settings-5.json').destinations as unknown as StoredList
/** Contains every rule, including those that are newer than the form. */
const [LOCAL, CLIENT, ARCHIVE] = NEWEST.list.map((each) => ({
  ...each,
  rules: { ...DEFAULT_RULES, ...each.rules },
})) as unknown as [JsonFields, JsonFields, JsonFields]
const RULES = CLIENT.rules as JsonFields
const CLIENT_ID = CLIENT.destinationId as DestinationId
const ELSEWHERE = {
  destinationId: '77777777-0000-4000-8000-000000000001',
  kind: 'sftp',
  name: 'Elsewhere',
  host: 'sftp.example.org',
}

/** The client's files as a future version of Ferry might write them. */
const NEWER_CLIENT: JsonFields = {
  ...CLIENT,
  provider: 'tigris',
  integrity: 'xxh3',
  receiveLinks: { days: 7 },
  rules: {
    ...RULES,
    onConflict: 'version',
    acl: 'log-delivery-write',
    keyTemplate: '{prefix}{camera}/{name}',
    encryption: { kind: 'kms', keyId: 'alias/clients', context: { team: 'x' } },
    metadata: [
      { name: 'team', value: 'design' },
      { name: 'client', value: 7 },
      { name: 'bad name', value: 'x' },
      { name: 'year', value: '2026', expires: true },
    ],
    objectLock: { mode: 'governance', days: 30 },
  },
  findings: { ...(CLIENT.findings as JsonFields), versioning: 'mfa-delete', takesAppends: true },
}

const newerSettings = (changes: JsonFields = {}): JsonFields => ({
  selectedId: CLIENT_ID,
  defaultId: ELSEWHERE.destinationId,
  list: [NEWER_CLIENT, ARCHIVE, ELSEWHERE],
  ...changes,
})

let harness: CoreHarness

beforeEach(async () => {
  harness = await CoreHarness.start()
})

afterEach(() => harness.close())

const file = () => join(harness.folder, 'settings.json')
const storedNow = () => JSON.parse(readFileSync(file(), 'utf8')).destinations
const troubles = async () => (await harness.must('describeHost', {})).troubles
const listed = () => harness.must('listDestinations', {})

async function startWith(destinations: Json): Promise<void> {
  await harness.core.close()
  writeFileSync(file(), JSON.stringify({ destinations }))
  harness = await harness.restart()
}

describe('settings of a newer version of Ferry', () => {
  it('are read rule by rule, and finding by finding', async () => {
    await startWith(newerSettings())

    const { destinations } = await listed()
    expect(destinations.map(({ name }) => name)).toEqual(['Client files', 'Archive'])
    expect(destinations[0]).toMatchObject({
      provider: 'other',
      integrity: null,
      rules: {
        ...RULES,
        onConflict: DEFAULT_RULES.onConflict,
        acl: DEFAULT_RULES.acl,
        keyTemplate: DEFAULT_RULES.keyTemplate,
        encryption: { kind: 'kms', keyId: 'alias/clients' },
        metadata: [
          { name: 'team', value: 'design' },
          { name: 'year', value: '2026' },
        ],
      },
      findings: { ...(CLIENT.findings as JsonFields), versioning: null },
    })
    expect(destinations[1]).toMatchObject({ rules: ARCHIVE.rules as JsonFields })
  })

  it('are found unchanged by the newer version after this one has written', async () => {
    await startWith(newerSettings())

    await harness.must('setLinkLife', { destinationId: CLIENT_ID, linkSeconds: 60 })
    harness = await harness.restart()
    await harness.must('setDestinationLook', {
      destinationId: ARCHIVE.destinationId as DestinationId,
      name: 'Attic',
      color: 'red',
    })

    expect(storedNow()).toEqual(
      newerSettings({
        list: [
          { ...NEWER_CLIENT, linkSeconds: 60 },
          { ...ARCHIVE, name: 'Attic', color: 'red' },
          ELSEWHERE,
        ],
      }),
    )
  })

  it('are shown in the window by name, and logged without values', async () => {
    await startWith(newerSettings())

    const whose = { destinationId: CLIENT_ID, name: 'Client files' }
    expect(await troubles()).toEqual([
      {
        kind: 'rules-unread',
        ...whose,
        rules: ['keyTemplate', 'onConflict', 'metadata', 'encryption', 'acl'],
      },
      { kind: 'destination-unread', ...whose, parts: ['place'] },
      { kind: 'findings-unread', ...whose },
      {
        kind: 'settings-newer',
        places: [
          { name: 'Client files', settings: ['objectLock', 'receiveLinks', 'takesAppends'] },
        ],
      },
      { kind: 'destinations-unread', count: 1, names: ['Elsewhere'] },
    ])
    expect(harness.heard.log).toContain('"rules":["keyTemplate","onConflict"')
    for (const value of ['version', 'governance', 'alias', 'Client files', 'camera', 'sftp.']) {
      expect(harness.heard.log).not.toContain(value)
    }
  })

  it('start Ferry with a usable destination', async () => {
    await startWith(newerSettings({ selectedId: ELSEWHERE.destinationId }))

    expect(await listed()).toMatchObject({ selectedId: CLIENT_ID, defaultId: null })
  })

  it('give a copy the rules, but nothing that cannot exist twice', async () => {
    await startWith(newerSettings())

    const copy = await harness.must('duplicateDestination', { destinationId: CLIENT_ID })

    const { list } = storedNow() as StoredList
    const stored = list.find((each) => each.destinationId === copy.destinationId)
    expect(stored?.rules).toEqual(NEWER_CLIENT.rules)
    expect(stored?.findings).toEqual(NEWER_CLIENT.findings)
    expect(stored?.provider).toBe('tigris')
    expect(stored).not.toHaveProperty('receiveLinks')
  })
})

describe('an unreadable rule', () => {
  it('uses its default for uploads, and does not affect the other rules', async () => {
    const local = await harness.must('openLocalBucket', {})
    const { list } = storedNow() as StoredList
    const rules = { ...DEFAULT_RULES, onConflict: 'version', cacheControl: 'no-store' }
    await startWith({ selectedId: null, list: list.map((each) => ({ ...each, rules })) })

    for (const seed of [1, 2]) {
      const bytes = someBytes(1000, seed)
      const { uploadId } = await harness.queueBytes(local, 'a.txt', bytes)
      await harness.prepared(uploadId)
      await harness.send(uploadId, bytes, [1])
      await harness.must('completeUpload', { uploadId })
    }

    const now = harness.only((await listed()).destinations)
    expect((await harness.stored(now)).keys).toEqual(['a (2).txt', 'a.txt'])
    const [first] = await harness.records()
    const answer = await fetch(first?.link?.url ?? '')
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(storedNow().list[0].rules.onConflict).toBe('version')
  })

  it('is replaced when the rules are saved, while unknown rules of a newer version stay', async () => {
    await startWith(newerSettings())
    const [client] = (await listed()).destinations
    const rules = { ...(client?.rules ?? DEFAULT_RULES), acl: null }

    await harness.must('saveRules', { destinationId: CLIENT_ID, rules })

    const kinds = (await troubles()).map(({ kind }) => kind)
    expect(kinds).not.toContain('rules-unread')
    expect(kinds).toContain('settings-newer')
    expect(
      harness.heard
        .of('troublesChanged')
        .at(-1)
        ?.troubles.map(({ kind }) => kind),
    ).toEqual(kinds)
    expect(storedNow().list[0].rules).toEqual({
      ...rules,
      objectLock: { mode: 'governance', days: 30 },
    })
  })

  it('is reported for every rule if the rules are no object of rules', async () => {
    await startWith({ selectedId: null, list: [{ ...CLIENT, rules: 'rules.json' }] })
    const before = await troubles()
    await harness.must('setLinkLife', { destinationId: CLIENT_ID, linkSeconds: 60 })
    const kept = storedNow().list[0].rules

    await harness.must('saveRules', { destinationId: CLIENT_ID, rules: DEFAULT_RULES })

    expect(before).toMatchObject([{ kind: 'rules-unread', rules: RuleField.options }])
    expect(kept).toBe('rules.json')
    expect(storedNow().list[0].rules).toEqual(DEFAULT_RULES)
    expect(await troubles()).toEqual([])
  })

  it('does not affect the others, whatever its value is, and is written back', () => {
    fc.assert(
      fc.property(fc.constantFrom(...RuleField.options), fc.jsonValue(), (field, damage) => {
        const settings = memorySettings({
          destinations: {
            selectedId: CLIENT_ID,
            list: [{ ...CLIENT, rules: { ...RULES, [field]: damage as Json } }],
          },
        })

        const read = readDestinations(settings)
        writeDestinations(settings, read)

        const { [field]: _damaged, ...others } = read.list[0]?.rules ?? DEFAULT_RULES
        const { [field]: _was, ...expected } = RULES
        expect(others).toEqual(expected)
        const again = readDestinations(settings)
        expect(again).toEqual(read)
        const isAside = Object.hasOwn(read.list[0]?.aside.rules ?? {}, field)
        const written = settings.get('destinations') as unknown as StoredList
        if (isAside) expect(written.list[0]?.rules[field]).toEqual(cleanJson(damage))
      }),
    )
  })
})

describe('pairs', () => {
  const metadataOf = (metadata: Json) => readStoredRules({ ...RULES, metadata }).rules.metadata

  it.each<[string, Json, Json]>([
    ['no pair', ['x', null, { name: 'a', value: '1' }], [{ name: 'a', value: '1' }]],
    [
      'a name that is there already',
      [
        { name: 'a', value: '1' },
        { name: 'A', value: '2' },
        { name: 'b', value: '3' },
      ],
      [
        { name: 'a', value: '1' },
        { name: 'b', value: '3' },
      ],
    ],
    [
      'a value that no header can have',
      [
        { name: 'a', value: 'x\r\ny: z' },
        { name: 'b', value: '3' },
      ],
      [{ name: 'b', value: '3' }],
    ],
  ])('of which one is %s lose only that one', (_what, stored, expected) => {
    const read = readStoredRules({ ...RULES, metadata: stored })

    expect(read.rules).toEqual({ ...RULES, metadata: expected })
    expect(read.aside).toEqual({ metadata: stored })
  })

  it('that are too many lose those beyond the limit', () => {
    const pairs = Array.from({ length: 25 }, (_, index) => ({ name: `n${index}`, value: 'v' }))

    expect(metadataOf(pairs)).toEqual(pairs.slice(0, 20))
  })
})

describe('an unreadable finding', () => {
  const only = (client: JsonFields) =>
    readDestinations(memorySettings({ destinations: { selectedId: null, list: [client] } }))
      .list[0] as StoredDestination

  it('is kept aside until the next check, a new address or the next finding', () => {
    const stored = only(NEWER_CLIENT)
    const { findings } = stored

    const renamed = withFields(stored, { name: 'Other', findings })
    const checked = withFields(stored, { findings: { ...(findings ?? noFindings()) } })
    const moved = withFields(stored, NOTHING_KNOWN)

    expect(renamed.aside.findings).toEqual({ versioning: 'mfa-delete', takesAppends: true })
    expect(checked.aside.findings).toEqual({})
    expect(moved.aside).toMatchObject({ findings: {}, fields: { provider: 'tigris' } })
    expect(moved.aside.fields).not.toHaveProperty('integrity')
  })

  it('stays aside when the connection is saved with the same address, and is dropped with another', async () => {
    const draft = { endpoint: 'http://127.0.0.1:9', region: 'eu-1', bucket: 'photos', prefix: '' }
    await startWith({
      selectedId: null,
      list: [{ ...NEWER_CLIENT, ...draft, provider: 'other', integrity: null }],
    })
    const edit = aDraft({ ...draft, destinationId: CLIENT_ID, name: 'Client files' })

    await harness.must('saveDestination', edit)
    const same = storedNow().list[0]
    await harness.must('saveDestination', { ...edit, bucket: 'others' })

    expect(same.findings).toEqual(NEWER_CLIENT.findings)
    expect(storedNow().list[0]).toMatchObject({ findings: null, rules: NEWER_CLIENT.rules })
  })

  it('counts as not found if it makes no sense', () => {
    const { findings, aside } = only({ ...CLIENT, findings: [1, 2] })

    expect(findings).toBeNull()
    expect(aside.fields).toEqual({ findings: [1, 2] })
  })
})

describe('the bucket on this computer', () => {
  it('keeps its rules if a newer version of Ferry reached it in a different way', async () => {
    await startWith({
      selectedId: null,
      list: [{ ...LOCAL, endpoint: 'socket:ferry', credentials: { kind: 'peer' }, rules: RULES }],
    })

    const local = await harness.must('openLocalBucket', {})

    expect(local.rules).toEqual(RULES)
    expect(local.endpoint).toMatch(/^http:/)
    expect(storedNow().list).toHaveLength(1)
    expect(await troubles()).toEqual([])
  })
})

describe('unreadable destinations', () => {
  it.each<[string, JsonFields]>([
    ['has no address', { ...CLIENT, endpoint: 'no address' }],
    ['has an address of another kind', { ...CLIENT, endpoint: 'ftp://files.example.org' }],
    ['has an unknown source of keys', { ...CLIENT, credentials: { kind: 'passkey' } }],
    ['has no bucket', { ...CLIENT, bucket: null }],
    ['is a duplicate', { ...ARCHIVE, name: 'Twin' }],
  ])('stay in the file unchanged if one %s', async (_what, entry) => {
    await startWith({ selectedId: null, list: [entry, ARCHIVE, 'rubbish', null] })

    const { destinationId } = ARCHIVE as { destinationId: DestinationId }
    await harness.must('setLinkLife', { destinationId, linkSeconds: 60 })

    const { list } = storedNow() as StoredList
    expect(await troubles()).toMatchObject([{ kind: 'destinations-unread', count: 3 }])
    expect(list).toHaveLength(4)
    for (const each of [entry.name === 'Twin' ? ARCHIVE : entry, 'rubbish', null]) {
      expect(list).toContainEqual(each)
    }
  })

  it.each<[string, Json]>([
    ['is text', 'rubbish'],
    ['is a list', [CLIENT, ARCHIVE]],
    ['has another list', { selectedId: CLIENT_ID, list: { first: CLIENT } }],
  ])('are kept if the whole list %s', async (_what, stored) => {
    await startWith(stored)

    await harness.must('saveDestination', aDraft())

    expect(await troubles()).toMatchObject([{ kind: 'destinations-unread', count: 1 }])
    const lost = typeof stored === 'object' && stored !== null && 'list' in stored
    expect((storedNow() as StoredList).list).toContainEqual(lost ? stored.list : stored)
  })

  it('keep the default of another version until the user chooses one here', async () => {
    await startWith(newerSettings())
    await harness.must('selectDestination', {
      destinationId: ARCHIVE.destinationId as DestinationId,
    })
    const before = storedNow().defaultId

    await harness.must('setDefaultDestination', { destinationId: CLIENT_ID })

    expect(before).toBe(ELSEWHERE.destinationId)
    expect(storedNow().defaultId).toBe(CLIENT_ID)
  })

  it('do not depend on which one was selected, or is the default', async () => {
    await startWith({ selectedId: 7, defaultId: ['x'], list: [CLIENT] })

    expect(await listed()).toMatchObject({ selectedId: CLIENT_ID, defaultId: null })
    expect(await troubles()).toEqual([{ kind: 'default-unread' }])
    await harness.must('setLinkLife', { destinationId: CLIENT_ID, linkSeconds: 60 })
    expect(storedNow()).toMatchObject({ selectedId: 7, defaultId: ['x'] })
    await harness.must('setDefaultDestination', { destinationId: null })
    expect(await troubles()).toEqual([])
  })
})

/** The value after it was written and read: `-0` is `0`. */
function cleanJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value))
}

function noFindings(): never {
  throw new Error('There are findings')
}
