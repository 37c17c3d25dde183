import {
  DeleteBucketCorsCommand,
  DeleteBucketLifecycleCommand,
  DeleteObjectCommand,
  GetBucketCorsCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  PutBucketCorsCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { afterAll, describe, expect, it } from 'vitest'
import { clientOf, refusalOf, type StoreOf } from './store.ts'

export function settingConformance(storeOf: StoreOf): void {
  describe('bucket CORS', () => {
    const preflight = (origin: string, method: string, headers = 'content-type') =>
      fetch(`${storeOf().endpoint}/${storeOf().bucket}/any/key?x=1`, {
        method: 'OPTIONS',
        headers: {
          Origin: origin,
          'Access-Control-Request-Method': method,
          'Access-Control-Request-Headers': headers,
        },
      })
    const rules = [
      {
        ID: 'pages',
        AllowedOrigins: ['https://*.example.com'],
        AllowedMethods: ['PUT', 'GET'],
        AllowedHeaders: ['content-*', 'x-amz-*'],
        ExposeHeaders: ['ETag'],
        MaxAgeSeconds: 300,
      },
      { AllowedOrigins: ['*'], AllowedMethods: ['HEAD'] },
    ]
    const configured = async () => {
      const { bucket: Bucket } = storeOf()
      const CORSConfiguration = { CORSRules: rules }
      await clientOf(storeOf()).send(new PutBucketCorsCommand({ Bucket, CORSConfiguration }))
    }
    afterAll(async () => {
      await clientOf(storeOf()).send(new DeleteBucketCorsCommand({ Bucket: storeOf().bucket }))
    })

    it('is returned as it was put, and does not exist once deleted', async () => {
      const { bucket: Bucket } = storeOf()
      const client = clientOf(storeOf())
      await configured()

      const { CORSRules } = await client.send(new GetBucketCorsCommand({ Bucket }))
      await client.send(new DeleteBucketCorsCommand({ Bucket }))

      expect(CORSRules).toEqual(rules)
      expect(await refusalOf(client.send(new GetBucketCorsCommand({ Bucket })))).toEqual({
        code: 'NoSuchCORSConfiguration',
        status: 404,
      })
    })

    it('allows a preflight that matches a rule', async () => {
      await configured()

      const answer = await preflight('https://app.example.com', 'PUT', 'content-type, x-amz-date')

      expect(answer.status).toBe(200)
      expect(Object.fromEntries(answer.headers)).toMatchObject({
        'access-control-allow-origin': 'https://app.example.com',
        'access-control-allow-methods': 'PUT, GET',
        'access-control-allow-headers': 'content-type, x-amz-date',
        'access-control-expose-headers': 'ETag',
        'access-control-max-age': '300',
        vary: expect.stringContaining('Origin'),
      })
    })

    it.each([
      ['another origin', 'https://example.org', 'PUT', 'content-type'],
      ['another method', 'https://app.example.com', 'DELETE', 'content-type'],
      ['another header', 'https://app.example.com', 'PUT', 'content-type, authorization'],
    ])('refuses a preflight of %s', async (_, origin, method, headers) => {
      await configured()

      const answer = await preflight(origin, method, headers)

      expect(answer.status).toBe(403)
      expect(answer.headers.get('access-control-allow-origin')).toBeNull()
      expect(await answer.text()).toContain('<Code>AccessForbidden</Code>')
    })

    it('lets a page read errors as well', async () => {
      await configured()
      const headers = { Origin: 'https://app.example.com' }

      const answer = await fetch(`${storeOf().endpoint}/${storeOf().bucket}/x`, { headers })

      expect(answer.status).toBe(403)
      expect(answer.headers.get('access-control-allow-origin')).toBe('https://app.example.com')
    })

    it('adds no CORS headers to requests without an origin', async () => {
      await configured()
      const { bucket: Bucket } = storeOf()
      const command = new PutObjectCommand({ Bucket, Key: 'plain' })
      const client = clientOf(storeOf(), { requestChecksumCalculation: 'WHEN_REQUIRED' })
      const url = await getSignedUrl(client, command)

      const answer = await fetch(url, { method: 'PUT', body: 'x' })

      expect(answer.status).toBe(200)
      expect(answer.headers.get('access-control-allow-origin')).toBeNull()
    })

    it.each([
      ['two wildcards', { AllowedOrigins: ['*.*'], AllowedMethods: ['GET'] }, 'InvalidRequest'],
      ['a strange method', { AllowedOrigins: ['*'], AllowedMethods: ['LOOK'] }, 'InvalidRequest'],
    ])('refuses %s', async (_, rule, code) => {
      const CORSConfiguration = { CORSRules: [rule] }
      const command = new PutBucketCorsCommand({ Bucket: storeOf().bucket, CORSConfiguration })

      expect(await refusalOf(clientOf(storeOf()).send(command))).toEqual({ code, status: 400 })
    })
  })

  describe('lifecycle rules', () => {
    it('are stored and returned', async () => {
      const { bucket: Bucket } = storeOf()
      const client = clientOf(storeOf())
      const Rules = [
        {
          ID: 'tidy',
          Status: 'Enabled' as const,
          Filter: { Prefix: '' },
          AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
        },
      ]
      const get = () => client.send(new GetBucketLifecycleConfigurationCommand({ Bucket }))

      const before = await refusalOf(get())
      await client.send(
        new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules } }),
      )
      const kept = await get()
      await client.send(new DeleteBucketLifecycleCommand({ Bucket }))

      expect(before).toEqual({ code: 'NoSuchLifecycleConfiguration', status: 404 })
      expect(kept.Rules).toMatchObject([{ ID: 'tidy', Status: 'Enabled' }])
      expect(await refusalOf(get())).toEqual(before)
    })
  })

  describe('versions', () => {
    const client = () => clientOf(storeOf())
    const set = (Status: 'Enabled' | 'Suspended') =>
      client().send(
        new PutBucketVersioningCommand({
          Bucket: storeOf().bucket,
          VersioningConfiguration: { Status },
        }),
      )
    const put = (Key: string, Body: string) =>
      client().send(new PutObjectCommand({ Bucket: storeOf().bucket, Key, Body }))
    const text = async (Key: string, VersionId?: string) => {
      const named = { Bucket: storeOf().bucket, Key, VersionId }
      const { Body } = await client().send(new GetObjectCommand(named))
      return Body?.transformToString()
    }
    const remove = (Key: string, VersionId?: string) =>
      client().send(new DeleteObjectCommand({ Bucket: storeOf().bucket, Key, VersionId }))
    afterAll(async () => {
      await set('Suspended')
    })

    it('are kept once enabled: written, hidden by a deletion, and restored', async () => {
      await put('versioned', 'before')
      await set('Enabled')
      const first = await put('versioned', 'one')
      const second = await put('versioned', 'two')
      const marker = await remove('versioned')

      const hidden = await refusalOf(text('versioned'))
      const old = [
        await text('versioned', 'null'),
        await text('versioned', first.VersionId),
        await text('versioned', second.VersionId),
      ]
      const listed = await client().send(
        new ListObjectVersionsCommand({ Bucket: storeOf().bucket, Prefix: 'versioned' }),
      )
      await remove('versioned', marker.VersionId)
      const back = await text('versioned')
      await remove('versioned', second.VersionId)

      expect(hidden).toEqual({ code: 'NoSuchKey', status: 404 })
      expect(marker.DeleteMarker).toBe(true)
      expect(old).toEqual(['before', 'one', 'two'])
      expect(listed.DeleteMarkers).toMatchObject([{ IsLatest: true, Key: 'versioned' }])
      expect(listed.Versions?.map((each) => [each.VersionId, each.IsLatest])).toEqual([
        [second.VersionId, false],
        [first.VersionId, false],
        ['null', false],
      ])
      expect([back, await text('versioned')]).toEqual(['two', 'one'])
      const read = new GetBucketVersioningCommand({ Bucket: storeOf().bucket })
      expect((await client().send(read)).Status).toBe('Enabled')
    })

    it('are listed page by page', async () => {
      await set('Enabled')
      const ids: (string | undefined)[] = []
      for (const body of ['1', '2', '3']) ids.unshift((await put('paged-versions', body)).VersionId)

      const seen: (string | undefined)[] = []
      for (let marker = {}; ; ) {
        const page = await client().send(
          new ListObjectVersionsCommand({
            Bucket: storeOf().bucket,
            Prefix: 'paged-versions',
            MaxKeys: 1,
            ...marker,
          }),
        )
        seen.push(...(page.Versions?.map((each) => each.VersionId) ?? []))
        marker = { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker }
        if (page.IsTruncated !== true) break
      }

      expect(seen).toEqual(ids)
    })

    it('that do not exist are reported as missing, and a delete marker is not an object', async () => {
      await set('Enabled')
      await put('marked', 'x')
      const { VersionId } = await remove('marked')

      const named = { Bucket: storeOf().bucket, Key: 'marked', VersionId }
      const onMarker = await refusalOf(client().send(new HeadObjectCommand(named)))

      expect(onMarker).toMatchObject({ status: 405 })
      expect(await refusalOf(text('marked', 'nope'))).toEqual({
        code: 'NoSuchVersion',
        status: 404,
      })
    })

    it('are replaced while versioning is suspended', async () => {
      await set('Enabled')
      const kept = await put('suspended', 'kept')
      await set('Suspended')
      await put('suspended', 'a')
      await put('suspended', 'b')

      const { Versions } = await client().send(
        new ListObjectVersionsCommand({ Bucket: storeOf().bucket, Prefix: 'suspended' }),
      )

      expect(Versions?.map((each) => each.VersionId)).toEqual(['null', kept.VersionId])
      expect(await text('suspended')).toBe('b')
    })
  })
}
