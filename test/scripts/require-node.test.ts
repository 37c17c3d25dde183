import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const SCRIPT = new URL('../../scripts/require-node-24.js', import.meta.url)

/** Runs the script in this Node with another version number. */
function runAs(version: string) {
  const script = `
    const versions = { ...process.versions, node: '${version}' }
    const told = { versions, version: 'v${version}' }
    globalThis.process = new Proxy(process, { get: (real, key) => told[key] ?? Reflect.get(real, key) })
    await import('${SCRIPT.href}')`
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: fileURLToPath(new URL('.', SCRIPT)),
    encoding: 'utf8',
  })
  return { status, stderr }
}

it.each(['18.20.0', '20.19.0', '24.0.0', '24.14.1'])(
  'Node %s is refused in one sentence',
  (version) => {
    const { status, stderr } = runAs(version)

    expect(status).toBe(1)
    expect(stderr).toMatch(
      new RegExp(
        `^Ferry's tools need Node 24\\.15 or newer, and this is v${version}\\. .*npm ci.*\\n$`,
      ),
    )
  },
)

it.each(['24.15.0', '24.21.0', '25.0.0'])('Node %s is accepted', (version) => {
  expect(runAs(version)).toEqual({ status: 0, stderr: '' })
})
