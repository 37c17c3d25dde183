import { chmod, readFile, rm } from 'node:fs/promises'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { UploadRecord } from '../../electron/contract/commands/uploads.ts'
import { entriesUnder, type PlantedEntry, plant } from '../trees/planted-tree.ts'
import { aTree, type FolderNode } from '../trees/random-tree.ts'
import { startFerry, temporaryFolder } from './ferry.ts'
import { argsBehind, FerryPage } from './ferry-page.ts'
import { Store } from './store.ts'
import { switchTo, withTwoDestinations } from './two-destinations.ts'
import { openBrowserWithoutRights } from './without-permission.ts'

const SEED = Number(process.env.FERRY_SEED ?? 20_261_121)

/** The sample with the most entries out of several. */
function aRichTree(): FolderNode {
  const trees = fc.sample(aTree('album', 5), { seed: SEED, numRuns: 8 })
  const sizeOf = ({ children }: FolderNode): number =>
    children.reduce((sum, each) => sum + 1 + (each.kind === 'folder' ? sizeOf(each) : 0), 0)
  const [richest] = trees.toSorted((left, right) => sizeOf(right) - sizeOf(left))
  if (richest === undefined) throw new Error('No tree was made')
  return richest
}

/** The expected result for a dropped entry. */
interface Given {
  readonly place: string
  /** `closed` and `vanishes` fail in their rows; the latter can be read until it is deleted. */
  readonly fate: 'arrives' | 'closed' | 'vanishes' | 'is told'
  readonly text: string
  /** Its length and time. */
  readonly stamp: string
}

const UNREADABLE = 'cannot be read. Give yourself permission to read it, then drop it again.'
const oddText = (kind: string) =>
  `The name of this ${kind} is not valid text, so it cannot be opened. Rename it and drop it again.`

/** A tree on the disk, some of it unreadable; `vanish` deletes some files later. */
class PlantedTree {
  readonly root: string
  readonly #vanishing: readonly PlantedEntry[]
  readonly #closed: readonly PlantedEntry[]
  readonly #given: readonly Given[]

  private constructor(
    root: string,
    vanishing: readonly PlantedEntry[],
    closed: readonly PlantedEntry[],
    given: readonly Given[],
  ) {
    this.root = root
    this.#vanishing = vanishing
    this.#closed = closed
    this.#given = given
  }

  static async plant(tree: FolderNode, salt: string, isHurt: boolean): Promise<PlantedTree> {
    const parent = await temporaryFolder()
    await chmod(parent, 0o755)
    const root = plant(tree, parent, salt)
    const every = (all: readonly PlantedEntry[], nth: number, count: number) =>
      isHurt ? all.filter((_, index) => index % count === nth) : []
    const all = entriesUnder(root).filter(({ isBelowOdd, isSystems }) => !isBelowOdd && !isSystems)
    const isNamed = ({ relativePath }: PlantedEntry) => relativePath !== null
    const folders = all.filter((each) => each.kind === 'folder' && isNamed(each))
    const closedFolders = outermost(every(folders, 1, 4))
    const entries = all.filter((each) => !isBelowAny(each, closedFolders))
    const files = entries.filter((each) => each.kind === 'file' && isNamed(each))
    const full = files.filter(({ byteLength }) => byteLength > 0)
    const vanishing = every(full, 1, 4)
    const closed = [...every(full, 3, 4), ...closedFolders]
    const given = await Promise.all(entries.map((entry) => givenOf(entry, vanishing, closed)))
    return new PlantedTree(root, vanishing, closed, given.flat())
  }

  /** Computed for each drop, because the tree's name may be numbered. */
  given(name: string): readonly Given[] {
    const rename = (place: string) => place.replace(/^album/, name)
    return this.#given.map((each) => ({ ...each, place: rename(each.place) }))
  }

