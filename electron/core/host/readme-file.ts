import { lstatSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { HostDescription } from '../../contract/commands/host.ts'
import { replaceFile } from '../../files/replace-file.ts'

interface ReadmeFacts extends Pick<HostDescription, 'host' | 'platform'> {
  /** The absolute path of the bucket on this computer; absent: it is in the data folder. */
  readonly bucketFolder?: string
  /** Other users may have access. */
  readonly isOpen?: boolean
}

function readers({ isOpen = false }: ReadmeFacts): string {
  return isOpen ? 'Other users of this computer can read it.' : 'Only your user may read it.'
}

/**
 * Writes a text into the data folder that explains its files to users who look into it or back it
 * up.
 */
export async function writeReadme(dataFolder: string, about: ReadmeFacts): Promise<void> {
  const file = join(dataFolder, 'README.txt')
  const text = readmeText(about)
  try {
    const stats = lstatSync(file, { throwIfNoEntry: false })
    if (stats?.isFile() && readFileSync(file, 'utf8') === text) return
    await replaceFile(file, text)
  } catch {
    // Ferry works without it: a full disk is reported when it matters.
  }
}

export function readmeText(about: ReadmeFacts): string {
  return `${[
    `This is Ferry's data folder. ${readers(about)}\nChange nothing in it while Ferry runs.`,
    entries(about)
      .map(([name, meaning]) => `${name.padEnd(16)}${meaning}`)
      .join('\n'),
    ...(about.bucketFolder === undefined ? [] : [elsewhere(about.bucketFolder)]),
    backup(about),
  ].join('\n\n')}\n`
}

function elsewhere(bucketFolder: string): string {
  return [
    'The bucket on this computer, with its files and its own keys, does not roam with this folder:',
    bucketFolder,
  ].join('\n')
}

const BUCKET = [
  'local-bucket',
  'The bucket on this computer, with its files and its own keys.',
] as const

function entries(about: ReadmeFacts): readonly (readonly [string, string])[] {
  const { host, platform, bucketFolder } = about
  const common = [
    ['records.sqlite', 'Your uploads and links. The -wal file beside it belongs to it.'],
    ['settings.json', `Your buckets and their rules.${SECRETS[host]}`],
    ...(bucketFolder === undefined ? [BUCKET] : []),
    ['logs', 'What Ferry did. No key and no link is in them.'],
  ] as const
  if (host === 'loopback') {
    const secrets = 'Your secret keys, not encrypted. Give this file to nobody.'
    return [...common, ['secrets.json', secrets]]
  }
  const chromium =
    platform === 'windows'
      ? 'The window\'s caches, and "Local State" with the key to your secret keys.'
      : "The window's caches. Nothing is lost with them."
  return [
    ...common,
    ['crashes', 'Memory of processes that crashed. Keys may be in it; it is sent to nobody.'],
    ['chromium', chromium],
    ['window.json', 'Where the window was.'],
  ]
}

const SECRETS: Record<ReadmeFacts['host'], string> = {
  desktop: ' Secret keys in it are encrypted by the key store.',
  loopback: ' No secret key is in it.',
}

/** Where the key that encrypts the secrets is: docs.electronjs.org, safeStorage. */
function backup({ host, platform, bucketFolder }: ReadmeFacts): string {
  const bucket = bucketFolder === undefined ? 'local-bucket' : 'the folder of that bucket'
  const kept = ['records.sqlite', 'settings.json', bucket]
  if (host === 'loopback') {
    return `To back up: stop Ferry, copy ${listed([...kept, 'secrets.json'])}.`
  }
  const withKey = platform === 'windows' ? [...kept, 'chromium\\Local State'] : kept
  return [
    `To back up: stop Ferry, copy ${listed(withKey)}.`,
    KEY_STORES[platform],
    'Anywhere else Ferry asks for the secret keys once more; everything else is there.',
  ].join('\n')
}

const KEY_STORES: Record<ReadmeFacts['platform'], string> = {
  windows:
    'Windows opens "Local State" for your user account only. Without it the secret keys cannot be read.',
  macos: 'The key to the secret keys is in your login keychain, as "Ferry Safe Storage".',
  linux: 'The key to the secret keys is in your key ring, as "Ferry Safe Storage".',
  other: "The key to the secret keys is in this system's key store.",
}

function listed(names: readonly string[]): string {
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}
