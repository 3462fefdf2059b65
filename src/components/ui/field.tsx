'use client';

import { type ComponentProps, type ReactNode, useId } from 'react';
import { useFormState } from './action-form.tsx';
import { classNames } from './class-names.ts';
import { Input, Textarea } from './input.tsx';
import { type Choice, Select } from './select.tsx';

interface FieldTexts {
  name: string;
  label: string;
  hint?: ReactNode;
  /** A word next to the label, such as 'optional'. */
  mark?: string;
  className?: string;
}

function useField(name: string, hint: ReactNode) {
  const id = useId();
  const state = useFormState();
  const error = state?.ok === false ? state.fieldErrors?.[name] : undefined;
  return {
    id,
    error,
    entered: state?.ok === false ? state.values?.[name] : undefined,
    // A form resets after its action; a new key lets an uncontrolled control start with the entered value.
    key: state?.ok === false ? state.values?.[name] : undefined,
    aria: {
      'aria-invalid': error ? true : undefined,
      'aria-describedby': classNames(error && `${id}-error`, Boolean(hint) && `${id}-hint`) || undefined,
    } as const,
  };
}

function FieldFrame({
  id,
  label,
  hint,
  mark,
  error,
  className,
  children,
}: Omit<FieldTexts, 'name'> & { id: string; error?: string; children: ReactNode }) {
  return (
    <div className={classNames('min-w-0 space-y-1', className)}>
      <label htmlFor={id} className="block text-[0.8125rem] font-medium">
        {label}
        {mark ? <span className="ms-2 text-xs font-normal text-ink-muted">{mark}</span> : null}
      </label>
      {children}
      {error ? (
        <p id={`${id}-error`} className="text-[0.8125rem] text-danger">
          {error}
        </p>
      ) : null}
      {hint ? (
        <p id={`${id}-hint`} className="text-xs text-ink-muted">
          {hint}
        </p>
      ) : null}
    </div>
  );
}

/** A labelled input of an ActionForm, with its hint and, after an error, its problem. */
export function TextField({
  name,
  label,
  hint,
  mark,
  className,
  defaultValue,
  ...props
}: FieldTexts & Omit<ComponentProps<'input'>, 'name' | 'className'>) {
  const { id, error, entered, key, aria } = useField(name, hint);
  return (
    <FieldFrame {...{ id, label, hint, mark, error, className }}>
      <Input key={key} id={id} name={name} defaultValue={entered ?? defaultValue} {...aria} {...props} />
    </FieldFrame>
  );
}

/** A labelled text area of an ActionForm. */
export function TextareaField({
  name,
  label,
  hint,
  mark,
  className,
  defaultValue,
  ...props
}: FieldTexts & Omit<ComponentProps<'textarea'>, 'name' | 'className'>) {
  const { id, error, entered, key, aria } = useField(name, hint);
  return (
    <FieldFrame {...{ id, label, hint, mark, error, className }}>
      <Textarea key={key} id={id} name={name} defaultValue={entered ?? defaultValue} {...aria} {...props} />
    </FieldFrame>
  );
}

/** A labelled native select of an ActionForm. */
export function SelectField({
  name,
  label,
  hint,
  mark,
  className,
  defaultValue,
  options,
  ...props
}: FieldTexts &
  Omit<ComponentProps<'select'>, 'name' | 'className' | 'children'> & { options: readonly Choice[] }) {
  const { id, error, entered, key, aria } = useField(name, hint);
  return (
    <FieldFrame {...{ id, label, hint, mark, error, className }}>
      <Select
        key={key}
        id={id}
        name={name}
        defaultValue={entered ?? defaultValue}
        choices={options}
        {...aria}
        {...props}
      />
    </FieldFrame>
  );
}

/** Checkboxes with the same name, each with an explanation. */
export function CheckboxGroup({
  name,
  label,
  options,
}: {
  name: string;
  label: string;
  options: { value: string; label: string; hint?: string; defaultChecked?: boolean }[];
}) {
  const { id, error, aria } = useField(name, undefined);
  return (
    <fieldset className="space-y-1.5" {...(error ? { 'aria-describedby': aria['aria-describedby'] } : {})}>
      <legend className="mb-1 text-[0.8125rem] font-medium">{label}</legend>
      {options.map((option) => (
        <label key={option.value} className="flex items-start gap-2.5 py-0.5">
          <input
            type="checkbox"
            name={name}
            value={option.value}
            defaultChecked={option.defaultChecked}
            className="mt-1 size-4 shrink-0"
          />
          <span>
            {option.label}
            {option.hint ? <span className="block text-xs text-ink-muted">{option.hint}</span> : null}
          </span>
        </label>
      ))}
      {error ? (
        <p id={`${id}-error`} className="text-[0.8125rem] text-danger">
          {error}
        </p>
      ) : null}
    </fieldset>
  );
}

/** Radio buttons in a line; after an error, the chosen one stays selected. */
export function RadioChoices({
  name,
  choices,
  defaultValue,
}: {
  name: string;
  choices: readonly Choice[];
  defaultValue: string;
}) {
  const state = useFormState();
  const chosen = (state?.ok === false ? state.values?.[name] : undefined) ?? defaultValue;
  return (
    <div className="flex flex-wrap gap-x-6 gap-y-1">
      {choices.map(({ value, label }) => (
        <label key={value} className="flex min-h-9 items-center gap-2">
          <input
            key={chosen}
            type="radio"
            name={name}
            value={value}
            defaultChecked={value === chosen}
            className="size-4 shrink-0"
          />
          {label}
        </label>
      ))}
    </div>
  );
}

/** A labelled checkbox of an ActionForm. */
export function CheckboxField({
  name,
  label,
  hint,
  className,
  defaultChecked = false,
  ...props
}: Omit<FieldTexts, 'mark'> & Omit<ComponentProps<'input'>, 'name' | 'className' | 'type'>) {
  const { id, error, aria } = useField(name, hint);
  const state = useFormState();
  const isChecked = state?.ok === false && state.values ? name in state.values : defaultChecked;
  return (
    <div className={classNames('min-w-0 space-y-1', className)}>
      <label htmlFor={id} className="flex items-start gap-2.5 py-0.5 max-md:min-h-10">
        <input
          key={String(isChecked)}
          type="checkbox"
          id={id}
          name={name}
          defaultChecked={isChecked}
          className="mt-1 size-4 shrink-0"
          {...aria}
          {...props}
        />
        <span>{label}</span>
      </label>
      {error ? (
        <p id={`${id}-error`} className="text-[0.8125rem] text-danger">
          {error}
        </p>
      ) : null}
      {hint ? (
        <p id={`${id}-hint`} className="text-xs text-ink-muted">
          {hint}
        </p>
      ) : null}
    </div>
  );
}
