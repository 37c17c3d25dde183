import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { UpdateState } from '../../../electron/contract/commands/host.ts'
import { isNewer, Updates } from '../../../electron/core/host/update-checks.ts'
import type { Json, ReleaseFeed } from '../../../electron/core/ports.ts'

const DAY_MS = 86_400_000

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 10, 20, 12) })
})

afterEach(() => {
  vi.useRealTimers()
})

/** A project with releases, and Ferry 0.1.0 that may look for them. */
class World {
  newest: string | null = '0.2.0'
  canInstall = true
  askedCount = 0
  downloadedCount = 0
  restartedCount = 0
  readonly settings = new Map<string, Json>()
  readonly told: UpdateState[] = []
  readonly logged: string[] = []
  /** While set, the feed and the download do not answer. */
  held: PromiseWithResolvers<void> | null = null
  /** Why downloads fail. */
  broken: Error | null = null

  start(hasFeed = true): Updates {
    const feed: ReleaseFeed = {
      newest: async (signal) => {
        this.askedCount += 1
        await this.#answer(signal)
        return this.newest
      },
      pageOf: (version) => `https://github.com/ferry-example/ferry/releases/tag/v${version}`,
      canInstall: this.canInstall,
      download: async (signal) => {
        this.downloadedCount += 1
        await this.#answer(signal)
        if (this.broken !== null) throw this.broken
      },
      installAndRestart: async () => {
        this.restartedCount += 1
      },
    }
    return new Updates({
      releases: hasFeed ? feed : null,
      description: { host: 'desktop', version: '0.1.0', platform: 'linux' },
      settings: {
        get: (key) => this.settings.get(key),
        set: (key, value) => void this.settings.set(key, value),
        delete: (key) => void this.settings.delete(key),
      },
      log: {
        info: () => undefined,
        warn: (event) => void this.logged.push(JSON.stringify(event)),
        error: () => undefined,
      },
      now: Date.now,
      notify: (_name, payload) => void this.told.push(payload as UpdateState),
    })
  }

  async #answer(signal: AbortSignal): Promise<void> {
    const aborted = Promise.withResolvers<never>()
    signal.addEventListener('abort', () => aborted.reject(signal.reason))
    await Promise.race([this.held?.promise, aborted.promise])
  }

  /** Lets everything continue that waits for promises. */
  settle(): Promise<unknown> {
    return vi.advanceTimersByTimeAsync(0)
  }
}

async function agreed(world: World): Promise<Updates> {
  const updates = world.start()
  updates.uploading(false)
  updates.allow(true)
  await world.settle()
  return updates
}

describe('the release feed', () => {
  it('is not asked before the user has agreed, and never after a refusal', async () => {
    const world = new World()
    const updates = world.start()
    updates.uploading(false)
    await vi.advanceTimersByTimeAsync(10 * DAY_MS)
    expect(updates.state()).toEqual({ checks: 'unasked', newer: null, step: 'idle' })

    updates.allow(false)
    await vi.advanceTimersByTimeAsync(10 * DAY_MS)

    expect(updates.state()?.checks).toBe('off')
    expect(world.askedCount).toBe(0)
  })

  it('is asked at once when the user agrees, and reports a newer release', async () => {
    const world = new World()

    await agreed(world)

    const newer = {
      version: '0.2.0',
      pageUrl: 'https://github.com/ferry-example/ferry/releases/tag/v0.2.0',
      canInstall: true,
      isHidden: false,
    }
    expect(world.told).toEqual([
      { checks: 'daily', newer: null, step: 'idle' },
      { checks: 'daily', newer, step: 'idle' },
    ])
  })

  it('is asked once a day, however often Ferry is started', async () => {
    const world = new World()
    await agreed(world)
    for (let start = 0; start < 5; start += 1) {
      const again = world.start()
      again.uploading(false)
      await world.settle()
      expect(again.state()?.newer?.version).toBe('0.2.0')
      again.close()
    }
    expect(world.askedCount).toBe(1)

    await vi.advanceTimersByTimeAsync(3 * DAY_MS + 1000)

    expect(world.askedCount).toBe(4)
  })

  it('is asked again tomorrow if it did not answer today', async () => {
    const world = new World()
    world.newest = null
    const updates = await agreed(world)
    expect(updates.state()?.newer).toBeNull()
    world.newest = '0.3.0'

    await vi.advanceTimersByTimeAsync(DAY_MS)

    expect(updates.state()?.newer?.version).toBe('0.3.0')
  })

  it('is not asked during uploads, nor before the window has reported whether there are any', async () => {
    const world = new World()
    const updates = world.start()
    updates.allow(true)
    await world.settle()
    expect(world.askedCount).toBe(0)
    updates.uploading(true)
    await vi.advanceTimersByTimeAsync(2 * DAY_MS)
    expect(world.askedCount).toBe(0)

    updates.uploading(false)
    await world.settle()

    expect(world.askedCount).toBe(1)
  })

  it('is no longer read when an upload begins during its answer', async () => {
    const world = new World()
    world.held = Promise.withResolvers()
    const updates = await agreed(world)

    updates.uploading(true)
    await world.settle()

    expect(updates.state()?.newer).toBeNull()
  })

  it('does not report a release that is as old as this one', async () => {
    const world = new World()
    world.newest = '0.1.0'

    const updates = await agreed(world)

    expect(updates.state()?.newer).toBeNull()
  })

  it('is asked even if the clock was set back by days', async () => {
    const world = new World()
    await agreed(world)

    vi.setSystemTime(Date.now() - 30 * DAY_MS)
    const again = world.start()
    again.uploading(false)
    await world.settle()

    expect(world.askedCount).toBe(2)
  })
})

