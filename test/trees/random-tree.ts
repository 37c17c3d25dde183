import fc from 'fast-check'

/** A file, folder or other entry that is to be created. Names are bytes, as on Linux. */
export type TreeNode =
  | {
      readonly kind: 'file'
      readonly name: Buffer
      readonly byteLength: number
      readonly modifiedAtSeconds: number
    }
  | FolderNode
  | { readonly kind: 'link' | 'pipe'; readonly name: Buffer }

export interface FolderNode {
  readonly kind: 'folder'
  readonly name: Buffer
  readonly children: readonly TreeNode[]
}

/** Few names, lengths and times, so that they occur again in other folders and trees. */
const NAMES = ['x.txt', 'y.txt', 'a', 'b'].map((name) => Buffer.from(name))
const ODD_NAMES = [
  ...['ü 💥 %41.txt', ' ', 'a\\b', 'line\nbreak', '.hidden', '~\u202Egpj.exe'].map((name) =>
    Buffer.from(name),
  ),
  // These names belong to systems, most of them as either a file or a folder.
  ...['.DS_Store', '._x.txt', 'Thumbs.db', 'Icon\r', '.Trashes'].map((name) => Buffer.from(name)),
  // Not UTF-8, so Chromium has no name for them.
  Buffer.from([0x6f, 0x64, 0x64, 0xff]),
  Buffer.from([0xed, 0xa0, 0x80]),
]
const BYTE_LENGTHS = [0, 24, 24, 25]
/** flatpak and ostree set the epoch itself, and old archives have earlier times. */
const TIMES = [1_700_000_000, 1_700_000_000, 1_600_000_000, 0, -86_400]

const aName = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...NAMES) },
  { weight: 1, arbitrary: fc.constantFrom(...ODD_NAMES) },
)

const aFile: fc.Arbitrary<TreeNode> = fc.record({
  kind: fc.constant('file' as const),
  name: aName,
  byteLength: fc.constantFrom(...BYTE_LENGTHS),
  modifiedAtSeconds: fc.constantFrom(...TIMES),
})

const another: fc.Arbitrary<TreeNode> = fc.record({
  kind: fc.constantFrom('link' as const, 'pipe' as const),
  name: aName,
})

function childrenTo(depth: number, most: number): fc.Arbitrary<readonly TreeNode[]> {
  const folder = fc.record({
    kind: fc.constant('folder' as const),
    name: aName,
    children: depth === 0 ? fc.constant([]) : fc.nat(1).chain(() => childrenTo(depth - 1, most)),
  })
  const child = fc.oneof(
    { weight: 5, arbitrary: aFile },
    { weight: 3, arbitrary: folder },
    { weight: 1, arbitrary: another },
  )
  const byName = (node: TreeNode) => node.name.toString('hex')
  return fc.uniqueArray(child, { selector: byName, maxLength: most, minLength: depth > 1 ? 2 : 0 })
}

/** @param most the largest number of entries in a folder. */
export function aTree(name: string, most: number): fc.Arbitrary<FolderNode> {
  return childrenTo(2, most).map((children) => ({
    kind: 'folder' as const,
    name: Buffer.from(name),
    children,
  }))
}
