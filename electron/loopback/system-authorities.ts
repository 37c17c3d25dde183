import { getCACertificates, setDefaultCACertificates } from 'node:tls'

/**
 * Node trusts a list of its own; people who run a store behind an authority of their own have told
 * their system, and expect that to be enough. `NODE_EXTRA_CA_CERTS` is among the default ones.
 */
export function trustSystemAuthorities(): void {
  setDefaultCACertificates([...getCACertificates('default'), ...getCACertificates('system')])
}
