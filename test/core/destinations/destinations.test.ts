import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { CheckId } from '../../../electron/contract/commands/checks.ts'
import type { DestinationDraft } from '../../../electron/contract/destination-draft.ts'
import type { DestinationId } from '../../../electron/contract/ids.ts'
import { failed, succeeded } from '../../../electron/contract/outcome.ts'
import { memoryVault } from '../../../electron/core/host/secret-file.ts'
import type { SecretVault } from '../../../electron/core/ports.ts'
import { CoreHarness, PART, someBytes } from '../../fakes/core-harness.ts'
import { TYPED_KEYS } from '../../fakes/typed-keys.ts'

const SECRET = 'wJalrXUtnFEMI-K7MDENG-bPxRfiCYEXAMPLEKEY'

const draft: DestinationDraft = {
  ...TYPED_KEYS,
  destinationId: null,
  name: 'Mine',
  provider: 'other',
  endpoint: 'http://127.0.0.1:9',
  region: 'eu-1',
  bucket: 'photos',
  prefix: 'in',
  pathStyle: true,
  accessKeyId: 'AKIA',
  secretAccessKey: SECRET,
  sessionToken: '',
  keepSecret: true,
}

let harness: CoreHarness

beforeEach(async () => {
  harness = await CoreHarness.start()
})

afterEach(() => harness.close())

const save = (changes: Partial<DestinationDraft> = {}) =>
  harness.must('saveDestination', { ...draft, ...changes })

/** Everything in the data folder, as text. */
function onDisk(): string {
  return readdirSync(harness.folder, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(harness.folder, entry.name), 'latin1'))
    .join('\n')
}

describe('a saved destination', () => {
  it('exists after a restart, selected, with its secret', async () => {
    const { destination, notes } = await save()

    harness = await harness.restart()

    expect(notes).toEqual([{ field: 'prefix', change: 'slash-added' }])
    expect(await harness.must('listDestinations', {})).toEqual({
      destinations: [destination],
      selectedId: destination.destinationId,
      defaultId: null,
    })
    expect(destination).toMatchObject({ secretPlace: 'file', hasSecret: true, prefix: 'in/' })
  })

  it('reports once that its connection is unencrypted', async () => {
    const endpoint = 'http://nas.home.arpa:9000'
    const first = await save({ endpoint })
    const { destinationId } = first.destination
    const again = await save({ destinationId, endpoint, name: 'Other' })

    const plain = { field: 'endpoint', change: 'plain-http' }
    expect(first.notes).toContainEqual(plain)
    expect(again.notes).not.toContainEqual(plain)
  })

  it('never shows its secret to the page or the log', async () => {
    await save()

    expect(JSON.stringify(await harness.must('listDestinations', {}))).not.toContain(SECRET)
    expect(JSON.stringify(harness.heard.notices)).not.toContain(SECRET)
    expect(harness.heard.log).not.toContain(SECRET)
    expect(readFileSync(join(harness.folder, 'settings.json'), 'utf8')).not.toContain(SECRET)
  })

  it('loses a secret that was not to be stored, and says so', async () => {
    const { destination } = await save({ keepSecret: false })
    const before = onDisk()

    harness = await harness.restart()

    expect(destination).toMatchObject({ secretPlace: 'memory', hasSecret: true })
    expect(before).not.toContain(SECRET)
    const { destinations } = await harness.must('listDestinations', {})
    expect(destinations).toMatchObject([{ secretPlace: 'memory', hasSecret: false }])
    const { uploadId } = await harness.queueBytes(harness.only(destinations), 'a', someBytes(1))
    expect(await harness.prepare(uploadId)).toEqual({
      ok: false,
      failure: { kind: 'secret-missing' },
    })
  })

  it('keeps its secret in memory if there is no safe storage', async () => {
    harness = await harness.restart({ vault: memoryVault })

    const { destination } = await save()

    expect(destination.secretPlace).toBe('memory')
    expect((await harness.must('describeHost', {})).secretPlace).toBe('memory')
  })

  it('keeps its secret when it is edited without one, and drops the old one when given another', async () => {
    const { destination } = await save()
    const { destinationId } = destination

    const edited = await save({ destinationId, secretAccessKey: '', name: 'Renamed' })
    const afterEdit = onDisk()
    await save({ destinationId, secretAccessKey: 'another' })

    expect(edited.destination).toMatchObject({ destinationId, name: 'Renamed', hasSecret: true })
    expect(afterEdit).toContain(SECRET)
    expect(onDisk()).not.toContain(SECRET)
    expect((await harness.must('listDestinations', {})).destinations).toHaveLength(1)
  })

  it('leaves no trace of its secret when it is forgotten', async () => {
    const { destination } = await save()

    await harness.must('forgetDestination', { destinationId: destination.destinationId })

    expect(onDisk()).not.toContain(SECRET)
    expect(await harness.must('listDestinations', {})).toEqual({
      destinations: [],
      selectedId: null,
      defaultId: null,
    })
  })

  it('cannot be forgotten while uploads to it wait', async () => {
    const { destination } = await save()
    const { uploadId } = await harness.queueBytes(destination, 'a', someBytes(1))
    const { destinationId } = destination

    const early = await harness.ask('forgetDestination', { destinationId })
    await harness.must('cancelUpload', { uploadId })
    const late = await harness.ask('forgetDestination', { destinationId })

    expect(early).toEqual({ ok: false, failure: { kind: 'in-use' } })
    expect(late.ok).toBe(true)
  })

  it('is reported to the page and to the host whenever it changes', async () => {
    const endpoint = 'https://store.example:9'
    const { destination } = await save({ endpoint, pathStyle: false })
    const { destinationId } = destination

    await harness.must('setLinkLife', { destinationId, linkSeconds: 60 })

    expect(harness.heard.of('destinationsChanged').at(-1)?.destinations).toMatchObject([
      { linkSeconds: 60 },
    ])
    expect(harness.heard.origins.at(-1)).toEqual(['https://photos.store.example:9'])
  })

  it('is reached at its address if the endpoint is one, whatever its bucket is called', async () => {
    const { destination } = await save({ bucket: 'file.txt', pathStyle: false })
    const checkId = randomUUID() as CheckId
    const { destinationId } = destination
    const asSaved = { ...draft, destinationId, bucket: 'file.txt', pathStyle: false }

    const report = await harness.must('checkDestination', { checkId, draft: asSaved })

    expect(report.lines.length).toBeGreaterThan(1)
    expect(harness.heard.origins.at(-1)).toEqual(['http://127.0.0.1:9'])
  })
})

