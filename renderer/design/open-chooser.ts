/** Lets one file be chosen. The input is not in the document, where those for uploads are. */
export function openChooser(onChosen: (file: File) => void, accept = ''): void {
  const input = document.createElement('input')
  input.type = 'file'
  input.accept = accept
  input.addEventListener('change', () => {
    const file = input.files?.[0]
    if (file !== undefined) onChosen(file)
  })
  input.click()
}
