import { startCeph } from './ceph.ts'
import { installPackages, missingPrograms, whyNotInstallable } from './ceph-packages.ts'
import { givenStore, type StoreAccess } from './store-access.ts'

export interface StoreForTests {
  readonly access: StoreAccess
  /** One line, without secrets. */
  readonly description: string
  readonly stop: () => Promise<void>
}

export type ObtainedStore =
  | { readonly state: 'ready'; readonly store: StoreForTests }
  /** Says what is missing and how to go on. */
  | { readonly state: 'refused'; readonly sentence: string }

const OR_GIVE_ONE =
  'or name any S3 store in FERRY_STORE_ENDPOINT, FERRY_STORE_REGION, FERRY_STORE_ACCESS_KEY_ID and FERRY_STORE_SECRET_ACCESS_KEY.'

/** The store that the environment names, or else a Ceph RGW of our own. */
export async function obtainStore(
  env: NodeJS.ProcessEnv,
  mayInstall: boolean,
  say: (line: string) => void,
): Promise<ObtainedStore> {
  const given = givenStore(env)
  switch (given.state) {
    case 'given':
      return { state: 'ready', store: asGiven(given.access) }
    case 'incomplete':
      return refused(`A store is named but for ${given.missing.join(', ')}.`)
    case 'none':
      return ownCeph(env.PATH ?? '', mayInstall, say)
  }
}

async function ownCeph(
  path: string,
  mayInstall: boolean,
  say: (line: string) => void,
): Promise<ObtainedStore> {
  const missing = await missingPrograms(path)
  if (missing.length > 0) {
    const without = `${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} not installed`
    const why = await whyNotInstallable()
    if (why !== null) return refused(`${without}, and ${why}: install Ceph, ${OR_GIVE_ONE}`)
    if (!mayInstall) {
      return refused(
        `${without}: let Debian's packages be installed with \`npm run test:stores -- --install\`, ${OR_GIVE_ONE}`,
      )
    }
    say(`${without}: installing Debian's packages`)
    const installed = await installPackages(missing)
    say(`Installed, and started nothing of it: ${installed.join(' ')}`)
  }
  return { state: 'ready', store: await started() }
}

async function started(): Promise<StoreForTests> {
  const ceph = await startCeph()
  const { endpoint, createdEndpoint, region, accessKeyId, secretAccessKey, version, stop } = ceph
  const kind = version.startsWith('16.2.') ? 'ceph-16' : 'other'
  const credentials = { accessKeyId, secretAccessKey }
  return {
    access: { kind, endpoint, createdEndpoint, region, bucket: null, credentials },
    description: `Ceph RGW ${version} at ${endpoint}`,
    stop,
  }
}

function asGiven(access: StoreAccess): StoreForTests {
  return { access, description: `The store at ${access.endpoint}`, stop: async () => undefined }
}

function refused(sentence: string): ObtainedStore {
  return { state: 'refused', sentence }
}
