import type { ServerResponse } from 'node:http'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { DestinationDraft } from '../../../electron/contract/destination-draft.ts'
import { failed, succeeded } from '../../../electron/contract/outcome.ts'
import { CredentialCache } from '../../../electron/core/credentials/credential-cache.ts'
import { DestinationSecrets } from '../../../electron/core/destinations/destination-secrets.ts'
import { Destinations } from '../../../electron/core/destinations/destinations.ts'
import { cleanDraft } from '../../../electron/core/destinations/draft.ts'
import type { Store } from '../../../electron/core/destinations/open-store.ts'
import { Stores } from '../../../electron/core/destinations/stores.ts'
import { logTo } from '../../../electron/core/host/log.ts'
import { memoryVault } from '../../../electron/core/host/secret-file.ts'
import { integrityOf } from '../../../electron/core/integrity/store-integrity.ts'
import type { Json } from '../../../electron/core/ports.ts'
import { ChecksumStore } from '../../fakes/checksum-store.ts'
import { type Answer, plain, refusal, StubStore } from '../../fakes/stub-store.ts'
import { TYPED_KEYS } from '../../fakes/typed-keys.ts'
import { type TemporaryBucket, temporaryBucket } from '../../local-bucket/temporary-bucket.ts'

const CRC64 = 'x-amz-checksum-crc64nvme'
const CRC32C = 'x-amz-checksum-crc32c'
const SHA256 = 'x-amz-checksum-sha256'

let odd: ChecksumStore
let stub: StubStore
let settings: Map<string, Json>
let announced: number
let world: World

beforeEach(async () => {
  odd = new ChecksumStore()
  stub = await StubStore.start(odd.answer)
  settings = new Map()
  announced = 0
  world = await World.of(draftFor(stub.endpoint))
})

afterEach(async () => {
  world.close()
  await stub.close()
})

const draftFor = (endpoint: string): DestinationDraft => ({
  ...TYPED_KEYS,
  destinationId: null,
  name: 'Odd',
  provider: 'other',
  endpoint,
  region: 'us-east-1',
  bucket: 'photos',
  prefix: 'in/',
  pathStyle: true,
  accessKeyId: 'AKIA',
  secretAccessKey: 'secret',
  sessionToken: '',
  keepSecret: false,
})

/** Destinations and stores as the core assembles them, with settings that survive a restart. */
class World {
  readonly destinations: Destinations
  readonly stores: Stores
  readonly log = logTo({ write: () => undefined })

  private constructor() {
    const credentials = new DestinationSecrets(
      memoryVault,
      new CredentialCache({ now: Date.now, environment: {} }, () => undefined),
    )
    const store = {
      get: (key: string) => settings.get(key),
      set: (key: string, value: Json) => void settings.set(key, structuredClone(value)),
      delete: (key: string) => void settings.delete(key),
    }
    this.destinations = new Destinations(store, credentials, () => {
      announced += 1
    })
    this.stores = new Stores(
      this.destinations,
      { now: Date.now },
      async () => succeeded(null),
      async () => succeeded(null),
    )
  }

  static async of(draft: DestinationDraft): Promise<World> {
    const made = new World()
    const former = made.destinations.all()[0] ?? null
    const clean = cleanDraft(draft, null)
    if (!clean.ok) throw new Error('The draft is wrong')
    await made.destinations.save(clean.value, former, false)
    announced = 0
    return made
  }

  async store(): Promise<Store> {
    const [destination] = this.destinations.all()
    if (destination === undefined) throw new Error('No destination')
    const store = await this.stores.of(destination.destinationId)
    if (!store.ok) throw new Error(store.failure.kind)
    return store.value
  }

  async learn(signal = new AbortController().signal) {
    return integrityOf(this, await this.store(), signal)
  }

  get kept() {
    return this.destinations.listed().destinations[0]?.integrity
  }

  close(): void {
    this.stores.close()
  }
}

