import { expect, it } from 'vitest'
import { isLoopbackHost, isUnencryptedEndpoint } from '../../electron/lib/loopback-address.ts'

it.each(['127.0.0.1', '127.1.2.3', '[::1]', 'localhost', 'a.localhost'])(
  'recognizes this computer by %s',
  (host) => {
    expect(isLoopbackHost(host)).toBe(true)
    expect(isUnencryptedEndpoint(`http://${host}:9000`)).toBe(false)
  },
)

it.each(['nas', '192.168.1.20', '127.0.0.1.example', '[fd00::1]', 'localhost.example', 'a@nas'])(
  'takes %s for another computer',
  (host) => {
    expect(isLoopbackHost(host)).toBe(false)
  },
)

it.each(['http://nas:9000', ' http://192.168.1.20 ', 'HTTP://[fd00::1]:9000/'])(
  'reports that others can listen: %s',
  (endpoint) => {
    expect(isUnencryptedEndpoint(endpoint)).toBe(true)
  },
)

it.each(['https://nas', '', 'nas:9000', 'ftp://nas', 'http://'])(
  'reports nothing for %s',
  (endpoint) => {
    expect(isUnencryptedEndpoint(endpoint)).toBe(false)
  },
)
