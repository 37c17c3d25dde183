import type { Server } from 'node:http'
import { errnoOf } from '../../local-bucket/http/errors.ts'

const LOOPBACK = '127.0.0.1'
/** How long answers on their way may take when the bucket is closed. */
const CLOSE_GRACE_MS = 2_000

/** False when somebody else has the port; 0 asks for any that is free. */
export function listenOn(server: Server, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const onError = (error: Error) => {
      server.off('listening', onListening)
      // EACCES: a port that the system keeps for itself, which is as good as taken.
      if (['EADDRINUSE', 'EACCES'].includes(errnoOf(error))) resolve(false)
      else reject(error)
    }
    const onListening = () => {
      server.off('error', onError)
      resolve(true)
    }
    server.once('error', onError)
    server.once('listening', onListening)
    server.listen(port, LOOPBACK)
  })
}

export function portOf(server: Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new TypeError('Not listening on TCP')
  return address.port
}

/** Lets answers on their way finish for a moment, then cuts what is left. */
export async function stopServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeIdleConnections()
  const cut = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS)
  await closed
  clearTimeout(cut)
}
