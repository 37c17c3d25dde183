import { readdir, rm } from 'node:fs/promises'
import path from 'node:path'
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { clientOf, MIB, refusalOf } from './conformance/store.ts'
import { crampedBucket, type ForkedBucket } from './forked-bucket.ts'
import { storeOf, temporaryFolder } from './temporary-bucket.ts'

/** 5 or 10 MiB, depending on the shell. */
const BLOCKS = 10 * 1024 + 64
const full = { code: 'InsufficientStorage', status: 507 }

let folder: string
let cramped: ForkedBucket
const canLimit = process.platform !== 'win32'
beforeEach(async () => {
  folder = await temporaryFolder()
  if (canLimit) cramped = await crampedBucket(folder, BLOCKS)
})
afterEach(async () => {
  if (canLimit) await cramped.bucket.close()
  await rm(folder, { recursive: true, force: true })
})

it.runIf(canLimit)('reports a full disk, leaves nothing behind and continues', async () => {
  const client = clientOf(storeOf(cramped.bucket))
  const named = { Bucket: 'ferry', Key: 'too-long' }

  const refusal = await refusalOf(
    client.send(new PutObjectCommand({ ...named, Body: Buffer.alloc(24 * MIB) })),
  )
  await client.send(new PutObjectCommand({ Bucket: 'ferry', Key: 'short', Body: 'fits' }))

  expect(refusal).toEqual(full)
  expect(await refusalOf(client.send(new GetObjectCommand(named)))).toMatchObject({ status: 404 })
  expect(await readdir(path.join(folder, 'work'))).toEqual([])
})

it.runIf(canLimit)('keeps the parts of an upload that could not be joined', async () => {
  const client = clientOf(storeOf(cramped.bucket))
  const named = { Bucket: 'ferry', Key: 'unjoined' }
  const { UploadId } = await client.send(new CreateMultipartUploadCommand(named))
  const Parts: { PartNumber: number; ETag: string | undefined }[] = []
  for (const PartNumber of [1, 2, 3]) {
    const Body = Buffer.alloc(5 * MIB, String(PartNumber))
    const sent = await client.send(new UploadPartCommand({ ...named, UploadId, PartNumber, Body }))
    Parts.push({ PartNumber, ETag: sent.ETag })
  }
  const complete = (count: number) =>
    client.send(
      new CompleteMultipartUploadCommand({
        ...named,
        UploadId,
        MultipartUpload: { Parts: Parts.slice(0, count) },
      }),
    )

  const refusal = await refusalOf(complete(3))
  await complete(1)

  const { Body } = await client.send(new GetObjectCommand(named))
  const bytes = Buffer.from((await Body?.transformToByteArray()) ?? [])
  expect(refusal).toEqual(full)
  expect(bytes.equals(Buffer.alloc(5 * MIB, '1'))).toBe(true)
})