describe('a vault that renews stored secrets', () => {
  it('replaces the old form by the new one', async () => {
    const { destination } = await save()
    const vault: SecretVault = {
      place: async () => 'system',
      protect: async () => succeeded('new form'),
      reveal: async () =>
        succeeded({
          secret: JSON.stringify({ secretAccessKey: SECRET, sessionToken: '' }),
          renewed: 'new form',
        }),
    }
    harness = await harness.restart({ vault })
    const { uploadId } = await harness.queueBytes(destination, 'a', someBytes(1))

    await harness.prepare(uploadId)

    expect(readFileSync(join(harness.folder, 'settings.json'), 'utf8')).toContain('new form')
  })

  it('reports if it cannot be opened now, and the destination stays', async () => {
    const { destination } = await save()
    const locked = async () => failed({ kind: 'secret-store-unavailable' } as const)
    const vault: SecretVault = {
      place: async () => 'system',
      protect: locked,
      reveal: locked,
    }
    harness = await harness.restart({ vault })
    const { uploadId } = await harness.queueBytes(destination, 'a', someBytes(1))

    const prepared = await harness.prepare(uploadId)

    expect(prepared).toEqual({ ok: false, failure: { kind: 'secret-store-unavailable' } })
    expect((await harness.must('listDestinations', {})).destinations).toEqual([destination])
  })
})

