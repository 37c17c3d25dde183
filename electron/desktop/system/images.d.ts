/** Vite inlines small images as `data:` URLs (vite.dev/guide/assets). */
declare module '*.png?inline' {
  const dataUrl: string
  export default dataUrl
}
