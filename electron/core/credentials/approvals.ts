import { randomUUID } from 'node:crypto'
import * as z from 'zod/mini'
import type { CredentialSource } from '../../contract/commands/credentials.ts'
import { failed, type Outcome, succeeded } from '../../contract/outcome.ts'
import { endpointOf, knownHost } from '../../contract/providers/lookup.ts'
import type { CorePorts } from '../ports.ts'
import type { Confirmation, ConfirmationAnswer, ImportedBucket } from './confirmation.ts'
import { signInName, sourceName } from './source-name.ts'

/** Keys, and where they are used. A `StoredDestination` is one. */
export interface KeyUse {
  readonly endpoint: string
  readonly credentials: CredentialSource
}

type ApprovalPorts = Pick<CorePorts, 'settings' | 'confirm' | 'now' | 'log'>
interface ApprovalEvents {
  /** Something is allowed that was not. */
  readonly allowed: () => void
  /** Whether the user is being asked. */
  readonly waiting: (isWaiting: boolean) => void
}

type StoredUse = KeyUse & { readonly kind: 'local' | 's3' }

const Approval = z.strictObject({ service: z.string(), keys: z.string(), signIn: z.string() })
type Approval = z.infer<typeof Approval>

const SETTINGS_KEY = 'approvals'

/** So many refusals in a row are a page that does not take no for an answer. */
const MAX_REFUSALS = 3
const REFUSAL_MS = 60_000
/** The page mentions a question only after this time, since some are answered at once. */
const NOTIFY_AFTER_MS = 300

/**
 * Which keys may be used where. The user is asked once for each pair, outside the page; pairs of
 * saved destinations are remembered over restarts, others as long as Ferry runs.
 *
 * Without it a page that was taken over could point a profile's keys at any address: what it
 * cannot read it could still have signed.
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
   * At the start. Destinations of a Ferry that did not ask were made by its user, who would have to
   * agree to all of them at once and would learn to agree.
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

  /** Asks, if nobody has agreed yet. Fails with `not-confirmed`. */
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

  /** Destinations of a file, before they are added. */
  allowImport(places: readonly ImportedBucket[]): Promise<Outcome<null>> {
    // Each is a question of its own: one answer must not count for another file.
    return this.#ask(randomUUID(), { kind: 'import-settings', places }, () => undefined)
  }

  /**
   * For as long as Ferry runs. A refusal stands for a minute, since the files of one drop ask one by
   * one.
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

  /** Remembers what saved destinations need, and nothing else. */
  settle(stored: readonly StoredUse[]): void {
    const needed = new Set(stored.filter(needsApproval).map((each) => nameOf(approvalOf(each))))
    const kept = [...this.#approved.entries()].filter(([name]) => needed.has(name))
    const approvals = kept.map(([, approval]) => ({ ...approval }))
    const before = JSON.stringify(this.#ports.settings.get(SETTINGS_KEY))
    if (JSON.stringify(approvals) === before) return
    try {
      this.#ports.settings.set(SETTINGS_KEY, approvals)
    } catch (error) {
      // Full or read-only: the user is asked once more after the next start.
      this.#ports.log.warn({ error }, 'What was allowed could not be remembered')
    }
  }

  #ask(name: string, confirmation: Confirmation, agreed: () => void): Promise<Outcome<null>> {
    // Check and save may ask for the same, and get one answer.
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

  /** Pages are told of a question that takes its time, as it does where a user has to answer. */
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

/** The bucket on this computer needs nobody's leave. */
function needsApproval(use: StoredUse): boolean {
  return use.kind !== 'local' && hasKeys(use)
}

/** Imported settings have none until somebody enters them. */
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
 * The service behind an endpoint: scheme, host and port, and for the addresses that a provider gives
 * its regions the provider, since they all are its own and a store may name another region.
 */
export function serviceOf(endpoint: string): string {
  const known = knownHost(new URL(endpoint).hostname)
  if (known === null || known.region === null) return endpoint
  const isOwn = endpointOf(known.provider, known.region) === endpoint
  return isOwn ? known.provider.id : endpoint
}
