/** Whether a dialog waits for an answer: what it says must not change behind it. */
export function isDialogOpen(): boolean {
  return (
    document.querySelector(
      // A toast is a dialog, too, but not one that waits for an answer.
      '[role="dialog"]:not([aria-modal="false"]), [role="alertdialog"]',
    ) !== null
  )
}
