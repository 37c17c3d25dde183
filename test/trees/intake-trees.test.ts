import { readFileSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { UploadId } from '../../electron/contract/ids.ts'
import type { IntakeReport } from '../../renderer/engine/intake/intake-report.ts'
import { chosenFiles, chosenFolder, droppedTransfer } from './chromium-files.ts'
import { type FedRow, type HostKind, IntakeWorld } from './intake-world.ts'
import { entriesUnder, type PlantedEntry, plant } from './planted-tree.ts'
import { aTree, type FolderNode } from './random-tree.ts'

interface Giving {
  /** The index of the tree. */
  readonly tree: number
  /** Dropped as a folder, selected with "Choose folder", or only the files of its first level. */
  readonly how: 'dropped' | 'chosen' | 'bare'
  /** The index of the destination. */
  readonly to: number
}

type Step =
  | { readonly do: 'give'; readonly givings: readonly Giving[] }
  | { readonly do: 'reload' | 'restart-host' }
  | { readonly do: 'vanish' | 'come-back'; readonly tree: number; readonly keepEvery: number }
  | { readonly do: 'pause' | 'cancel'; readonly nth: number }

interface Scenario {
  readonly host: HostKind
  readonly trees: readonly FolderNode[]
  readonly steps: readonly Step[]
}

const aGiving: fc.Arbitrary<Giving> = fc.record({
  tree: fc.nat(2),
  how: fc.constantFrom('dropped' as const, 'dropped' as const, 'chosen' as const, 'bare' as const),
  to: fc.nat(1),
})

/** One selection, the same one twice at once, or two at once. */
const someGivings: fc.Arbitrary<readonly Giving[]> = fc
  .tuple(aGiving, fc.constantFrom('alone', 'twice', 'with another'), aGiving)
  .map(([one, how, other]) => {
    if (how === 'alone') return [one]
    return how === 'twice' ? [one, one] : [one, other]
  })

const aStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('give' as const),
      givings: someGivings,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom('reload' as const, 'restart-host' as const) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom('vanish' as const, 'come-back' as const),
      tree: fc.nat(2),
      keepEvery: fc.integer({ min: 2, max: 4 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constantFrom('pause' as const, 'cancel' as const),
      nth: fc.nat(9),
    }),
  },
)

/** The second tree has the same shape and other bytes, like a new version of a package. */
const aScenario: fc.Arbitrary<Scenario> = fc
  .tuple(
    fc.constantFrom('browser' as const, 'desktop' as const),
    aTree('album', 6),
    aTree('album', 6),
    fc.array(aStep, { minLength: 2, maxLength: 7 }),
  )
  .map(([host, first, other, steps]) => ({ host, trees: [first, first, other], steps }))

/** Runs a scenario and checks every step. */
class Play {
  readonly #world: IntakeWorld
  readonly #trees: readonly FolderNode[]
  /** The first path of each upload's file, which never changes. */
  readonly #places = new Map<UploadId, { readonly place: string; readonly modifiedAtMs: number }>()

  constructor(world: IntakeWorld, trees: readonly FolderNode[]) {
    this.#world = world
    this.#trees = trees
    for (const index of trees.keys()) this.#plant(index)
  }

