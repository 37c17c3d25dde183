import { gzipSync } from 'node:zlib'
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetBucketCorsCommand,
  GetBucketLifecycleConfigurationCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  type S3Client,
} from '@aws-sdk/client-s3'
import { afterEach, expect } from 'vitest'
import { corsRuleFor } from '../../electron/contract/bucket-policies.ts'
import type { Outcome } from '../../electron/contract/outcome.ts'
import { readSetting } from '../../electron/core/checks/apply-fix.ts'
import { withCorsRule, withUnfinishedRule } from '../../electron/core/checks/bucket-documents.ts'
import { resolveHost } from '../../electron/core/checks/steps/reach.ts'
import type { Store } from '../../electron/core/destinations/open-store.ts'
import type { StoreHttp } from '../../electron/core/s3/http/network-ports.ts'
import { listParts } from '../../electron/core/s3/list-parts.ts'
import { listUploads } from '../../electron/core/s3/list-uploads.ts'
import { sendToStore } from '../../electron/core/s3/request.ts'
import { netStoreHttp } from '../../electron/desktop/protocols/net-store-http.ts'
import { aDraft } from '../fakes/a-draft.ts'
import { CoreHarness } from '../fakes/core-harness.ts'
import { FakeSession, net, standIn } from '../fakes/electron.ts'
import { endless, trickling } from '../fakes/endless-answer.ts'
import { NOTHING_ON_THE_WAY } from '../fakes/on-the-way.ts'
import { type Answer, openStubStore, plain, StubStore } from '../fakes/stub-store.ts'
import { attack } from './attack.ts'

const MIB = 1024 * 1024
/** The most that the system's buffers hold between both ends of a local connection. */
const IN_FLIGHT = 8 * MIB
const XML = { 'content-type': 'application/xml' }

const cleanUps: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp()
})

/** The HTTP implementations of the browser host and of the desktop. */
const WAYS: readonly (readonly [name: string, storeHttp: StoreHttp | undefined])[] = [
  ['Node', undefined],
  ['Chromium', netStoreHttp(standIn(net), standIn(new FakeSession()), NOTHING_ON_THE_WAY)],
]

async function storeThat(answer: Answer, way?: StoreHttp, wholeMs?: number) {
  const stub = await StubStore.start(answer)
  cleanUps.push(() => stub.close())
  const patience = {
    connectMs: 5000,
    idleMs: 15_000,
    ...(wholeMs === undefined ? {} : { wholeMs }),
  }
  const store = openStubStore(stub.endpoint, patience, way)
  cleanUps.push(() => store.client.destroy())
  return { stub, store }
}

const bucket = { Bucket: 'photos' }
const object = { ...bucket, Key: 'a.bin' }
const upload = { ...object, UploadId: 'u' }

const REQUESTS: Record<string, (client: S3Client) => Promise<unknown>> = {
  CreateMultipartUpload: (client) => client.send(new CreateMultipartUploadCommand(object)),
  ListParts: (client) => client.send(new ListPartsCommand(upload)),
  ListMultipartUploads: (client) => client.send(new ListMultipartUploadsCommand(bucket)),
  ListObjectsV2: (client) => client.send(new ListObjectsV2Command(bucket)),
  ListBuckets: (client) => client.send(new ListBucketsCommand({})),
  GetBucketCors: (client) => client.send(new GetBucketCorsCommand(bucket)),
  GetBucketLifecycleConfiguration: (client) =>
    client.send(new GetBucketLifecycleConfigurationCommand(bucket)),
  CompleteMultipartUpload: (client) => client.send(new CompleteMultipartUploadCommand(upload)),
  GetObject: async (client) => {
    const { Body } = await client.send(new GetObjectCommand(object))
    return Body?.transformToByteArray()
  },
}
const isSetting = (name: string) => /Cors|Lifecycle/.test(name)

const made = (store: Store, request: (client: S3Client) => Promise<unknown>) =>
  sendToStore(store, request)

function refusal(outcome: Outcome<unknown>): string {
  return outcome.ok ? 'taken' : outcome.failure.kind
}

for (const [way, storeHttp] of WAYS) {
  attack('hostile store', `an endless answer is aborted at a limit, over ${way}`, async (log) => {
    for (const [name, request] of Object.entries(REQUESTS)) {
      const spent = { bytes: 0 }
      const { store } = await storeThat(endless(200, '<R>', '<Part>1</Part>', spent), storeHttp)

      const outcome = await made(store, request)

      const limitBytes = isSetting(name) ? 64 * 1024 : 16 * MIB
      log.tried(`${name} is held whole`, spent.bytes < limitBytes + IN_FLIGHT)
      expect(outcome).toMatchObject({ failure: { kind: 'answer-too-long', limitBytes } })
    }
  })

  attack('hostile store', `an endless error response costs a few KiB, over ${way}`, async (log) => {
    for (const [name, request] of Object.entries(REQUESTS)) {
      const spent = { bytes: 0 }
      const { store } = await storeThat(endless(403, '<Error><Code>', 'A', spent), storeHttp)

      const outcome = await made(store, request)

      log.tried(`${name} reads it whole`, spent.bytes < MIB + IN_FLIGHT)
      expect(['access-denied', 'not-s3', 'proxy-refused']).toContain(refusal(outcome))
    }
  })

  attack(
    'hostile store',
    `an occasional byte does not keep the host waiting, over ${way}`,
    async (log) => {
      const { store } = await storeThat(trickling(20, '<a/>'), storeHttp, 300)

      const outcomes = await Promise.all([
        made(store, (client) => client.send(new ListPartsCommand(upload))),
        made(store, (client) => client.send(new GetBucketCorsCommand(bucket))),
        readSetting(store, 'cors', new AbortController().signal),
      ])

      for (const outcome of outcomes) log.tried('it waits for ever', refusal(outcome) === 'stalled')
    },
  )
}

