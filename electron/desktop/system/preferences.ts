import type { MenuItemConstructorOptions } from 'electron'
import * as z from 'zod/mini'
import type { SettingsStore } from '../../core/ports.ts'

/** The action for running uploads when the window closes. */
export const CloseHabit = z.enum(['ask', 'background', 'stop'])
export type CloseHabit = z.infer<typeof CloseHabit>

const HABIT_KEY = 'closeWhileUploading'
const NOTIFICATIONS_KEY = 'notifications'

const HABIT_LABELS: Readonly<Record<CloseHabit, string>> = {
  ask: 'Ask every time',
  background: 'Keep uploading in the background',
  stop: 'Stop and resume at the next start',
}

/** The user's preferences for the window and notifications, stored in the settings. */
export class Preferences {
  readonly #settings: SettingsStore
  #changed: () => void = () => undefined

  constructor(settings: SettingsStore) {
    this.#settings = settings
  }

  /** Lets the menu show the current preferences. */
  onChanged(changed: () => void): void {
    this.#changed = changed
  }

  closeHabit(): CloseHabit {
    const parsed = CloseHabit.safeParse(this.#settings.get(HABIT_KEY))
    return parsed.success ? parsed.data : 'ask'
  }

  setCloseHabit(habit: CloseHabit): void {
    this.#set(HABIT_KEY, habit)
  }

  hasNotifications(): boolean {
    return this.#settings.get(NOTIFICATIONS_KEY) !== false
  }

  setNotifications(isOn: boolean): void {
    this.#set(NOTIFICATIONS_KEY, isOn)
  }

  menuItems(): MenuItemConstructorOptions[] {
    return [
      {
        label: 'Notifications',
        type: 'checkbox',
        checked: this.hasNotifications(),
        click: ({ checked }) => this.setNotifications(checked),
      },
      {
        label: 'Closing the window during uploads',
        submenu: CloseHabit.options.map((habit) => ({
          label: HABIT_LABELS[habit],
          type: 'radio',
          checked: this.closeHabit() === habit,
          click: () => this.setCloseHabit(habit),
        })),
      },
    ]
  }

  #set(key: string, value: string | boolean): void {
    try {
      this.#settings.set(key, value)
    } catch {
      // A full disk: it stays as it was, and the menu shows so.
    }
    this.#changed()
  }
}
