import { execFile } from 'node:child_process'
import { access, constants, readFile, rm, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'

const execute = promisify(execFile)

/**
 * Each program and the Debian package that contains it. Some tests put nginx in front of the store.
 */
const PROGRAMS = {
  'ceph-mon': 'ceph-mon',
  monmaptool: 'ceph-mon',
  'ceph-osd': 'ceph-osd',
  radosgw: 'radosgw',
  'radosgw-admin': 'radosgw',
  ceph: 'ceph-common',
  setpriv: 'util-linux',
  nginx: 'nginx-light',
} as const

const POLICY = '/usr/sbin/policy-rc.d'
const NO_SERVICE = '#!/bin/sh\nexit 101\n'
const INSTALL_MS = 15 * 60_000
const OUTPUT_BYTES = 64 * 1024 * 1024

/** The programs that a Ceph of our own needs and that are not installed. */
export async function missingPrograms(path: string): Promise<string[]> {
  const folders = path.split(delimiter)
  const names = Object.keys(PROGRAMS)
  const found = await Promise.all(names.map((name) => isInOneOf(folders, name)))
  return names.filter((_, index) => !found[index])
}

/** The reason why the packages cannot be installed here; null if they can. */
export async function whyNotInstallable(): Promise<string | null> {
  if (!(await isExecutable('/usr/bin/apt-get'))) return 'there is no apt-get here'
  return process.getuid?.() === 0 ? null : 'that takes root'
}

/**
 * Installs the packages and their dependencies from Debian without starting any of their services.
 */
export async function installPackages(missing: readonly string[]): Promise<string[]> {
  const wanted = Object.entries(PROGRAMS).flatMap(([name, of]) =>
    missing.includes(name) ? of : [],
  )
  const before = await installedPackages()
  const restore = await forbidServices()
  try {
    await apt('update')
    await apt('install', '--yes', '--no-install-recommends', ...new Set(wanted))
  } finally {
    await restore()
  }
  return [...(await installedPackages())].filter((name) => !before.has(name)).sort()
}

/** Debian runs this file before a package may start a service. An existing file is kept. */
async function forbidServices(): Promise<() => Promise<void>> {
  const present = await readFile(POLICY, 'utf8').catch(() => null)
  if (present !== null) return async () => undefined
  await writeFile(POLICY, NO_SERVICE, { mode: 0o755 })
  return () => rm(POLICY, { force: true })
}

async function apt(...words: readonly string[]): Promise<void> {
  // With this, systemctl starts nothing, whatever the computer's own policy is.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', SYSTEMD_OFFLINE: '1' }
  await execute('apt-get', [...words], { env, timeout: INSTALL_MS, maxBuffer: OUTPUT_BYTES })
}

async function installedPackages(): Promise<Set<string>> {
  const { stdout } = await execute('dpkg', ['--get-selections'], { maxBuffer: OUTPUT_BYTES })
  const lines = stdout.split('\n').filter((line) => line.endsWith('\tinstall'))
  return new Set(lines.map((line) => line.replace(/\s.*/, '')))
}

async function isInOneOf(folders: readonly string[], name: string): Promise<boolean> {
  const found = await Promise.all(folders.map((folder) => isExecutable(join(folder, name))))
  return found.includes(true)
}

function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  )
}
