import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from './ferry.ts'
import { localBucketAccess } from './store.ts'
import { openFerry } from './worlds/world.ts'

const MIB = 1024 * 1024
const MARKER = 'these bytes belong to the bucket alone. '

describe('the network log of an upload', () => {
  it('shows file bytes sent only to the bucket’s origin', async () => {
    const ferry = await openFerry()
    const { page } = ferry
    const log: { readonly origin: string; readonly method: string; readonly body: string }[] = []
    page.page.on('request', (request) => {
      // `URL.origin` is only `null` for a custom scheme.
      const { protocol, host } = new URL(request.url())
      const origin = `${protocol}//${host}`
      log.push({ origin, method: request.method(), body: request.postData() ?? '' })
    })
    await page.tryLocalBucket()
    const folder = await temporaryFolder()
    const text = Buffer.alloc(40 * MIB, MARKER)
    await writeFile(join(folder, 'small.txt'), text.subarray(0, 1 * MIB))
    await writeFile(join(folder, 'large.txt'), text)

    await page.drop([join(folder, 'small.txt'), join(folder, 'large.txt')])
    await page.untilStatus('small.txt', 'Done')
    await page.untilStatus('large.txt', 'Done')
    const host = ferry.origin
    const { endpoint } = await localBucketAccess(ferry.dataFolder)
    const toHost = log.filter(({ origin }) => origin === host)

    expect(new Set(log.map(({ origin }) => origin))).toEqual(new Set([host, endpoint]))
    expect(
      new Set(log.filter(({ origin }) => origin === endpoint).map(({ method }) => method)),
    ).toEqual(new Set(['PUT']))
    expect(toHost.filter(({ body }) => body.includes(MARKER.slice(0, 12)))).toEqual([])
    expect(Math.max(...toHost.map(({ body }) => body.length))).toBeLessThan(4096)
  })

  it('contains no session in a request to the bucket, and no secret in the page', async () => {
    const ferry = await openFerry()
    const { page } = ferry
    await page.tryLocalBucket()
    const access = await localBucketAccess(ferry.dataFolder)
    const cookies: (string | null)[] = []
    page.page.on('request', (request) => {
      if (!request.url().startsWith(access.endpoint)) return
      cookies.push(request.headers().cookie ?? null)
    })
    const folder = await temporaryFolder()
    await writeFile(join(folder, 'a.txt'), 'a')

    await page.drop([join(folder, 'a.txt')])
    await page.untilStatus('a.txt', 'Done')
    const kept = await page.page.evaluate(async () => {
      const databases = await indexedDB.databases()
      return JSON.stringify([
        { ...localStorage },
        { ...sessionStorage },
        databases,
        document.cookie,
      ])
    })

    expect(cookies).toEqual([null])
    expect(kept).not.toContain(access.secretAccessKey)
    expect(kept).not.toContain('X-Amz-Signature')
    expect(kept).not.toContain('ferry-session')
    expect(page.page.url()).toBe(`${ferry.origin}/`)
  })
})
