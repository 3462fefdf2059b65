import { classNames } from './class-names.ts';

export interface ButtonLook {
  variant?: 'primary' | 'secondary' | 'ghost' | 'danger' | 'danger-ghost';
  size?: 'sm' | 'md';
}

const variants = {
  primary: 'bg-accent text-accent-ink hover:bg-accent-hover font-medium',
  secondary: 'border border-line-strong/70 bg-surface text-ink hover:bg-hover',
  ghost: 'text-ink-muted hover:bg-hover hover:text-ink',
  danger: 'bg-danger-solid text-danger-solid-ink hover:brightness-95 font-medium',
  'danger-ghost': 'text-danger hover:bg-danger-soft',
};

const sizes = {
  sm: 'min-h-8 px-2.5 text-[0.8125rem] max-md:min-h-9',
  md: 'min-h-9 px-3.5 text-sm max-md:min-h-10',
};

/** Returns the classes of a button, also for other elements that look like one. */
export function buttonClass({ variant = 'secondary', size = 'md' }: ButtonLook = {}): string {
  return classNames(
    'inline-flex items-center justify-center gap-1.5 rounded-md py-1 whitespace-nowrap transition-colors',
    'disabled:opacity-50 aria-disabled:opacity-60',
    variants[variant],
    sizes[size],
  );
}
