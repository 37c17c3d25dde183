import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { PRECONDITION_FAILED } from '../../../electron/contract/failure/s3-failure.ts'
import { PART } from '../../fakes/core-harness.ts'
import type { OddStore } from '../../fakes/odd-store.ts'
import { ODD_BYTES, OddStoreUpload } from '../../fakes/odd-store-upload.ts'
import { type Answer, plain, refusal } from '../../fakes/stub-store.ts'

let upload: OddStoreUpload
let store: OddStore

beforeEach(async () => {
  upload = await OddStoreUpload.start()
  store = upload.store
})

afterEach(() => upload.close())

const doneBy = (proof: object) => ({ ok: true, value: { status: { phase: 'done', proof } } })
const missing = { ok: false, failure: { kind: 'object-missing' } }
const differs = { ok: false, failure: { kind: 'object-differs' } }

const cutOff: Answer = (_request, response) => void response.destroy()

/** Completes as requested, then shows another object's checksum. */
async function showsAnotherChecksum(): Promise<void> {
  await store.complete()
  if (store.object === null) throw new Error('No object')
  store.object.headers['x-amz-checksum-crc64nvme'] = 'AAAAAAAAAAA='
}

const spoilsObject: Answer = async (request, response) => {
  await showsAnotherChecksum()
  plain(200, '<R><ETag>"x"</ETag></R>', { 'content-type': 'application/xml' })(request, response)
}

describe('a store that checks nothing', () => {
  it('is sent no checksum, and the object counts as not verified', async () => {
    await upload.prepare(PART)
    const [signed] = await upload.harness.sign(upload.uploadId, ODD_BYTES, [1])
    await upload.sendAll()

    const done = await upload.complete()

    expect(signed?.headers).toEqual({})
    expect(done).toMatchObject(doneBy({ level: 'none' }))
    expect(store.completions[0]?.body).not.toContain('Checksum')
  })

  it('but computes a checksum verifies the whole object with it', async () => {
    store.keeps = { algorithm: 'crc64nvme', type: 'FULL_OBJECT' }
    await upload.sendAll()

    expect(await upload.complete()).toMatchObject(
      doneBy({ level: 'whole', algorithm: 'crc64nvme' }),
    )
  })

  it('but computes a checksum gets a part again that was corrupted on its way', async () => {
    store.keeps = { algorithm: 'crc64nvme', type: 'FULL_OBJECT' }
    await upload.sendAll()
    const part = store.parts.get(2)
    if (part !== undefined) part.body[0] = (part.body[0] ?? 0) ^ 1

    const early = await upload.complete()
    const { held } = await upload.prepare()
    await upload.harness.send(upload.uploadId, ODD_BYTES, [2])

    expect(early).toEqual(missing)
    expect(held.map((each) => each.partNumber)).toEqual([1])
    expect(await upload.complete()).toMatchObject(doneBy({ level: 'whole' }))
  })
})

describe('a store that checks CRC32C and no more', () => {
  beforeEach(() => {
    store.checks = 'crc32c'
  })

  it('has verified every part when it returns no checksum', async () => {
    await upload.sendAll()

    expect(await upload.complete()).toMatchObject(doneBy({ level: 'parts', algorithm: 'crc32c' }))
    expect(store.completions[0]?.body).not.toContain('Checksum')
  })

  it.each(['FULL_OBJECT', 'COMPOSITE'] as const)(
    'verifies the whole object with a checksum of the type %s',
    async (type) => {
      store.keeps = { algorithm: 'crc32c', type }
      await upload.sendAll()

      const done = await upload.complete()

      expect(done).toMatchObject(doneBy({ level: 'whole', algorithm: 'crc32c' }))
      // It returned the checksums, so they are in the list of parts.
      expect(store.completions[0]?.body.match(/<ChecksumCRC32C>/g)).toHaveLength(2)
    },
  )

  it('begins without a type if the type is refused', async () => {
    store.takesChecksumType = false

    await upload.sendAll()

    const [begun] = [...store.uploads.values()]
    expect(begun?.headers['x-amz-checksum-algorithm']).toBe('CRC32C')
    expect(begun?.headers).not.toHaveProperty('x-amz-checksum-type')
    expect(await upload.complete()).toMatchObject(doneBy({ level: 'parts' }))
  })
})

describe('a store that returns no checksum', () => {
  it('continues with the checksums that were recorded before the parts were sent', async () => {
    store.checks = 'sha256'
    await upload.prepare(PART)
    for (const { url, headers, body } of await upload.harness.sign(
      upload.uploadId,
      ODD_BYTES,
      [1],
    )) {
      await fetch(url, { method: 'PUT', body, headers })
    }
    // The answer reached neither the page nor the host.
    await upload.restart()

    const { held } = await upload.prepare()

    expect(held.map((part) => part.partNumber)).toEqual([1])
    await upload.harness.send(upload.uploadId, ODD_BYTES, [2])
    expect(await upload.complete()).toMatchObject(doneBy({ level: 'parts', algorithm: 'sha256' }))
  })
})

