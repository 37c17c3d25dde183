import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { extractFile, listPackage } from '@electron/asar'
import { FuseState, FuseV1Options, getCurrentFuseWire } from '@electron/fuses'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { packOffline } from './packaged-app.ts'

let root: string
let archive: string
let program: string

/** Packages the current build with a fake Electron program and without a network. */
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'ferry-package-'))
  const app = await packOffline(root, { modules: 'search' })
  archive = app.asarPath
  program = app.program
}, 120_000)

afterAll(() => rmSync(root, { recursive: true }))

describe('the package', () => {
  it('contains the three bundles and package.json, and nothing else', () => {
    const files = listPackage(archive, { isPack: false }).map((path) => path.replaceAll('\\', '/'))

    const kinds = new Set(files.map((path) => path.replace(/^(\/out\/\w+)\/.*$/, '$1/…')))
    expect([...kinds].sort()).toEqual(
      [
        '/out',
        '/out/main',
        '/out/main/…',
        '/out/preload',
        '/out/preload/…',
        '/out/renderer',
        '/out/renderer/…',
        '/package.json',
      ].sort(),
    )
    expect(files.filter((path) => /\.(ts|tsx|map|test\.js)$|node_modules/.test(path))).toEqual([])
    expect(files).toContain('/out/main/index.js')
    expect(files).toContain('/out/preload/index.cjs')
    expect(files).toContain('/out/renderer/index.html')
    expect(files.some((path) => /^.out.renderer.assets.checksum-worker-.*\.js$/.test(path))).toBe(
      true,
    )
  })

  it('contains the licences of everything that was bundled', () => {
    const licenses = ['main', 'preload', 'renderer'].map((part) =>
      extractFile(archive, join('out', part, 'licenses.md')).toString('utf8'),
    )

    expect(licenses[0]).toContain('@aws-sdk/client-s3')
    // The preload bundles nothing that requires its licence to be included.
    expect(licenses[1]).toContain('does not bundle')
    expect(licenses[2]).toContain('react-dom')
    const ofWorkers = extractFile(archive, join('out', 'renderer', 'licenses-of-workers.md'))
    expect(ofWorkers.toString('utf8')).toContain('hash-wasm')
  })

  it('contains the updater in a file that a start does not read', () => {
    const inMain = listPackage(archive, { isPack: false }).filter((path) =>
      /^.out.main.[^\\/]+\.js$/.test(path),
    )
    const having = inMain.filter((path) =>
      extractFile(archive, path.slice(1)).includes('APPIMAGE env is not defined'),
    )

    expect(having).toHaveLength(1)
    expect(having[0]).not.toMatch(/index\.js$/)
  })

  it('starts at the main process and lists no development tools', () => {
    const manifest: unknown = JSON.parse(extractFile(archive, 'package.json').toString())

    expect(manifest).toMatchObject({ productName: 'Ferry', main: 'out/main/index.js' })
    expect(manifest).not.toHaveProperty('devDependencies')
    expect(manifest).not.toHaveProperty('scripts')
  })

  it('has no file next to the archive from which the app could be loaded', () => {
    expect(readdirSync(dirname(archive))).toEqual(['app.asar'])
  })

  it("switches off Electron's debugging options", async () => {
    const wire = await getCurrentFuseWire(program)

    expect({
      runAsNode: wire[FuseV1Options.RunAsNode],
      nodeOptions: wire[FuseV1Options.EnableNodeOptionsEnvironmentVariable],
      inspect: wire[FuseV1Options.EnableNodeCliInspectArguments],
      asarIntegrity: wire[FuseV1Options.EnableEmbeddedAsarIntegrityValidation],
      onlyAsar: wire[FuseV1Options.OnlyLoadAppFromAsar],
      ownSnapshot: wire[FuseV1Options.LoadBrowserProcessSpecificV8Snapshot],
      fileProtocol: wire[FuseV1Options.GrantFileProtocolExtraPrivileges],
    }).toEqual({
      runAsNode: FuseState.DISABLE,
      nodeOptions: FuseState.DISABLE,
      inspect: FuseState.DISABLE,
      asarIntegrity: FuseState.ENABLE,
      onlyAsar: FuseState.ENABLE,
      ownSnapshot: FuseState.DISABLE,
      fileProtocol: FuseState.DISABLE,
    })
  })
})
