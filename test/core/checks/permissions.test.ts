import { afterEach, expect, it } from 'vitest'
import type { CheckReport } from '../../../electron/contract/commands/checks.ts'
import {
  type HttpRule,
  lineOfRequest,
  no,
  type RuledRequest,
  ruledHttp,
} from '../../fakes/ruled-http.ts'
import { storedIn } from './bucket-view.ts'
import { CheckWorld, lineOf, troubles } from './check-world.ts'

let world: CheckWorld | null = null

afterEach(async () => {
  await world?.close()
  world = null
})

/** Keys that may do everything else. */
async function checkedWith(rule: HttpRule): Promise<CheckReport> {
  world = await CheckWorld.start({ storeHttp: ruledHttp(rule) })
  return world.check()
}

const denying = (isDenied: (line: string, request: RuledRequest) => boolean) =>
  checkedWith((request) =>
    isDenied(lineOfRequest(request), request) ? no(403, 'AccessDenied') : null,
  )

const WELL = 'unfinished-rule warned unfinished-rule'

it.each([
  ['put', /^PUT$/, ['put failed access-denied']],
  ['multipart', /^POST \?uploads$/, ['multipart failed access-denied']],
  ['list-parts', /^GET \?uploadId$/, ['list-parts failed access-denied']],
  ['abort', /^DELETE \?uploadId$/, ['abort warned access-denied']],
  ['delete', /^DELETE( \?versionId)?$/, ['delete warned access-denied']],
])('costs one line if the permission is missing: %s', async (_what, pattern, said) => {
  const report = await denying((line) => pattern.test(line))

  expect(troubles(report)).toEqual(expect.arrayContaining([...said, WELL]))
  expect(troubles(report)).toHaveLength(said.length + 1)
})

it('costs one line if objects may not be read', async () => {
  const report = await denying((line, { path }) => line === 'GET' && path.includes('.ferry-check-'))

  expect(troubles(report)).toEqual(['get warned access-denied', WELL])
})

it.each([
  ['bucket', /^(GET \?list-type|HEAD)$/],
  ['versioning', /^GET \?versioning$/],
  ['unfinished-rule', /^GET \?lifecycle$/],
] as const)('leaves unknown what these keys may not ask: %s', async (step, pattern) => {
  const report = await denying((line) => pattern.test(line))

  expect(lineOf(report, step)).toMatchObject({
    ...{ verdict: 'unknown', finding: { failure: { kind: 'access-denied' } }, fix: null },
  })
  expect(troubles(report).filter((each) => each !== WELL)).toEqual([])
})

it('does not report working uploads as broken: keys that may do nothing else', async () => {
  const mayDo =
    /^(PUT|PUT \?uploadId.*|POST \?uploads|POST \?uploadId|GET \?uploadId|DELETE \?uploadId|OPTIONS)$/
  const report = await denying(
    (line, { path }) => !mayDo.test(line) && !(line === 'POST' && path.endsWith('/ferry')),
  )

  expect(troubles(report).filter((each) => each.includes('failed'))).toEqual([])
  expect(lineOf(report, 'put').verdict).toBe('passed')
})

it('cleans up from memory if its keys may not list', async () => {
  const report = await denying((line) => /^GET \?(versions|uploads|list-type)$/.test(line))

  expect(lineOf(report, 'put').verdict).toBe('passed')
  if (world !== null) expect(await storedIn(world.other)).toEqual({ keys: [], unfinished: [] })
})
