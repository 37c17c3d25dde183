import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  type Destination,
  DestinationColor,
} from '../../../electron/contract/commands/destinations.ts'
import type { DestinationDraft } from '../../../electron/contract/destination-draft.ts'
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
/** Empty once the last secret is gone. */
const secretsFile = () => {
  const file = join(harness.folder, 'secrets.json')
  return existsSync(file) ? readFileSync(file, 'utf8') : ''
}
const countOf = (text: string, what: string) => text.split(what).length - 1

describe('several destinations', () => {
  it('get unique names, and the colours that are used least', async () => {
    await save()
    await save()
    const third = await save()
    for (let count = 3; count < DestinationColor.options.length + 1; count += 1) await save()

    const { destinations } = await list()

    expect(third).toMatchObject({ name: 'Mine 3' })
    expect(destinations.slice(0, 3).map(({ name }) => name)).toEqual(['Mine', 'Mine 2', 'Mine 3'])
    expect(destinations.map(({ color }) => color)).toEqual([...DestinationColor.options, 'blue'])
  })

  it('keep a name of the maximum length, and still differ', async () => {
    const name = '😀'.repeat(100)
    await save({ name })
    const second = await save({ name })

    expect(second.name).toBe(`${'😀'.repeat(99)} 2`)
  })

  it('stay in order when one is renamed or gets another colour', async () => {
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

describe('the default destination', () => {
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

  it('is null if it was forgotten, or never existed', async () => {
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
  it('has the same address, keys and rules, its own name and colour, and is selected', async () => {
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
    const prepared = await harness.prepare(uploadId)
    await harness.must('cancelUpload', { uploadId })
    await harness.must('forgetDestination', { destinationId: copy.destinationId })

    expect([kept, left, countOf(secretsFile(), SECRET)]).toEqual([2, 1, 0])
    // It has keys, so it asks the store, which does not exist.
    expect(prepared).toMatchObject({ ok: false, failure: { kind: 'host-unreachable' } })
    expect(onDisk()).not.toContain(SECRET)
  })

  it('asks for keys as well if the original has no secret', async () => {
    const { destinationId } = await save({ keepSecret: false })
    harness = await harness.restart()

    const copy = await harness.must('duplicateDestination', { destinationId })

    expect(copy).toMatchObject({ hasSecret: false, secretPlace: 'memory' })
  })

  it('cannot be made of the bucket on this computer', async () => {
    const { destinationId } = await harness.must('openLocalBucket', {})

    expect(await harness.ask('duplicateDestination', { destinationId })).toEqual({
      ok: false,
      failure: { kind: 'wrong-state' },
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