attack('hostile store', 'a decompression bomb is not expanded', async (log) => {
  const bomb = gzipSync(Buffer.alloc(64 * MIB, '<Part/>'))
  for (const headers of [XML, { ...XML, 'content-encoding': 'gzip' }]) {
    for (const name of ['ListParts', 'GetBucketCors', 'CreateMultipartUpload']) {
      const { store } = await storeThat((_request, response) => {
        response.writeHead(200, headers)
        response.end(bomb)
      })

      const outcome = await made(store, REQUESTS[name] ?? expect.unreachable(name))

      log.tried(`${name} unpacks it`, refusal(outcome) === 'answer-too-long')
    }
  }
})

attack('hostile store', 'documents with countless elements are not parsed', async (log) => {
  const texts = ['<Part/>', '<Key a="1"/>', '&amp;', '<a><b></b></a>']
  for (const text of texts) {
    const body = `<R>${text.repeat((4 * MIB) / text.length)}</R>`
    const { store } = await storeThat(plain(200, body, XML))

    const outcome = await made(store, (client) => client.send(new ListPartsCommand(upload)))

    log.tried(
      `${text} four million bytes long`,
      ['answer-unreadable', 'not-s3'].includes(refusal(outcome)),
    )
  }
})

attack('hostile store', 'an extremely long ID is not stored', async (log) => {
  for (const length of [10_000, 1_000_000]) {
    const id = 'u'.repeat(length)
    const { store } = await storeThat(plain(200, `<R><UploadId>${id}</UploadId></R>`, XML))

    const outcome = await made(store, REQUESTS.CreateMultipartUpload ?? expect.unreachable())

    log.tried(`an upload’s id of ${length} characters`, !outcome.ok)
  }
})

/** Codes, regions and messages with characters that they never contain. */
const SAID = [
  ...['<Code>Access\u202eDenied</Code>', '<Code>A B</Code>', `<Code>${'A'.repeat(5000)}</Code>`],
  ...['<Code>X</Code><Message>a\u202e\u200b\u3164b</Message>', '<Code>Кириллица</Code>'],
  ...['<Code>X</Code><RequestId>a\u2066b</RequestId>', '<Code>X</Code><Region>a\u202eb</Region>'],
  '<Code>AuthorizationHeaderMalformed</Code><Region>eu.evil.example/</Region>',
  `<Code>AuthorizationHeaderMalformed</Code><Region>${'a'.repeat(300)}</Region>`,
  '<Code>NoSuchBucket</Code><BucketName>a\u202eb</BucketName>',
]

attack('hostile store', 'texts from a store contain only permitted characters', async (log) => {
  for (const said of SAID) {
    for (const status of [400, 403, 404, 409]) {
      const { store } = await storeThat(plain(status, `<Error>${said}</Error>`, XML))

      const outcome = await made(store, (client) => client.send(new ListPartsCommand(upload)))

      const { failure } = outcome.ok ? expect.unreachable() : outcome
      const shown = JSON.stringify(failure)
      const isPlain = !/[\p{Cf}\p{Cc}\u3164]|\\u|evil|Кириллица|A{200}|a{200}/u.test(shown)
      log.tried(`${status} ${said.slice(0, 60)}`, isPlain)
    }
  }
})

/** Each page has a new marker and lists nothing. */
function endlessList(element: string): Answer {
  let page = 0
  return (request, response) => {
    page += 1
    const inside = element.replaceAll('#', String(page))
    plain(200, `<R><IsTruncated>true</IsTruncated>${inside}</R>`, XML)(request, response)
  }
}

