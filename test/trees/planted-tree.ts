import { execFileSync } from 'node:child_process'
import { lstatSync, mkdirSync, readdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { isSystemEntry } from '../../electron/contract/rules/system-files.ts'
import type { FolderNode, TreeNode } from './random-tree.ts'

/** An entry that is on the disk. */
export interface PlantedEntry {
  readonly kind: 'file' | 'folder' | 'link' | 'pipe'
  readonly path: Buffer
  /** Starts with the tree's own name; null when a name in it is not valid text. */
  readonly relativePath: string | null
  /** Inside a folder whose path contains a name that is not valid text, so it is invisible. */
  readonly isBelowOdd: boolean
  /** A system's own file or folder, or inside such a folder. */
  readonly isSystems: boolean
  readonly byteLength: number
  readonly modifiedAtMs: number
}

const PIPE_MADE_AT_SECONDS = 1_700_000_000

/**
 * Creates the tree in `parent` and returns its path. Every file has unique bytes made of `salt` and
 * its number, so that trees of the same shape differ only in their bytes.
 */
export function plant(tree: FolderNode, parent: string, salt: string): string {
  let count = 0
  const make = (node: TreeNode, folder: Buffer) => {
    const path = inside(folder, node.name)
    switch (node.kind) {
      case 'file':
        count += 1
        writeFileSync(path, Buffer.alloc(node.byteLength, `${salt}${count}|`))
        setTime(path, node.modifiedAtSeconds)
        break
      case 'folder':
        mkdirSync(path, { recursive: true })
        for (const child of node.children) make(child, path)
        break
      case 'link':
        symlinkSync('..', path)
        break
      case 'pipe':
        makePipe(path)
        setTime(path, PIPE_MADE_AT_SECONDS)
        break
    }
  }
  make(tree, Buffer.from(parent))
  return inside(Buffer.from(parent), tree.name).toString()
}

/** Everything in a folder, as it is on the disk now. */
export function entriesUnder(root: string): PlantedEntry[] {
  const list = (folder: Buffer, place: string | null, isSystems: boolean): PlantedEntry[] =>
    readdirSync(folder, { encoding: 'buffer' }).flatMap((name) => {
      const path = inside(folder, name)
      const text = textOf(name)
      const relativePath = place === null || text === null ? null : `${place}/${text}`
      const found = lstatSync(path)
      const kind = found.isSymbolicLink()
        ? 'link'
        : found.isDirectory()
          ? 'folder'
          : found.isFile()
            ? 'file'
            : 'pipe'
      const entry: PlantedEntry = {
        ...{ kind, path, relativePath, isBelowOdd: place === null },
        isSystems: isSystems || isSystemEntry(text ?? '', kind === 'folder' ? 'folder' : 'file'),
        ...{ byteLength: found.size, modifiedAtMs: found.mtimeMs },
      }
      return kind === 'folder' ? [entry, ...list(path, relativePath, entry.isSystems)] : [entry]
    })
  return list(Buffer.from(root), basename(root), false)
}

export function inside(folder: Buffer, name: Buffer): Buffer {
  return Buffer.concat([folder, Buffer.from('/'), name])
}

/** Null when it is not valid UTF-8. */
export function textOf(name: Buffer): string | null {
  const text = name.toString()
  return Buffer.from(text).equals(name) ? text : null
}

/** Node treats negative numbers as the current time, so a Date is passed. */
function setTime(path: Buffer, seconds: number): void {
  const at = new Date(seconds * 1000)
  utimesSync(path, at, at)
}

/** Node passes arguments only as UTF-8, so the shell gets the bytes in escaped form. */
function makePipe(path: Buffer): void {
  const bytes = [...path].map((byte) => `\\0${byte.toString(8)}`).join('')
  execFileSync('sh', ['-c', 'mkfifo "$(printf %b "$1")"', 'sh', bytes])
}
