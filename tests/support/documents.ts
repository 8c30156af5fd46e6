import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import specs from '@asyncapi/specs';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv } from 'ajv';
import { execa } from 'execa';

/** What a generated project says of its API. */
export interface Documents {
  readonly openApi: {
    readonly paths: Record<string, Record<string, { readonly operationId: string }>>;
  };
  readonly asyncApi: { readonly operations: Record<string, object> };
  readonly page: string;
}

/** Writes the documents of an installed project, as its server does at the first request. */
export async function documentsOf(directory: string): Promise<Documents> {
  const folder = pathToFileURL(join(directory, 'src/backend/api-docs')).href;
  const code = `
    import { createAsyncApi } from '${folder}/asyncapi.ts';
    import { createOpenApi } from '${folder}/openapi.ts';
    import { createPage } from '${folder}/page.ts';
    const asyncApi = createAsyncApi({ host: 'localhost:3000', protocol: 'ws' });
    const [openApi, page] = [createOpenApi(), createPage().body];
    process.stdout.write(JSON.stringify({ openApi, asyncApi, page }));
  `;
  const options = ['--import', 'tsx', '--input-type=module', '--eval', code];
  const { stdout } = await execa('node', options, { cwd: directory });
  return JSON.parse(stdout) as Documents;
}

/** The names of all operations of both documents. */
export const operationsOf = ({ openApi, asyncApi }: Documents): readonly string[] => [
  ...Object.values(openApi.paths)
    .flatMap((item) => Object.values(item))
    .map(({ operationId }) => operationId),
  ...Object.keys(asyncApi.operations),
];

/** What the meta-schemas of OpenAPI 3.1 object to. */
export async function judgeOpenApi(document: object): Promise<readonly unknown[]> {
  const validator = new Validator();
  const { valid, errors } = await validator.validate(structuredClone(document) as never);
  return valid && validator.version === '3.1' ? [] : [errors, validator.version];
}

/** What the meta-schema of AsyncAPI 3.0 objects to. */
export function judgeAsyncApi(document: object): readonly unknown[] {
  const ajv = new Ajv({ strict: false, validateFormats: false });
  ajv.validate(asyncApiSchema, document);
  return ajv.errors ?? [];
}

// It carries a copy of the meta-schema that the validator has already.
const { definitions, ...rest } = structuredClone(specs.schemas['3.0.0']) as {
  definitions: Record<string, object>;
};
delete definitions['http://json-schema.org/draft-07/schema'];
const asyncApiSchema = { ...rest, definitions };
