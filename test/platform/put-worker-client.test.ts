import { describe, expect, it } from 'vitest'
import type { FromPutWorker, ToPutWorker } from '../../renderer/platform/put-protocol.ts'
import { CurrentPutWorker } from '../../renderer/platform/put-worker-client.ts'

/** A worker as the browser provides it; the test plays its script. */
class FakeWorker extends EventTarget {
  readonly heard: ToPutWorker[] = []
  isTerminated = false

  postMessage(message: ToPutWorker): void {
    this.heard.push(message)
  }

  terminate(): void {
    this.isTerminated = true
  }

  says(data: FromPutWorker): void {
    this.dispatchEvent(new MessageEvent('message', { data }))
  }

  fails(): void {
    this.dispatchEvent(new Event('error'))
  }
}

function bench() {
  const started: FakeWorker[] = []
  const workers = new CurrentPutWorker(() => {
    const worker = new FakeWorker()
    started.push(worker)
    // The fake has every part of a worker that the transport uses.
    return worker as unknown as Worker
  })
  const at = (index: number): FakeWorker => {
    const worker = started[index]
    if (worker === undefined) throw new Error(`No worker ${index} was started`)
    return worker
  }
  /** The current worker, once its script has been loaded. */
  const loaded = async (index: number) => {
    const ready = workers.ready()
    at(index).says({ type: 'started' })
    const worker = await ready
    if (worker === null) throw new Error('There is no worker')
    return worker
  }
  return { workers, started, at, loaded }
}

const ORDER = { url: 'https://s3.example.org/a', headers: {}, body: new Blob(['x']) }
const SILENT = { type: 'silent' } as const
const answered = (origin: string) =>
  ({ type: 'answered', answer: { status: 200, origin, headers: {}, text: '' } }) as const
const ignore = () => undefined

describe('the worker for the next part', () => {
  it('stays the same while the destinations do', async () => {
    const { workers, started, loaded } = bench()
    const first = await loaded(0)

    expect(await workers.ready()).toBe(first)
    expect(started).toHaveLength(1)
  })

  it('is started once for all parts that wait for it', async () => {
    const { workers, started, at } = bench()
    const all = [workers.ready(), workers.ready()]
    at(0).says({ type: 'started' })

    const [one, other] = await Promise.all(all)

    expect(one).toBe(other)
    expect(started).toHaveLength(1)
  })

  it('is a new one after they changed, and the old one ends with its last part', async () => {
    const { workers, at, loaded } = bench()
    const former = await loaded(0)
    const putting = former.put(ORDER, new AbortController().signal, ignore)
    workers.replaceNext()

    const fresh = await loaded(1)
    const isEndedEarly = at(0).isTerminated
    at(0).says({ type: 'ended', jobId: 1, end: SILENT })

    expect(fresh).not.toBe(former)
    expect(isEndedEarly).toBe(false)
    expect(await putting).toEqual(SILENT)
    expect(at(0).isTerminated).toBe(true)
  })

  it('is another new one if they change while it is loading', async () => {
    const { workers, started, at, loaded } = bench()
    const ready = workers.ready()
    workers.replaceNext()
    at(0).says({ type: 'started' })
    await ready

    await loaded(1)

    expect(started).toHaveLength(2)
  })

  it('stays the old one while the host does not serve another, and is tried again', async () => {
    const { workers, at, loaded } = bench()
    const former = await loaded(0)
    workers.replaceNext()

    const ready = workers.ready()
    at(1).fails()

    expect(await ready).toBe(former)
    expect(await loaded(2)).not.toBe(former)
  })

  it('is none if there never was one', async () => {
    const { workers, at } = bench()
    const ready = workers.ready()
    at(0).fails()

    expect(await ready).toBeNull()
  })

  it('is a new one after the old one died together with its parts', async () => {
    const { at, loaded } = bench()
    const former = await loaded(0)
    const putting = former.put(ORDER, new AbortController().signal, ignore)
    at(0).fails()

    const fresh = await loaded(1)

    expect(await putting).toEqual({ type: 'worker-died' })
    expect(await former.put(ORDER, new AbortController().signal, ignore)).toEqual({
      type: 'worker-died',
    })
    expect(fresh.isDead).toBe(false)
  })
})

describe('a part', () => {
  it('is reported until it ends, separately from the others', async () => {
    const { at, loaded } = bench()
    const worker = await loaded(0)
    const sent: string[] = []
    const { signal } = new AbortController()
    const one = worker.put(ORDER, signal, (bytes) => sent.push(`one ${bytes}`))
    const two = worker.put(ORDER, signal, (bytes) => sent.push(`two ${bytes}`))

    at(0).says({ type: 'sent', jobId: 2, sentBytes: 5 })
    at(0).says({ type: 'sent', jobId: 1, sentBytes: 7 })
    at(0).says({ type: 'ended', jobId: 2, end: answered('https://s3.example.org') })
    at(0).says({ type: 'sent', jobId: 2, sentBytes: 9 })
    at(0).says({ type: 'ended', jobId: 1, end: SILENT })

    expect([await one, await two]).toEqual([SILENT, answered('https://s3.example.org')])
    expect(sent).toEqual(['two 5', 'one 7'])
    expect(worker.hasReached('https://s3.example.org')).toBe(true)
    expect(worker.hasReached('https://other.example')).toBe(false)
  })

  it('that is aborted is not reported any more', async () => {
    const { at, loaded } = bench()
    const worker = await loaded(0)
    const controller = new AbortController()
    const sent: number[] = []
    const putting = worker.put(ORDER, controller.signal, (bytes) => sent.push(bytes))

    controller.abort(new Error('enough'))
    at(0).says({ type: 'sent', jobId: 1, sentBytes: 5 })
    at(0).says({ type: 'ended', jobId: 1, end: SILENT })

    await expect(putting).rejects.toThrow('enough')
    expect(at(0).heard.map(({ type }) => type)).toEqual(['put', 'abort'])
    expect(sent).toEqual([])
  })
})
