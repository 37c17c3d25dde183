/** Vite puts a small picture into the bundle as a `data:` URL (vite.dev/guide/assets). */
declare module '*.png?inline' {
  const dataUrl: string
  // biome-ignore lint/style/noDefaultExport: that is how Vite exports it.
  export default dataUrl
}
