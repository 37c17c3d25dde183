/** Vite puts a small picture into the bundle as a `data:` URL (vite.dev/guide/assets). */
declare module '*.png?inline' {
  const dataUrl: string
  export default dataUrl
}
