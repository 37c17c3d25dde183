import { expect, it } from 'vitest'
import { S3_LIMITS } from '../../electron/contract/limits.ts'
import { ProviderId } from '../../electron/contract/provider-id.ts'
import { endpointOf, knownHost, PROVIDERS } from '../../electron/contract/providers.ts'

it('has one row for each provider, in the order of the form', () => {
  expect(PROVIDERS.map((each) => each.id)).toEqual(ProviderId.options)
})

it('keeps within what S3 allows', () => {
  for (const { maxPartCount, usualPartBytes } of PROVIDERS) {
    expect(maxPartCount).toBeLessThanOrEqual(S3_LIMITS.maxPartCount)
    expect(usualPartBytes).toBeGreaterThanOrEqual(S3_LIMITS.minPartBytes)
  }
})

it.each(PROVIDERS)('has addresses of $id that are addresses, and known again', (provider) => {
  const regions = [provider.defaultRegion, ...provider.regions.map((each) => each.id)]
  for (const region of regions) {
    const endpoint = endpointOf(provider, region)
    if (endpoint === null) continue
    const { origin, hostname } = new URL(endpoint)
    expect(origin).toBe(endpoint)
    const known = knownHost(hostname)
    expect([known?.provider.id, known?.bucket, known?.kind]).toEqual([
      provider.id,
      null,
      'endpoint',
    ])
    expect([region, null]).toContain(known?.region)
    expect(knownHost(`my.bucket-1.${hostname}`)?.bucket ?? 'my.bucket-1').toBe('my.bucket-1')
  }
})
