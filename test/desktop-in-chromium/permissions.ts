import { APP_ORIGIN } from '../../electron/contract/transport.ts'
import type { FakeSession } from '../fakes/electron/session.ts'
import type { Chromium } from './cdp.ts'
import { PAGE_ORIGIN } from './origins.ts'

/** Electron's names (docs/api/session.md) and the matching descriptors of the Permissions API. */
const PERMISSIONS: Readonly<Record<string, readonly object[]>> = {
  'clipboard-read': [{ name: 'clipboard-read' }],
  'clipboard-sanitized-write': [{ name: 'clipboard-write', allowWithoutSanitization: false }],
  geolocation: [{ name: 'geolocation' }],
  media: [{ name: 'camera' }, { name: 'microphone' }],
  midi: [{ name: 'midi' }],
  notifications: [{ name: 'notifications' }],
  'idle-detection': [{ name: 'idle-detection' }],
}

/** Gives Chromium's page exactly the permissions that the app's check handler grants. */
export async function applyPermissions(chromium: Chromium, session: FakeSession): Promise<void> {
  for (const [name, descriptors] of Object.entries(PERMISSIONS)) {
    const setting = session.checks(name, APP_ORIGIN) ? 'granted' : 'denied'
    for (const permission of descriptors) {
      await chromium.send('Browser.setPermission', { permission, setting, origin: PAGE_ORIGIN })
    }
  }
}
