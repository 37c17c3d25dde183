import { once } from 'node:events'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemAuthorities } from '../../../electron/loopback/network/node-network.ts'
import { OWN_AUTHORITY, SELF_SIGNED } from '../../fakes/certificates.ts'
import { ForwardProxy } from '../../fakes/forward-proxy.ts'
import { no, ruledHttp } from '../../fakes/ruled-http.ts'
import { plain, refusal } from '../../fakes/stub-store.ts'
import { CheckWorld, findingOf, lineOf, troubles, unknown } from './check-world.ts'

let world: CheckWorld

beforeEach(async () => {
  world = await CheckWorld.start()
})

afterEach(() => world.close())

describe('the connection to the store', () => {
  it('fails at an unknown host name', async () => {
    const report = await world.check({ endpoint: 'https://no-such-host.invalid' })

    expect(troubles(report)).toEqual(['dns failed host-not-found'])
    expect(unknown(report)).toHaveLength(22)
  })

  it('fails if nothing listens', async () => {
    const stub = await world.stub(plain(200, ''))
    const { endpoint } = stub
    await stub.close()

    const report = await world.check({ endpoint })

    expect(troubles(report)).toEqual(['tls failed host-unreachable'])
    expect(lineOf(report, 'dns').verdict).toBe('passed')
  })

  it('fails if the port does not speak TLS', async () => {
    const endpoint = world.other.bucket.endpoint.replace('http:', 'https:')

    expect(troubles(await world.check({ endpoint }))).toEqual(['tls failed wrong-protocol'])
  })

  it('fails if plain HTTP meets a port that expects TLS', async () => {
    const server = createServer(SELF_SIGNED)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo

    const report = await world.check({ endpoint: `http://localhost:${port}` })
    server.closeAllConnections()
    server.close()

    const failure = { kind: 'wrong-protocol', host: `localhost:${port}`, scheme: 'http' }
    expect(findingOf(report, 'tls')).toEqual({ kind: 'failure', failure })
  })

  it('fails at an authority that this computer does not trust, and names it', async () => {
    const server = createServer(SELF_SIGNED)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo

    const report = await world.check({ endpoint: `https://localhost:${port}` })
    server.closeAllConnections()
    server.close()

    expect(findingOf(report, 'tls')).toEqual({
      kind: 'failure',
      failure: {
        kind: 'tls-failed',
        host: `localhost:${port}`,
        reason: 'DEPTH_ZERO_SELF_SIGNED_CERT (issuer: localhost)',
      },
    })
  })

  it('names the issuer of the store’s certificate if this computer trusts it', async () => {
    const trusted = getCACertificates('default')
    setDefaultCACertificates([...trusted, SELF_SIGNED.cert])
    const server = createServer(SELF_SIGNED, refusal(404, 'NoSuchBucket'))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo

    const report = await world.check({ endpoint: `https://localhost:${port}` })
    server.closeAllConnections()
    server.close()
    setDefaultCACertificates(trusted)

    expect(lineOf(report, 'tls')).toMatchObject({
      ...{ verdict: 'passed', finding: { kind: 'tls', protocol: 'TLSv1.3', issuer: 'localhost' } },
    })
    expect(troubles(report)).toEqual(['bucket failed bucket-missing'])
  })

  it('fails at a missing proxy, rather than at a host name that this computer cannot resolve', async () => {
    const desktop = await CheckWorld.start({
      storeHttp: ruledHttp(() => {
        throw new Error('net::ERR_PROXY_CONNECTION_FAILED')
      }),
      isCorsHandled: true,
    })

    const report = await desktop.check({ endpoint: 'https://no-such-host.invalid' })
    await desktop.close()

    expect(troubles(report)).toEqual(['dns failed proxy-failed'])
  })

  it('goes through a proxy that resolves names that this computer cannot', async () => {
    const desktop = await CheckWorld.start({
      storeHttp: ruledHttp(() => no(403, 'InvalidAccessKeyId')),
      isCorsHandled: true,
    })

    const report = await desktop.check({ endpoint: 'https://no-such-host.invalid' })
    await desktop.close()

    expect(troubles(report)).toEqual(['credentials failed credentials-rejected'])
    expect(lineOf(report, 'dns').verdict).toBe('passed')
    expect(lineOf(report, 'tls')).toMatchObject({ verdict: 'passed', finding: null })
  })

  it('goes through a proxy for the browser’s host, to a name that only the proxy can resolve', async () => {
    const proxy = await ForwardProxy.start()
    proxy.names.set('store.example', '127.0.0.1')
    const url = `http://127.0.0.1:${proxy.address.port}`
    const behind = await CheckWorld.start({
      nodeNetwork: {
        routeTo: async () => ({ kind: 'proxy', url }),
        trustSystem: async () => false,
      },
    })
    const trusted = getCACertificates('default')
    setDefaultCACertificates([...trusted, OWN_AUTHORITY.authority])
    const server = createServer(OWN_AUTHORITY, refusal(404, 'NoSuchBucket'))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo

    const report = await behind.check({ endpoint: `https://store.example:${port}` })
    server.closeAllConnections()
    server.close()
    setDefaultCACertificates(trusted)
    await behind.close()
    await proxy.close()

    expect(troubles(report)).toEqual(['bucket failed bucket-missing'])
    expect(proxy.seen.length).toBeGreaterThan(0)
  })

  it('asks the system about an authority that Node does not know, and names it', async () => {
    const trusted = getCACertificates('default')
    const log = { info: () => undefined, warn: () => undefined }
    const behind = await CheckWorld.start({
      nodeNetwork: {
        routeTo: async () => ({ kind: 'direct', besides: null }),
        trustSystem: systemAuthorities({ log, list: async () => [OWN_AUTHORITY.authority] }),
      },
    })
    const server = createServer(OWN_AUTHORITY, refusal(404, 'NoSuchBucket'))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo

    const report = await behind.check({ endpoint: `https://localhost:${port}` })
    await behind.close()
    server.closeAllConnections()
    server.close()
    setDefaultCACertificates(trusted)

    expect(lineOf(report, 'tls')).toMatchObject({
      ...{ verdict: 'passed', finding: { kind: 'tls', issuer: 'Own Authority' } },
    })
    expect(troubles(report)).toEqual(['bucket failed bucket-missing'])
  })

  it('may be unencrypted in the user’s own network, which is no failure', async () => {
    const report = await world.check()

    expect(lineOf(report, 'tls')).toMatchObject({
      ...{ verdict: 'passed', finding: { protocol: 'http', issuer: null } },
    })
  })

  it.each([
    ['a web page', plain(404, '<!doctype html><p>Hello', { 'content-type': 'text/html' })],
    ['a server that answers yes to everything', plain(200, '')],
  ])('fails at %s', async (_what, answer) => {
    const { report } = await world.checkStub(answer)

    expect(troubles(report)).toEqual(['tls failed not-s3'])
  })
})
