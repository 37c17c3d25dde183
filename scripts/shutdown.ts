/** How often a start under npm looks whether npm is still there. */
const LOOK_MS = 500

/**
 * Resolves when this program shall end: Ctrl-C, SIGTERM, a closed terminal, or the end of the npm
 * that ran it. npm hands a SIGTERM to its shell only, which ends without telling us.
 */
export function untilShutdown(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.once(signal, () => resolve())
    if (process.env.npm_lifecycle_event === undefined) return
    const parent = process.ppid
    const look = setInterval(() => {
      if (process.ppid !== parent) resolve()
    }, LOOK_MS)
    look.unref()
  })
}
