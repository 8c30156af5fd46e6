import addFormats from 'ajv-formats';
import { Ajv2020 } from 'ajv/dist/2020.js';

/** Says what is wrong with a value by the schema at a place in a document, if anything is. */
export type Judge = (place: readonly string[], value: unknown) => string | undefined;

/**
 * Creates a judge of a document; its validator knows nothing of the contract that the document was
 * written from. `readsText` is for parameters, which are text on their way.
 */
export function createJudge(document: object, { readsText = false } = {}): Judge {
  const ajv = new Ajv2020({ strict: false, allErrors: true, coerceTypes: readsText });
  addFormats.default(ajv);
  ajv.addSchema(document, 'document');
  return (place, value) => {
    const $ref = `document#/${place.map(toPointerPart).join('/')}`;
    const validate = ajv.getSchema($ref) ?? ajv.compile({ $ref });
    return validate(value) ? undefined : ajv.errorsText(validate.errors);
  };
}

/** @see RFC 6901 section 6 */
const toPointerPart = (part: string): string =>
  encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'));
