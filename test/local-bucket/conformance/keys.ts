import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { expect, it } from 'vitest'
import { clientOf, type StoreOf } from './store.ts'

/** Keys that some file system, URL parser or XML writer handles wrongly or treats as equal. */
export const ODD_KEYS = [
  'café.txt'.normalize('NFC'),
  'café.txt'.normalize('NFD'),
  'with space',
  ' space at both ends ',
  'a+b',
  '#?%&=',
  '%41%2F%zz',
  'a//b',
  '/leading',
  'trailing/',
  '//',
  '/',
  '.',
  '..',
  '../../outside',
  'a/../../../outside',
  './dot',
  'node',
  'node/below',
  'node/below/deeper',
  'Case',
  'case',
  'CASE/inner',
  'case/inner',
  'straße',
  'STRASSE',
  'CON',
  'aux.txt',
  'ends.',
  'colon:stream',
  'back\\slash\\..\\x',
  'quote"<>|*?\'',
  '\u0001\u001f\u007f\u0085',
  'tab\tand\r\nlines',
  'emoji 🦩 \u{10ffff}',
  '\u202egpj.exe',
  '\ufeffbom',
  '.ferry/incoming/x',
  '.FERRY/parts/x',
  'unusual-names/k-a',
  'l'.repeat(1024),
  `${'ü'.repeat(511)}yz`,
  `${'d/'.repeat(511)}yz`,
  `${'s'.repeat(256)}/short`,
  '$(touch x);`id`',
  '&amp;<Key>',
  'a]]>b',
]

/** Every key is a distinct name and nothing else. */
export function keyConformance(storeOf: StoreOf): void {
  it('keeps unusual keys apart, lists them unchanged and returns their bytes', async () => {
    const { bucket: Bucket } = storeOf()
    const client = clientOf(storeOf())
    const bodyOf = (key: string) => `body of ${key}`
    for (const Key of ODD_KEYS) {
      await client.send(new PutObjectCommand({ Bucket, Key, Body: bodyOf(Key) }))
    }

    const listed = await oddNames(storeOf)
    const bodies = await Promise.all(
      ODD_KEYS.map(async (Key) => {
        const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }))
        const { ContentLength } = await client.send(new HeadObjectCommand({ Bucket, Key }))
        return [await Body?.transformToString(), ContentLength]
      }),
    )
    for (const Key of ODD_KEYS) await client.send(new DeleteObjectCommand({ Bucket, Key }))

    const inBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b))
    expect(listed).toEqual(ODD_KEYS.toSorted(inBytes))
    expect(bodies).toEqual(ODD_KEYS.map((key) => [bodyOf(key), Buffer.byteLength(bodyOf(key))]))
    expect(await oddNames(storeOf)).toEqual([])
  })

  it('accepts unusual keys in presigned links', async () => {
    const { bucket: Bucket } = storeOf()
    const client = clientOf(storeOf(), { requestChecksumCalculation: 'WHEN_REQUIRED' })
    const named = { Bucket, Key: "presigned/ü é+#?%&= (1)!'*//.txt" }
    const put = await getSignedUrl(client, new PutObjectCommand(named), { expiresIn: 60 })
    const get = await getSignedUrl(client, new GetObjectCommand(named), { expiresIn: 60 })

    const written = await fetch(put, { method: 'PUT', body: 'linked' })
    const read = await fetch(get)

    expect([written.status, await read.text()]).toEqual([200, 'linked'])
  })
}

/** The unusual keys as the store lists them. */
async function oddNames(storeOf: StoreOf): Promise<string[]> {
  const { bucket: Bucket } = storeOf()
  const { Contents = [] } = await clientOf(storeOf()).send(
    new ListObjectsV2Command({ Bucket, EncodingType: 'url' }),
  )
  const names = Contents.map((each) => decodeURIComponent((each.Key ?? '').replaceAll('+', ' ')))
  return names.filter((name) => ODD_KEYS.includes(name))
}
