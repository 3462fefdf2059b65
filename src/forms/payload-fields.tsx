import { useLocale, useTranslations } from 'next-intl';
import { CheckboxField, SelectField, TextareaField, TextField } from '#components/ui/field.tsx';
import { formFieldsOf, type PayloadFormField, type PayloadSchema } from '#domain/plugin/payload-schema.ts';
import { payloadFieldName } from './payload-form.ts';

const longTextLength = 2_000;

function PayloadFieldControl({ field, value }: { field: PayloadFormField; value: unknown }) {
  const t = useTranslations('shell');
  const shown = typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
  const texts = {
    name: payloadFieldName(field.name),
    label: field.label,
    hint: field.description ?? undefined,
  };
  const common = { ...texts, mark: field.isRequired ? undefined : t('optional') };
  switch (field.control) {
    case 'checkbox':
      return <CheckboxField {...texts} defaultChecked={value === true} />;
    case 'select':
      return (
        <SelectField
          {...common}
          defaultValue={shown ?? ''}
          required={field.isRequired}
          options={[
            ...(field.isRequired && shown !== undefined ? [] : [{ value: '', label: t('never') }]),
            ...field.options.map((option) => ({ value: option, label: option })),
          ]}
        />
      );
    case 'number':
      return (
        <TextField
          {...common}
          type="number"
          inputMode="decimal"
          defaultValue={shown}
          required={field.isRequired}
          min={field.min ?? undefined}
          max={field.max ?? undefined}
          step={field.step ?? undefined}
        />
      );
    case 'date':
      return <TextField {...common} type="date" defaultValue={shown} required={field.isRequired} />;
    case 'text':
      return (field.maxLength ?? Infinity) > longTextLength ? (
        <TextareaField
          {...common}
          defaultValue={shown}
          required={field.isRequired}
          spellCheck={false}
          className="[&_textarea]:font-mono [&_textarea]:text-[0.8125rem]"
        />
      ) : (
        <TextField
          {...common}
          defaultValue={shown}
          required={field.isRequired}
          minLength={field.minLength ?? undefined}
          maxLength={field.maxLength ?? undefined}
          autoComplete="off"
          spellCheck={false}
        />
      );
  }
}

/**
 * The fields of a payload, created from the schema in the plugin's manifest; use inside an ActionForm.
 * @param payload initial values, in place of the schema's defaults
 */
export function PayloadFields({
  schema,
  payload,
}: {
  schema: PayloadSchema;
  payload: Readonly<Record<string, unknown>>;
}) {
  const locale = useLocale();
  return formFieldsOf(schema, locale).map((field) => (
    <PayloadFieldControl
      key={field.name}
      field={field}
      value={Object.hasOwn(payload, field.name) ? payload[field.name] : field.defaultValue}
    />
  ));
}
