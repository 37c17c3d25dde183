import type { ServerResponse } from 'node:http'
import type { NoticeName, NoticePayload } from '../contract/notices.ts'

/** Proxies and sleeping laptops drop idle connections; an empty line keeps one open. */
const HEARTBEAT_MS = 15_000

export interface NoticeStream {
  /** Takes over the response and keeps it open. */
  readonly add: (response: ServerResponse) => void
  readonly send: <N extends NoticeName>(name: N, payload: NoticePayload<N>) => void
  /** Ends all streams; new ones can be added. */
  readonly endAll: () => void
  readonly close: () => void
}

/**
 * Sends one JSON object `{name, payload}` per line to every open tab. Server-sent events cannot be
 * used: an `EventSource` sends no header, and a session needs one.
 */
export function createNoticeStream(heartbeatMs = HEARTBEAT_MS): NoticeStream {
  const responses = new Set<ServerResponse>()
  const write = (text: string) => {
    for (const response of responses) response.write(text)
  }
  const endAll = () => {
    for (const response of responses) response.end()
  }
  const heartbeat = setInterval(() => write('\n'), heartbeatMs)
  heartbeat.unref()
  return {
    add: (response) => {
      response.writeHead(200, {
        'content-type': 'application/x-ndjson; charset=utf-8',
        'cache-control': 'no-store',
      })
      // Tells the page at once that it is connected.
      response.write('\n')
      responses.add(response)
      response.once('close', () => responses.delete(response))
    },
    // JSON text contains no raw line break.
    send: (name, payload) => write(`${JSON.stringify({ name, payload })}\n`),
    endAll,
    close: () => {
      clearInterval(heartbeat)
      endAll()
    },
  }
}