  async close(): Promise<void> {
    onTestFinished(async () => {
      for (const { path } of this.#closed) await chmod(path, 0o755)
    })
    for (const { path } of this.#closed) await chmod(path, 0)
  }

  async vanish(): Promise<void> {
    for (const { path } of this.#vanishing) await rm(path, { force: true })
  }
}

const isBelowAny = ({ path }: PlantedEntry, folders: readonly PlantedEntry[]) =>
  folders.some((each) => path.indexOf(`${each.path}/`) === 0)

const outermost = (folders: readonly PlantedEntry[]) =>
  folders.filter((each) => !isBelowAny(each, folders))

async function givenOf(
  entry: PlantedEntry,
  vanishing: readonly PlantedEntry[],
  closed: readonly PlantedEntry[],
): Promise<readonly Given[]> {
  const { kind, path, relativePath, byteLength, modifiedAtMs } = entry
  const stamp = `${byteLength} ${modifiedAtMs}`
  if (kind === 'link') return []
  if (relativePath === null) {
    const folder = path.subarray(0, path.lastIndexOf('/')).toString()
    const place = `${folder.slice(folder.indexOf('/album') + 1)}/\uFFFD`
    const text = oddText(kind === 'folder' ? 'folder' : 'file')
    return [{ place, fate: 'is told', text, stamp }]
  }
  const place = relativePath
  if (kind === 'folder') {
    return closed.includes(entry) ? [{ place, fate: 'is told', text: UNREADABLE, stamp }] : []
  }
  if (closed.includes(entry)) return [{ place, fate: 'closed', text: '', stamp }]
  // A browser cannot tell a pipe from an empty file, and reads it as one.
  const text = byteLength === 0 || kind === 'pipe' ? '' : await readFile(path, 'utf8')
  return [{ place, fate: vanishing.includes(entry) ? 'vanishes' : 'arrives', text, stamp }]
}

/**
 * The destination's rows after a drop: a file replaces an unreadable one with the same path and
 * stamp.
 */
function withDrop(rows: readonly Given[], given: readonly Given[]): readonly Given[] {
  const lacking = rows.filter(({ fate }) => fate === 'closed')
  const kept = rows.filter(({ fate }) => fate !== 'closed')
  const left = given.filter(({ fate }) => fate !== 'is told')
  const still = lacking.flatMap((row) => {
    const at = left.findIndex(({ place, stamp }) => place === row.place && stamp === row.stamp)
    return at < 0 ? [row] : left.splice(at, 1)
  })
  return [...kept, ...still, ...left]
}

/** Drops the trees, waits until all files are added, and checks the report. */
async function drop(
  page: FerryPage,
  trees: readonly PlantedTree[],
  rows: readonly Given[],
): Promise<readonly Given[]> {
  const countBefore = (await recordsOf(page)).length
  const given = trees.flatMap((tree, index) =>
    tree.given(index === 0 ? 'album' : `album (${index})`),
  )
  const reported = given.filter(({ fate }) => fate === 'is told')
  const after = withDrop(rows, given)

  await page.drop(trees.map(({ root }) => root))
  const countOfNew = async () => (await recordsOf(page)).length - countBefore
  await expect.poll(countOfNew).toBe(after.length - rows.length)
  await page.page.getByText('Reading the files…').waitFor({ state: 'detached' })

  const lines = await page.page.locator('.intake-lines li').allTextContents()
  expect(lines.sort()).toEqual(reported.map(({ place, text }) => `${place}: ${text}`).sort())
  return after
}

async function recordsOf(page: FerryPage): Promise<readonly UploadRecord[]> {
  return (await page.command('listUploads', { after: null, limit: 5000 })).uploads
}

const isSettled = ({ status }: UploadRecord) => status.phase === 'done' || status.phase === 'failed'

/** Two files with the same path are both kept; the second gets a number. */
const placeOf = (key: string) => key.replace(/ \(\d+\)(?=(\.[^./]*)?$)/, '')

const sayGiven = ({ place, text }: Pick<Given, 'place' | 'text'>) => `${place}: ${text}`

/** Other systems do not allow such names and pipes. */
describe.runIf(process.platform === 'linux')(`a random tree (seed ${SEED})`, () => {
  it('dropped repeatedly, to two buckets, during other uploads, is uploaded as it is on the disk, or a row or the report says why not', async () => {
    const tree = aRichTree()
    const { page, proxy, buckets } = await withTwoDestinations(async ({ address }) => {
      const { url, port, corsOrigin } = await startFerry()
      const browser = await openBrowserWithoutRights(argsBehind(address, port))
      return { page: await FerryPage.open(browser, url), corsOrigin }
    })
    const first = await PlantedTree.plant(tree, 'first version, ', true)
    const second = await PlantedTree.plant(tree, 'second version ', false)
    await first.close()
    const opened = Promise.withResolvers<void>()
    proxy.setRule(async ({ method }) => {
      if (method === 'PUT') await opened.promise
      return { kind: 'pass' }
    })

    await switchTo(page, 1, 'First')
    const toFirst = await drop(page, [second], await drop(page, [first], []))
    await switchTo(page, 2, 'Second')
    const toSecond = await drop(page, [first, second], await drop(page, [first], []))
    await first.vanish()
    opened.resolve()
    const countOfSettled = async () => (await recordsOf(page)).filter(isSettled).length
    await expect.poll(countOfSettled).toBe(toFirst.length + toSecond.length)

    const records = await recordsOf(page)
    for (const [index, rows] of [toFirst, toSecond].entries()) {
      const bucket = buckets[index]
      const destinationId = (await page.command('listDestinations', {})).destinations[index]
        ?.destinationId
      if (bucket === undefined) throw new RangeError('No such bucket')
      const texts = await new Store(bucket).texts()
      const failed = records.filter(
        (each) => each.destinationId === destinationId && each.status.phase === 'failed',
      )
      const failing = rows.filter(({ fate }) => fate !== 'arrives')
      // Some of the deleted files were sent just before.
      const mayBeThere = failing.map(sayGiven)
      const objects = [...texts].map(([key, text]) => sayGiven({ place: placeOf(key), text }))
      const others = objects.filter((each) => !mayBeThere.includes(each))
      const arriving = rows.filter(({ fate }) => fate === 'arrives')
      expect(others.sort()).toEqual(arriving.map(sayGiven).sort())
      expect(failed.map(({ key }) => placeOf(key)).sort()).toEqual(
        failing.map(({ place }) => place).sort(),
      )
    }
    page.expectNoProblems()
  })
})