describe('a store that checks Content-MD5 and no more', () => {
  beforeEach(() => {
    store.checks = 'md5'
  })

  it('verifies the whole object if its ETag is the MD5 of the MD5s', async () => {
    store.hasMd5Etags = true
    await upload.sendAll()

    expect(await upload.complete()).toMatchObject(doneBy({ level: 'whole', algorithm: 'md5' }))
  })

  it('has verified every part if its ETags have a form of their own', async () => {
    await upload.sendAll()

    expect(await upload.complete()).toMatchObject(doneBy({ level: 'parts', algorithm: 'md5' }))
  })

  it('has verified a file in one PUT', async () => {
    await upload.prepare()
    await upload.harness.send(upload.uploadId, ODD_BYTES, [1])

    expect(await upload.complete()).toMatchObject(doneBy({ level: 'whole', algorithm: 'md5' }))
  })

  it('continues with the ETags if its own record has no checksum', async () => {
    store.hasMd5Etags = true
    await upload.sendAll()
    const { held } = await upload.prepare()

    await upload.restart()

    expect((await upload.prepare()).held).toEqual(held)
    expect(held).toHaveLength(2)
  })
})

describe('access keys that may write but not read', () => {
  it.each([
    ['has checked every part', 'crc32c', { level: 'parts', algorithm: 'crc32c' }],
    ['checks nothing', null, { level: 'none' }],
  ] as const)('at a store that %s', async (_what, checks, proof) => {
    store.checks = checks
    store.manners.head = plain(403, '')
    await upload.sendAll()

    expect(await upload.complete()).toMatchObject(doneBy(proof))
  })

  it('may look at the object but not at its checksum', async () => {
    store.checks = 'crc64nvme'
    store.keeps = { algorithm: 'crc64nvme', type: 'FULL_OBJECT' }
    store.manners.head = (request, response) => {
      if (store.object === null) return plain(404, '')(request, response)
      if (request.headers['x-amz-checksum-mode']) return plain(403, '')(request, response)
      const { byteLength, token, etag } = store.object
      const headers = {
        'content-length': String(byteLength),
        etag,
        'x-amz-meta-ferry-upload': token,
      }
      return plain(200, '', headers)(request, response)
    }
    await upload.sendAll()

    expect(await upload.complete()).toMatchObject(
      doneBy({ level: 'parts', algorithm: 'crc64nvme' }),
    )
  })
})

describe("the object's facts in Complete", () => {
  beforeEach(() => {
    store.checks = 'crc64nvme'
    store.keeps = { algorithm: 'crc64nvme', type: 'FULL_OBJECT' }
  })

  it('are its length, its checksum, and the checksums that the store returned', async () => {
    await upload.sendAll()

    await upload.complete()

    const [completion] = store.completions
    expect(completion?.headers).toMatchObject({
      'x-amz-mp-object-size': String(ODD_BYTES.length),
      'x-amz-checksum-type': 'FULL_OBJECT',
      'x-amz-checksum-crc64nvme': expect.stringMatching(/^[A-Za-z0-9+/]{11}=$/),
    })
    expect(completion?.body.match(/<ChecksumCRC64NVME>/g)).toHaveLength(2)
  })

  it.each([
    ['its length', 'x-amz-mp-object-size', refusal(501, 'NotImplemented'), 2],
    ['its checksum', 'x-amz-checksum-crc64nvme', refusal(400, 'InvalidArgument'), 3],
    ['the checksums of its parts', '<Checksum', refusal(400, 'MalformedXML'), 3],
  ])('are left out if the store refuses %s', async (_what, sign, answer, requests) => {
    await upload.sendAll()
    store.manners.complete = (request, response) => {
      const last = store.completions.at(-1)
      const isRefused = request.headers[sign] !== undefined || last?.body.includes(sign)
      if (isRefused) return answer(request, response)
      void store.complete().then(() => plain(200, '<R><ETag>"x"</ETag></R>')(request, response))
    }

    const done = await upload.complete()

    expect(done).toMatchObject(doneBy({ level: 'whole', algorithm: 'crc64nvme' }))
    expect(store.completions).toHaveLength(requests)
  })

  it('are sent only once to a store that does not answer', async () => {
    await upload.sendAll()
    store.manners.complete = cutOff

    const lost = await upload.complete()

    expect(lost).toEqual({ ok: false, failure: { kind: 'no-response' } })
    expect(store.completions).toHaveLength(1)
  })
})

