import type { JsonSchema } from './components.ts';

/**
 * Gives every part of a schema that has no title one made of where it stands, since generators of code
 * make names of them: `MessageSend`, `MessageSendContent`. What refers to a named schema has its name.
 */
export function titled(schema: JsonSchema, title: string): JsonSchema {
  if (schema.$ref !== undefined) return schema;
  const own = (schema['title'] as string | undefined) ?? title;
  const { properties, items, anyOf } = schema;
  return {
    title: own,
    ...schema,
    ...(properties === undefined ? {} : { properties: titledFields(properties, own) }),
    ...(items === undefined ? {} : { items: titled(items, `${own}Item`) }),
    ...(anyOf === undefined ? {} : { anyOf: titledChoices(anyOf, own) }),
  };
}

/** A name as generators of code like it: `message:send` is `MessageSend`. */
export const titleOf = (name: string): string =>
  name
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');

const titledFields = (
  fields: Readonly<Record<string, JsonSchema>>,
  title: string,
): Record<string, JsonSchema> =>
  Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [name, titled(field, title + titleOf(name))]),
  );

/** Null is the same everywhere; what is alone beside it is the value. */
function titledChoices(choices: readonly JsonSchema[], title: string): readonly JsonSchema[] {
  const values = choices.filter(({ type }) => type !== 'null');
  return choices.map((choice) => {
    if (choice.type === 'null') return titled(choice, 'Null');
    const which = values.length === 1 ? 'Value' : `Choice${values.indexOf(choice) + 1}`;
    return titled(choice, title + which);
  });
}
