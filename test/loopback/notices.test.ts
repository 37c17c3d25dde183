import { once } from 'node:events'
import { type IncomingMessage, request, type ServerResponse } from 'node:http'
import { PassThrough } from 'node:stream'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { LOOPBACK_ROUTES } from '../../electron/contract/transport.ts'
import { createNoticeStream } from '../../electron/loopback/notice-stream.ts'
import { type RunningHost, signIn, startHost } from './loopback-harness.ts'

async function listen({ server }: RunningHost, cookie: string): Promise<IncomingMessage> {
  const asking = request({
    host: '127.0.0.1',
    port: server.port,
    path: LOOPBACK_ROUTES.notices,
    headers: { cookie, 'sec-fetch-site': 'same-origin' },
    agent: false,
  })
  asking.end()
  onTestFinished(() => void asking.destroy())
  const [response] = await once(asking, 'response')
  response.setEncoding('utf8')
  return response
}

async function readUntil(stream: IncomingMessage, end: string): Promise<string> {
  let read = ''
  for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
    read += chunk
    if (read.endsWith(end)) return read
  }
  throw new Error(`The stream ended after ${JSON.stringify(read)}`)
}

describe('notices', () => {
  it('reach every open tab as server-sent events', async () => {
    const host = await startHost()
    const cookie = await signIn(host)
    const tabs = [await listen(host, cookie), await listen(host, cookie)]
    await Promise.all(tabs.map((tab) => readUntil(tab, 'retry: 1000\n\n')))

    host.notify('troublesChanged', { troubles: [{ kind: 'local-bucket-moved' }] })
    const events = await Promise.all(tabs.map((tab) => readUntil(tab, '\n\n')))

    const event = 'event: troublesChanged\ndata: {"troubles":[{"kind":"local-bucket-moved"}]}\n\n'
    expect(events).toEqual([event, event])
  })

  it('keep one event on one line, whatever a file is called', async () => {
    const host = await startHost()
    const tab = await listen(host, await signIn(host))
    await readUntil(tab, 'retry: 1000\n\n')

    host.notify('troublesChanged', {
      troubles: [
        { kind: 'file-set-aside', what: 'records', movedTo: 'a\nevent: forged\r\n\u2028b' },
      ],
    })
    const event = await readUntil(tab, '\n\n')

    expect(event.split('\n')).toHaveLength(4)
    expect(JSON.parse(event.split('\n')[1]?.slice('data: '.length) ?? '')).toEqual({
      troubles: [
        { kind: 'file-set-aside', what: 'records', movedTo: 'a\nevent: forged\r\n\u2028b' },
      ],
    })
  })

  it('end when the host closes, within two seconds, so that it can', async () => {
    const host = await startHost({ closeCore: () => new Promise<void>(() => undefined) })
    const tab = await listen(host, await signIn(host))
    const ended = once(tab, 'end')
    tab.resume()
    const startedAt = performance.now()

    await host.server.close()
    await ended

    expect(performance.now() - startedAt).toBeLessThan(2_000)
  })
})

describe('the heartbeat', () => {
  afterEach(() => {
    vi.useRealTimers()
  })

  it('keeps a silent connection alive, and stops with the stream', () => {
    vi.useFakeTimers()
    const notices = createNoticeStream(15_000)
    const sink = Object.assign(new PassThrough(), { writeHead: () => undefined })
    notices.add(sink as unknown as ServerResponse)
    sink.read()

    vi.advanceTimersByTime(30_000)
    const beats = String(sink.read())
    notices.close()

    expect(beats).toBe(':\n\n:\n\n')
    expect(vi.getTimerCount()).toBe(0)
  })
})
