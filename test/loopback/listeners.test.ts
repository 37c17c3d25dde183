import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import { createServer, type Server } from 'node:net'
import { networkInterfaces } from 'node:os'
import { describe, expect, it, onTestFinished } from 'vitest'
import { listenOnLoopback } from '../../electron/loopback/listeners.ts'
import { freePort } from '../e2e/ferry.ts'

const hasIpv6 = Object.values(networkInterfaces())
  .flat()
  .some((each) => each?.address === '::1')

async function occupy(host: string, port: number): Promise<void> {
  const server = createServer().listen(port, host)
  onTestFinished(() => void server.close())
  await once(server, 'listening')
}

async function listen(ports: readonly number[]) {
  const listening = await listenOnLoopback(() => createHttpServer(), ports)
  onTestFinished(() => {
    for (const server of listening.servers) server.close()
  })
  return listening
}

const addressOf = (server: Server) => {
  const address = server.address()
  return address !== null && typeof address === 'object' ? address.address : null
}

describe('the browser host', () => {
  it('listens on all addresses that a browser may try for its name', async () => {
    const { servers } = await listen([0])

    expect(servers.map(addressOf)).toEqual(hasIpv6 ? ['127.0.0.1', '::1'] : ['127.0.0.1'])
  })

  it('takes the next port when its own is taken', async () => {
    const port = await freePort()
    await occupy('127.0.0.1', port)

    const { port: taken } = await listen([port, 0])

    expect(taken).not.toBe(port)
  })

  it.runIf(hasIpv6)('does not use a port when another program has the other address', async () => {
    const port = await freePort()
    await occupy('::1', port)

    const { port: taken } = await listen([port, 0])

    expect(taken).not.toBe(port)
  })

  it('says which port is taken', async () => {
    const port = await freePort()
    await occupy('127.0.0.1', port)

    await expect(listen([port])).rejects.toThrow(
      `Port ${port} is taken by another program. Choose another with --port, or --port 0 for any free one.`,
    )
  })
})