describe('a vault that is locked', () => {
  /** Like the desktop's: locked at first, and perhaps opened later. */
  const lockable = () => {
    let isLocked = true
    let tell = (_isLocked: boolean) => {}
    const sealed = (text: string) => `sealed:${Buffer.from(text).toString('hex')}`
    const vault: SecretVault = {
      place: async () => (isLocked ? 'memory' : 'system'),
      protect: async (secret) =>
        isLocked ? failed({ kind: 'secret-store-unavailable' }) : succeeded(sealed(secret)),
      reveal: async (kept) => {
        if (isLocked) return failed({ kind: 'secret-store-unavailable' })
        const secret = Buffer.from(kept.slice('sealed:'.length), 'hex').toString()
        return succeeded({ secret, renewed: null })
      },
      watchLock: (changed) => {
        tell = changed
        changed(isLocked)
      },
    }
    const set = (next: boolean) => {
      isLocked = next
      tell(next)
    }
    return {
      vault,
      set,
      sealed: sealed(JSON.stringify({ secretAccessKey: SECRET, sessionToken: '' })),
    }
  }
  const locked = { kind: 'secret-store-locked' }
  const troubles = async () => (await harness.must('describeHost', {})).troubles

  it('is reported, keeps secrets in memory, and takes them over when it opens', async () => {
    const { vault, set, sealed } = lockable()
    harness = await harness.restart({ vault })

    const { destination } = await save()
    const during = { troubles: await troubles(), disk: onDisk() }
    set(false)
    await vi.waitFor(() => expect(onDisk()).toContain(sealed))

    expect(destination).toMatchObject({ secretPlace: 'memory', hasSecret: true })
    expect(during.troubles).toContainEqual(locked)
    expect(during.disk).not.toContain(SECRET)
    expect(await troubles()).not.toContainEqual(locked)
    expect(harness.heard.of('destinationsChanged').at(-1)?.destinations).toMatchObject([
      { secretPlace: 'system', hasSecret: true },
    ])
  })

  it('does not take over a secret that the user wants in memory only', async () => {
    const { vault, set } = lockable()
    harness = await harness.restart({ vault })
    await save({ keepSecret: false })
    const before = onDisk()

    set(false)
    await save({ name: 'Another' })

    expect(before).not.toContain('sealed:')
    const list = await harness.must('listDestinations', {})
    expect(list.destinations.map(({ secretPlace }) => secretPlace)).toEqual(['memory', 'system'])
  })

  it('does not take over a secret of a destination that was forgotten meanwhile', async () => {
    const { vault, set, sealed } = lockable()
    harness = await harness.restart({ vault })
    const { destination } = await save()
    await harness.must('forgetDestination', { destinationId: destination.destinationId })

    set(false)
    await save({ keepSecret: false })

    expect(onDisk()).not.toContain(sealed)
  })

  it('still has the earlier sealed secret at the next start, though the keys were entered again', async () => {
    const { vault, set, sealed } = lockable()
    harness = await harness.restart({ vault })
    set(false)
    const { destination } = await save()
    set(true)
    const { destinationId } = destination

    await save({ destinationId })
    const withSameKey = onDisk()
    await save({ destinationId, accessKeyId: 'AKIAOTHER' })

    expect(withSameKey).toContain(sealed)
    expect(onDisk()).not.toContain(sealed)
  })

  it('is tested at the start if it keeps a secret', async () => {
    const { vault, set } = lockable()
    harness = await harness.restart({ vault })
    set(false)
    await save()
    const revealed: string[] = []
    const reveal: SecretVault['reveal'] = async (kept) => {
      revealed.push(kept)
      return failed({ kind: 'secret-store-unavailable' })
    }

    harness = await harness.restart({ vault: { ...vault, reveal } })

    await vi.waitFor(() => expect(revealed).toHaveLength(1))
  })
})

describe('a destination that gets another address', () => {
  it('has to wait while parts for it are stored at the old address', async () => {
    const local = await harness.must('openLocalBucket', {})
    const { destination } = await save({
      endpoint: local.endpoint,
      region: local.region,
      bucket: local.bucket,
      ...harness.localKeys(),
    })
    const { destinationId } = destination
    const edit = { destinationId, secretAccessKey: 'another', endpoint: 'http://127.0.0.1:9' }
    const { uploadId } = await harness.queueBytes(destination, 'a', someBytes(1 + PART))
    await harness.prepared(uploadId, PART)

    const early = await harness.ask('saveDestination', { ...draft, ...edit })
    await harness.must('cancelUpload', { uploadId })
    const late = await harness.ask('saveDestination', { ...draft, ...edit })

    expect(early).toEqual({ ok: false, failure: { kind: 'in-use' } })
    expect(late.ok).toBe(true)
    expect((await harness.stored(local)).unfinished).toEqual([])
  })
})

