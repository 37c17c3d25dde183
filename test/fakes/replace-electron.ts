import { registerHooks } from 'node:module'

/** For child processes: from now on the module `electron` is the one at this file URL. */
export function replaceElectron(url: string): void {
  registerHooks({
    resolve: (specifier, context, next) =>
      specifier === 'electron'
        ? { url, format: 'module-typescript', shortCircuit: true }
        : next(specifier, context),
  })
}
