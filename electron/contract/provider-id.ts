import * as z from 'zod/mini'

export const ProviderId = z.enum([
  'aws',
  'r2',
  'b2',
  'wasabi',
  'spaces',
  'scaleway',
  'hetzner',
  'ovh',
  'gcs',
  'ibm',
  'linode',
  'storj',
  'minio',
  'ceph',
  'garage',
  'rustfs',
  'seaweedfs',
  'swift',
  'other',
])
export type ProviderId = z.infer<typeof ProviderId>
