import type { AboutPanelOptionsOptions } from 'electron'

export interface Versions {
  readonly ferry: string
  readonly electron: string
  readonly chrome: string
  readonly node: string
}

/**
 * The content of the About panel. Each system shows other fields of it: Linux no credits, Windows and
 * Linux no second version (electronjs.org/docs/latest/api/app, setAboutPanelOptions).
 */
export function aboutPanel(
  { ferry, electron, chrome, node }: Versions,
  platform: NodeJS.Platform,
): AboutPanelOptionsOptions {
  const made = `Electron ${electron} · Chromium ${chrome} · Node.js ${node}`
  const common = { applicationName: 'Ferry', copyright: COPYRIGHT }
  switch (platform) {
    case 'darwin':
      return { ...common, applicationVersion: ferry, version: '', credits: made }
    case 'win32':
      return { ...common, applicationVersion: ferry, credits: made }
    default:
      return { ...common, applicationVersion: `${ferry}\n${made}`, authors: [AUTHORS] }
  }
}

const AUTHORS = 'The Ferry contributors'
const COPYRIGHT = 'Copyright © 2026 the Ferry contributors. MIT licence.'
