import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface ForeignListener {
  readonly origin: string
  readonly port: number
  /** Method and path of each request; `bytes` for a connection that sends something else. */
  readonly arrived: readonly string[]
  readonly udpPort: number
  readonly datagrams: () => number
  readonly close: () => Promise<void>
}

/** A server that is no destination, and allows every page everything. */
export async function startForeignListener(): Promise<ForeignListener> {
  const arrived: string[] = []
  const server = createServer((request, response) => take(request, response, arrived))
  server.on('clientError', (_error, socket) => {
    arrived.push('bytes')
    socket.destroy()
  })
  server.on('upgrade', (request, socket) => {
    arrived.push(`UPGRADE ${request.url}`)
    socket.destroy()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const udp = createSocket('udp4')
  let datagrams = 0
  udp.on('message', () => {
    datagrams += 1
  })
  udp.bind(0, '127.0.0.1')
  await once(udp, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://127.0.0.1:${port}`,
    port,
    arrived,
    udpPort: udp.address().port,
    datagrams: () => datagrams,
    close: async () => {
      udp.close()
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function take(request: IncomingMessage, response: ServerResponse, arrived: string[]): void {
  arrived.push(`${request.method} ${request.url}`)
  request.resume()
  response.writeHead(200, {
    'access-control-allow-origin': '*',
    'access-control-allow-methods': '*',
    'access-control-allow-headers': '*',
    'access-control-allow-private-network': 'true',
    'content-type': 'text/javascript',
  })
  response.end()
}
