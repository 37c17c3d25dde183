import { once } from 'node:events'
import { type IncomingMessage, request, type ServerResponse } from 'node:http'
import { PassThrough } from 'node:stream'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { LOOPBACK_ROUTES } from '../../electron/contract/transport.ts'
import { createNoticeStream } from '../../electron/loopback/notice-stream.ts'
import {
  type BrowserSession,
  type RunningHost,
  sessionHeaders,
  signIn,
  startHost,
} from './loopback-harness.ts'

async function listen({ server }: RunningHost, session: BrowserSession): Promise<IncomingMessage> {
  const asking = request({
    host: '127.0.0.1',
    port: server.port,
    path: LOOPBACK_ROUTES.notices,
    headers: {
      ...sessionHeaders(session),
      host: new URL(server.origin).host,
      'sec-fetch-site': 'same-origin',
    },
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
  it('reach every open tab, each as one line of JSON', async () => {
    const host = await startHost()
    const session = await signIn(host)
    const tabs = [await listen(host, session), await listen(host, session)]
    await Promise.all(tabs.map((tab) => readUntil(tab, '\n')))

    host.notify('troublesChanged', { troubles: [{ kind: 'local-bucket-moved' }] })
    const lines = await Promise.all(tabs.map((tab) => readUntil(tab, '\n')))

    const payload = { troubles: [{ kind: 'local-bucket-moved' }] }
    const line = `${JSON.stringify({ name: 'troublesChanged', payload })}\n`
    expect(lines).toEqual([line, line])
  })

  it('keep each notice on one line, whatever the file name', async () => {
    const host = await startHost()
    const tab = await listen(host, await signIn(host))
    await readUntil(tab, '\n')
    const payload = {
      troubles: [
        { kind: 'file-set-aside' as const, what: 'records' as const, movedTo: 'a\n{}\r\n\u2028b' },
      ],
    }

    host.notify('troublesChanged', payload)
    const text = await readUntil(tab, '\n')

    expect(text.split('\n')).toHaveLength(2)
    expect(JSON.parse(text)).toEqual({ name: 'troublesChanged', payload })
  })

  it('end when all sessions are closed', async () => {
    const host = await startHost()
    const tab = await listen(host, await signIn(host))
    const ended = once(tab, 'end')
    tab.resume()

    host.server.closeSessions()

    await ended
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

  it('keeps an idle connection open, and stops with the stream', () => {
    vi.useFakeTimers()
    const notices = createNoticeStream(15_000)
    const sink = Object.assign(new PassThrough(), { writeHead: () => undefined })
    notices.add(sink as unknown as ServerResponse)
    sink.read()

    vi.advanceTimersByTime(30_000)
    const beats = String(sink.read())
    notices.close()

    expect(beats).toBe('\n\n')
    expect(vi.getTimerCount()).toBe(0)
  })
})
