import { randomUUID } from 'node:crypto'
import * as z from 'zod/mini'
import type { CredentialSource } from '../../contract/commands/credentials.ts'
import { failed, type Outcome, succeeded } from '../../contract/outcome.ts'
import { endpointOf, knownHost } from '../../contract/providers/lookup.ts'
import type { CorePorts } from '../ports.ts'
import type { Confirmation, ConfirmationAnswer, ImportedBucket } from './confirmation.ts'
import { signInName, sourceName } from './source-name.ts'

/** Keys, and the endpoint where they are used, such as a `StoredDestination`. */
export interface KeyUse {
  readonly endpoint: string
  readonly credentials: CredentialSource
}

type ApprovalPorts = Pick<CorePorts, 'settings' | 'confirm' | 'now' | 'log'>
interface ApprovalEvents {
  /** Something new was allowed. */
  readonly allowed: () => void
  /** Whether the user is being asked. */
  readonly waiting: (isWaiting: boolean) => void
}

type StoredUse = KeyUse & { readonly kind: 'local' | 's3' }

const Approval = z.strictObject({ service: z.string(), keys: z.string(), signIn: z.string() })
type Approval = z.infer<typeof Approval>

const SETTINGS_KEY = 'approvals'

/** After this many refusals in a row, the page is not taking no for an answer. */
const MAX_REFUSALS = 3
const REFUSAL_MS = 60_000
/** The page mentions a question only after this time, since some are answered at once. */
const NOTIFY_AFTER_MS = 300

/**
 * Decides which keys may be used where. The user is asked once for each pair, outside the page.
 * Pairs of saved destinations are remembered across restarts, others as long as Ferry runs.
 *
 * Without this, a hijacked page could send requests signed with a profile's keys to any address,
 * even though it cannot read the keys.
 */
export class Approvals {
  readonly #ports: ApprovalPorts
  readonly #told: ApprovalEvents
  readonly #approved = new Map<string, Approval>()
  readonly #signIns = new Set<string>()
  readonly #servers = new Set<string>()
  readonly #refusedServers = new Map<string, number>()
  readonly #asked = new Map<string, Promise<Outcome<null>>>()
  #refusedAtMs: number[] = []
  #waitingCount = 0

  constructor(ports: ApprovalPorts, told: ApprovalEvents) {
    this.#ports = ports
    this.#told = told
  }

  /**
   * Called at the start. Destinations of an older version of Ferry that did not ask count as
   * approved: their user would have to agree to all of them at once, and would learn to agree.
   */
  open(stored: readonly StoredUse[]): void {
    const kept = this.#ports.settings.get(SETTINGS_KEY)
    const isNew = kept === undefined
    const read = z.array(Approval).safeParse(kept)
    const approvals = read.success
      ? read.data
      : isNew
        ? stored.filter(needsApproval).map(approvalOf)
        : []
    for (const each of approvals) this.#add(each)
    if (!isNew || stored.length > 0) this.settle(stored)
  }

  isAllowed(use: StoredUse): boolean {
    if (use.kind === 'local') return true
    return hasKeys(use) && this.#approved.has(nameOf(approvalOf(use)))
  }

