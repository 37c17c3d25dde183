import type { App, BrowserWindow, Certificate, Dialog } from 'electron'
import { visibleText } from '../../contract/plain-text.ts'
import type { Json, SettingsStore } from '../../core/ports.ts'

export interface ClientCertificatesDeps {
  readonly dialog: Pick<Dialog, 'showMessageBox'>
  readonly settings: SettingsStore
  readonly currentWindow: () => BrowserWindow | null
}

/** By host and port: the certificate's fingerprint; null: none. */
type Choices = Readonly<Record<string, string | null>>

const REMEMBERED = 'clientCertificates'
/** A message box with more buttons than these cannot be read. */
const MAX_OPEN_QUESTIONS = 4

/**
 * Decides which certificate of this computer's store a server gets to see. Electron would send the
 * first one without a word (docs/api/app.md, `select-client-certificate`), and a certificate says who
 * the user is; so the user chooses, once for each host, also where there is only one.
 *
 * The event comes for the page's requests and for those of `net` alike
 * (shell/browser/net/client_certificate_responder_delegate.cc).
 */
export class ClientCertificates {
  readonly #deps: ClientCertificatesDeps
  /** For as long as Ferry runs; those that the user wants remembered are in the settings, too. */
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

  /** Null: the server gets none. */
  choose(host: string, certificates: readonly Certificate[]): Promise<Certificate | null> {
    const known = this.#known(host)
    if (known === null) return Promise.resolve(null)
    const found = certificates.find(({ fingerprint }) => fingerprint === known)
    if (found !== undefined) return Promise.resolve(found)
    const asking = this.#asking.get(host) ?? this.#ask(host, certificates)
    this.#asking.set(host, asking)
    return asking.finally(() => this.#asking.delete(host))
  }

  /** The server did not take what was chosen; another choice is the user's to make. */
  refused(host: string): void {
    this.#refused.add(host)
  }

  /** The user did something that needs the network: where a choice did not serve, they choose again. */
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
    // Nobody is there to be asked, so nothing is told and nothing remembered.
    if (window === null) return null
    if (!window.isVisible()) window.show()
    let from = 0
    for (;;) {
      const shown = certificates.slice(from, from + MAX_OPEN_QUESTIONS)
      const hasMore = certificates.length > MAX_OPEN_QUESTIONS
      const { response, checkboxChecked } = await this.#deps.dialog.showMessageBox(window, {
        type: 'question',
        title: 'Ferry',
        message: `“${host}” asks for a certificate that proves who you are.`,
        detail: shown.map(describe).join('\n\n'),
        buttons: [
          'Send none',
          ...shown.map((each) => `Send “${nameOf(each)}”`),
          ...(hasMore ? ['Show others'] : []),
        ],
        // Return and Escape give nothing away.
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
