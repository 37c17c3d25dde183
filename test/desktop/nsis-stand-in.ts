import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { delimiter, dirname, join } from 'node:path'

const require = createRequire(import.meta.url)
const builderLib = dirname(require.resolve('app-builder-lib/package.json'))

/** The folder of Debian's package `nsis-common`. */
const DEBIAN_PLUGINS = '/usr/share/nsis/Plugins/x86-unicode'

export function hasDebianNsis(): boolean {
  return existsSync(DEBIAN_PLUGINS) && existsSync('/usr/bin/makensis')
}

const CALL = /\b([A-Za-z]\w+)::(\w+)/g

/**
 * Replaces the tools that electron-builder would download to build a Windows installer, on a
 * machine with Debian's makensis: plug-ins whose functions exist but do nothing, so that scripts
 * compile, and a wine that does not run the program that would write the uninstaller.
 *
 * @returns the environment variables that point electron-builder to them.
 */
export function standInForNsis(folder: string): NodeJS.ProcessEnv {
  const nsis = join(folder, 'nsis')
  const plugins = join(nsis, 'plugins', 'x86-unicode')
  mkdirSync(plugins, { recursive: true })
  for (const [name, functions] of pluginsIn(join(builderLib, 'templates', 'nsis'))) {
    writeFileSync(join(plugins, `${name}.dll`), libraryThatExports(`${name}.dll`, functions))
  }
  writeProgram(join(nsis, 'makensis'), 'exec /usr/bin/makensis "$@"')
  const bin = join(folder, 'bin')
  mkdirSync(bin)
  writeProgram(
    join(bin, 'wine'),
    'printf MZ > "$(dirname "$1")/$(basename "$1" .exe).__uninstaller.exe"',
  )
  return {
    ELECTRON_BUILDER_NSIS_DIR: nsis,
    ELECTRON_BUILDER_NSIS_RESOURCES_DIR: nsis,
    PATH: `${bin}${delimiter}${process.env.PATH ?? ''}`,
  }
}

function writeProgram(path: string, script: string): void {
  writeFileSync(path, `#!/bin/sh\n${script}\n`)
  chmodSync(path, 0o755)
}

/** Plug-ins and functions that the templates call, except those in Debian. */
function pluginsIn(templates: string): ReadonlyMap<string, readonly string[]> {
  const installed = readdirSync(DEBIAN_PLUGINS)
  const found = new Map<string, Set<string>>()
  for (const name of readdirSync(templates, { recursive: true, encoding: 'utf8' })) {
    if (!/\.ns[hi]$/.test(name)) continue
    for (const [, plugin = '', call = ''] of readFileSync(join(templates, name), 'utf8').matchAll(
      CALL,
    )) {
      if (installed.includes(`${plugin}.dll`)) continue
      found.set(plugin, (found.get(plugin) ?? new Set()).add(call))
    }
  }
  return new Map([...found].map(([plugin, calls]) => [plugin, [...calls].sort()]))
}

const ADDRESS = 0x1000
const IN_FILE = 0x200

/**
 * Creates a 32-bit Windows library with one section for its exports:
 * learn.microsoft.com/windows/win32/debug/pe-format.
 */
function libraryThatExports(name: string, functions: readonly string[]): Buffer {
  const section = exportSection(name, functions)
  const length = Math.ceil(section.byteLength / 0x200) * 0x200
  const header = Buffer.alloc(IN_FILE)
  header.write('MZ', 0)
  header.writeUInt32LE(0x40, 0x3c)
  header.write('PE\0\0', 0x40)
  header.writeUInt16LE(0x14c, 0x44) // for Intel
  header.writeUInt16LE(1, 0x46) // one section
  header.writeUInt16LE(0xe0, 0x54) // length of the optional header
  header.writeUInt16LE(0x2102, 0x56) // a library, 32 bits
  const optional = 0x58
  header.writeUInt16LE(0x10b, optional)
  header.writeUInt32LE(0x10000000, optional + 28) // preferred load address
  header.writeUInt32LE(0x1000, optional + 32)
  header.writeUInt32LE(0x200, optional + 36)
  header.writeUInt32LE(ADDRESS + length, optional + 56)
  header.writeUInt32LE(IN_FILE, optional + 60)
  header.writeUInt32LE(16, optional + 92)
  header.writeUInt32LE(ADDRESS, optional + 96)
  header.writeUInt32LE(section.byteLength, optional + 100)
  const entry = optional + 0xe0
  header.write('.edata', entry)
  header.writeUInt32LE(section.byteLength, entry + 8)
  header.writeUInt32LE(ADDRESS, entry + 12)
  header.writeUInt32LE(length, entry + 16)
  header.writeUInt32LE(IN_FILE, entry + 20)
  return Buffer.concat([header, section, Buffer.alloc(length - section.byteLength)])
}

function exportSection(name: string, functions: readonly string[]): Buffer {
  const count = functions.length
  const addresses = 40
  const names = addresses + 4 * count
  const ordinals = names + 4 * count
  const texts = ordinals + 2 * count
  const strings = [name, ...functions].map((text) => Buffer.from(`${text}\0`))
  const section = Buffer.concat([Buffer.alloc(texts), ...strings])
  let at = texts
  const placeOf = strings.map((text) => {
    const place = ADDRESS + at
    at += text.byteLength
    return place
  })
  section.writeUInt32LE(placeOf[0] ?? 0, 12)
  section.writeUInt32LE(1, 16)
  section.writeUInt32LE(count, 20)
  section.writeUInt32LE(count, 24)
  section.writeUInt32LE(ADDRESS + addresses, 28)
  section.writeUInt32LE(ADDRESS + names, 32)
  section.writeUInt32LE(ADDRESS + ordinals, 36)
  for (const index of functions.keys()) {
    section.writeUInt32LE(ADDRESS + addresses, addresses + 4 * index)
    section.writeUInt32LE(placeOf[index + 1] ?? 0, names + 4 * index)
    section.writeUInt16LE(index, ordinals + 2 * index)
  }
  return section
}