describe('an object that is not the file', () => {
  beforeEach(() => {
    store.checks = 'crc64nvme'
    store.keeps = { algorithm: 'crc64nvme', type: 'FULL_OBJECT' }
  })

  it('is deleted and started again once, and given up the second time', async () => {
    store.manners.complete = spoilsObject
    await upload.sendAll()
    const first = await upload.complete()
    const left = store.object
    const { held, isComplete } = await upload.prepare()
    await upload.harness.send(upload.uploadId, ODD_BYTES, [1, 2])

    const second = await upload.complete()

    expect(first).toEqual(missing)
    expect([left, held, isComplete]).toEqual([null, [], false])
    expect(second).toEqual(differs)
    expect(store.object).toBeNull()
    delete store.manners.complete
    await upload.sendAll()
    expect(await upload.complete()).toMatchObject(doneBy({ level: 'whole' }))
  })

  it('is overwritten if it cannot be deleted, and does not count as finished', async () => {
    store.manners.complete = spoilsObject
    store.manners.delete = refusal(403, 'AccessDenied')
    await upload.sendAll()
    const first = await upload.complete()
    delete store.manners.complete

    const again = await upload.prepare()
    await upload.harness.send(upload.uploadId, ODD_BYTES, [1, 2])

    expect(first).toEqual(missing)
    expect(again).toMatchObject({ isComplete: false, held: [] })
    expect(await upload.complete()).toMatchObject({
      value: { name: 'a.bin', status: { proof: { level: 'whole' } } },
    })
  })

  it('is discovered, too, when the answer to Complete was lost', async () => {
    await upload.sendAll()
    store.manners.complete = async (request, response) => {
      await showsAnotherChecksum()
      cutOff(request, response)
    }

    expect(await upload.complete()).toEqual(missing)
    expect(store.object).toBeNull()
  })

  it('is never made if the store itself sees the difference', async () => {
    await upload.sendAll()
    store.manners.complete = refusal(400, 'BadDigest')

    const first = await upload.complete()
    const left = store.uploads.size
    const { held } = await upload.prepare()

    expect([first, left, held]).toEqual([missing, 0, []])
    await upload.harness.send(upload.uploadId, ODD_BYTES, [1, 2])
    expect(await upload.complete()).toEqual(differs)
  })

  it("is left alone when it is somebody else's", async () => {
    await upload.sendAll()
    store.manners.complete = (request, response) => {
      const headers = { 'x-amz-checksum-crc64nvme': 'AAAAAAAAAAA=' }
      store.object = { byteLength: ODD_BYTES.length, token: 'theirs', etag: '"x"', headers }
      refusal(404, 'NoSuchUpload')(request, response)
    }

    expect(await upload.complete()).toEqual({ ok: false, failure: PRECONDITION_FAILED })
    expect(store.object?.token).toBe('theirs')
  })
})

describe('a Complete whose answer was lost', () => {
  beforeEach(async () => {
    store.checks = 'crc64nvme'
    store.keeps = { algorithm: 'crc64nvme', type: 'FULL_OBJECT' }
    await upload.sendAll()
    store.manners.complete = async (request, response) => {
      await store.complete()
      cutOff(request, response)
    }
    store.manners.head = cutOff
    await upload.complete()
    delete store.manners.complete
    delete store.manners.head
  })

  it('is verified across a restart with the recorded checksums', async () => {
    await upload.restart()

    const prepared = await upload.prepare()
    const done = await upload.complete()

    expect(prepared).toMatchObject({ isComplete: true, algorithm: 'crc64nvme' })
    expect(done).toMatchObject(doneBy({ level: 'whole', algorithm: 'crc64nvme' }))
  })

  it('is refused across a restart when the object is not the file', async () => {
    if (store.object) store.object.headers['x-amz-checksum-crc64nvme'] = 'AAAAAAAAAAA='
    await upload.restart()

    const prepared = await upload.prepare()
    const refused = await upload.complete()

    expect(prepared.isComplete).toBe(true)
    expect(refused).toEqual(missing)
    await upload.sendAll()
    expect(await upload.complete()).toMatchObject(doneBy({ level: 'whole' }))
  })
})

describe('a file in one PUT', () => {
  it('is sent again if it was announced twice with different bytes', async () => {
    store.checks = 'sha256'
    await upload.prepare()
    const other = ODD_BYTES.slice().fill(1, 0, 10)
    await upload.harness.sign(upload.uploadId, other, [1])
    const [put] = await upload.harness.sign(upload.uploadId, ODD_BYTES, [1])
    const { url = '', headers = {}, body = null } = put ?? {}
    // Its answer never came, so either of the two may be on the store.
    await fetch(url, { method: 'PUT', body, headers })

    const early = await upload.complete()
    const { isComplete } = await upload.prepare()
    await upload.harness.send(upload.uploadId, ODD_BYTES, [1])

    expect([early, isComplete]).toEqual([missing, false])
    expect(await upload.complete()).toMatchObject(doneBy({ level: 'whole', algorithm: 'sha256' }))
  })
})
