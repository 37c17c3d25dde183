import { once } from 'node:events'
import { createServer } from 'node:net'

/** A loopback port that nothing listens on. Use it at once, so that nothing else takes it. */
export async function freePort(): Promise<number> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new TypeError('Not a TCP server')
  server.close()
  await once(server, 'close')
  return address.port
}