  async play(step: Step): Promise<void> {
    const world = this.#world
    switch (step.do) {
      case 'give':
        return this.#give(step.givings)
      case 'reload':
        return world.reload()
      case 'restart-host':
        return world.restartHost()
      case 'vanish':
        for (const [at, { kind, path }] of entriesUnder(this.#root(step.tree)).entries()) {
          if (kind === 'file' && at % step.keepEvery !== 0) rmSync(path)
        }
        return
      case 'come-back':
        return this.#plant(step.tree)
      case 'pause':
      case 'cancel': {
        const uploadId = world.queue.snapshot().uploadIds[step.nth]
        if (uploadId !== undefined) world.queue[step.do](uploadId)
        return world.settle()
      }
    }
  }

  #root(tree: number): string {
    return join(this.#world.folder(`${tree}`), 'album')
  }

  #plant(index: number): void {
    const tree = this.#trees[index]
    if (tree === undefined) throw new RangeError('No such tree')
    rmSync(this.#root(index), { recursive: true, force: true })
    plant(tree, this.#world.folder(`${index}`), `tree ${index} file `)
  }

  async #give(givings: readonly Giving[]): Promise<void> {
    const before = await this.#world.rows()
    const given = givings.map((giving) => this.#filesOf(giving))
    const reports = await Promise.all(givings.map((giving) => this.#handOver(giving)))
    const after = await this.#world.rows()

    for (const [index, report] of reports.entries()) this.#expectSum(report, given[index] ?? [])
    const files = given.flat().filter(({ isTaken }) => isTaken)
    this.#expectNothingTaken(before, after)
    await this.#expectARowEach(files, before, after)
    const matched = reports.reduce((sum, { matchedCount }) => sum + matchedCount, 0)
    expect(matched).toBe(this.#recognisable(files, before))
  }

  #handOver({ tree, how, to }: Giving): Promise<IntakeReport> {
    const root = this.#root(tree)
    const { intake, destinations } = this.#world
    const destinationId = destinations[to]?.destinationId
    if (destinationId === undefined) throw new RangeError('No such destination')
    switch (how) {
      case 'dropped':
        return intake.addTransfer(droppedTransfer([root]), destinationId)
      case 'chosen':
        return intake.addFiles(chosenFolder(root), destinationId)
      case 'bare':
        return intake.addFiles(chosenFiles(firstLevel(root)), destinationId)
    }
  }

  /** The files that the user sees being added, and their expected results. */
  #filesOf({ tree, how, to }: Giving): readonly GivenFile[] {
    const root = this.#root(tree)
    const entries = how === 'bare' ? firstLevel(root) : entriesUnder(root)
    const isDesktop = this.#world.kind === 'desktop'
    const destinationId = this.#world.destinations[to]?.destinationId
    const leavesOut = this.#world.systemFilesRuleOf(destinationId) === 'leave-out'
    // "Choose folder" omits names that are not valid text; the desktop's host reports them.
    const seesOdd = how === 'dropped' || (isDesktop && chosenFolder(root).length > 0)
    return entries.flatMap((entry) => {
      const { kind, path, relativePath, isBelowOdd, byteLength, modifiedAtMs } = entry
      if (how !== 'bare' && leavesOut && entry.isSystems) return []
      const isOdd = relativePath === null
      if (kind === 'folder' || kind === 'link' || isBelowOdd || (isOdd && !seesOdd)) return []
      const place = how === 'bare' ? basename(relativePath ?? '') : (relativePath ?? '')
      const isTaken = !isOdd && !(isDesktop && kind === 'pipe')
      const facts = { byteLength, modifiedAtMs, isTaken }
      return [{ path: path.toString('latin1'), place, destinationId, ...facts }]
    })
  }

  /** Files added = rows created + recognised + refused. */
  #expectSum(report: IntakeReport, given: readonly GivenFile[]): void {
    const { fileCount, queuedCount, matchedCount, refused } = report
    expect({ fileCount, refused: refused.length }).toEqual({
      fileCount: given.length,
      refused: given.filter(({ isTaken }) => !isTaken).length,
    })
    expect(queuedCount + matchedCount + refused.length).toBe(fileCount)
  }

  /** An upload that can read its file keeps it, whatever was added. */
  #expectNothingTaken(before: Rows, after: Rows): void {
    for (const [uploadId, { record, path }] of before) {
      if (path === null) continue
      const now = after.get(uploadId)?.record
      expect([now?.sourceId, now?.status]).toEqual([record.sourceId, record.status])
    }
  }

  /** Every file has one row, no row has two, and each row would send exactly its own file. */
  async #expectARowEach(files: readonly GivenFile[], before: Rows, after: Rows): Promise<void> {
    const fresh = [...after.values()].filter(
      ({ record }) => before.get(record.uploadId)?.record.sourceId !== record.sourceId,
    )
    expect(fresh.map(sayRow).sort()).toEqual(files.map(sayFile).sort())
    for (const { record, path } of fresh) {
      const file = files.find((each) => each.path === path)
      if (file === undefined) throw new Error('A row has a file that nobody gave')
      const known = this.#places.get(record.uploadId)
      const { place, modifiedAtMs } = file
      if (known === undefined) this.#places.set(record.uploadId, { place, modifiedAtMs })
      else expect(known).toEqual({ place, modifiedAtMs })
      expect(await this.#world.bytesOf(record)).toBe(bytesOf(file))
    }
  }

  /** The number of uploads without a file that have the same path, length and time. */
  #recognisable(files: readonly GivenFile[], before: Rows): number {
    const sayWanted = (to: unknown, place: string, byteLength: number, modifiedAtMs: number) =>
      JSON.stringify([to, place, byteLength, modifiedAtMs])
    const lacking = new Map<string, number>()
    for (const { record, path } of before.values()) {
      const known = this.#places.get(record.uploadId)
      const isOver = ['done', 'cancelled'].includes(record.status.phase)
      if (path !== null || isOver || known === undefined) continue
      const { destinationId, byteLength } = record
      const wanted = sayWanted(destinationId, known.place, byteLength, known.modifiedAtMs)
      lacking.set(wanted, (lacking.get(wanted) ?? 0) + 1)
    }
    let count = 0
    for (const { destinationId, place, byteLength, modifiedAtMs } of files) {
      const wanted = sayWanted(destinationId, place, byteLength, modifiedAtMs)
      const left = lacking.get(wanted) ?? 0
      if (left === 0) continue
      lacking.set(wanted, left - 1)
      count += 1
    }
    return count
  }
}

type Rows = ReadonlyMap<UploadId, FedRow>

interface GivenFile {
  /** Latin1 text of the bytes. */
  readonly path: string
  readonly place: string
  readonly destinationId: string | undefined
  readonly byteLength: number
  readonly modifiedAtMs: number
  readonly isTaken: boolean
}

function firstLevel(root: string): readonly PlantedEntry[] {
  return entriesUnder(root).filter(
    ({ kind, relativePath }) =>
      (kind === 'file' || kind === 'pipe') && relativePath?.split('/').length === 2,
  )
}

/** A pipe is never read, because reading would wait for its other end. */
function bytesOf({ path, byteLength }: GivenFile): string {
  return byteLength === 0 ? '' : readFileSync(Buffer.from(path, 'latin1')).toString()
}

const sayFile = ({ path, destinationId, byteLength }: GivenFile) =>
  JSON.stringify([path, destinationId, byteLength])

const sayRow = ({ record: { destinationId, byteLength }, path }: FedRow) =>
  JSON.stringify([path, destinationId, byteLength])

/** The trees have names and pipes that other systems do not support. */
describe.runIf(process.platform === 'linux')('similar files in two destinations', () => {
  it('each get a row or a message, and never take the file of another row', async () => {
    const property = fc.asyncProperty(aScenario, async ({ host, trees, steps }) => {
      const world = await IntakeWorld.start(host)
      try {
        const play = new Play(world, trees)
        for (const step of steps) await play.play(step)
      } finally {
        await world.close()
      }
    })

    await fc.assert(property, { numRuns: 40, interruptAfterTimeLimit: 20_000 })
  }, 60_000)
})
