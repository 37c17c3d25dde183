import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { MAX_CONNECTIONS_PER_HOST, USUAL_PART_BYTES } from '../../electron/contract/limits.ts'

/** The upper limit: the same slices by the same XHR from the same browser, and nothing else. */
const page = (endpoint: string) => `<!doctype html>
<title>bare</title>
<input type="file">
<script>
  const PART = ${USUAL_PART_BYTES}
  const put = (url, body) => new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('PUT', url)
    request.onload = resolve
    request.onerror = reject
    request.send(body)
  })
  document.querySelector('input').onchange = async ({ target }) => {
    const [file] = target.files
    await fetch('${endpoint}/go')
    // A presigned URL is never the same twice, so no cached preflight helps.
    const run = crypto.randomUUID()
    let next = 0
    const work = async () => {
      for (;;) {
        const at = next
        next += PART
        if (at >= file.size) return
        const number = at / PART + 1
        await put('${endpoint}/bare?run=' + run + '&partNumber=' + number, file.slice(at, at + PART, ''))
      }
    }
    await Promise.all(Array.from({ length: ${MAX_CONNECTIONS_PER_HOST} }, work))
  }
</script>`

export interface BarePage {
  readonly url: string
  readonly close: () => void
}

export async function serveBarePage(endpoint: string): Promise<BarePage> {
  const server: Server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end(page(endpoint))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new TypeError('Not a TCP server')
  return {
    url: `http://127.0.0.1:${address.port}/`,
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}