describe('a newer release', () => {
  it('is installed when the user says so', async () => {
    const world = new World()
    const updates = await agreed(world)

    const answer = updates.install()
    await world.settle()

    expect(answer).toMatchObject({ ok: true, value: { step: 'downloading' } })
    expect([world.downloadedCount, world.restartedCount]).toEqual([1, 1])
  })

  it('is not downloaded by itself', async () => {
    const world = new World()
    await agreed(world)

    await vi.advanceTimersByTimeAsync(3 * DAY_MS)

    expect(world.downloadedCount).toBe(0)
  })

  it('is neither downloaded nor installed during uploads', async () => {
    const world = new World()
    const updates = await agreed(world)
    updates.uploading(true)

    expect(updates.install()).toEqual({ ok: false, failure: { kind: 'in-use' } })

    await world.settle()
    expect(world.downloadedCount).toBe(0)
  })

  it('waits if an upload begins during its download', async () => {
    const world = new World()
    const updates = await agreed(world)
    world.held = Promise.withResolvers()
    updates.install()
    await world.settle()

    updates.uploading(true)
    await world.settle()
    world.held.resolve()
    await world.settle()

    expect(world.restartedCount).toBe(0)
    expect(updates.state()).toMatchObject({ step: 'idle', newer: { version: '0.2.0' } })
  })

  it('reports a failed download, without the address in the log, and tries again', async () => {
    const world = new World()
    world.broken = new Error('https://objects.example/?X-Amz-Signature=secret')
    const updates = await agreed(world)
    updates.install()
    await world.settle()
    expect(updates.state()?.step).toBe('failed')
    expect(world.logged).toEqual(['{"why":"Error"}'])
    world.broken = null

    updates.install()
    await world.settle()

    expect(world.restartedCount).toBe(1)
  })

  it('is not installed by a build that may not replace itself', async () => {
    const world = new World()
    world.canInstall = false
    const updates = await agreed(world)

    expect(updates.install()).toEqual({ ok: false, failure: { kind: 'wrong-state' } })
    expect(updates.state()?.newer?.canInstall).toBe(false)
  })

  it('is hidden by "not now", until there is a newer one', async () => {
    const world = new World()
    const updates = await agreed(world)

    expect(updates.hide()?.newer?.isHidden).toBe(true)
    world.newest = '0.2.1'
    await vi.advanceTimersByTimeAsync(DAY_MS)

    expect(updates.state()?.newer).toMatchObject({ version: '0.2.1', isHidden: false })
  })

  it('has the only page that may be opened', async () => {
    const world = new World()
    const updates = await agreed(world)
    const page = 'https://github.com/ferry-example/ferry/releases/tag/v0.2.0'

    expect(updates.isReleasePage(page)).toBe(true)
    expect(updates.isReleasePage(`${page}#more`)).toBe(false)
    expect(world.start().isReleasePage('https://github.com/')).toBe(false)
  })
})

describe('Ferry without a feed', () => {
  it('has no updates, whatever it is asked for', () => {
    const world = new World()
    const updates = world.start(false)

    expect([updates.state(), updates.allow(true), updates.hide()]).toEqual([null, null, null])
    expect(updates.install()).toEqual({ ok: false, failure: { kind: 'wrong-state' } })
    expect(world.settings.size).toBe(0)
  })

  it('asks again if the settings contain something else', () => {
    const world = new World()
    world.settings.set('updates', { checks: 'hourly' })

    expect(world.start().state()?.checks).toBe('unasked')
  })
})

describe('the newer of two versions', () => {
  it.each([
    ['0.2.0', '0.1.9', true],
    ['0.10.0', '0.9.0', true],
    ['1.0.0', '0.99.99', true],
    ['0.1.0', '0.1.0', false],
    ['0.1.0', '0.2.0', false],
    ['1.0.0-beta.1', '0.1.0', false],
    ['v1.0.0', '0.1.0', false],
    ['1.0', '0.1.0', false],
    ['1.0.0', '0.0.0-dev', false],
  ])('%s after %s: %s', (version, than, expected) => {
    expect(isNewer(version, than)).toBe(expected)
  })
})
