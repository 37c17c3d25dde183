import type { PowerMonitor } from 'electron'
import type { CorePorts } from '../core/ports.ts'

/**
 * Tells the page when the computer goes to sleep and wakes. Only once Electron is ready: before
 * that the monitor cannot be used (electron/electron#21716). A locked screen is no sleep.
 */
export function notifySleep(powerMonitor: PowerMonitor, notify: CorePorts['notify']): void {
  powerMonitor.on('suspend', () => notify('powerChanged', { isAsleep: true }))
  powerMonitor.on('resume', () => notify('powerChanged', { isAsleep: false }))
}
