import type { HostDescription } from '../../../../electron/contract/commands/host.ts'
import { useAppState } from '../../../app/services.tsx'

type System = Exclude<HostDescription['platform'], 'other'>

const SYSTEMS: readonly System[] = ['linux', 'macos', 'windows']

const NAMES: Record<System, string> = { linux: 'Linux', macos: 'macOS', windows: 'Windows' }

/**
 * Makes a system and its browsers trust a private certificate authority, `ca.crt`. On Linux,
 * Chromium and Electron have their own certificate store beside the system's:
 * chromium.googlesource.com/chromium/src/+/main/docs/linux/cert_management.md
 */
const TRUST_STEPS: Record<
  System,
  readonly { readonly text: string; readonly command: string | null }[]
> = {
  linux: [
    {
      text: 'For Ferry’s own window, Chrome and Chromium (certutil is in the package libnss3-tools or nss-tools):',
      command: 'certutil -d sql:$HOME/.pki/nssdb -A -t "C,," -n "My authority" -i ca.crt',
    },
  ],
  macos: [
    {
      text: 'Drag ca.crt into Keychain Access, under System, open it there and choose “Always Trust”. Or:',
      command:
        'sudo security add-trusted-cert -d -r trustRoot -k /Library/Keychains/System.keychain ca.crt',
    },
  ],
  windows: [
    {
      text: 'Open ca.crt, “Install Certificate”, “Local Machine”, and place it into “Trusted Root Certification Authorities”. Or, as administrator:',
      command: 'certutil -addstore -f Root ca.crt',
    },
  ],
}

/** For servers whose certificate comes from a private authority. */
export function TrustHelp() {
  const { host } = useAppState()
  const own = SYSTEMS.find((system) => system === host.platform)
  const inOrder = [...SYSTEMS].sort((a, b) => Number(b === own) - Number(a === own))
  return (
    <details className="check-trust">
      <summary>How to trust your own authority</summary>
      <div className="check-trust-body">
        <p>
          Ask the server’s administrator for the certificate of its authority (here: ca.crt), and
          trust it only if you know where it comes from.
        </p>
        {host.host === 'loopback' && <BrowserHost isWindows={own === 'windows'} />}
        {inOrder.map((system) => (
          <SystemSteps key={system} system={system} />
        ))}
        <p>Then start Ferry again and repeat the check.</p>
      </div>
    </details>
  )
}

/** The browser uploads the files and the host sends all other requests: both must trust it. */
function BrowserHost({ isWindows }: { readonly isWindows: boolean }) {
  return (
    <div>
      <h4>Ferry in the browser window</h4>
      <p>
        The browser must trust it (as below; Firefox: Settings, Certificates, Import), and so must
        the part of Ferry that runs beside it. Start that{isWindows && ', in PowerShell,'} with:
      </p>
      <code className="check-command mono">
        {isWindows
          ? "$env:NODE_EXTRA_CA_CERTS = 'C:\\path\\to\\ca.crt'; npm start"
          : 'NODE_EXTRA_CA_CERTS=/path/to/ca.crt npm start'}
      </code>
    </div>
  )
}

function SystemSteps({ system }: { readonly system: System }) {
  return (
    <div>
      <h4>{NAMES[system]}</h4>
      {TRUST_STEPS[system].map(({ text, command }) => (
        <div key={text}>
          <p>{text}</p>
          {command !== null && <code className="check-command mono">{command}</code>}
        </div>
      ))}
    </div>
  )
}
