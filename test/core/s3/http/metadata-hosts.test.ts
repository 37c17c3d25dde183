import { lookup as lookupAll } from 'node:dns/promises'
import { beforeEach, expect, it, vi } from 'vitest'
import {
  guardedLookup,
  isMetadataHost,
  leadsToMetadata,
  MetadataHost,
  refuseMetadata,
} from '../../../../electron/core/s3/http/metadata-hosts.ts'

/** The addresses that the system's resolver returns for any name. */
const resolved = vi.hoisted(() => ({ addresses: [] as { address: string; family: number }[] }))
vi.mock('node:dns', async (original) => ({
  ...(await original<object>()),
  lookup: (_name: string, _options: object, callback: (...said: unknown[]) => void) =>
    callback(null, resolved.addresses),
}))
vi.mock('node:dns/promises', async (original) => ({
  ...(await original<object>()),
  lookup: vi.fn(async () => resolved.addresses),
}))

beforeEach(() => {
  resolved.addresses = []
})

const v4 = (address: string) => ({ address, family: 4 })
const v6 = (address: string) => ({ address, family: 6 })

function lookedUp(all: boolean): Promise<unknown> {
  return new Promise((resolve) => {
    guardedLookup('store.example', { all }, (error, address) => resolve(error ?? address))
  })
}

it.each([
  [[v4('169.254.169.254')]],
  [[v4('93.184.216.34'), v4('169.254.170.2')]],
  [[v6('fd00:ec2::254')]],
  [[v6('::ffff:169.254.169.254')]],
  [[v4('100.100.100.200')]],
])(
  'refuses a name that leads to a metadata host, even as one of several addresses: %j',
  async (addresses) => {
    resolved.addresses = addresses

    await expect(refuseMetadata('store.example')).rejects.toBeInstanceOf(MetadataHost)
    expect(await leadsToMetadata('https://store.example')).toBe(true)
    expect(await lookedUp(true)).toBeInstanceOf(MetadataHost)
    expect(await lookedUp(false)).toBeInstanceOf(MetadataHost)
  },
)

it('connects to the addresses that it has checked', async () => {
  resolved.addresses = [v4('192.168.1.20'), v6('fd12::1')]

  expect(await lookedUp(true)).toEqual(resolved.addresses)
  expect(await lookedUp(false)).toBe('192.168.1.20')
  await expect(refuseMetadata('nas.local')).resolves.toBeUndefined()
})

it('leaves a name that only a proxy knows to the proxy', async () => {
  vi.mocked(lookupAll).mockRejectedValueOnce(new Error('ENOTFOUND'))

  await expect(refuseMetadata('inside.example')).resolves.toBeUndefined()
})

it.each(['127.0.0.1', '[::1]', '192.168.1.1', '100.64.0.1', '[fd00::1]', 'metadata.example'])(
  'does not refuse %s',
  (host) => {
    expect(isMetadataHost(host)).toBe(false)
  },
)