/** For every operation on an upload with that algorithm, which the header of Create names. */
const unlessPlain =
  (answer: Answer): Answer =>
  (request, response) => {
    if (request.headers['x-amz-checksum-algorithm'] !== undefined) return answer(request, response)
    plain(200, `<R><UploadId>${odd.begin('in/.ferry-check-0')}</UploadId></R>`, {
      'content-type': 'application/xml',
    })(request, response)
  }

describe('the checksum that a store is found to check', () => {
  it.each([
    ['CRC64NVME before all others', [CRC32C, CRC64, SHA256, 'content-md5'], 'crc64nvme'],
    ['CRC32C if CRC64NVME is accepted and ignored', [CRC32C, 'content-md5'], 'crc32c'],
    ['SHA-256 if no CRC is checked', [SHA256], 'sha256'],
    ['Content-MD5 if nothing newer is checked', ['content-md5'], 'md5'],
    ['nothing if every checksum is accepted', [], 'none'],
  ] as const)('is %s', async (_, checks, integrity) => {
    odd.checks = checks

    const learnt = await world.learn()

    expect(learnt).toEqual(succeeded(integrity))
    expect(world.kept).toBe(integrity)
    expect([...odd.unfinished]).toEqual([])
    expect(announced).toBe(1)
  })

  it.each([
    ['does not know checksums at all', refusal(501, 'NotImplemented')],
    ['finds the announcement malformed', refusal(400, 'InvalidRequest')],
    ['forbids unknown headers', refusal(403, 'AccessDenied')],
  ])('is Content-MD5 at a store that %s', async (_, answer) => {
    odd.checks = [CRC64, CRC32C, SHA256, 'content-md5']
    odd.manners.create = unlessPlain(answer)

    expect(await world.learn()).toEqual(succeeded('md5'))
    expect([...odd.unfinished]).toEqual([])
  })

  it('covers the whole object even if the store does not know checksum types', async () => {
    odd.checks = [CRC64]
    odd.manners.create = (request, response) => {
      const isTyped = request.headers['x-amz-checksum-type'] !== undefined
      const begun = `<R><UploadId>${odd.begin('in/.ferry-check-0')}</UploadId></R>`
      const answer = isTyped ? refusal(400, 'InvalidArgument') : plain(200, begun)
      answer(request, response)
    }

    expect(await world.learn()).toEqual(succeeded('crc64nvme'))
  })

  it('is none that a store refuses whether it is right or wrong', async () => {
    odd.manners.part = (request, response) => {
      const hasChecksum = Object.keys(request.headers).some((name) => /checksum|md5/.test(name))
      const answer = hasChecksum ? refusal(400, 'InvalidRequest') : plain(200, '', { etag: '"1"' })
      answer(request, response)
    }

    expect(await world.learn()).toEqual(succeeded('none'))
  })

  it.each([
    [400, 'BadDigest', 'md5'],
    [400, 'InvalidDigest', 'md5'],
    [400, 'XAmzContentChecksumMismatch', 'md5'],
    [400, 'InvalidRequest', 'md5'],
    [422, 'Unprocessable', 'none'],
    [403, 'AccessDenied', 'none'],
    [404, 'NoSuchKey', 'none'],
    [501, 'NotImplemented', 'none'],
  ])('after the answer %d %s to a wrong checksum alone is %s', async (status, code, integrity) => {
    odd.checks = ['content-md5']
    odd.refusal = refusal(status, code)

    expect(await world.learn()).toEqual(succeeded(integrity))
  })

  it('is not proven by a 403, which says nothing about checksums', async () => {
    odd.manners.part = (request, response) => {
      const isPlain = !Object.keys(request.headers).some((name) => /checksum|md5/.test(name))
      const answer = isPlain ? plain(200, '', { etag: '"1"' }) : refusal(403, 'AccessDenied')
      answer(request, response)
    }

    expect(await world.learn()).toEqual(succeeded('none'))
  })

  it('is probed below the prefix, under a key of its own, and no object is ever made there', async () => {
    await world.learn()

    expect([...odd.keys]).toEqual([expect.stringMatching(/^in\/\.ferry-check-[0-9a-f]{16}$/)])
    expect(odd.count('put')).toBe(0)
    expect(odd.count('complete')).toBe(0)
  })

  it('is probed once, however many uploads begin at the same time', async () => {
    odd.checks = [CRC64]

    const learnt = await Promise.all([world.learn(), world.learn(), world.learn()])
    await world.learn()

    expect(learnt).toEqual([1, 2, 3].map(() => succeeded('crc64nvme')))
    expect(odd.count('create')).toBe(1)
  })

  it('is remembered across a restart', async () => {
    odd.checks = [CRC64]
    await world.learn()
    const asked = odd.asked.length

    world.close()
    world = await World.of(draftFor(stub.endpoint))

    expect(await world.learn()).toEqual(succeeded('crc64nvme'))
    expect(odd.asked.length).toBe(asked)
  })
})

