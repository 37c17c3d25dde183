import { registerHooks } from 'node:module'

/** For a process of its own: the module `electron` is the one at this file URL from now on. */
export function replaceElectron(url: string): void {
  registerHooks({
    resolve: (specifier, context, next) =>
      specifier === 'electron'
        ? { url, format: 'module-typescript', shortCircuit: true }
        : next(specifier, context),
  })
}
