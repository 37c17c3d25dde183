// Runs before every script. Plain JavaScript, because an old Node could not read TypeScript.
// npm puts node_modules/.bin first in PATH, and the package `node` places Node 24 there.
const major = Number(process.versions.node.split('.')[0])
if (major < 24) {
  process.stderr.write(
    `Ferry's tools need Node 24, and this is ${process.version}. Run \`npm ci\` with install scripts allowed (it brings Node 24 along), then start again through npm.\n`,
  )
  process.exit(1)
}
