import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Operation, SeenRequest } from '../faults/seen-request.ts'
import type { FaultWorld } from './fault-world.ts'
import { isOf } from './faults-by-name.ts'
import type { FerryPage, StatusWord } from './ferry-page.ts'
import { download, writeRandomFile } from './files.ts'
import { landedParts, MIB } from './fresh-ferry.ts'

const SAID_MS = 20_000

export interface Journey {
  readonly name: string
  readonly path: string
  readonly sha256: string
  /** The proxy's requests for this file, without preflights. */
  readonly seen: (operation: Operation) => readonly SeenRequest[]
  /** Waits until the row has shown this since the drop, even if only briefly. */
  readonly untilSaid: (said: RegExp) => Promise<void>
  readonly until: (word: StatusWord) => Promise<void>
  /** Waits for the end, and returns whether the object equals the file. */
  readonly isSameWhenDone: () => Promise<boolean>
}

/** Drops a new file of that length on the window. */
export async function beginJourney(
  { page, proxy, folder }: FaultWorld,
  name: string,
  byteLength: number,
): Promise<Journey> {
  const path = join(folder, name)
  const sha256 = await writeRandomFile(path, byteLength)
  await page.drop([path])
  return {
    name,
    path,
    sha256,
    seen: (operation) =>
      proxy.seen.filter((each) => isOf(each, name) && each.operation === operation),
    untilSaid: (said) => untilSaid(page, name, said),
    until: (word) => page.untilStatus(name, word),
    isSameWhenDone: async () => {
      await page.untilStatus(name, 'Done')
      return (await download(await page.link(name))).sha256 === sha256
    },
  }
}

async function untilSaid({ page }: FerryPage, name: string, said: RegExp): Promise<void> {
  const deadlineMs = performance.now() + SAID_MS
  for (;;) {
    const texts = await page.evaluate((row) => window.ferrySaid?.get(row) ?? [], name)
    if (texts.some((text) => said.test(text))) return
    if (performance.now() > deadlineMs) {
      throw new Error(`"${name}" did not say ${said}, but: ${texts.join(' | ')}`)
    }
    await delay(20)
  }
}

/** The shortest file that is sent in parts: of 16, 16 and 1 MiB. */
export const IN_PARTS_BYTES = 33 * MIB

/** How often each of its parts was sent, and which ones the store acknowledged. */
export function partsOf(journey: Journey) {
  const seen = journey.seen('UploadPart')
  const sends = [1, 2, 3].map((part) => seen.filter((each) => each.partNumber === part).length)
  return { sends, landed: landedParts(seen) }
}

/** The faults that the requests met, in order; null: none. */
export function faultsOf(seen: readonly SeenRequest[]): (string | null)[] {
  return seen.map(({ fault }) => fault)
}