describe('an unknown ID', () => {
  it('is answered as unknown', async () => {
    const destinationId = '4b1b3f0e-5c1a-4a52-8a52-0f0a8bde9d10' as DestinationId
    const unknown = { ok: false, failure: { kind: 'unknown-id' } }

    expect(await harness.ask('selectDestination', { destinationId })).toEqual(unknown)
    expect(await harness.ask('forgetDestination', { destinationId })).toEqual(unknown)
    expect(await harness.ask('setLinkLife', { destinationId, linkSeconds: 1 })).toEqual(unknown)
    expect(await harness.ask('saveDestination', { ...draft, destinationId })).toEqual(unknown)
    const checked = { checkId: randomUUID() as CheckId, draft: { ...draft, destinationId } }
    expect(await harness.ask('checkDestination', checked)).toEqual(unknown)
  })
})

describe('a damaged file', () => {
  it('of settings loses only the destinations, and is reported', async () => {
    const local = await harness.must('openLocalBucket', {})
    const { uploadId } = await harness.queueBytes(local, 'a', someBytes(1))
    await harness.core.close()
    writeFileSync(join(harness.folder, 'settings.json'), '{"destinations": ')

    harness = await harness.restart()

    const { troubles } = await harness.must('describeHost', {})
    expect(troubles).toMatchObject([{ kind: 'file-set-aside', what: 'settings' }])
    const again = await harness.must('openLocalBucket', {})
    expect((await harness.record(uploadId)).destinationId).toBe(again.destinationId)
    expect((await harness.prepare(uploadId)).ok).toBe(true)
  })

  it('of secrets loses only the secrets, and is reported', async () => {
    const { destination } = await save()
    await harness.core.close()
    writeFileSync(join(harness.folder, 'secrets.json'), 'rubbish')

    harness = await harness.restart()

    const { troubles } = await harness.must('describeHost', {})
    expect(troubles).toMatchObject([{ kind: 'file-set-aside', what: 'secrets' }])
    const { uploadId } = await harness.queueBytes(destination, 'a', someBytes(1))
    expect(await harness.prepare(uploadId)).toEqual({
      ok: false,
      failure: { kind: 'secret-missing' },
    })
    const { destinationId } = destination
    await save({ destinationId })
    expect((await harness.must('listDestinations', {})).destinations).toHaveLength(1)
  })

  it('of records loses only the list, and is reported', async () => {
    const { destination } = await save()
    await harness.core.close()
    writeFileSync(join(harness.folder, 'records.sqlite'), 'rubbish '.repeat(1000))

    harness = await harness.restart()

    const { troubles } = await harness.must('describeHost', {})
    expect(troubles).toMatchObject([{ kind: 'file-set-aside', what: 'records' }])
    expect((await harness.must('listDestinations', {})).destinations).toEqual([destination])
    expect(await harness.records()).toEqual([])
  })

  it('with one bad destination does not lose the others', async () => {
    const { destination } = await save()
    const file = join(harness.folder, 'settings.json')
    await harness.core.close()
    const settings = JSON.parse(readFileSync(file, 'utf8'))
    settings.destinations.list.unshift({ kind: 'nonsense' })
    writeFileSync(file, JSON.stringify(settings))

    harness = await harness.restart()

    expect((await harness.must('listDestinations', {})).destinations).toEqual([destination])
    expect(harness.heard.log).toContain('Unreadable destinations')
  })
})

describe('a full disk', () => {
  it('is a failure that names the data folder', async () => {
    const { settings } = harness.ports
    const full = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
    harness = await harness.restart({
      settings: {
        ...settings,
        set: () => {
          throw full
        },
      },
    })

    const outcome = await harness.ask('saveDestination', draft)

    expect(outcome).toEqual({ ok: false, failure: { kind: 'disk-full', where: 'data-folder' } })
    expect((await harness.must('listDestinations', {})).destinations).toEqual([])
    expect(onDisk()).not.toContain(SECRET)
  })
})
