import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { S3_LIMITS } from '../../electron/contract/limits.ts'
import {
  endpointOf,
  knownHost,
  PROVIDERS,
  providerOf,
  regionNamedIn,
} from '../../electron/contract/providers/lookup.ts'
import { ProviderId } from '../../electron/contract/providers/provider.ts'
import { providerLine } from './provider-line.ts'

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')

/** Every address that the table can make. */
const addresses = PROVIDERS.flatMap((provider) => {
  const regions = new Set([provider.defaultRegion, ...provider.regions.map(({ id }) => id)])
  return [...regions].flatMap((region) => {
    const endpoint = endpointOf(provider, region)
    return endpoint === null ? [] : [{ provider, region, endpoint }]
  })
})

describe('the providers', () => {
  it('are all in the table, once, in the order of the form', () => {
    expect(PROVIDERS.map(({ id }) => id)).toEqual(ProviderId.options)
    for (const names of [
      PROVIDERS.map((each) => each.label),
      PROVIDERS.map((each) => each.shortLabel),
    ]) {
      expect(new Set(names).size).toBe(PROVIDERS.length)
    }
  })

  it.each(PROVIDERS)('$id stays within S3’s limits, and names its sources', (provider) => {
    const { maxPartCount, usualPartBytes, unfinishedDays, notes, sources, endpointExample } =
      provider

    expect(maxPartCount).toBeGreaterThanOrEqual(1000)
    expect(maxPartCount).toBeLessThanOrEqual(S3_LIMITS.maxPartCount)
    expect(usualPartBytes).toBeGreaterThanOrEqual(S3_LIMITS.minPartBytes)
    expect(usualPartBytes).toBeLessThanOrEqual(S3_LIMITS.maxPartBytes)
    expect(unfinishedDays ?? 1).toBeGreaterThan(0)
    for (const note of notes) expect(note).toMatch(/^[A-Z].*[^.]\.$/)
    expect(sources.length).toBeGreaterThan(0)
    expect(new URL(endpointExample).pathname).toBe('/')
  })

  it.each(PROVIDERS)('$id names each region once, and its own is among them', (provider) => {
    const ids = provider.regions.map(({ id }) => id)

    expect(new Set(ids).size).toBe(ids.length)
    if (ids.length > 0) expect(ids).toContain(provider.defaultRegion)
  })

  it('never share an address', () => {
    const endpoints = new Map<string, string>()
    for (const { provider, endpoint } of addresses) {
      expect(endpoints.get(endpoint) ?? provider.id).toBe(provider.id)
      endpoints.set(endpoint, provider.id)
    }
  })

  it.each(addresses)(
    '$endpoint is an address, and is recognized',
    ({ provider, region, endpoint }) => {
      const { origin, hostname } = new URL(endpoint)
      const named = provider.endpointTemplate?.includes('{region}') === true ? region : null

      expect(origin).toBe(endpoint)
      expect(knownHost(hostname)).toEqual({
        provider,
        bucket: null,
        region: named,
        kind: 'endpoint',
      })
      expect(regionNamedIn(provider, endpoint)).toBe(named)
    },
  )

  it.each(addresses)('$endpoint belongs to no other provider', ({ provider, endpoint }) => {
    const { hostname } = new URL(endpoint)
    const others = PROVIDERS.filter(({ id }) => id !== provider.id)

    for (const host of [hostname, `my.photos-1.${hostname}`]) {
      const claims = others.filter(({ hosts, publicHosts, otherHosts }) =>
        [...hosts, ...publicHosts, ...otherHosts.map(([each]) => each)].some((each) =>
          each.test(host),
        ),
      )
      expect(claims.map(({ id }) => id)).toEqual([])
    }
  })

  it('are recognized with a bucket in front of their address', () => {
    for (const { provider, region, endpoint } of addresses.filter(
      (each) => !each.provider.pathStyle,
    )) {
      const { hostname } = new URL(endpoint)

      expect(knownHost(`my.photos-1.${hostname}`)).toEqual({
        provider,
        bucket: 'my.photos-1',
        region,
        kind: 'endpoint',
      })
    }
  })

  it.each([
    'example.org',
    'evil-amazonaws.com',
    's3.eu-central-1.amazonaws.com.example.org',
    'sts.amazonaws.com',
    'wasabisys.com',
    'localhost',
    '',
  ])('do not claim %j', (host) => {
    expect(knownHost(host)).toBeNull()
  })

  it('distinguish a regional address from one with an account or of another partition', () => {
    expect(endpointOf(providerOf('aws'), 'cn-north-1')).toBe(
      'https://s3.cn-north-1.amazonaws.com.cn',
    )
    expect(endpointOf(providerOf('aws'), 'us-gov-west-1')).toBe(
      'https://s3.us-gov-west-1.amazonaws.com',
    )
    expect(endpointOf(providerOf('aws'), 'xx-new-9')).toBe('https://s3.xx-new-9.amazonaws.com')
    expect(endpointOf(providerOf('ovh'), 'us-east-va')).toBe(
      'https://s3.us-east-va.io.cloud.ovh.us',
    )
    expect(endpointOf(providerOf('b2'), '')).toBe('https://s3.us-west-004.backblazeb2.com')
    expect(endpointOf(providerOf('r2'), 'auto')).toBeNull()
    expect(regionNamedIn(providerOf('b2'), 'https://s3.eu-central-1.amazonaws.com')).toBeNull()
    expect(regionNamedIn(providerOf('aws'), 'not an address')).toBeNull()
  })
})

it('the documentation describes the providers as the table does', () => {
  const page = read('docs/providers.md')

  for (const provider of PROVIDERS) expect(page).toContain(providerLine(provider))
})

it('only the table knows a provider by its name', () => {
  const comparing = /provider(?:\.id|Id)?\)?\s*(?:[!=]==?|\{\s*case)\s*'/i
  const sources = ['electron', 'renderer'].flatMap((folder) =>
    readdirSync(new URL(`../../${folder}`, import.meta.url), { recursive: true, encoding: 'utf8' })
      .filter((path) => /\.tsx?$/.test(path) && !path.includes('node_modules'))
      .map((path) => `${folder}/${path}`),
  )

  expect(sources.length).toBeGreaterThan(100)
  expect(sources.filter((path) => comparing.test(read(path)))).toEqual([])
})