describe('a store that gives no result', () => {
  it.each([
    ['asks for a pause', 'create', refusal(503, 'SlowDown'), 'throttled'],
    ['fails at a part', 'part', refusal(500, 'InternalError'), 'server-error'],
    [
      'hangs up',
      'part',
      (_: unknown, response: ServerResponse) => response.destroy(),
      'no-response',
    ],
    ['no longer accepts the session', 'part', refusal(400, 'ExpiredToken'), 'credentials-expired'],
    [
      'rejects the access keys',
      'create',
      refusal(403, 'InvalidAccessKeyId'),
      'credentials-rejected',
    ],
  ] as const)(
    'and %s leaves nothing learnt and nothing behind',
    async (_, operation, answer, kind) => {
      odd.checks = [CRC64]
      odd.manners[operation] = answer

      const refused = await world.learn()
      delete odd.manners[operation]

      expect(refused).toMatchObject({ ok: false, failure: { kind } })
      expect(world.kept).toBeNull()
      expect([...odd.unfinished]).toEqual([])
      expect(await world.learn()).toEqual(succeeded('crc64nvme'))
    },
  )

  it('because it fails after the first candidates is asked about all of them again', async () => {
    odd.checks = [SHA256]
    let created = 0
    odd.before = (operation) => {
      if (operation === 'create') created += 1
      if (created === 3) odd.manners.part = refusal(503, 'SlowDown')
    }

    const refused = await world.learn()
    odd.before = () => undefined
    delete odd.manners.part

    expect(refused).toMatchObject({ ok: false, failure: { kind: 'throttled' } })
    expect([...odd.unfinished]).toEqual([])
    expect(await world.learn()).toEqual(succeeded('sha256'))
  })

  it('because the access keys may not begin uploads counts as checking nothing, and is asked again with others', async () => {
    odd.checks = [CRC64]
    odd.manners.create = refusal(403, 'AccessDenied')
    const first = await world.learn()
    const asked = odd.asked.length
    const second = await world.learn()
    const askedAgain = odd.asked.length

    delete odd.manners.create
    world.close()
    world = await World.of(draftFor(stub.endpoint))

    expect([first, second]).toEqual([succeeded('none'), succeeded('none')])
    expect(askedAgain).toBe(asked)
    expect(await world.learn()).toEqual(succeeded('crc64nvme'))
  })
})

