import { createServer, type Server } from 'node:http'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { S3Error } from '../../../electron/local-bucket/http/errors.ts'
import type { DelayedDocument } from '../../../electron/local-bucket/http/reply.ts'
import { sendReply } from '../../../electron/local-bucket/http/send-reply.ts'
import { listenOn, portOf, stopServer } from '../../../electron/local-bucket/http-server.ts'

let server: Server
let answer: PromiseWithResolvers<DelayedDocument>
let sending: Promise<void>
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval', 'clearTimeout', 'clearInterval'] })
  answer = Promise.withResolvers<DelayedDocument>()
  server = createServer((_, response) => {
    const body = { kind: 'slow', answer: answer.promise } as const
    sending = sendReply(response, {}, { status: 200, headers: {}, body })
    sending.catch(() => response.destroy())
  })
  await listenOn(server, 0)
})
afterEach(async () => {
  vi.useRealTimers()
  await stopServer(server)
})

const ask = () => fetch(`http://127.0.0.1:${portOf(server)}/`)
const requested = () => new Promise((resolve) => server.once('request', resolve))

it('delays the answer for a while, so that its headers can be sent', async () => {
  const asking = ask()
  await requested()
  await vi.advanceTimersByTimeAsync(9_000)

  answer.resolve({ headers: { 'x-amz-version-id': 'v1' }, element: '<Done/>' })
  const given = await asking

  expect(given.headers.get('x-amz-version-id')).toBe('v1')
  expect(await given.text()).toBe('<?xml version="1.0" encoding="UTF-8"?>\n<Done/>')
})

it('starts after ten seconds and keeps the connection alive with spaces', async () => {
  const asking = ask()
  await requested()
  await vi.advanceTimersByTimeAsync(35_000)
  const given = await asking

  answer.resolve({ headers: {}, element: '<Done/>' })

  expect(given.status).toBe(200)
  expect(await given.text()).toBe('<?xml version="1.0" encoding="UTF-8"?>\n  <Done/>')
})

it('puts an error into the body of an answer that has started', async () => {
  const asking = ask()
  await requested()
  await vi.advanceTimersByTimeAsync(10_000)
  const given = await asking

  answer.reject(new S3Error('InsufficientStorage'))

  expect(given.status).toBe(200)
  expect(await given.text()).toContain('<Error><Code>InsufficientStorage</Code>')
})
