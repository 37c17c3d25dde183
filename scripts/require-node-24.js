// Runs before every script. Plain JavaScript, because an old Node could not read TypeScript.
// npm puts node_modules/.bin first in PATH, and the package `node` places Node 24 there.

// Before 24.15, rmSync and cpSync do nothing or crash on Windows where a path has letters beyond
// ASCII: nodejs/node#58759, #61067, #61878.
const LEAST_MINOR = 15
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 24 || (major === 24 && minor < LEAST_MINOR)) {
  process.stderr.write(
    `Ferry's tools need Node 24.${LEAST_MINOR} or newer, and this is ${process.version}. Run \`npm ci\` with install scripts allowed (it brings such a Node along), then start again through npm.\n`,
  )
  process.exit(1)
}
