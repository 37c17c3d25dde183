import { once } from 'node:events'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { Certificate } from 'electron'
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import type { Json } from '../../../electron/core/ports.ts'
import { netStoreHttp } from '../../../electron/desktop/protocols/net-store-http.ts'
import { ClientCertificates } from '../../../electron/desktop/security/client-certificates.ts'
import { SELF_SIGNED } from '../../fakes/certificates.ts'
import {
  app,
  dialog,
  FakeSession,
  FakeWindow,
  net,
  netControl,
  standIn,
} from '../../fakes/electron.ts'
import { NOTHING_ON_THE_WAY } from '../../fakes/on-the-way.ts'

const HOST = 'store.office:443'

const certificate = (name: string) =>
  standIn<Certificate>({
    fingerprint: `sha256/${name}`,
    subjectName: name,
    issuerName: 'Office CA',
    validExpiry: Date.UTC(2027, 0, 31) / 1000,
  })

const ADA = certificate('Ada')
const BOB = certificate('Bob')

let values: Map<string, Json>
let window: FakeWindow | null

const start = () =>
  new ClientCertificates({
    dialog: standIn(dialog),
    settings: {
      get: (key) => values.get(key),
      set: (key, value) => void values.set(key, value),
      delete: (key) => void values.delete(key),
    },
    currentWindow: () => standIn(window as FakeWindow),
  })

beforeEach(() => {
  values = new Map()
  window = new FakeWindow()
  dialog.asked.length = 0
  dialog.checkboxChecked = true
})

afterEach(() => {
  dialog.response = 1
  dialog.checkboxChecked = false
  app.reset()
})

describe('a certificate of the user’s', () => {
  it('is sent to no server before the user was asked, even if it is the only one', async () => {
    dialog.response = 1

    const chosen = await start().choose(HOST, [ADA])

    expect(chosen).toBe(ADA)
    expect(dialog.asked).toMatchObject([
      {
        message: `“${HOST}” asks for a certificate to identify you.`,
        detail: 'Ada\nIssued by Office CA; expires on 2027-01-31',
        buttons: ['Send none', 'Send “Ada”'],
        ...{ defaultId: 0, cancelId: 0, checkboxChecked: true },
      },
    ])
  })

  it('is asked about once per host, even across a restart', async () => {
    dialog.response = 2
    const first = start()
    await Promise.all([first.choose(HOST, [ADA, BOB]), first.choose(HOST, [ADA, BOB])])

    const later = await start().choose(HOST, [ADA, BOB])
    const elsewhere = await start().choose('other:443', [ADA, BOB])

    expect([later, elsewhere]).toEqual([BOB, BOB])
    expect(dialog.asked).toHaveLength(2)
  })

  it('is not sent when the user chooses none, and that is remembered', async () => {
    dialog.response = 0

    const first = await start().choose(HOST, [ADA])
    const later = await start().choose(HOST, [ADA])

    expect([first, later]).toEqual([null, null])
    expect(dialog.asked).toHaveLength(1)
  })

  it('is remembered only while Ferry runs if the user wants that', async () => {
    dialog.checkboxChecked = false
    const certificates = start()
    await certificates.choose(HOST, [ADA])
    await certificates.choose(HOST, [ADA])
    const whileRunning = dialog.asked.length

    await start().choose(HOST, [ADA])

    expect([whileRunning, dialog.asked.length]).toEqual([1, 2])
    expect(values.size).toBe(0)
  })

  it('is asked about again when it no longer exists, or when it was refused and the user retries', async () => {
    const certificates = start()
    await certificates.choose(HOST, [ADA])
    await certificates.choose(HOST, [BOB])

    certificates.refused(HOST)
    await certificates.choose(HOST, [BOB])
    const before = dialog.asked.length
    certificates.mayAskAgain()
    await certificates.choose(HOST, [BOB])

    expect([before, dialog.asked.length]).toEqual([2, 3])
  })

  it('is chosen from many, a few at a time', async () => {
    const many = Array.from({ length: 6 }, (_, index) => certificate(`N${index}`))
    dialog.responses = [5, 2]

    const chosen = await start().choose(HOST, many)

    expect(chosen).toBe(many[5])
    expect(dialog.asked.map(({ buttons }) => buttons?.length)).toEqual([6, 4])
  })

  it('is passed to Electron, which would send the first one', async () => {
    dialog.response = 2
    start().listen(standIn(app))
    let isPrevented = false
    const event = {
      preventDefault: () => {
        isPrevented = true
      },
    }

    const given = await new Promise((resolve) =>
      app.emit('select-client-certificate', event, null, HOST, [ADA, BOB], resolve),
    )

    expect([given, isPrevented]).toEqual([BOB, true])
  })
})

describe('a server that requires a certificate', () => {
  interface Handler {
    readonly handle: (request: object) => Promise<{ response: { statusCode: number } }>
  }

  const started = async () => {
    const shown: unknown[] = []
    const options = { ...SELF_SIGNED, requestCert: true, ca: [SELF_SIGNED.cert] }
    const server = createServer(options, (request, response) => {
      shown.push((request.socket as TLSSocket).getPeerCertificate().subject.CN)
      response.end()
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => {
      server.closeAllConnections()
      server.close()
      netControl.reset()
    })
    netControl.app = app
    netControl.authorities = [SELF_SIGNED.cert]
    netControl.identities = [{ certificate: ADA, ...SELF_SIGNED }]
    const certificates = start()
    certificates.listen(standIn(app))
    const refused: string[] = []
    const onTheWay = {
      ...NOTHING_ON_THE_WAY,
      certificateRefused: (host: string) => {
        refused.push(host)
        certificates.refused(host)
      },
    }
    const storeHttp = netStoreHttp(standIn(net), standIn(new FakeSession()), onTheWay)
    const handler = storeHttp({ connectMs: 2000, idleMs: 2000 }) as Handler
    const { port } = server.address() as AddressInfo
    const place = { protocol: 'https:', hostname: '127.0.0.1', port, path: '/', query: {} }
    const send = () => handler.handle({ method: 'GET', ...place, headers: {} })
    return { send, shown, refused, certificates, host: `127.0.0.1:${port}` }
  }

  it('gets the one that the user chose', async () => {
    const { send, shown } = await started()

    const { response } = await send()

    expect([response.statusCode, shown]).toEqual([200, ['localhost']])
  })

  it('is reported as requiring one when the user sends none, and asked about on a retry', async () => {
    dialog.responses = [0, 1]
    const { send, shown, refused, certificates, host } = await started()

    await expect(send()).rejects.toThrow('net::ERR_BAD_SSL_CLIENT_AUTH_CERT')
    certificates.mayAskAgain()
    const again = await certificates.choose(host, [ADA])

    expect([shown, refused, again]).toEqual([[], [host], ADA])
  })
})