  /** Asks the user unless the pair is already approved. Fails with `not-confirmed`. */
  allow(use: KeyUse): Promise<Outcome<null>> {
    const approval = approvalOf(use)
    const name = nameOf(approval)
    if (this.#approved.has(name)) return Promise.resolve(succeeded(null))
    const { endpoint, credentials: keys } = use
    const isKnown = [...this.#approved.values()].some(({ service }) => service === approval.service)
    const kind = isKnown ? 'new-key-source' : 'new-endpoint'
    return this.#ask(name, { kind, endpoint, keys }, () => this.#add(approval))
  }

  /** The same before there is an address to use the keys at. */
  allowSignIn(source: CredentialSource): Promise<Outcome<null>> {
    const name = signInName(source)
    if (this.#signIns.has(name)) return Promise.resolve(succeeded(null))
    return this.#ask(name, { kind: 'sign-in', keys: source }, () => this.#signIns.add(name))
  }

  /** Asks about the destinations of a settings file before they are added. */
  allowImport(places: readonly ImportedBucket[]): Promise<Outcome<null>> {
    // Each import is a question of its own: one answer must not count for another file.
    return this.#ask(randomUUID(), { kind: 'import-settings', places }, () => undefined)
  }

  /**
   * Lasts as long as Ferry runs. A refusal counts for a minute, because the files of one drop ask
   * one by one.
   */
  async allowServer(server: string): Promise<boolean> {
    const refusedAtMs = this.#refusedServers.get(server) ?? Number.NEGATIVE_INFINITY
    if (this.#servers.has(server)) return true
    if (this.#ports.now() - refusedAtMs < REFUSAL_MS) return false
    const confirmation = { kind: 'new-server', server } as const
    const name = JSON.stringify(['server', server])
    const allowed = await this.#ask(name, confirmation, () => this.#servers.add(server))
    if (!allowed.ok) this.#refusedServers.set(server, this.#ports.now())
    return allowed.ok
  }

  /** Remembers only the approvals that saved destinations need. */
  settle(stored: readonly StoredUse[]): void {
    const needed = new Set(stored.filter(needsApproval).map((each) => nameOf(approvalOf(each))))
    const kept = [...this.#approved.entries()].filter(([name]) => needed.has(name))
    const approvals = kept.map(([, approval]) => ({ ...approval }))
    const before = JSON.stringify(this.#ports.settings.get(SETTINGS_KEY))
    if (JSON.stringify(approvals) === before) return
    try {
      this.#ports.settings.set(SETTINGS_KEY, approvals)
    } catch (error) {
      // The disk is full or read-only: the user is asked again after the next start.
      this.#ports.log.warn({ error }, 'What was allowed could not be remembered')
    }
  }

  #ask(name: string, confirmation: Confirmation, agreed: () => void): Promise<Outcome<null>> {
    // A check and a save may ask the same question, and get one answer.
    const running = this.#asked.get(name)
    if (running !== undefined) return running
    const asked = this.#answer(confirmation, agreed).finally(() => this.#asked.delete(name))
    this.#asked.set(name, asked)
    return asked
  }

  async #answer(confirmation: Confirmation, agreed: () => void): Promise<Outcome<null>> {
    const sinceMs = this.#ports.now() - REFUSAL_MS
    this.#refusedAtMs = this.#refusedAtMs.filter((atMs) => atMs > sinceMs)
    if (this.#refusedAtMs.length >= MAX_REFUSALS) return failed({ kind: 'not-confirmed' })
    const answer = await this.#askAloud(confirmation)
    if (answer === 'refused') {
      this.#refusedAtMs.push(this.#ports.now())
      return failed({ kind: 'not-confirmed' })
    }
    if (answer === 'cannot-ask') {
      this.#ports.log.info({ kind: confirmation.kind }, 'Nobody could be asked, so it went on')
    }
    this.#refusedAtMs = []
    agreed()
    this.#told.allowed()
    return succeeded(null)
  }

  /**
   * Tells the pages about a question that takes a while, as it does when the user has to answer.
   */
  async #askAloud(confirmation: Confirmation): Promise<ConfirmationAnswer> {
    let isTold = false
    const timer = setTimeout(() => {
      isTold = true
      this.#waitingCount += 1
      this.#told.waiting(true)
    }, NOTIFY_AFTER_MS)
    try {
      return await this.#ports.confirm(confirmation)
    } finally {
      clearTimeout(timer)
      if (isTold) this.#waitingCount -= 1
      if (isTold && this.#waitingCount === 0) this.#told.waiting(false)
    }
  }

  #add(approval: Approval): void {
    this.#approved.set(nameOf(approval), approval)
    this.#signIns.add(approval.signIn)
  }
}

/** The bucket on this computer needs no approval. */
function needsApproval(use: StoredUse): boolean {
  return use.kind !== 'local' && hasKeys(use)
}

/** Imported destinations have no keys until the user enters them. */
function hasKeys({ credentials }: KeyUse): boolean {
  return credentials.kind !== 'keys' || credentials.accessKeyId !== ''
}

function approvalOf({ endpoint, credentials }: KeyUse): Approval {
  return {
    service: serviceOf(endpoint),
    keys: sourceName(credentials),
    signIn: signInName(credentials),
  }
}

function nameOf({ service, keys }: Approval): string {
  return JSON.stringify([service, keys])
}

/**
 * The service behind an endpoint: scheme, host and port. For a provider's regional addresses it is
 * the provider, since all of them belong to it and a store may name another region.
 */
export function serviceOf(endpoint: string): string {
  const known = knownHost(new URL(endpoint).hostname)
  if (known === null || known.region === null) return endpoint
  const isOwn = endpointOf(known.provider, known.region) === endpoint
  return isOwn ? known.provider.id : endpoint
}
