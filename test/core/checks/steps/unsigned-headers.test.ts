import { afterEach, beforeEach, expect, it } from 'vitest'
import { no, type RuledRequest, ruledHttp } from '../../../fakes/ruled-http.ts'
import { storedIn } from '../bucket-view.ts'
import { CheckWorld, findingOf, lineOf } from '../check-world.ts'

const COPIED = '<CopyObjectResult><ETag>"e"</ETag></CopyObjectResult>'
const isAttempt = ({ headers }: RuledRequest) => headers['x-amz-copy-source'] !== undefined

let world: CheckWorld
beforeEach(async () => {
  world = await CheckWorld.start()
})
afterEach(() => world.close())

it('sends an unsigned header, which a store like S3 refuses', async () => {
  const sent: RuledRequest[] = []
  const seen = await CheckWorld.start({
    storeHttp: ruledHttp((request) => {
      if (isAttempt(request)) sent.push(request)
      return null
    }),
  })

  const report = await seen.check()
  await seen.close()

  const [attempt] = sent
  expect(lineOf(report, 'unsigned-headers')).toMatchObject({
    ...{ verdict: 'passed', finding: { kind: 'unsigned-headers', isObeyed: false } },
  })
  expect(sent).toHaveLength(1)
  expect(attempt?.headers['x-amz-copy-source']).toMatch(/^\/ferry\/in\/\.ferry-check-[0-9a-f]{16}$/)
  expect(String(attempt?.query['X-Amz-SignedHeaders'])).not.toContain('x-amz-copy-source')
})

it.each([
  ['copies', { status: 200, body: COPIED }, 'warned', { kind: 'unsigned-headers', isObeyed: true }],
  ['ignores it', { status: 200 }, 'passed', { kind: 'unsigned-headers', isObeyed: false }],
  ['does not support copies', no(501, 'NotImplemented'), 'passed', { isObeyed: false }],
  ['has an internal error', no(500, 'InternalError'), 'unknown', { kind: 'failure' }],
  ['finds no source', no(404, 'NoSuchKey'), 'unknown', { kind: 'failure' }],
] as const)('reports a store that %s', async (_what, said, verdict, finding) => {
  const other = await CheckWorld.start({
    storeHttp: ruledHttp((request) => (isAttempt(request) ? said : null)),
  })

  const report = await other.check()
  await other.close()

  expect(lineOf(report, 'unsigned-headers')).toMatchObject({ verdict, finding })
})

it('leaves nothing in the bucket', async () => {
  const report = await world.check()

  expect(findingOf(report, 'unsigned-headers')).toMatchObject({ isObeyed: false })
  expect(await storedIn(world.other)).toEqual({ keys: [], unfinished: [] })
})
