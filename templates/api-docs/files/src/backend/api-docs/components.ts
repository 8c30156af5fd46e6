import { z } from 'zod';

/** A JSON Schema (2020-12), as far as the contract's schemas make use of it. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly format?: string;
  readonly pattern?: string;
  readonly [keyword: string]: unknown;
}

/** Where both documents keep named schemas. */
export const schemasPath = '#/components/schemas/';

/** Turns the contract's schemas into JSON Schemas that share their named parts. */
export interface Components {
  /**
   * What a client sends (`input`) or gets (`output`), with references into `schemas`. What need not
   * be sent may be `null`.
   */
  describe(schema: z.ZodType, side: 'input' | 'output'): JsonSchema;
  /** The named parts of everything that was described so far. */
  readonly schemas: Readonly<Record<string, JsonSchema>>;
}

/** Creates the named schemas of one document. */
export function createComponents(): Components {
  const schemas: Record<string, JsonSchema> = {};

  function keep(id: string, schema: JsonSchema): void {
    const known = schemas[id];
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(schema))
      throw new Error(
        `the schema ${id} is not the same where clients send it and where they get it: give one of the two an id of its own`,
      );
    schemas[id] = schema;
  }

  return {
    schemas,
    describe(schema, side) {
      const isOptional = side === 'input' && schema.safeParse(undefined).success;
      const {
        $schema: _dialect,
        $defs,
        ...described
      } = convert(isOptional ? schema.nullable() : schema, side);
      for (const [id, part] of Object.entries($defs ?? {})) keep(id, part);
      return described;
    },
  };
}

type Converted = JsonSchema & { readonly $defs?: Readonly<Record<string, JsonSchema>> };

function convert(schema: z.ZodType, side: 'input' | 'output'): Converted {
  const converted = z.toJSONSchema(schema, {
    io: side,
    unrepresentable: 'any',
    override: ({ jsonSchema }) => {
      // The format implies all but this of the pattern, which is long.
      if (jsonSchema.format === 'date-time') jsonSchema.pattern = 'Z$';
      // Programs in other languages would take 32 bits.
      if (jsonSchema.type === 'integer') jsonSchema.format = 'int64';
    },
  });
  const text = JSON.stringify(converted).replaceAll('"#/$defs/', `"${schemasPath}`);
  return JSON.parse(text) as Converted;
}
