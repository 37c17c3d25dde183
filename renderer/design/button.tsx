import type { ComponentPropsWithRef } from 'react'
import './button.css'

/**
 * `soft` is the first of many equal choices, such as one per row, where `primary` would be too
 * loud.
 */
type Tone = 'plain' | 'primary' | 'soft' | 'ghost' | 'danger'

interface ButtonProps extends ComponentPropsWithRef<'button'> {
  readonly tone?: Tone
}

export function Button({ tone = 'plain', className, ...rest }: ButtonProps) {
  return <button type="button" {...rest} className={buttonClass(tone, className)} />
}

/** A square button that shows only an icon; `label` is its accessible name. */
export function IconButton({
  label,
  className,
  ...rest
}: ComponentPropsWithRef<'button'> & { readonly label: string }) {
  const classes = ['icon-button', className].filter(Boolean).join(' ')
  return <button type="button" aria-label={label} title={label} {...rest} className={classes} />
}

/** The class of a link that looks like a button. */
export function buttonClass(tone: Tone, more?: string): string {
  return ['button', `button-${tone}`, more].filter(Boolean).join(' ')
}
