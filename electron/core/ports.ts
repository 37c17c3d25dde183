import type { SecretPlace } from '../contract/commands/destinations.ts'
import type { HostDescription, ProgressPace } from '../contract/commands/host.ts'
import type { UploadId } from '../contract/ids.ts'
import type { NoticeName, NoticePayload } from '../contract/notices.ts'
import type { Outcome } from '../contract/outcome.ts'
import type { Confirm } from './credentials/confirmation.ts'
import type { NetworkPorts } from './s3/http/network-ports.ts'

/** A JSON value that the settings file can hold. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json }

/** Small, rarely written values. Each write replaces the file: never call `set` for progress. */
export interface SettingsStore {
  readonly get: (key: string) => Json | undefined
  /**
   * Throws when the disk is full or the folder unwritable (`ENOSPC`, `EACCES`, `EROFS`). If another
   * program holds the file, the value takes effect at once and is written later.
   */
  readonly set: (key: string, value: Json) => void
  readonly delete: (key: string) => void
  /**
   * Calls `changed` when a program has held the file for more than a second, and when it releases
   * it. One listener.
   */
  readonly watchHeld?: (changed: (isHeld: boolean) => void) => void
  /** Resolves after the last write. Never rejects. */
  readonly close?: () => Promise<void>
}

/**
 * Protects stored secrets. The result of `protect` is stored in the settings; only the same vault
 * on the same computer can open it again.
 */
export interface SecretVault {
  /** Where `protect` puts a secret; `memory` when there is no safe store here. */
  readonly place: () => Promise<SecretPlace>
  /** Fails with `secret-store-unavailable` when the store is locked. Not for the place `memory`. */
  readonly protect: (secret: string) => Promise<Outcome<string>>
  /**
   * `renewed` is set when the stored form is outdated and should be replaced by it. Fails with
   * `secret-store-unavailable` when the store is locked, `secret-missing` when its key is gone.
   */
  readonly reveal: (
    kept: string,
  ) => Promise<Outcome<{ readonly secret: string; readonly renewed: string | null }>>
  /**
   * For vaults that keep secrets outside the settings: removes the secret that `kept` stands for.
   */
  readonly wipe?: (kept: string) => Promise<void>
  /**
   * Another host stored it in the clear: it should be revealed soon, so that its renewed form
   * replaces it.
   */
  readonly isInClear?: (kept: string) => boolean
  /**
   * For vaults that can be locked: calls `changed` when one is found locked and when it opens. One
   * listener.
   */
  readonly watchLock?: (changed: (isLocked: boolean) => void) => void
}

/** The state of the page's queue, with the file names from the records. */
export interface QueueState {
  /** The share of all unfinished bytes that has been sent, 0 to 1; null: nothing is unfinished. */
  readonly fraction: number | null
  /** Uploads that continue without the user. */
  readonly movingCount: number
  /** Since the page was loaded; it only grows. */
  readonly finishedCount: number
  readonly lastFinished: NamedUpload | null
  /** Uploads that failed, or that wait for the user to do something. */
  readonly stuckCount: number
  readonly firstStuck: NamedUpload | null
  /** Unfinished uploads whose files exist in the page alone; `onlyHere` names the first of them. */
  readonly onlyHereCount: number
  readonly onlyHere: readonly NamedUpload[]
}

export interface NamedUpload {
  readonly uploadId: UploadId
  readonly name: string
}

/**
 * Functions that only the desktop has; the loopback host answers "not possible" where it cannot.
 */
export interface HostShell {
  readonly copyText: (text: string) => Promise<boolean>
  /** Returns whether a file manager was started. */
  readonly openFolder: (path: string) => Promise<boolean>
  readonly showProgress: (fraction: number | null, pace: ProgressPace) => void
  /** Called by the page on every change, at most once a second. */
  readonly queueChanged: (queue: QueueState) => void
  /**
   * The endpoints that the page may reach have changed: the desktop adjusts CORS, the content
   * security policy and the local-network permission. Origins such as
   * `https://s3.eu-central-1.amazonaws.com`, and for virtual-hosted buckets
   * `https://bucket.s3.eu-central-1.amazonaws.com`.
   */
  readonly endpointsChanged: (origins: readonly string[]) => void
}