describe('an interrupted probe', () => {
  it('leaves nothing at the store, and the next one succeeds', async () => {
    odd.checks = [CRC64]
    const stop = new AbortController()
    odd.before = (operation) => {
      if (operation === 'part') stop.abort()
    }

    const interrupted = await world.learn(stop.signal)
    const left = [...odd.unfinished]
    odd.before = () => undefined

    expect(interrupted).toEqual(failed({ kind: 'aborted' }))
    expect(left).toEqual([])
    expect(await world.learn()).toEqual(succeeded('crc64nvme'))
  })

  it('continues for the uploads that still wait', async () => {
    odd.checks = [CRC64]
    const stop = new AbortController()
    odd.before = (operation) => {
      if (operation === 'part') stop.abort()
    }

    const [left, stayed] = await Promise.all([world.learn(stop.signal), world.learn()])

    expect(left).toEqual(failed({ kind: 'aborted' }))
    expect(stayed).toEqual(succeeded('crc64nvme'))
    expect(odd.count('create')).toBe(1)
  })

  it('cleans up after an answer to Create that was lost', async () => {
    odd.checks = [CRC64]
    odd.manners.create = (request, response) => {
      odd.begin(
        decodeURIComponent((request.url ?? '').slice('/photos/'.length).split('?')[0] ?? ''),
      )
      response.destroy()
    }

    const refused = await world.learn()

    expect(refused).toEqual(failed({ kind: 'no-response' }))
    expect(odd.count('create')).toBe(1)
    expect([...odd.unfinished]).toEqual([])
  })

  it('is cleaned up after a crash before the store is asked again', async () => {
    odd.checks = [CRC64]
    for (const operation of ['abort', 'list-parts']) {
      odd.manners[operation] = (_request, response) => response.destroy()
    }
    const foreign = odd.begin('in/somebody-elses')
    const refused = await world.learn()
    const left = odd.unfinished.size

    delete odd.manners.abort
    delete odd.manners['list-parts']
    world.close()
    world = await World.of(draftFor(stub.endpoint))

    expect(refused).toEqual(failed({ kind: 'no-response' }))
    expect(left).toBe(2)
    expect(await world.learn()).toEqual(succeeded('crc64nvme'))
    expect([...odd.unfinished.keys()]).toEqual([foreign])
  })
})

describe('the result for a bucket', () => {
  it.each([
    ['bucket', { bucket: 'others' }],
    ['endpoint', { endpoint: 'http://127.0.0.1:9' }],
    ['region', { region: 'mars-1' }],
    ['addressing', { pathStyle: false }],
    ['provider', { provider: 'ceph' }],
  ] as const)('is forgotten when the destination gets another %s', async (_, changes) => {
    odd.checks = [CRC64]
    await world.learn()

    world.close()
    world = await World.of({ ...draftFor(stub.endpoint), ...changes })

    expect(world.kept).toBeNull()
  })

  it('stays when only access keys, prefix or name change', async () => {
    odd.checks = [CRC64]
    await world.learn()

    const changes = { accessKeyId: 'AKIB', secretAccessKey: 'other', prefix: 'b/', name: 'New' }
    world.close()
    world = await World.of({ ...draftFor(stub.endpoint), ...changes })

    expect(world.kept).toBe('crc64nvme')
  })

  it('is not saved for the bucket that the destination was changed to meanwhile', async () => {
    odd.checks = [CRC64]
    const store = await world.store()
    const learning = integrityOf(world, store, new AbortController().signal)
    const clean = cleanDraft({ ...draftFor(stub.endpoint), bucket: 'others' }, null)
    if (!clean.ok) throw new Error('The draft is wrong')
    await world.destinations.save(clean.value, store.destination, false)

    expect(await learning).toEqual(succeeded('crc64nvme'))
    expect(world.kept).toBeNull()
  })

  it('is unknown in older settings without it, which load all the same', async () => {
    const kept = structuredClone(settings.get('destinations')) as { list: Record<string, Json>[] }
    for (const each of kept.list) {
      delete each.integrity
      delete each.probeKey
    }
    settings.set('destinations', kept)

    world.close()
    world = await World.of(draftFor(stub.endpoint))

    expect(world.destinations.unread()).toEqual([])
    expect(world.destinations.all()).toHaveLength(1)
    expect(world.kept).toBeNull()
  })
})

describe('the local bucket', () => {
  let local: TemporaryBucket

  beforeEach(async () => {
    local = await temporaryBucket()
  })

  afterEach(() => local.discard())

  it('checks CRC64NVME when it is probed like any other store', async () => {
    const { endpoint, region, bucket, accessKeyId, secretAccessKey } = local.bucket
    const keys = { accessKeyId, secretAccessKey }
    world.close()
    settings.clear()
    world = await World.of({ ...draftFor(endpoint), region, bucket, ...keys })

    expect(await world.learn()).toEqual(succeeded('crc64nvme'))
  })
})
