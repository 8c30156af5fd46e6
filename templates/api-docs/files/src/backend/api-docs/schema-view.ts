import { schemasPath, type JsonSchema } from './components.ts';
import { joined, markup, type Markup, type Part } from './markup.ts';

/** A schema as a reader sees it: its type, and the fields of every object that it writes out. */
export const viewSchema = (schema: JsonSchema): Part => [
  schema.properties === undefined || schema.description !== undefined
    ? markup`<p class="type">${viewType(schema)}${viewRemarks(schema)}</p>`
    : '',
  viewFields(schema),
];

/** One field of an object, or one parameter of a route. */
export const viewField = (name: string, field: JsonSchema, isRequired: boolean): Markup =>
  markup`<li><code>${name}</code> <span class="type">${isRequired ? '' : markup`<em>optional</em> `}${viewType(field)}${viewRemarks(field)}</span>${viewFields(field)}</li>`;

/** The anchor of a named schema. */
export const schemaAnchor = (id: string): string => `schema-${id}`;

function viewType(schema: JsonSchema): Part {
  const { $ref, type, anyOf, items } = schema;
  if ($ref !== undefined) {
    const id = $ref.slice(schemasPath.length);
    return markup`<a href="#${schemaAnchor(id)}">${id}</a>`;
  }
  if (schema.const !== undefined) return viewValue(schema.const);
  if (schema.enum !== undefined) return joined(schema.enum.map(viewValue), ' or ');
  if (anyOf !== undefined) return joined(anyOf.map(viewType), ' or ');
  if (type === 'array') return ['list of ', viewType(items ?? {})];
  if (type === undefined) return 'anything';
  return [type].flat().join(' or ');
}

const viewValue = (value: unknown): Markup => markup`<code>${JSON.stringify(value)}</code>`;

/** The fields of an object, of the items of a list, or of each alternative. */
function viewFields(schema: JsonSchema): Part {
  const { properties, required, items, anyOf } = schema;
  if (items !== undefined) return viewFields(items);
  const objects = anyOf?.filter((one) => one.properties !== undefined) ?? [];
  if (objects.length > 0)
    return objects.map((one, index) => [
      objects.length === 1 ? '' : markup`<p>${index === 0 ? 'Either' : 'Or'}</p>`,
      viewFields(one),
    ]);
  if (properties === undefined) return '';
  const fields = Object.entries(properties);
  if (fields.length === 0) return markup`<p class="type">no fields</p>`;
  const rows = fields.map(([name, field]) =>
    viewField(name, field, required?.includes(name) ?? false),
  );
  return markup`<ul class="fields">${rows}</ul>`;
}

function viewRemarks(schema: JsonSchema): Part {
  const { format, pattern, description } = schema;
  const remarks: Part[] = [
    viewRange(schema, 'minLength', 'maxLength', ' characters'),
    viewRange(schema, 'minItems', 'maxItems', ' items'),
    viewRange(schema, 'minimum', 'maximum', ''),
    format === undefined || format === 'int64' ? '' : format,
    pattern === undefined ? '' : markup`<code>${pattern}</code>`,
    schema.default === undefined ? '' : ['default ', viewValue(schema.default)],
  ].filter((remark) => remark !== '');
  return [
    remarks.map((remark) => [', ', remark]),
    description === undefined ? '' : markup`<span class="remark">${description}</span>`,
  ];
}

function viewRange(schema: JsonSchema, low: string, high: string, unit: string): string {
  const min = schema[low] as number | undefined;
  // No bound is meant where the safe integers end.
  const max = schema[high] === Number.MAX_SAFE_INTEGER ? undefined : (schema[high] as number);
  if (min !== undefined && max !== undefined) return `${min} to ${max}${unit}`;
  if (max !== undefined) return `at most ${max}${unit}`;
  return min === undefined ? '' : `at least ${min}${unit}`;
}
