import type { ComponentPropsWithRef } from 'react'
import './button.css'

/** `soft` is the first choice among many equals, where a row of `primary` would shout. */
type Tone = 'plain' | 'primary' | 'soft' | 'ghost' | 'danger'

interface ButtonProps extends ComponentPropsWithRef<'button'> {
  readonly tone?: Tone
}

export function Button({ tone = 'plain', className, ...rest }: ButtonProps) {
  return <button type="button" {...rest} className={buttonClass(tone, className)} />
}

/** A square button that shows only an icon; `label` is what it is called. */
export function IconButton({
  label,
  className,
  ...rest
}: ComponentPropsWithRef<'button'> & { readonly label: string }) {
  const classes = ['icon-button', className].filter(Boolean).join(' ')
  return <button type="button" aria-label={label} title={label} {...rest} className={classes} />
}

/** For links that look like buttons. */
export function buttonClass(tone: Tone, more?: string): string {
  return ['button', `button-${tone}`, more].filter(Boolean).join(' ')
}