attack('hostile store', 'an endless list is abandoned after a number of pages', async (log) => {
  const harness = await CoreHarness.start()
  cleanUps.push(() => harness.close())
  const { signal } = new AbortController()
  const parts = await storeThat(
    endlessList(
      '<NextPartNumberMarker>#</NextPartNumberMarker><Part><PartNumber>#</PartNumber></Part>',
    ),
  )
  const uploads = await storeThat(endlessList('<NextKeyMarker>#</NextKeyMarker>'))
  const buckets = await storeThat(endlessList('<ContinuationToken>t#</ContinuationToken>'))

  await listParts(parts.store, { key: 'a', storeUploadId: 'u' })
  await listUploads(uploads.store, '', signal)
  const draft = aDraft({ endpoint: buckets.stub.endpoint, bucket: '' })
  const listed = await harness.ask('listBuckets', { draft })

  for (const { stub } of [parts, uploads, buckets]) {
    log.tried(`${stub.requests.length} requests`, stub.requests.length <= 200)
    expect(stub.requests.length).toBeGreaterThan(10)
  }
  expect(listed).toMatchObject({ ok: true, value: { buckets: [], isComplete: false } })
})

attack('hostile store', 'listing stops when nobody waits for it', async (log) => {
  const stop = new AbortController()
  const list = endlessList('<NextKeyMarker>#</NextKeyMarker>')
  const { stub, store } = await storeThat((request, response) => {
    if (stub.requests.length === 3) stop.abort()
    list(request, response)
  })

  const outcome = await listUploads(store, '', stop.signal)

  log.tried('it is read on', stub.requests.length <= 4)
  expect(outcome).toEqual({ ok: false, failure: { kind: 'aborted' } })
})

const RULE = corsRuleFor('http://*.localhost:47470')
/** Bucket settings from a store, as long as S3 allows. */
const SETTINGS: Record<string, string> = {
  'blanks between elements': `<CORSConfiguration>${' '.repeat(60_000)}x</CORSConfiguration>`,
  'blanks in a tag': `<CORSConfiguration a${' '.repeat(60_000)}="1"/>`,
  'blanks behind the end': `<CORSConfiguration/>${' \n'.repeat(30_000)}x`,
  'roots without an end': '<CORSConfiguration '.repeat(3000),
  'ends without a beginning': '</CORSConfiguration>'.repeat(3000),
  'comments without an end': `${'<!--'.repeat(15_000)}<CORSConfiguration/>`,
  nesting: `<CORSConfiguration>${'<CORSRule>'.repeat(3000)}${'</CORSRule>'.repeat(3000)}</CORSConfiguration>`,
  'entities of entities':
    '<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]><CORSConfiguration><CORSRule><ID>&b;</ID></CORSRule></CORSConfiguration>',
  'a file of this computer':
    '<!DOCTYPE a [<!ENTITY a SYSTEM "file:///etc/passwd">]><CORSConfiguration><CORSRule><ID>&a;</ID></CORSRule></CORSConfiguration>',
  '700 KB': `<CORSConfiguration>${'<CORSRule></CORSRule>'.repeat(35_000)}</CORSConfiguration>`,
  'the name of an object’s parent':
    '<CORSConfiguration><__proto__><polluted>1</polluted></__proto__></CORSConfiguration>',
}

attack(
  'hostile store',
  'a bucket’s settings are parsed in linear time, and nothing expands',
  (log) => {
    for (const [name, xml] of Object.entries(SETTINGS)) {
      const cors = withCorsRule(xml, RULE)
      const rules = withUnfinishedRule(
        xml.replaceAll('CORSConfiguration', 'LifecycleConfiguration'),
        'in/',
        7,
      )

      for (const changed of [cors, rules]) {
        // The result is the input or an error, and never much longer than the input.
        const isHarmless = !xml.includes('<!DOCTYPE') && (changed?.length ?? 0) < xml.length + 3000
        const isSafe = changed === null || isHarmless
        log.tried(name, isSafe && !('polluted' in {}))
      }
    }
  },
)

attack('hostile store', 'a cloud’s metadata service is not accepted as a store', async (log) => {
  const harness = await CoreHarness.start()
  cleanUps.push(() => harness.close())
  const places = [
    ...['169.254.169.254', '169.254.170.2', '2852039166', '0xa9fea9fe', '0251.0376.0251.0376'],
    ...[
      '[::ffff:169.254.169.254]',
      '[::ffff:a9fe:a9fe]',
      '[64:ff9b::a9fe:a9fe]',
      '[fd00:ec2::254]',
    ],
    ...['[2002:a9fe:a9fe::1]', '100.100.100.200', '168.63.129.16', 'metadata.google.internal'],
    ...['METADATA.google.internal.', 'instance-data.ec2.internal'],
  ]
  for (const place of places) {
    for (const scheme of ['http', 'https']) {
      const endpoint = `${scheme}://${place}`
      const saved = await harness.ask('saveDestination', aDraft({ endpoint }))
      const store = openStubStore(new URL(endpoint).origin)
      const asked = await made(store, (client) => client.send(new HeadObjectCommand(object)))
      const found = await resolveHost(new URL(endpoint).hostname, new AbortController().signal)
      store.client.destroy()

      log.tried(`${endpoint} is saved`, refusal(saved) === 'form-invalid')
      log.tried(`${endpoint} is asked`, refusal(asked) === 'host-refused')
      log.tried(`${endpoint} is checked`, found?.kind === 'host-refused')
    }
  }
})
