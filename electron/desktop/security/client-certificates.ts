import type { App, BrowserWindow, Certificate, Dialog } from 'electron'
import { visibleText } from '../../contract/plain-text.ts'
import type { Json, SettingsStore } from '../../core/ports.ts'

export interface ClientCertificatesDeps {
  readonly dialog: Pick<Dialog, 'showMessageBox'>
  readonly settings: SettingsStore
  readonly currentWindow: () => BrowserWindow | null
}

/** Fingerprints by host and port; null for no certificate. */
type Choices = Readonly<Record<string, string | null>>

const REMEMBERED = 'clientCertificates'
/** A message box with more buttons is unreadable. */
const MAX_OPEN_QUESTIONS = 4

/**
 * Lets the user choose which certificate of this computer a server gets. Electron would send the
 * first one silently (docs/api/app.md, `select-client-certificate`), although a certificate
 * identifies the user; so the user chooses once per host, even when there is only one.
 *
 * The event is emitted for the page's requests and for those of `net`
 * (shell/browser/net/client_certificate_responder_delegate.cc).
 */
export class ClientCertificates {
  readonly #deps: ClientCertificatesDeps
  /** Choices for this run; remembered ones are also in the settings. */
  readonly #chosen = new Map<string, string | null>()
  readonly #refused = new Set<string>()
  readonly #asking = new Map<string, Promise<Certificate | null>>()

  constructor(deps: ClientCertificatesDeps) {
    this.#deps = deps
  }

  listen(app: App): void {
    // The event's URL is a host and a port: electron_api_app.cc, App::SelectClientCertificate.
    app.on('select-client-certificate', (event, _contents, host, certificates, callback) => {
      event.preventDefault()
      this.choose(host, certificates).then(
        (certificate) => (certificate === null ? callback() : callback(certificate)),
        () => callback(),
      )
    })
  }

  /** Null to send no certificate. */
  choose(host: string, certificates: readonly Certificate[]): Promise<Certificate | null> {
    const known = this.#known(host)
    if (known === null) return Promise.resolve(null)
    const found = certificates.find(({ fingerprint }) => fingerprint === known)
    if (found !== undefined) return Promise.resolve(found)
    const asking = this.#asking.get(host) ?? this.#ask(host, certificates)
    this.#asking.set(host, asking)
    return asking.finally(() => this.#asking.delete(host))
  }

  /** The server refused the chosen certificate; the user may choose another. */
  refused(host: string): void {
    this.#refused.add(host)
  }

  /**
   * Called when the user does something that needs the network: a refused choice is asked again.
   */
  mayAskAgain(): void {
    for (const host of this.#refused) this.#forget(host)
    this.#refused.clear()
  }

  #forget(host: string): void {
    this.#chosen.delete(host)
    const { [host]: dropped, ...others } = this.#remembered()
    if (dropped !== undefined) this.#write(others)
  }

  #known(host: string): string | null | undefined {
    const chosen = this.#chosen.get(host)
    return chosen === undefined ? this.#remembered()[host] : chosen
  }

  async #ask(host: string, certificates: readonly Certificate[]): Promise<Certificate | null> {
    const window = this.#deps.currentWindow()
    // Without a window nothing is asked, sent or remembered.
    if (window === null) return null
    if (!window.isVisible()) window.show()
    let from = 0
    for (;;) {
      const shown = certificates.slice(from, from + MAX_OPEN_QUESTIONS)
      const hasMore = certificates.length > MAX_OPEN_QUESTIONS
      const { response, checkboxChecked } = await this.#deps.dialog.showMessageBox(window, {
        type: 'question',
        title: 'Ferry',
        message: `“${host}” asks for a certificate to identify you.`,
        detail: shown.map(describe).join('\n\n'),
        buttons: [
          'Send none',
          ...shown.map((each) => `Send “${nameOf(each)}”`),
          ...(hasMore ? ['Show others'] : []),
        ],
        // Return and Escape send nothing.
        defaultId: 0,
        cancelId: 0,
        noLink: true,
        checkboxLabel: `Remember this for “${host}”`,
        checkboxChecked: true,
      })
      if (hasMore && response === shown.length + 1) {
        from = from + MAX_OPEN_QUESTIONS < certificates.length ? from + MAX_OPEN_QUESTIONS : 0
        continue
      }
      const chosen = shown[response - 1] ?? null
      this.#note(host, chosen?.fingerprint ?? null, checkboxChecked)
      return chosen
    }
  }

  #note(host: string, fingerprint: string | null, isToRemember: boolean): void {
    this.#chosen.set(host, fingerprint)
    if (isToRemember) this.#write({ ...this.#remembered(), [host]: fingerprint })
  }

  #remembered(): Choices {
    return choicesIn(this.#deps.settings.get(REMEMBERED))
  }

  #write(choices: Choices): void {
    try {
      this.#deps.settings.set(REMEMBERED, choices)
    } catch {
      // A full disk: the choice holds until Ferry closes.
    }
  }
}

function choicesIn(value: Json | undefined): Choices {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {}
  const entries = Object.entries(value).filter(
    (entry): entry is [string, string | null] => entry[1] === null || typeof entry[1] === 'string',
  )
  return Object.fromEntries(entries)
}

function nameOf({ subjectName }: Certificate): string {
  return visibleText(subjectName, 60)
}

function describe(certificate: Certificate): string {
  const { issuerName, validExpiry } = certificate
  const expires = new Date(validExpiry * 1000).toISOString().slice(0, 10)
  return `${nameOf(certificate)}\nIssued by ${visibleText(issuerName, 100)}; expires on ${expires}`
}
