import type { ServerResponse } from 'node:http'
import type { NoticeName, NoticePayload } from '../contract/commands.ts'

/** Proxies and sleeping laptops drop silent connections; a comment keeps one alive. */
const HEARTBEAT_MS = 15_000
/** How soon a page tries again after the host went away. */
const RECONNECT_MS = 1_000

export interface NoticeStream {
  /** Takes the response over and keeps it open. */
  readonly add: (response: ServerResponse) => void
  readonly send: <N extends NoticeName>(name: N, payload: NoticePayload<N>) => void
  readonly close: () => void
}

/** Server-sent events to every open tab: html.spec.whatwg.org/multipage/server-sent-events.html. */
export function createNoticeStream(heartbeatMs = HEARTBEAT_MS): NoticeStream {
  const responses = new Set<ServerResponse>()
  const write = (text: string) => {
    for (const response of responses) response.write(text)
  }
  const heartbeat = setInterval(() => write(':\n\n'), heartbeatMs)
  heartbeat.unref()
  return {
    add: (response) => {
      response.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
      })
      response.write(`retry: ${RECONNECT_MS}\n\n`)
      responses.add(response)
      response.once('close', () => responses.delete(response))
    },
    // JSON has no raw line break, so one `data:` line holds it.
    send: (name, payload) => write(`event: ${name}\ndata: ${JSON.stringify(payload)}\n\n`),
    close: () => {
      clearInterval(heartbeat)
      for (const response of responses) response.end()
    },
  }
}
