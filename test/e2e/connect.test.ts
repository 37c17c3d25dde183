import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { CheckStep } from '../../electron/contract/commands/checks.ts'
import {
  type BucketAccess,
  freePort,
  startBucket,
  temporaryFolder,
  type WhenOver,
} from './ferry.ts'
import { download, writeRandomFile } from './files.ts'
import { Store } from './store.ts'
import { onlyIn, openFerry } from './worlds/world.ts'

const CORS_IS_ANSWERED = 'the desktop answers CORS in the place of the bucket'

async function atTheForm(whenOver: WhenOver = onTestFinished) {
  const ferry = await openFerry({ whenOver })
  const { page } = ferry
  const bucket = await startBucket({
    folder: await temporaryFolder(whenOver),
    allowedOrigin: ferry.corsOrigin,
    whenOver,
  })
  return { ferry, bucket, page }
}

/** These tests save nothing, so they fill in the form of one window one after another. */
function oneForm() {
  const endings: (() => Promise<void> | void)[] = []
  let world: Awaited<ReturnType<typeof atTheForm>> | null = null
  beforeAll(async () => {
    world = await atTheForm((end) => endings.push(end))
  })
  afterAll(async () => {
    for (const end of endings.toReversed()) await end()
  })
  return async () => {
    if (world === null) throw new Error('Not started')
    await world.page.page.reload()
    return world
  }
}

onlyIn('browser', CORS_IS_ANSWERED)(
  'is reported at once by each upload, which continues when a rule was set',
  async () => {
    const ferry = await openFerry()
    const { page } = ferry
    const bucket = await startBucket({ folder: await temporaryFolder() })
    await page.connect(bucket)
    const folder = await temporaryFolder()
    const sha256 = await writeRandomFile(join(folder, 'a.bin'), 5000)

    await page.drop([join(folder, 'a.bin')])
    await page.untilStatus('a.bin', 'Action needed')
    const said = await page.status('a.bin')
    await new Store(bucket).allowOrigin(ferry.corsOrigin ?? '')
    await page.rowButton('a.bin', 'Retry').click()
    await page.untilStatus('a.bin', 'Done')

    expect(said).toContain('The bucket does not take uploads from a browser window')
    expect((await download(await page.link('a.bin'))).sha256).toBe(sha256)
  },
)

describe('connecting a bucket', () => {
  const atOneForm = oneForm()

  it('with everything correct reports it line by line, leaves nothing behind, and uploads', async () => {
    const { bucket, page } = await atTheForm()
    const path = join(await temporaryFolder(), 'a.bin')
    const sha256 = await writeRandomFile(path, 5000)
    await page.fillConnection(bucket)

    const lines = await page.checkConnection()
    const leftBehind = await new Store(bucket).keys()
    await page.button('Save').click()
    await page.button('Choose files').waitFor()
    await page.drop([path])
    await page.untilStatus('a.bin', 'Done')

    expect(lines).toHaveLength(CheckStep.options.length)
    expect(lines.filter((line) => !line.endsWith('(passed)'))).toEqual([
      expect.stringMatching(/^Unfinished uploads \(works, but\)/),
    ])
    expect(leftBehind).toEqual([])
    expect((await download(await page.link('a.bin'))).sha256).toBe(sha256)
  })

  it.each<[string, (access: BucketAccess) => Promise<BucketAccess> | BucketAccess, string]>([
    [
      'a wrong secret',
      (access) => ({ ...access, secretAccessKey: 'x'.repeat(40) }),
      'The store does not accept the keys.',
    ],
    [
      'an unknown key',
      (access) => ({ ...access, accessKeyId: 'AKIAAAAAAAAAAAAAAAAA' }),
      'The store does not accept the keys.',
    ],
    [
      'a bucket that is not there',
      (access) => ({ ...access, bucket: 'no-such-bucket' }),
      'There is no bucket named “no-such-bucket” at this store.',
    ],
    [
      'the wrong region',
      (access) => ({ ...access, region: 'eu-central-1' }),
      'The bucket is in the region local; the check continued there.',
    ],
    [
      'nobody behind the port',
      async (access) => ({ ...access, endpoint: `http://127.0.0.1:${await freePort()}` }),
      'cannot be reached.',
    ],
    [
      'a name that nobody has',
      (access) => ({ ...access, endpoint: 'https://no-such-host.invalid' }),
      'There is no server named “no-such-host.invalid”.',
    ],
    [
      'an ordinary web server',
      async (access) => ({ ...access, endpoint: await webServer() }),
      'answers, but not as an S3 store.',
    ],
    [
      'https where there is only http',
      (access) => ({ ...access, endpoint: access.endpoint.replace('http:', 'https:') }),
      'does not speak HTTPS as it should.',
    ],
  ])('with %s reports it in words', async (_, change, sentence) => {
    const { bucket, page } = await atOneForm()
    await page.fillConnection(await change(bucket))

    const lines = await page.checkConnection()

    expect(lines.join('\n')).toContain(sentence)
    expect(await new Store(bucket).keys()).toEqual([])
  })

  onlyIn('browser', CORS_IS_ANSWERED)(
    'to a store whose CORS rules exclude the window adds the missing rule, and uploads',
    async () => {
      const ferry = await openFerry()
      const { page } = ferry
      const bucket = await startBucket({ folder: await temporaryFolder() })
      const path = join(await temporaryFolder(), 'a.bin')
      const sha256 = await writeRandomFile(path, 5000)
      await page.fillConnection(bucket)

      const before = await page.checkConnection()
      await page.button('Set it for me').click()
      const shown = await page.page.getByRole('dialog').last().textContent()
      await page.button('Add the rule').click()
      await page.page.getByText('This window can upload directly.').waitFor()
      await page.button('Save').click()
      await page.button('Choose files').waitFor()
      await page.drop([path])
      await page.untilStatus('a.bin', 'Done')

      const origin = ferry.corsOrigin
      expect(before.join('\n')).toContain(
        `The bucket does not take uploads from a browser window (${origin}).`,
      )
      expect(shown).toContain(origin)
      expect((await download(await page.link('a.bin'))).sha256).toBe(sha256)
    },
  )

  it('trims the spaces of copied keys, and reports it', async () => {
    const { bucket, page } = await atTheForm()
    await page.fillConnection({
      ...bucket,
      accessKeyId: `  ${bucket.accessKeyId}\t`,
      secretAccessKey: ` ${bucket.secretAccessKey} `,
    })

    await page.button('Save').click()
    await page.button('Choose files').waitFor()

    await page.page
      .getByText(/spaces?.*access key ID/i)
      .first()
      .waitFor()
  })

  it.each([
    [
      'an endpoint with a path',
      { endpoint: 'http://127.0.0.1:9000/minio' },
      /Leave out everything after/,
    ],
    ['an invalid endpoint', { endpoint: 'http://' }, /This is not an address/],
    [
      'plain http to a public address',
      { endpoint: 'http://s3.example.com' },
      /must begin with https/,
    ],
    ['a bucket name with capitals', { bucket: 'My Bucket' }, /3 to 63 lowercase letters/],
    ['a space inside the key', { accessKeyId: 'AKIA AAAA' }, /It contains a space/],
    ['no secret', { secretAccessKey: '' }, /Enter the secret access key/],
  ])('with %s marks the field', async (_, change, sentence) => {
    const { bucket, page } = await atOneForm()
    await page.fillConnection({ ...bucket, ...change })

    await page.button('Save').click()

    await page.page.getByText(sentence).first().waitFor()
  })
})

async function webServer(): Promise<string> {
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>It works!</h1>')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