/** How the desktop asks for the password of a proxy in front of the store. */
export interface ProxyPassword {
  /**
   * Fails with `not-confirmed` when the user declines, and with `wrong-state` when no proxy asks.
   */
  readonly enter: () => Promise<Outcome<Record<string, never>>>
}

/** One line of structured log. Never pass a URL with its query, a secret or file contents. */
export interface Log {
  readonly info: (event: Record<string, unknown>, text: string) => void
  readonly warn: (event: Record<string, unknown>, text: string) => void
  readonly error: (event: Record<string, unknown>, text: string) => void
}

/** Where releases of Ferry come from, and how to install one. */
export interface ReleaseFeed {
  /** Asks for the newest version; null when there is no answer, or no release. */
  readonly newest: (signal: AbortSignal) => Promise<string | null>
  /** The page with the release notes of a version. */
  readonly pageOf: (version: string) => string
  /** Whether this build may replace itself. */
  readonly canInstall: boolean
  /** Fetches and verifies the newest version. Rejects when that fails or `signal` is aborted. */
  readonly download: (signal: AbortSignal) => Promise<void>
  /** Installs what was downloaded; Ferry closes and starts again. */
  readonly installAndRestart: () => Promise<void>
}

/** The environment variables with which Ferry was started. */
export type Environment = Readonly<Record<string, string | undefined>>

export interface CorePorts extends NetworkPorts {
  /** Holds records, settings, logs, the local bucket. Exists, is writable, mode 0700. */
  readonly dataFolder: string
  readonly description: Pick<HostDescription, 'host' | 'version' | 'platform'>
  readonly settings: SettingsStore
  readonly vault: SecretVault
  readonly hostShell: HostShell
  readonly log: Log
  /** Wall clock of this computer, epoch ms. */
  readonly now: () => number
  /** For waits that a test need not sit through; returns early when `signal` is aborted. */
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>
  /**
   * Absent where requests do not go through the system's proxy, or where another component answers
   * it.
   */
  readonly proxyPassword?: ProxyPassword
  /**
   * The user did something that needs the network: Ferry may ask again about what they declined
   * before.
   */
  readonly userActed?: () => void
  /** Absent or null: this build has no updates. */
  readonly releases?: ReleaseFeed | null
  /** Where the AWS tools look for access keys and for their files. */
  readonly environment: Environment
  /**
   * Adds the variables that the user's login shell sets to `environment`, on the first call;
   * returns `silent` when the shell gives no answer. Never rejects. Absent where Ferry already has
   * those variables.
   */
  readonly readShell?: () => Promise<'read' | 'silent'>
  /**
   * The origin that serves the page (`app://ferry`, `http://127.0.0.1:PORT`): the local bucket
   * allows it, and the connection check tests the store's CORS with it.
   */
  readonly pageOrigin: () => string
  /**
   * The origin that a bucket's CORS rule has to allow for the page: the page's origin or, where
   * that changes from start to start, a pattern with one `*` (`http://*.localhost:PORT`).
   */
  readonly corsOrigin: () => string
  /** True on the desktop: the host answers CORS for configured endpoints itself. */
  readonly isCorsHandled: boolean
  /**
   * Asks the user where the page cannot click: in a system dialog on the desktop, in the terminal
   * in the browser host. If asking is impossible, the action goes ahead.
   */
  readonly confirm: Confirm
  readonly notify: <N extends NoticeName>(name: N, payload: NoticePayload<N>) => void
  /** Problems that the host met before the core started (for example a settings file set aside). */
  readonly earlyTroubles: HostDescription['troubles']
}

/**
 * The facts that a host hands over for a file: with a path on the desktop, without one in a
 * browser.
 */
export interface SourceFacts {
  readonly path: string | null
  /**
   * The chosen folder that should contain the file; absent: the file was given on its own, or
   * dropped.
   */
  readonly folder?: string | undefined
  readonly name: string
  readonly byteLength: number
  readonly modifiedAtMs: number
}
