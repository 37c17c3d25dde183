import { afterEach, describe, expect, it } from 'vitest'
import { ChecksumAlgorithm } from '../../../electron/contract/checksum.ts'
import type { DestinationId } from '../../../electron/contract/ids.ts'
import type { Json } from '../../../electron/core/ports.ts'
import { CoreHarness, PART, someBytes } from '../../fakes/core-harness.ts'
import { TYPED_KEYS } from '../../fakes/typed-keys.ts'

const BYTES = someBytes(PART + 1)

let harness: CoreHarness

afterEach(() => harness.close())

/** The local bucket as a store that was found to check this algorithm only. */
async function bucketThatChecks(algorithm: ChecksumAlgorithm): Promise<DestinationId> {
  harness = await CoreHarness.start()
  const local = await harness.must('openLocalBucket', {})
  const { destination } = await harness.must('saveDestination', {
    ...TYPED_KEYS,
    destinationId: null,
    name: 'other',
    provider: 'other',
    endpoint: local.endpoint,
    region: local.region,
    bucket: local.bucket,
    prefix: '',
    pathStyle: true,
    ...harness.localKeys(),
    sessionToken: '',
    keepSecret: true,
  })
  const { destinationId } = destination
  const settings = harness.ports.settings.get('destinations') as { list: { [key: string]: Json }[] }
  const list = settings.list.map((each) =>
    each.destinationId === destinationId ? { ...each, integrity: algorithm } : each,
  )
  harness.ports.settings.set('destinations', { ...settings, list })
  harness = await harness.restart()
  return destinationId
}

async function queued(destinationId: DestinationId, partBytes: number | null) {
  const { destinations } = await harness.must('listDestinations', {})
  const destination = harness.only(
    destinations.filter((each) => each.destinationId === destinationId),
  )
  const { uploadId } = await harness.queueBytes(destination, 'a.bin', BYTES)
  await harness.prepared(uploadId, partBytes)
  return { uploadId, destination }
}

const cases = ChecksumAlgorithm.options.flatMap((algorithm) => [
  { algorithm, shape: 'in one PUT', partBytes: null, partNumbers: [1] },
  { algorithm, shape: 'in parts', partBytes: PART, partNumbers: [1, 2] },
])

describe.each(cases)('$algorithm, $shape', ({ algorithm, partBytes, partNumbers }) => {
  it('is refused with a flipped byte, and accepted and verified without', async () => {
    const { uploadId, destination } = await queued(await bucketThatChecks(algorithm), partBytes)
    const [signed] = await harness.sign(uploadId, BYTES, [1])
    if (signed === undefined) throw new Error('Not signed')
    const { url, headers, body } = signed
    const spoilt = new Uint8Array(body)
    spoilt[4711] = (spoilt[4711] ?? 0) ^ 1

    const refused = await fetch(url, { method: 'PUT', body: spoilt, headers })
    const error = await refused.text()
    const keysThen = (await harness.stored(destination)).keys
    await harness.send(uploadId, BYTES, partNumbers)
    const done = await harness.must('completeUpload', { uploadId })

    expect([refused.status, /<Code>BadDigest</.test(error)]).toEqual([400, true])
    expect(keysThen).toEqual([])
    expect(done.status).toMatchObject({ phase: 'done', proof: { level: 'whole', algorithm } })
    const got = new Uint8Array(await (await fetch(done.link?.url ?? '')).arrayBuffer())
    expect(Buffer.compare(got, BYTES)).toBe(0)
  })

  it('signs the checksum as a header, and is refused without it', async () => {
    const { uploadId } = await queued(await bucketThatChecks(algorithm), partBytes)
    const [signed] = await harness.sign(uploadId, BYTES, [1])
    if (signed === undefined) throw new Error('Not signed')
    const { url, headers, body, checksum } = signed
    const name = algorithm === 'md5' ? 'content-md5' : `x-amz-checksum-${algorithm}`
    const { [name]: sent, ...without } = headers

    const refused = await fetch(url, { method: 'PUT', body, headers: without })

    const query = new URL(url).searchParams
    expect(sent).toBe(checksum)
    expect(query.get('X-Amz-SignedHeaders')?.split(';')).toEqual(
      ['host', ...Object.keys(headers)].sort(),
    )
    // The page would have to send the SDK's own checksums, too.
    expect([...query.keys()].filter((key) => /checksum|md5/i.test(key))).toEqual([])
    expect(refused.status).toBe(403)
  })
})
